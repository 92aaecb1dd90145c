"""Pages of the filing unit: what it owes, the sheet with autosave, the nil report."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from gongjian.foundation.kernel.errors import DomainError, FieldErrors, StateConflict
from gongjian.foundation.web.pages import FormPage, ListPage, Page, StepPage
from responsibilities.authority import FILE_ON_BEHALF, FILL_RETURN, REQUEST_EXTENSION, SUBMIT_RETURN
from responsibilities.forms.returns import NilForm
from responsibilities.models import Obligation, QuarterlyReturn
from responsibilities.queries.findings import exceptable, live_form
from responsibilities.services.accepting import accept_prefilled
from responsibilities.services.returns import (
    declare_nil,
    save_cells,
    start_return,
    submit_return,
    withdraw_return,
)
from responsibilities.sheet import build_sheet, hint_evidence
from responsibilities.standing_words import not_yet, time_left, why_locked
from responsibilities.tables.returns import ObligationTable

_FIELD = re.compile(r"(cells|base|remarks|remark_base)\[(\w{1,12})\]")


class MyReturns(ListPage):
    """本单位报表: what the unit owes and owed, newest first."""

    permission = FILL_RETURN
    queryset = Obligation.objects.select_related("unit", "period", "form").prefetch_related(
        "returns"
    )
    table_class = ObligationTable
    template_name = "responsibilities/my_returns.html"
    heading = "季报填报"

    def get_summary(self, records: Any) -> str:
        return f"共 {records.count()} 期"


class FillPage(Page, base=True):
    """Common ground of the sheet's addresses: the obligation within the actor's reach."""

    permission = FILL_RETURN

    def get_obligation(self) -> Obligation:
        found = (
            Obligation.objects.select_related("unit", "period", "form")
            .filter(pk=self.kwargs["pk"])
            .first()
        )
        # The superior may file for a child that cannot (代报).
        if found is None or not any(
            self.actor.may(permission, at=found.unit)
            for permission in (FILL_RETURN, FILE_ON_BEHALF)
        ):
            raise Http404
        return found

    def posted(self, kind: str) -> dict[str, str]:
        """Fields ``kind[code]`` of the request, by code."""
        posted = self.request.POST.items()
        found = ((_FIELD.fullmatch(name), str(text)) for name, text in posted)
        return {match[2]: text for match, text in found if match is not None and match[1] == kind}


class ReturnFill(FillPage):
    """The sheet (填报). Without script the whole form is posted and checked the same way."""

    template_name = "responsibilities/return_form.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        obligation = self.get_obligation()
        return self.show(obligation, obligation.returns.first())

    def show(
        self,
        obligation: Obligation,
        quarterly_return: QuarterlyReturn | None,
        *,
        status: int = 200,
        message: str = "",
        **shown: Any,
    ) -> HttpResponse:
        if quarterly_return is not None:
            quarterly_return.unit, quarterly_return.period = obligation.unit, obligation.period
        sheet = build_sheet(obligation, quarterly_return, **shown)
        hint_evidence(sheet)
        at = obligation.unit
        context = {
            "sheet": sheet,
            "obligation": obligation,
            "quarterly_return": quarterly_return,
            "sections": sheet.sections,
            "filled": sheet.filled,
            "total": sheet.total,
            "locked": sheet.is_locked,
            "message": message,
            "errors": shown.get("errors") or {},
            "labels": {row.code: row.label for part in sheet.sections for row in part.rows},
            "may_except": quarterly_return is not None
            and bool(shown.get("errors"))
            and bool(exceptable(quarterly_return)),
            "may_submit": any(
                self.actor.may(permission, at=at) for permission in (SUBMIT_RETURN, FILE_ON_BEHALF)
            ),
            "may_ask_time": self.actor.may(REQUEST_EXTENSION, at=at)
            and (quarterly_return is None or quarterly_return.first_submitted_at is None),
            "on_behalf": self.actor.unit_id != at.pk,
            "may_withdraw": quarterly_return is not None
            and quarterly_return.state == "submitted"
            and quarterly_return.seen_at is None
            and self.actor.may(SUBMIT_RETURN, at=at),
            "heading": f"{obligation.period}报表",
            "live": None
            if sheet.is_locked
            else live_form(obligation, quarterly_return, sheet.earlier),
            "left_words": time_left(obligation.deadline),
            "why_locked": why_locked(obligation, quarterly_return),
            "not_yet": not_yet(obligation),
            "details_base": reverse("responsibilities:return_fill", args=[obligation.pk])
            + "cells/",
            "offline_url": reverse("web:offline") if settings.OFFLINE_PAGES else "",
        }
        return self.render(context, status=status)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        obligation = self.get_obligation()
        typed, remarks = self.posted("cells"), self.posted("remarks")
        quarterly_return = start_return(obligation, actor=self.actor)
        sheet = build_sheet(obligation, quarterly_return)
        before = {row.code: row for part in sheet.sections for row in part.rows}
        changes = {
            code: text
            for code, text in typed.items()
            if code in before and not before[code].readonly and text != before[code].typed
        }
        answer = save_cells(
            quarterly_return,
            actor=self.actor,
            changes=changes,
            base=self.posted("base"),
            remarks=remarks,
            rated=False,
        )
        accept_prefilled(quarterly_return, actor=self.actor, codes=request.POST.getlist("accept"))
        for code, other in answer.conflicts.items():
            answer.errors[code] = (
                f"{other['by']}在{other['at']}已把这一项改为{other['theirs'] or '空'}，"
                "请核对后再保存。"
            )
        for code, other in answer.remark_conflicts.items():
            answer.errors.setdefault(
                code, f"说明在别的窗口已改为“{other['theirs'] or '空'}”，请核对后再保存。"
            )
        quarterly_return = obligation.returns.get()
        quarterly_return.obligation = obligation
        refused = {code: typed[code] for code in answer.errors if code in typed}
        if answer.errors:
            return self.show(
                obligation,
                quarterly_return,
                status=422,
                message=f"有{len(answer.errors)}栏没有保存，请更正。其余已保存。",
                typed=refused,
                remarks={code: remarks[code] for code in answer.remark_conflicts},
                errors=answer.errors,
            )
        if "submit" not in request.POST:
            self.say("已保存，还没有报送。")
            return HttpResponseRedirect(request.path)
        return self.submit(obligation, quarterly_return)

    def submit(self, obligation: Obligation, quarterly_return: QuarterlyReturn) -> HttpResponse:
        try:
            paper_note = str(self.request.POST.get("paper_note", ""))
            submit_return(quarterly_return, actor=self.actor, paper_note=paper_note)
        except FieldErrors as error:
            errors = {code: texts[0] for code, texts in error.errors.items()}
            return self.show(
                obligation,
                quarterly_return,
                status=422,
                message=error.message,
                errors=errors,
            )
        except StateConflict:
            raise
        except DomainError as error:
            return self.show(obligation, quarterly_return, status=422, message=error.message)
        self.say("已报送，等待上级审核。审核前没有被查看时可以撤回。")
        return HttpResponseRedirect(self.request.path)


class ReturnSave(FillPage):
    """Autosave of changed cells; the answer holds messages and never inputs."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        obligation = self.get_obligation()
        try:
            quarterly_return = start_return(obligation, actor=self.actor)
            answer = save_cells(
                quarterly_return,
                actor=self.actor,
                changes=self.posted("cells"),
                base=self.posted("base"),
                remarks=self.posted("remarks"),
                remark_base=self.posted("remark_base"),
            )
            accepted = accept_prefilled(
                quarterly_return, actor=self.actor, codes=request.POST.getlist("accept")
            )
        except StateConflict as error:
            return JsonResponse({"state": "locked", "message": error.message}, status=409)
        return JsonResponse({**asdict(answer), "accepted": accepted})


class ReturnNil(FillPage, FormPage):
    """零报告: one reason and one button."""

    form_class = NilForm
    heading = "零报告"
    submit_label = "确认零报告并报送"
    success_message = "已报送零报告，等待上级审核。"

    def perform(self, form: Any) -> Any:
        quarterly_return = start_return(self.get_obligation(), actor=self.actor)
        quarterly_return = declare_nil(
            quarterly_return, actor=self.actor, reason=form.cleaned_data["reason"]
        )
        return submit_return(quarterly_return, actor=self.actor)

    def get_success_url(self, result: Any) -> str:
        return reverse("responsibilities:return_fill", args=[self.kwargs["pk"]])

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:return_fill", args=[self.kwargs["pk"]])

    def get_extra(self) -> dict[str, Any]:
        obligation = self.get_obligation()
        return {"help_text": f"{obligation.unit} {obligation.period}"}


class ReturnStep(StepPage):
    """Steps of the unit itself: withdraw."""

    permission = SUBMIT_RETURN
    queryset = QuarterlyReturn.objects.select_related("unit", "period", "form", "obligation")
    services = {"withdraw": withdraw_return}

    def get_success_url(self, result: Any) -> str:
        return reverse("responsibilities:return_fill", args=[result.obligation_id])
