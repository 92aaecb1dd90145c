"""Pages of the work plans by category."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import Http404
from django.urls import reverse

from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    StepPage,
)
from gongjian.foundation.workflow.lifecycle import Step
from orgs.guidance_queries import units_in
from responsibilities.authority import MANAGE_GUIDANCE, VIEW_GUIDANCE
from responsibilities.enums import WorkPlanState
from responsibilities.filters.guidance import WorkPlanFilter
from responsibilities.forms.guidance import (
    MeasuresForm,
    WeightsForm,
    WorkPlanEditForm,
    WorkPlanForm,
)
from responsibilities.models import AnnualPlan, WorkPlan
from responsibilities.queries.guidance import (
    FULL_WEIGHT,
    tick_counts,
    visible_work_plans,
    weight_total,
)
from responsibilities.queries.planning import current_plan
from responsibilities.services.guidance import (
    approve_work_plan,
    create_work_plan,
    edit_work_plan,
    return_work_plan,
    revise_work_plan,
    set_measures,
    set_weights,
    submit_work_plan,
)
from responsibilities.tables.guidance import WorkPlanTable


class WorkPlanList(ListPage):
    permission = VIEW_GUIDANCE
    heading = "分类方案"
    table_class = WorkPlanTable
    filterset_class = WorkPlanFilter

    def get_queryset(self) -> Any:
        return visible_work_plans(self.actor).annotate(
            measure_count=Count("measures", distinct=True),
            indicator_count=Count("weights", distinct=True),
        )

    def get_extra(self) -> dict[str, Any]:
        extra = {"help_text": "按地方和单位的类别分别确定目标、措施和指标权重（分类指导）。"}
        if self.actor.may(MANAGE_GUIDANCE):
            extra |= {
                "create_url": reverse("responsibilities:workplan_create"),
                "create_label": "拟订分类方案",
            }
        return extra


class WorkPlanDetail(DetailPage):
    permission = VIEW_GUIDANCE
    template_name = "responsibilities/workplan_detail.html"

    def get_queryset(self) -> Any:
        return visible_work_plans(self.actor)

    def get_place(self) -> None:
        return None

    def get_step_url(self, step: Step) -> str:
        return reverse("responsibilities:workplan_step", args=[self.object.pk, step.name])

    def get_steps(self) -> list[dict[str, str]]:
        # The approval of the next version takes this step, nobody presses it.
        url = reverse("responsibilities:workplan_step", args=[self.object.pk, "supersede"])
        return [step for step in super().get_steps() if step["url"] != url]

    def get_facts(self) -> list[tuple[str, Any]]:
        work_plan = self.object
        facts = [
            ("年度方案", work_plan.plan),
            ("指导类别", work_plan.category),
            ("适用单位", f"{units_in(work_plan.category).count()} 家"),
            ("版本", f"第 {work_plan.version} 版"),
            ("状态", work_plan.get_state_display()),
        ]
        if work_plan.approved_by:
            facts.append(("审定", f"{work_plan.approved_by}"))
        return facts

    def get_extra(self) -> dict[str, Any]:
        work_plan = self.object
        may_manage = self.actor.may(MANAGE_GUIDANCE)
        counts = tick_counts(work_plan)
        return {
            "measures": [(row, counts.get(row.pk, 0)) for row in work_plan.measures.all()],
            "weights": list(work_plan.weights.select_related("indicator")),
            "weight_total": weight_total(work_plan),
            "full_weight": FULL_WEIGHT,
            "may_edit": may_manage and work_plan.state == WorkPlanState.DRAFT,
            "may_revise": may_manage and work_plan.state == WorkPlanState.APPROVED,
            "versions": visible_work_plans(self.actor)
            .filter(plan=work_plan.plan_id, category=work_plan.category_id)
            .exclude(pk=work_plan.pk)
            .order_by("-version"),
            "crumbs": [("分类方案", reverse("responsibilities:workplan_list"))],
        }


class WorkPlanCreate(FormPage):
    permission = MANAGE_GUIDANCE
    heading = "拟订分类方案"
    form_class = WorkPlanForm
    submit_label = "保存，下一步填写措施"

    def get_plan(self) -> AnnualPlan | None:
        return current_plan()

    def perform(self, form: Any) -> WorkPlan:
        plan = self.get_plan()
        if plan is None:
            raise Http404
        values = form.cleaned_data
        return create_work_plan(
            plan,
            values["category"],
            actor=self.actor,
            goals=values["goals"],
            approach=values["approach"],
        )

    def get_success_url(self, result: WorkPlan) -> str:
        return reverse("responsibilities:workplan_measures", args=[result.pk])

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:workplan_list")

    def get_extra(self) -> dict[str, Any]:
        plan = self.get_plan()
        text = (
            f"属于“{plan}”。先写目标和要求，接着填写措施，再设置指标权重。"
            if plan is not None
            else "还没有年度方案，请先新建年度方案。"
        )
        return {
            "help_text": text,
            "crumbs": [("分类方案", reverse("responsibilities:workplan_list"))],
        }


class _OneWorkPlan(FormPage, base=True):
    """A form about one work plan."""

    def get_object(self) -> WorkPlan:
        found = visible_work_plans(self.actor).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def get_cancel_url(self) -> str:
        return self.get_object().get_absolute_url()

    def get_extra(self) -> dict[str, Any]:
        work_plan = self.get_object()
        return {
            "object": work_plan,
            "crumbs": [
                ("分类方案", reverse("responsibilities:workplan_list")),
                (str(work_plan), work_plan.get_absolute_url()),
            ],
        }


class WorkPlanEdit(_OneWorkPlan):
    permission = MANAGE_GUIDANCE
    heading = "修改目标和要求"
    form_class = WorkPlanEditForm
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        work_plan = self.get_object()
        return {"initial": {"goals": work_plan.goals, "approach": work_plan.approach}}

    def perform(self, form: Any) -> WorkPlan:
        return edit_work_plan(self.get_object(), actor=self.actor, values=form.cleaned_data)


class WorkPlanMeasures(_OneWorkPlan):
    permission = MANAGE_GUIDANCE
    heading = "填写措施"
    form_class = MeasuresForm
    template_name = "responsibilities/measures_form.html"
    help_text = "每一行写明做什么、由哪个职务负责、何时完成。"
    success_message = "措施已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        measures = list(self.get_object().measures.all())
        return {"measures": measures, "owner_label": "责任人（职务）"}

    def perform(self, form: Any) -> WorkPlan:
        return set_measures(self.get_object(), actor=self.actor, lines=form.lines())


class WorkPlanWeights(_OneWorkPlan):
    permission = MANAGE_GUIDANCE
    heading = "设置指标和权重"
    form_class = WeightsForm
    template_name = "responsibilities/weights_form.html"
    help_text = "只给这一类单位考核的指标填权重，其余留空；合计等于 100 才能提请审定。"
    success_message = "权重已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        work_plan = self.get_object()
        lines = work_plan.plan.lines.select_related("indicator").order_by("order", "pk")
        held = dict(work_plan.weights.values_list("indicator_id", "weight"))
        return {"lines": list(lines), "held": held}

    def perform(self, form: Any) -> WorkPlan:
        return set_weights(self.get_object(), actor=self.actor, weights=form.weights())


class WorkPlanRevise(_OneWorkPlan, ConfirmPage):
    permission = MANAGE_GUIDANCE
    heading = "拟订新版"
    submit_label = "拟订新版"

    def perform(self, form: Any) -> WorkPlan:
        return revise_work_plan(self.get_object(), actor=self.actor)

    def get_extra(self) -> dict[str, Any]:
        question = "以现行版为底稿拟订新版。新版审定前现行版继续有效，各单位已登记的进展转入新版。"
        return {**super().get_extra(), "question": question}


class WorkPlanStep(StepPage):
    # Who may take which step is said by the lifecycle; the service asks.
    permission = VIEW_GUIDANCE
    queryset = WorkPlan.objects.select_related("plan", "category")
    services = {
        "submit": submit_work_plan,
        "send_back": return_work_plan,
        "approve": approve_work_plan,
    }
    success_message = "已办理。"

    def get_queryset(self) -> Any:
        return visible_work_plans(self.actor)
