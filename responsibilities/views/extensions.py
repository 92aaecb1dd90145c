"""Pages of extensions: the unit asks, the level right above answers, singly and in bulk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    RecordsMixin,
    StepPage,
)
from gongjian.foundation.workflow.lifecycle import Step
from responsibilities.authority import DECIDE_EXTENSION, REQUEST_EXTENSION, VIEW_RETURN
from responsibilities.forms.duties import DecideManyForm, ExtensionAskForm, ExtensionGrantForm
from responsibilities.models import ExtensionRequest, Obligation
from responsibilities.queries.duties import asked_for
from responsibilities.services.duties import (
    Outcome,
    ask_extension,
    decide_many,
    grant_extension,
    refuse_extension,
    withdraw_extension,
)
from responsibilities.tables.duties import ExtensionTable

_REQUESTS = ExtensionRequest.objects.select_related("obligation__unit", "obligation__period")
#: So many are looked over in one preview.
LONGEST_BATCH = 300


def tell_outcome(request: HttpRequest, outcome: Outcome, done: str) -> None:
    """Say how many were done and name those left out."""
    if outcome.done:
        messages.success(request, f"{done} {outcome.done} 家。")
    for text in outcome.refused[:10]:
        messages.warning(request, text)
    if len(outcome.refused) > 10:
        messages.warning(request, f"另有 {len(outcome.refused) - 10} 家未办理。")


class ExtensionList(ListPage):
    """延期申请: what was asked, granted and refused, for both sides."""

    permission = VIEW_RETURN
    queryset = _REQUESTS
    table_class = ExtensionTable
    template_name = "responsibilities/extension_list.html"
    fragment_template = "responsibilities/_extension_body.html"
    heading = "延期申请"

    def get_table_kwargs(self) -> dict[str, Any]:
        return {"may_decide": self.actor.may(DECIDE_EXTENSION)}

    def get_extra(self) -> dict[str, Any]:
        return {"waiting": asked_for(self.actor).count()}


class ExtensionDetail(DetailPage):
    permission = VIEW_RETURN
    template_name = "responsibilities/extension_detail.html"
    queryset = _REQUESTS

    def get_facts(self) -> list[tuple[str, Any]]:
        asked = self.object
        return [
            ("单位", asked.unit),
            ("报表", asked.obligation.period),
            ("原截止日期", long_date(asked.due_before)),
            ("申请延至", long_date(asked.asked_until)),
            ("申请理由", asked.reason),
            ("申请人", asked.asked_by + ("（截止日期已过后提出）" if asked.is_late else "")),
            ("状态", asked.get_state_display()),
            ("准予延至", long_date(asked.granted_until) if asked.granted_until else "—"),
            ("审批人", asked.decided_by or "—"),
            ("审批意见", asked.decision_note or "—"),
        ]

    def get_step_url(self, step: Step) -> str:
        if step.name == "grant":
            return reverse("responsibilities:extension_grant", args=[self.object.pk])
        return super().get_step_url(step)

    def get_extra(self) -> dict[str, Any]:
        return {"crumbs": [("延期申请", reverse("responsibilities:extensionrequest_list"))]}


class ExtensionStep(StepPage):
    permission = VIEW_RETURN
    queryset = _REQUESTS
    services = {"refuse": refuse_extension, "withdraw": withdraw_extension}


class ExtensionAsk(RecordsMixin, FormPage):
    """申请延期 for one return of the own unit."""

    template_name = "responsibilities/extension_form.html"
    permission = REQUEST_EXTENSION
    queryset = Obligation.objects.select_related("unit", "period")
    form_class = ExtensionAskForm
    heading = "申请延期"
    submit_label = "提交申请"
    success_message = "已提交，上级审批后会有消息。审批前可以撤回；填报不受影响。"

    def get_form_kwargs(self) -> dict[str, Any]:
        later = max(self.get_object().deadline, today()) + timedelta(days=5)
        return {"initial": {"until": later}}

    def perform(self, form: Any) -> ExtensionRequest:
        return ask_extension(
            self.get_object(),
            actor=self.actor,
            until=form.cleaned_data["until"],
            reason=form.cleaned_data["reason"],
        )

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:return_fill", args=[self.kwargs["pk"]])

    def get_extra(self) -> dict[str, Any]:
        owed = self.get_object()
        text = f"{owed.unit} {owed.period}，现在的截止日期是{long_date(owed.deadline)}"
        late = owed.deadline < today()
        words = text + ("，已逾期；逾期后提出的申请会注明。" if late else "。")
        return {"help_text": words, "obligation": owed}


class ExtensionGrant(RecordsMixin, FormPage):
    """同意延期, for the day that was asked or for another one."""

    permission = DECIDE_EXTENSION
    queryset = _REQUESTS
    form_class = ExtensionGrantForm
    template_name = "responsibilities/extension_form.html"
    heading = "同意延期"
    submit_label = "同意延期"
    success_message = "已同意，单位已收到通知。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"until": self.get_object().asked_until}}

    def perform(self, form: Any) -> ExtensionRequest:
        return grant_extension(
            self.get_object(),
            actor=self.actor,
            until=form.cleaned_data["until"],
            reason=form.cleaned_data["reason"],
        )

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        asked = self.get_object()
        words = f"{asked.unit} {asked.obligation.period}。申请理由：{asked.reason}"
        return {"help_text": words, "obligation": asked.obligation, "readonly": True}


class ExtensionDecideMany(ConfirmPage):
    """批量审批延期: first shows whose requests are answered."""

    permission = DECIDE_EXTENSION
    form_class = DecideManyForm
    template_name = "responsibilities/decide_extensions.html"
    heading = "批量审批延期"
    submit_label = "确认审批"

    def chosen(self) -> QuerySet[ExtensionRequest]:
        ids = [int(text) for text in self.request.POST.getlist("ids") if text.isdigit()]
        return asked_for(self.actor).filter(pk__in=ids)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(self.get_cancel_url())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "confirmed" in request.POST:
            return super().post(request, *args, **kwargs)
        if not self.chosen().exists():
            messages.info(request, "请先勾选待审批的申请。")
            return HttpResponseRedirect(self.get_cancel_url())
        return self.show(self.get_form())

    def perform(self, form: Any) -> Outcome:
        data = form.cleaned_data
        ids = list(self.chosen().values_list("pk", flat=True))
        if not ids:
            raise Http404
        outcome = decide_many(
            ids,
            actor=self.actor,
            grant=data["decision"] == "grant",
            reason=data["reason"],
            until=data["until"],
        )
        done = "已同意延期" if data["decision"] == "grant" else "已答复不同意延期"
        tell_outcome(self.request, outcome, done)
        return outcome

    def get_success_url(self, result: Any) -> str:
        return self.get_cancel_url()

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:extensionrequest_list")

    def get_extra(self) -> dict[str, Any]:
        return {"rows": list(self.chosen()[:LONGEST_BATCH])}
