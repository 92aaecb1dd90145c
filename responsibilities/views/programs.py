"""Pages of a unit's own plan (本单位方案) and its development plan."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.together import look_up_together
from gongjian.foundation.web.pages import (
    DetailPage,
    FormPage,
    ListPage,
    Page,
    RecordsMixin,
    StepPage,
)
from orgs.models import Unit
from orgs.queries import numbered_unit, numbered_unit_ahead
from responsibilities.authority import TICK_MEASURE, VIEW_GUIDANCE, WRITE_DEVELOPMENT
from responsibilities.enums import DevelopmentState, WorkPlanState
from responsibilities.filters.guidance import DevelopmentFilter
from responsibilities.forms.guidance import DevelopmentForm, DoneForm, MeasuresForm, TickForm
from responsibilities.models import (
    DevelopmentMeasure,
    DevelopmentPlan,
    MeasureTick,
    WorkPlanMeasure,
)
from responsibilities.queries.guidance import program_of
from responsibilities.queries.planning import current_plan, current_plan_ahead
from responsibilities.services.development import (
    approve_development,
    finish_measure,
    return_development,
    revise_development,
    save_development,
    set_development_measures,
    submit_development,
)
from responsibilities.services.guidance import tick_measure
from responsibilities.tables.guidance import DevelopmentTable


class UnitProgram(RecordsMixin, Page):
    """One page for a unit: goals, measures, weights beside its own targets, development."""

    permission = VIEW_GUIDANCE
    queryset = Unit.objects.filter(closed_on__isnull=True).select_related("parent")
    template_name = "responsibilities/unit_program.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        unit = self.get_object()
        plan = current_plan()
        is_own = unit.pk == self.actor.unit_id
        return self.render(
            {
                "heading": "本单位方案" if is_own else f"{unit.name}工作方案",
                "unit": unit,
                "plan": plan,
                "program": None if plan is None else program_of(unit, plan),
                "may_tick": self.actor.may(TICK_MEASURE, at=unit),
                "may_write": self.actor.may(WRITE_DEVELOPMENT, at=unit),
            }
        )


class MyProgram(UnitProgram):
    """本单位方案, from the navigation."""

    permission = VIEW_GUIDANCE

    def get_object(self) -> Unit:
        look_up_together([numbered_unit_ahead(self.actor.unit_id or 0), current_plan_ahead()])
        unit = numbered_unit(self.actor.unit_id or 0)
        if unit is None:
            raise Http404
        return unit


class MeasureDone(FormPage):
    """登记完成 of a measure of the category's plan, by the acting unit."""

    permission = TICK_MEASURE
    heading = "登记措施完成"
    form_class = TickForm
    submit_label = "登记"
    success_message = "已登记。"

    def get_measure(self) -> WorkPlanMeasure:
        measure = (
            WorkPlanMeasure.objects.filter(
                pk=self.kwargs["pk"], work_plan__state=WorkPlanState.APPROVED
            )
            .select_related("work_plan__plan", "work_plan__category")
            .first()
        )
        if measure is None:
            raise Http404
        return measure

    def get_form_kwargs(self) -> dict[str, Any]:
        tick = MeasureTick.objects.filter(
            measure=self.get_measure(), unit_id=self.actor.unit_id or 0
        ).first()
        if tick is None:
            return {}
        return {"initial": {"done_on": tick.done_on, "note": tick.note}}

    def perform(self, form: Any) -> MeasureTick:
        unit = Unit.objects.get(pk=self.actor.unit_id or 0)
        return tick_measure(self.get_measure(), unit, actor=self.actor, **form.cleaned_data)

    def get_success_url(self, result: MeasureTick) -> str:
        return reverse("responsibilities:my_program")

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:my_program")

    def get_extra(self) -> dict[str, Any]:
        measure = self.get_measure()
        return {
            "help_text": f"{measure.text}（{measure.owner}，{measure.due_on:%Y-%m-%d}前完成）",
            "crumbs": [("本单位方案", reverse("responsibilities:my_program"))],
        }


# --- development plans --------------------------------------------------------------------


class _Developments(RecordsMixin):
    """Plans within reach; a superior sees those of others once they are handed in."""

    queryset = DevelopmentPlan.objects.select_related("unit")

    def get_queryset(self) -> Any:
        unseen = Q(state=DevelopmentState.DRAFT, submitted_at__isnull=True)
        own = Q(unit__path=self.scope.path)
        return super().get_queryset().exclude(unseen & ~own)


class DevelopmentList(_Developments, ListPage):
    permission = VIEW_GUIDANCE
    heading = "发展规划"
    table_class = DevelopmentTable
    filterset_class = DevelopmentFilter

    def get_queryset(self) -> Any:
        done = Q(measures__done_on__isnull=False)
        return (
            super()
            .get_queryset()
            .annotate(measure_count=Count("measures"), done_count=Count("measures", filter=done))
        )

    def get_extra(self) -> dict[str, Any]:
        if not self.actor.may(WRITE_DEVELOPMENT):
            return {}
        url = reverse("responsibilities:developmentplan_create")
        return {"create_url": url, "create_label": "编制发展规划"}


class DevelopmentDetail(_Developments, DetailPage):
    permission = VIEW_GUIDANCE
    template_name = "responsibilities/development_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        development = self.object
        facts = [
            ("单位", development.unit),
            ("规划期", f"{development.from_year}—{development.to_year}年"),
            ("第一责任人", development.unit.principal_name or "尚未登记"),
            ("状态", development.get_state_display()),
        ]
        if development.submitted_by:
            facts.append(("报送", development.submitted_by))
        if development.decided_by:
            facts.append(("审阅", development.decided_by))
        if development.opinion:
            facts.append(("审阅意见", development.opinion))
        return facts

    def get_extra(self) -> dict[str, Any]:
        development = self.object
        may_write = self.actor.may(WRITE_DEVELOPMENT, at=development.unit)
        return {
            "measures": list(development.measures.all()),
            "may_edit": may_write and development.is_editable,
            "may_finish": may_write and development.state == DevelopmentState.APPROVED,
            "today": today(),
            "crumbs": [("发展规划", reverse("responsibilities:developmentplan_list"))],
        }


class DevelopmentCreate(FormPage):
    permission = WRITE_DEVELOPMENT
    heading = "编制发展规划"
    form_class = DevelopmentForm
    submit_label = "保存，下一步填写措施"

    def get_form_kwargs(self) -> dict[str, Any]:
        year = today().year
        return {"initial": {"from_year": year, "to_year": year + 2}}

    def perform(self, form: Any) -> DevelopmentPlan:
        unit = Unit.objects.get(pk=self.actor.unit_id or 0)
        return save_development(None, actor=self.actor, unit=unit, values=form.cleaned_data)

    def get_success_url(self, result: DevelopmentPlan) -> str:
        return reverse("responsibilities:developmentplan_measures", args=[result.pk])

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:my_program")

    def get_extra(self) -> dict[str, Any]:
        return {"crumbs": [("发展规划", reverse("responsibilities:developmentplan_list"))]}


class _OneDevelopment(RecordsMixin, FormPage, base=True):
    queryset = DevelopmentPlan.objects.select_related("unit")

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        development = self.get_object()
        return {
            "object": development,
            "crumbs": [
                ("发展规划", reverse("responsibilities:developmentplan_list")),
                (str(development), development.get_absolute_url()),
            ],
        }


class DevelopmentEdit(_OneDevelopment):
    permission = WRITE_DEVELOPMENT
    heading = "修改发展规划"
    form_class = DevelopmentForm
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"instance": self.get_object()}

    def perform(self, form: Any) -> DevelopmentPlan:
        development = self.get_object()
        return save_development(
            development, actor=self.actor, unit=development.unit, values=form.cleaned_data
        )


class DevelopmentMeasures(_OneDevelopment):
    permission = WRITE_DEVELOPMENT
    heading = "填写规划措施"
    form_class = MeasuresForm
    template_name = "responsibilities/measures_form.html"
    help_text = "每一行写明做什么、谁负责、何时完成。"
    success_message = "措施已保存，可以报送上级审阅。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"measures": list(self.get_object().measures.all()), "owner_label": "责任人"}

    def perform(self, form: Any) -> DevelopmentPlan:
        return set_development_measures(self.get_object(), actor=self.actor, lines=form.lines())


class DevelopmentStep(_Developments, StepPage):
    permission = VIEW_GUIDANCE
    services = {
        "submit": submit_development,
        "approve": approve_development,
        "send_back": return_development,
        "revise": revise_development,
    }
    success_message = "已办理。"


class DevelopmentMeasureDone(RecordsMixin, FormPage):
    permission = WRITE_DEVELOPMENT
    queryset = DevelopmentMeasure.objects.select_related("development__unit")
    heading = "登记规划措施完成"
    form_class = DoneForm
    submit_label = "登记"
    success_message = "已登记。"

    def perform(self, form: Any) -> DevelopmentMeasure:
        done_on = form.cleaned_data["done_on"]
        return finish_measure(self.get_object(), actor=self.actor, done_on=done_on)

    def get_success_url(self, result: DevelopmentMeasure) -> str:
        return result.development.get_absolute_url()

    def get_cancel_url(self) -> str:
        return str(self.get_object().development.get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        return {"help_text": self.get_object().text}
