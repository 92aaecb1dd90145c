"""Pages of the annual plan and the indicator library."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.urls import reverse

from gongjian.foundation.kernel.dates import today
from gongjian.foundation.web.pages import ConfirmPage, DetailPage, FormPage, ListPage, StepPage
from gongjian.foundation.web.templatetags.ui import num
from orgs.queries import root_unit
from responsibilities.authority import ALLOCATE_TARGET, MANAGE_PLAN, VIEW_PLAN
from responsibilities.enums import PlanState
from responsibilities.filters.planning import IndicatorFilter
from responsibilities.forms.planning import PlanForm, RegionalValuesForm
from responsibilities.models import AnnualPlan, Indicator, Target
from responsibilities.queries.planning import divisions
from responsibilities.services.library import load_indicator_library
from responsibilities.services.planning import (
    approve_plan,
    archive_plan,
    create_plan,
    edit_plan,
    set_regional_values,
)
from responsibilities.tables.planning import AnnualPlanTable, IndicatorTable


class AnnualPlanList(ListPage):
    permission = VIEW_PLAN
    heading = "年度方案"
    queryset = AnnualPlan.objects.annotate(line_count=Count("lines"))
    table_class = AnnualPlanTable

    def get_extra(self) -> dict[str, Any]:
        if not self.actor.may(MANAGE_PLAN):
            return {}
        url = reverse("responsibilities:annualplan_create")
        return {"create_url": url, "create_label": "新建年度方案"}


class AnnualPlanDetail(DetailPage):
    permission = VIEW_PLAN
    queryset = AnnualPlan.objects.all()
    template_name = "responsibilities/annualplan_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        plan = self.object
        return [
            ("年度", plan.year),
            ("状态", plan.get_state_display()),
            ("目标建议截止日", plan.proposals_due_on or "不限"),
        ]

    def get_extra(self) -> dict[str, Any]:
        root = root_unit()
        lines = {line.indicator_id: line.weight for line in self.object.lines.all()}
        may_edit = self.actor.may(MANAGE_PLAN) and self.object.state != PlanState.ARCHIVED
        return {
            "root": root,
            "divisions": [
                (division, lines[division.indicator.pk])
                for division in (divisions(self.object, root) if root else [])
            ],
            "weight_total": sum(lines.values()),
            "may_edit": may_edit,
            "may_allocate": root is not None and self.actor.may(ALLOCATE_TARGET, at=root),
        }


class _PlanForm(FormPage, base=True):
    template_name = "responsibilities/annualplan_form.html"
    form_class = PlanForm

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:annualplan_list")


class AnnualPlanCreate(_PlanForm):
    permission = MANAGE_PLAN
    heading = "新建年度方案"
    help_text = "先写明年度重点，再从指标库选定本年度指标；全地区目标值在下一步填写。"
    success_message = "年度方案已保存，请继续填写全地区目标值。"

    def get_form_kwargs(self) -> dict[str, Any]:
        # From October on the office plans for the year to come.
        year = today().year + (today().month >= 10)
        title = f"{self.actor.tenant_name}{year}年党工共建工作方案"
        return {"initial": {"year": year, "title": title}}

    def perform(self, form: Any) -> AnnualPlan:
        return create_plan(actor=self.actor, values=form.cleaned_data, indicators=form.chosen())

    def get_success_url(self, result: AnnualPlan) -> str:
        return reverse("responsibilities:annualplan_values", args=[result.pk])

    def get_extra(self) -> dict[str, Any]:
        return {"library_url": reverse("responsibilities:indicator_load")}


class _OnePlan(FormPage, base=True):
    """A form about one plan."""

    def get_plan(self) -> AnnualPlan:
        if not hasattr(self, "_plan"):
            page = AnnualPlanDetail(request=self.request, kwargs=self.kwargs)
            self._plan: AnnualPlan = page.get_object()
        return self._plan

    def get_cancel_url(self) -> str:
        return self.get_plan().get_absolute_url()

    def get_extra(self) -> dict[str, Any]:
        return {
            "plan": self.get_plan(),
            "crumbs": [
                ("年度方案", reverse("responsibilities:annualplan_list")),
                (str(self.get_plan()), self.get_plan().get_absolute_url()),
            ],
        }


class AnnualPlanEdit(_OnePlan):
    permission = MANAGE_PLAN
    heading = "修改年度方案"
    template_name = "responsibilities/annualplan_form.html"
    form_class = PlanForm
    success_message = "年度方案已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        plan = self.get_plan()
        chosen = list(plan.lines.values_list("indicator_id", flat=True))
        return {"instance": plan, "initial": {"indicators": chosen}}

    def perform(self, form: Any) -> AnnualPlan:
        # The form wrote on its own copy; the service reads the row anew under lock.
        return edit_plan(
            self.get_plan(),
            actor=self.actor,
            values=form.cleaned_data,
            indicators=form.chosen(),
        )


class AnnualPlanValues(_OnePlan):
    permission = MANAGE_PLAN
    heading = "全地区目标值"
    help_text = "填写全地区全年要达到的数。没有目标的指标请留空；审定后改值须办理调整单。"
    form_class = RegionalValuesForm
    success_message = "全地区目标值已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        plan = self.get_plan()
        lines = list(plan.lines.select_related("indicator").order_by("order", "pk"))
        held = Target.objects.filter(plan=plan, parent__isnull=True)
        return {"lines": lines, "held": {target.indicator_id: target for target in held}}

    def perform(self, form: Any) -> AnnualPlan:
        set_regional_values(self.get_plan(), actor=self.actor, values=form.values())
        return self.get_plan()


class AnnualPlanStep(StepPage):
    # Who may take which step is said by the lifecycle; the service asks.
    permission = VIEW_PLAN
    queryset = AnnualPlan.objects.all()
    services = {"approve": approve_plan, "archive": archive_plan}
    success_message = "已办理。"


class IndicatorList(ListPage):
    permission = VIEW_PLAN
    heading = "指标库"
    queryset = Indicator.objects.filter(is_active=True)
    table_class = IndicatorTable
    filterset_class = IndicatorFilter

    def get_extra(self) -> dict[str, Any]:
        if not self.actor.may(MANAGE_PLAN):
            return {}
        url = reverse("responsibilities:indicator_create")
        return {"create_url": url, "create_label": "新增指标"}


class IndicatorDetail(DetailPage):
    permission = VIEW_PLAN
    template_name = "responsibilities/indicator_detail.html"
    queryset = Indicator.objects.all()

    def get_facts(self) -> list[tuple[str, Any]]:
        indicator = self.object
        facts = [
            ("编码", indicator.code),
            ("类别", f"{indicator.section} {indicator.section_title}"),
            ("性质", indicator.get_kind_display()),
            ("用途", indicator.get_mode_display()),
            ("计量单位", indicator.unit_label),
            ("分子", indicator.numerator),
            ("分母", indicator.denominator),
            ("方向", "越高越好" if indicator.rises else "越低越好"),
            ("计分方法", indicator.method),
            ("权重", num(indicator.weight)),
            ("参考目标", indicator.target_text),
            ("频度", indicator.get_frequency_display()),
            ("填报口径", indicator.get_quarterly_style_display()),
            ("分解方式", indicator.get_allocation_style_display()),
            ("佐证", indicator.evidence),
            ("说明", indicator.note),
        ]
        return [(label, value or "—") for label, value in facts]

    def get_extra(self) -> dict[str, Any]:
        return {
            "crumbs": [("指标库", reverse("responsibilities:indicator_list"))],
            "edit_url": reverse("responsibilities:indicator_edit", args=[self.object.pk])
            if self.actor.may(MANAGE_PLAN)
            else "",
        }


class IndicatorLoad(ConfirmPage):
    permission = MANAGE_PLAN
    heading = "载入标准指标库"
    help_text = "将补齐标准指标和季度填报项。已有的指标（包括修改过的权重和说明）保持不变。"
    submit_label = "载入"

    def perform(self, form: Any) -> int:
        count = load_indicator_library(actor=self.actor)
        self.say(f"已载入 {count} 个指标。" if count else "标准指标已齐全，没有需要补充的。")
        return count

    def get_success_url(self, result: int) -> str:
        return reverse("responsibilities:indicator_list")

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:indicator_list")
