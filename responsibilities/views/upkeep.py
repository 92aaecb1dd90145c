"""Pages on which the office keeps its indicators and the weights of a plan."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import Http404
from django.urls import reverse

from gongjian.foundation.web.pages import FormPage
from responsibilities.authority import MANAGE_PLAN
from responsibilities.forms.upkeep import IndicatorForm, LinesForm
from responsibilities.models import AnnualPlan, Indicator
from responsibilities.services.upkeep import (
    arrange_lines,
    create_indicator,
    edit_indicator,
    in_force,
)


class IndicatorCreate(FormPage):
    permission = MANAGE_PLAN
    heading = "新增指标"
    help_text = "先看标准指标库里有没有；没有的，在这里另建。"
    template_name = "responsibilities/indicator_form.html"
    form_class = IndicatorForm
    success_message = "指标已保存。"

    def perform(self, form: Any) -> Indicator:
        return create_indicator(actor=self.actor, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:indicator_list")

    def get_extra(self) -> dict[str, Any]:
        return {
            "crumbs": [("指标库", reverse("responsibilities:indicator_list"))],
            "load_url": reverse("responsibilities:indicator_load"),
        }


class IndicatorEdit(FormPage):
    permission = MANAGE_PLAN
    heading = "修改指标"
    form_class = IndicatorForm
    success_message = "指标已保存。"

    @cached_property
    def indicator(self) -> Indicator:
        indicator = Indicator.objects.filter(pk=self.kwargs["pk"]).first()
        if indicator is None:
            raise Http404
        return indicator

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"instance": self.indicator}

    def perform(self, form: Any) -> Indicator:
        return edit_indicator(self.indicator, actor=self.actor, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return self.indicator.get_absolute_url()

    def get_extra(self) -> dict[str, Any]:
        is_bound = in_force(self.indicator)
        return {
            "crumbs": [
                ("指标库", reverse("responsibilities:indicator_list")),
                (f"指标{self.indicator.code}", self.indicator.get_absolute_url()),
            ],
            "help_text": "本指标已有下达的目标，计量单位、类型、方向、填报口径和分解方式暂不能改。"
            if is_bound
            else "",
        }


class PlanLines(FormPage):
    """Weight and order of the indicators of a draft plan, with the live total."""

    permission = MANAGE_PLAN
    heading = "权重和顺序"
    template_name = "responsibilities/plan_lines.html"
    form_class = LinesForm
    success_message = "权重和顺序已保存。"

    @cached_property
    def plan(self) -> AnnualPlan:
        plan = AnnualPlan.objects.filter(pk=self.kwargs["pk"]).first()
        if plan is None:
            raise Http404
        return plan

    def get_form_kwargs(self) -> dict[str, Any]:
        lines = self.plan.lines.select_related("indicator").order_by("order", "pk")
        return {"lines": list(lines)}

    def perform(self, form: Any) -> AnnualPlan:
        return arrange_lines(
            self.plan, actor=self.actor, weights=form.weights(), orders=form.orders()
        )

    def get_cancel_url(self) -> str:
        return self.plan.get_absolute_url()

    def get_extra(self) -> dict[str, Any]:
        return {
            "plan": self.plan,
            "crumbs": [
                ("年度方案", reverse("responsibilities:annualplan_list")),
                (str(self.plan), self.plan.get_absolute_url()),
            ],
        }
