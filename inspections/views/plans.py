"""The yearly plan and exceptions."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import Http404
from django.urls import reverse

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    RecordsMixin,
    StepPage,
)
from inspections.authority import (
    APPROVE_PLAN,
    ARRANGE_VISIT,
    PLAN_INSPECTION,
    VIEW_INSPECTION,
)
from inspections.enums import ExceptionState, PlanState
from inspections.forms import ApprovalForm, DecisionForm, ExceptionForm, LineForm, PlanForm
from inspections.models import InspectionException, InspectionPlan, PlanLine
from inspections.queries.calendar import without_visit
from inspections.services.planning import (
    approve_plan,
    ask_exception,
    decide_exception,
    draw_up_plan,
    drop_line,
    edit_plan,
    put_line,
    return_plan,
    submit_plan,
)
from inspections.tables import TONES, ExceptionTable, PlanTable
from orgs.models import Unit
from orgs.queries import root_unit


def own_unit(actor: Actor) -> Unit:
    """The body that inspects: the unit of the post, for leaders the whole region."""
    unit = Unit.objects.filter(pk=actor.unit_id or 0).first() or root_unit()
    if unit is None:
        raise Http404
    return unit


def units_to_visit(actor: Actor) -> TenantQuerySet[Unit]:
    open_units = Unit.objects.filter(closed_on__isnull=True, parent__isnull=False)
    return open_units.within(actor.scope(ARRANGE_VISIT))  # type: ignore[attr-defined, no-any-return]


class PlanList(ListPage):
    permission = VIEW_INSPECTION
    queryset = InspectionPlan.objects.select_related("unit").annotate(line_count=Count("lines"))
    table_class = PlanTable
    heading = "年度督查计划"

    def get_extra(self) -> dict[str, Any]:
        may = self.actor.may(PLAN_INSPECTION)
        return {
            "create_url": reverse("inspections:inspectionplan_create") if may else "",
            "create_label": "拟订计划",
        }


class PlanDetail(DetailPage):
    permission = VIEW_INSPECTION
    queryset = InspectionPlan.objects.select_related("unit")
    template_name = "inspections/plan_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        plan: InspectionPlan = self.object
        facts = [
            ("督查单位", plan.unit),
            ("年度", f"{plan.year}年"),
            ("每单位全年最多次数", f"{plan.visit_limit}次（各项督查检查合计）"),
            (
                "整改期限",
                f"一般{plan.days_general}、较重{plan.days_heavy}、严重{plan.days_serious}个工作日",
            ),
            ("批准文号", plan.approval_number or "批准后填写"),
        ]
        if plan.approved_at:
            facts.append(("批准", f"{plan.approved_by}　{long_date(plan.approved_at.date())}"))
        return facts

    def get_steps(self) -> list[dict[str, str]]:
        approve = reverse("inspections:inspectionplan_approve", args=[self.object.pk])
        return [
            {**step, "url": approve} if step["label"] == "批准" else step
            for step in super().get_steps()
        ]

    def get_extra(self) -> dict[str, Any]:
        plan: InspectionPlan = self.object
        lines = list(
            plan.lines.select_related("version__questionnaire").prefetch_related("units__unit")
        )
        waiting = {(item.line_id, item.unit_id) for item in without_visit(plan.year)}
        rows = [
            (line, [(item.unit, (line.pk, item.unit_id) in waiting) for item in line.units.all()])
            for line in lines
        ]
        own = self.actor.may(PLAN_INSPECTION, at=plan.unit)
        return {
            "tone": TONES[plan.state],
            "rows": rows,
            "may_edit": own and plan.state == PlanState.DRAFT,
            "may_arrange": self.actor.may(ARRANGE_VISIT) and plan.state == PlanState.APPROVED,
        }


class PlanCreate(FormPage):
    permission = PLAN_INSPECTION
    form_class = PlanForm
    heading = "拟订年度督查计划"
    success_message = "已建立，请添加督查事项。"

    def get_form_kwargs(self) -> dict[str, Any]:
        year = today().year
        return {"initial": {"year": year, "title": f"{year}年党工共建督查计划"}}

    def perform(self, form: Any) -> InspectionPlan:
        return draw_up_plan(own_unit(self.actor), actor=self.actor, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return reverse("inspections:inspectionplan_list")


class PlanEdit(RecordsMixin, FormPage):
    permission = PLAN_INSPECTION
    form_class = PlanForm
    heading = "修改督查计划"
    success_message = "已保存。"
    queryset = InspectionPlan.objects.select_related("unit")

    def get_form_kwargs(self) -> dict[str, Any]:
        plan = self.get_object()
        return {"initial": {name: getattr(plan, name) for name in PlanForm.base_fields}}

    def perform(self, form: Any) -> InspectionPlan:
        return edit_plan(self.get_object(), actor=self.actor, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class PlanStep(StepPage):
    permission = VIEW_INSPECTION
    queryset = InspectionPlan.objects.select_related("unit")
    services = {"submit": submit_plan, "return": return_plan}


class PlanApprove(RecordsMixin, FormPage):
    permission = APPROVE_PLAN
    form_class = ApprovalForm
    heading = "批准督查计划"
    submit_label = "批准"
    success_message = "已批准，可以按计划安排督查。"
    queryset = InspectionPlan.objects.select_related("unit")

    def perform(self, form: Any) -> InspectionPlan:
        return approve_plan(self.get_object(), actor=self.actor, **form.cleaned_data)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class _OfPlan(FormPage, base=True):
    permission = PLAN_INSPECTION

    def get_plan(self) -> InspectionPlan:
        plan: InspectionPlan | None = (
            InspectionPlan.objects.within(self.scope).filter(pk=self.kwargs["plan"]).first()
        )
        if plan is None:
            raise Http404
        return plan

    def get_line(self) -> PlanLine | None:
        if "pk" not in self.kwargs:
            return None
        line: PlanLine | None = self.get_plan().lines.filter(pk=self.kwargs["pk"]).first()
        if line is None:
            raise Http404
        return line

    def get_cancel_url(self) -> str:
        return self.get_plan().get_absolute_url()


class _LinePage(_OfPlan, base=True):
    form_class = LineForm
    template_name = "inspections/act.html"
    success_message = "已保存计划事项。"

    def get_form_kwargs(self) -> dict[str, Any]:
        line = self.get_line()
        initial: dict[str, Any] = {}
        if line is not None:
            names = ("topic", "method", "starts_on", "ends_on", "version", "partners")
            initial = {name: getattr(line, name) for name in names}
            initial["units"] = [item.unit_id for item in line.units.all()]
        return {"units": units_to_visit(self.actor), "initial": initial}

    def perform(self, form: Any) -> PlanLine:
        values = dict(form.cleaned_data)
        units = values.pop("units")
        return put_line(
            self.get_plan(), actor=self.actor, values=values, units=units, line=self.get_line()
        )


class LineAdd(_LinePage):
    heading = "添加计划事项"


class LineEdit(_LinePage):
    heading = "修改计划事项"


class LineDrop(_OfPlan, ConfirmPage):
    heading = "删除计划事项"
    template_name = "web/confirm.html"
    submit_label = "删除"
    success_message = "已删除。"

    def perform(self, form: Any) -> InspectionPlan:
        line = self.get_line()
        if line is None:
            raise Http404
        return drop_line(line, actor=self.actor)


class ExceptionList(ListPage):
    permission = VIEW_INSPECTION
    queryset = InspectionException.objects.select_related("unit", "organizer")
    table_class = ExceptionTable
    heading = "计划外督查"

    def get_extra(self) -> dict[str, Any]:
        may = self.actor.may(PLAN_INSPECTION)
        return {
            "create_url": reverse("inspections:exception_ask") if may else "",
            "create_label": "申请计划外督查",
        }


class ExceptionAsk(FormPage):
    permission = PLAN_INSPECTION
    form_class = ExceptionForm
    template_name = "inspections/act.html"
    heading = "申请计划外督查"
    submit_label = "报请批准"
    success_message = "已报请批准。"
    help_text = "一事一报：每一次计划外督查单独批准。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"units": units_to_visit(self.actor)}

    def perform(self, form: Any) -> InspectionException:
        values = dict(form.cleaned_data)
        unit = values.pop("unit")
        return ask_exception(own_unit(self.actor), actor=self.actor, unit=unit, values=values)

    def get_cancel_url(self) -> str:
        return reverse("inspections:inspectionexception_list")


class ExceptionDetail(DetailPage):
    permission = VIEW_INSPECTION
    queryset = InspectionException.objects.select_related("unit", "organizer")
    template_name = "inspections/exception_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        asked: InspectionException = self.object
        return [
            ("被查单位", asked.unit),
            ("督查单位", asked.organizer),
            ("时间", f"{long_date(asked.starts_on)}至{long_date(asked.ends_on)}"),
            ("申请人", asked.asked_by),
            ("批准文号", asked.approval_number or "—"),
            ("审批意见", asked.opinion or "—"),
            ("审批人", asked.decided_by or "—"),
        ]

    def get_steps(self) -> list[dict[str, str]]:
        return []

    def get_extra(self) -> dict[str, Any]:
        asked: InspectionException = self.object
        waiting = asked.state == ExceptionState.ASKED
        return {
            "tone": "ok" if asked.state == ExceptionState.APPROVED else TONES[asked.state],
            "may_decide": waiting and self.actor.may(APPROVE_PLAN, at=asked.unit),
            "may_arrange": asked.state == ExceptionState.APPROVED
            and self.actor.may(ARRANGE_VISIT, at=asked.unit)
            and not asked.visits.exists(),
        }


class ExceptionDecide(RecordsMixin, FormPage):
    permission = APPROVE_PLAN
    form_class = DecisionForm
    heading = "审批计划外督查"
    submit_label = "提交审批"
    success_message = "已审批，申请单位会收到通知。"
    queryset = InspectionException.objects.select_related("unit", "organizer")

    def perform(self, form: Any) -> InspectionException:
        return decide_exception(
            self.get_object(),
            actor=self.actor,
            approved=form.cleaned_data["decision"] == "approve",
            number=form.cleaned_data["number"],
            opinion=form.cleaned_data["opinion"],
        )

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())
