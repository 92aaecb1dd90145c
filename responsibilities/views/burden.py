"""Pages of the burden of forms and of exceptions from a check."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from gongjian.foundation.kernel.dates import today
from gongjian.foundation.web.pages import (
    DetailPage,
    FormPage,
    ListPage,
    Page,
    RecordsMixin,
    StepPage,
)
from gongjian.foundation.web.templatetags.ui import num
from responsibilities.authority import (
    DESIGN_FORM,
    REQUEST_EXCEPTION,
    VIEW_BURDEN,
    VIEW_EXCEPTION,
)
from responsibilities.burden import minutes_of
from responsibilities.forms.designer import BudgetForm, BurdenReviewForm, ExceptionForm
from responsibilities.models import BurdenReview, CheckException, QuarterlyReturn, ReturnForm
from responsibilities.queries.designer import budget_minutes, minutes_with, published_forms
from responsibilities.queries.findings import exceptable
from responsibilities.queries.load import load_of, most_seated
from responsibilities.services.burden import (
    approve_burden,
    ask_burden_review,
    decline_burden,
    set_budget,
)
from responsibilities.services.exceptions import (
    ask_exception,
    decline_exception,
    grant_exception,
)
from responsibilities.tables.designer import ExceptionTable


class Burden(Page):
    """填报负担: minutes each form asks of a unit, the budget, and who answered for more."""

    permission = VIEW_BURDEN
    template_name = "responsibilities/burden.html"
    heading = "填报负担"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        forms = [
            {
                "form": form,
                "cells": len(form.cells),
                "typed": sum(
                    cell.style == "incremental" and not cell.is_total and not cell.source
                    for cell in form.whole_layout()
                ),
                "minutes": minutes_of(form.whole_layout()),
            }
            for form in published_forms()
        ]
        total = sum(form["minutes"] for form in forms)  # type: ignore[misc]
        budget = budget_minutes()
        day = today()
        quarter = (day.month + 2) // 3
        now, before = load_of(day.year, quarter), load_of(day.year - 1, quarter)
        return self.render(
            {
                "now": now,
                "before": before,
                "loads": [now, before],
                "change": now.each - before.each,
                "lighter": before.each - now.each,
                "is_heavy": now.forms_each > budget,
                "seated": most_seated(day.year, quarter),
                "forms": forms,
                "total": total,
                "budget": budget,
                "share": min(100, round(total * 100 / budget)),
                "is_over": total > budget,
                "reviews": BurdenReview.objects.select_related("form")[:50],
                "may_set": self.actor.may(DESIGN_FORM),
            }
        )


class BurdenBudgetSet(FormPage):
    permission = DESIGN_FORM
    form_class = BudgetForm
    heading = "调整填报时间上限"
    help_text = "全部报表合计。超过上限的报表须由领导作减负审核评估后才能发布。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"minutes": budget_minutes()}}

    def perform(self, form: Any) -> Any:
        return set_budget(actor=self.actor, **form.cleaned_data)

    def get_success_url(self, result: Any) -> str:
        return reverse("responsibilities:burden")

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:burden")


class BurdenAsk(RecordsMixin, FormPage):
    """提请减负审核评估 for one draft."""

    permission = DESIGN_FORM
    queryset = ReturnForm.objects.all()
    form_class = BurdenReviewForm
    heading = "提请减负审核评估"
    submit_label = "提请领导审定"
    success_message = "已提请，领导审定后会有消息。"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_object()
        self.help_text = (  # type: ignore[misc]
            f"{form}：连同其他报表每家单位每季约需 {minutes_with(form)} 分钟，"
            f"上限 {budget_minutes()} 分钟。"
        )
        return super().get(request, *args, **kwargs)

    def perform(self, form: Any) -> BurdenReview:
        return ask_burden_review(self.get_object(), actor=self.actor, **form.cleaned_data)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class BurdenReviewDetail(DetailPage):
    permission = VIEW_BURDEN
    queryset = BurdenReview.objects.select_related("form")

    def get_place(self) -> None:
        return None

    def get_facts(self) -> list[tuple[str, Any]]:
        review = self.object
        return [
            ("报表", review.form),
            ("状态", review.get_state_display()),
            ("预计用时", f"每家单位每季约 {review.minutes} 分钟"),
            ("上限", f"{review.budget} 分钟"),
            ("为什么需要", review.reason),
            ("依据", review.basis),
            ("提请人", review.asked_by),
            ("审定人", review.decided_by or "—"),
        ]

    def get_extra(self) -> dict[str, Any]:
        return {"crumbs": [("填报负担", reverse("responsibilities:burden"))]}


class BurdenReviewStep(StepPage):
    permission = VIEW_BURDEN
    queryset = BurdenReview.objects.select_related("form")
    services = {"approve": approve_burden, "decline": decline_burden}


class ExceptionList(ListPage):
    """校验例外: what was asked, granted and refused, for both sides."""

    permission = VIEW_EXCEPTION
    heading = "校验例外"
    table_class = ExceptionTable
    queryset = CheckException.objects.select_related(
        "quarterly_return__unit", "quarterly_return__period", "quarterly_return__form"
    )


class ExceptionAsk(RecordsMixin, FormPage):
    """申请校验例外 for one finding of a return."""

    permission = REQUEST_EXCEPTION
    queryset = QuarterlyReturn.objects.select_related("unit", "period", "form", "obligation")
    form_class = ExceptionForm
    template_name = "responsibilities/exception_form.html"
    heading = "申请校验例外"
    submit_label = "提交申请"
    success_message = "已提交，上级审批后会有消息。"

    def get_form_kwargs(self) -> dict[str, Any]:
        row = self.get_object()
        labels = {cell.code: cell.label for cell in row.form.whole_layout()}
        found = [
            (f"{one.rule_key}|{one.code}", f"{one.code} {labels[one.code]}：{one.text}")
            for one in exceptable(row)
        ]
        return {"findings": found}

    def perform(self, form: Any) -> CheckException:
        rule_key, _, cell = form.cleaned_data["finding"].partition("|")
        return ask_exception(
            self.get_object(),
            actor=self.actor,
            rule_key=rule_key,
            cell=cell,
            reason=form.cleaned_data["reason"],
        )

    def get_cancel_url(self) -> str:
        row = self.get_object()
        return reverse("responsibilities:return_fill", args=[row.obligation_id])


class ExceptionDetail(DetailPage):
    permission = VIEW_EXCEPTION
    queryset = ExceptionList.queryset

    def get_facts(self) -> list[tuple[str, Any]]:
        asked = self.object
        row = asked.quarterly_return
        labels = {cell.code: cell.label for cell in row.form.whole_layout()}
        return [
            ("单位", row.unit),
            ("报表", f"{row.period}"),
            ("栏目", f"{asked.cell} {labels.get(asked.cell, '')}"),
            ("申请时的数", num(asked.value)),
            ("检查结果", asked.finding),
            ("申请理由", asked.reason),
            ("申请人", asked.asked_by),
            ("状态", asked.get_state_display()),
            ("审批人", asked.decided_by or "—"),
        ]

    def get_extra(self) -> dict[str, Any]:
        return {"crumbs": [("校验例外", reverse("responsibilities:exception_list"))]}


class ExceptionStep(StepPage):
    permission = VIEW_EXCEPTION
    queryset = ExceptionList.queryset
    services = {"grant": grant_exception, "decline": decline_exception}
