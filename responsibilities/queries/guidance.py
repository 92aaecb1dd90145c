"""Reads of classified guidance: the plan of a unit, weights by category."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.tenancy.together import fetch_all, first_of
from orgs.guidance_queries import categories_of, running_placements
from orgs.models import GuidanceCategory, Unit
from responsibilities.authority import APPROVE_GUIDANCE, MANAGE_GUIDANCE
from responsibilities.enums import WorkPlanState
from responsibilities.models import (
    AnnualPlan,
    DevelopmentPlan,
    Indicator,
    MeasureTick,
    Target,
    WorkPlan,
    WorkPlanIndicator,
    WorkPlanMeasure,
)
from responsibilities.queries.planning import targets_of

FULL_WEIGHT = Decimal(100)


def visible_work_plans(actor: Actor) -> TenantQuerySet[WorkPlan]:
    """What is being drawn up is seen by those who draw it up or approve it."""
    plans = WorkPlan.objects.select_related("plan", "category")
    if not (actor.may(MANAGE_GUIDANCE) or actor.may(APPROVE_GUIDANCE)):
        plans = plans.filter(state__in=[WorkPlanState.APPROVED, WorkPlanState.SUPERSEDED])
    return plans  # type: ignore[return-value]


def work_plan_of(plan: AnnualPlan, category: GuidanceCategory) -> WorkPlan | None:
    """The work plan in force for a category."""
    return WorkPlan.objects.filter(
        plan=plan, category=category, state=WorkPlanState.APPROVED
    ).first()


def weight_total(work_plan: WorkPlan) -> Decimal:
    total = work_plan.weights.aggregate(total=Sum("weight"))["total"]
    return total or Decimal(0)


def weights_of(plan: AnnualPlan, unit_ids: Iterable[int]) -> dict[int, dict[str, Decimal]]:
    """Weights by indicator code that count for each unit, from its category's plan in force.

    Units without a category, or whose category has no plan in force, are left
    out: for them the weights of the annual plan stand.
    """
    category_ids = categories_of(unit_ids)
    by_category: dict[int, dict[str, Decimal]] = {}
    rows = WorkPlanIndicator.objects.filter(
        work_plan__plan=plan,
        work_plan__state=WorkPlanState.APPROVED,
        work_plan__category_id__in=set(category_ids.values()),
    ).values_list("work_plan__category_id", "indicator__code", "weight")
    for category_id, code, weight in rows.order_by("pk"):
        by_category.setdefault(category_id, {})[code] = weight
    return {
        unit_id: by_category[category_id]
        for unit_id, category_id in category_ids.items()
        if category_id in by_category
    }


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure of the category's plan and whether this unit has done it."""

    measure: WorkPlanMeasure
    tick: MeasureTick | None

    @property
    def state(self) -> tuple[str, str]:
        """A word and the look of its chip."""
        if self.tick is not None:
            return "已完成", "done"
        if self.measure.due_on < today():
            return "已逾期", "overdue"
        return "进行中", "neutral"


@dataclass(frozen=True, slots=True)
class WeightRow:
    """An indicator that counts for this unit, beside the unit's own target."""

    indicator: Indicator
    weight: Decimal
    target: Target | None


@dataclass(frozen=True, slots=True)
class Program:
    """All that one unit is to do in a year, on one page (本单位方案)."""

    unit: Unit
    plan: AnnualPlan
    category: GuidanceCategory | None
    work_plan: WorkPlan | None
    measures: list[MeasureRow]
    weights: list[WeightRow]
    #: Targets on indicators that carry no weight in the category.
    others: list[Target]
    development: DevelopmentPlan | None

    @property
    def done_count(self) -> int:
        return sum(row.tick is not None for row in self.measures)

    @property
    def late_count(self) -> int:
        return sum(row.state[1] == "overdue" for row in self.measures)


def program_of(unit: Unit, plan: AnnualPlan) -> Program:
    """The unit's page: its category's plan with its own targets and progress."""
    placed = running_placements().filter(unit_id=unit.pk)
    in_force = WorkPlan.objects.filter(
        plan=plan,
        category__in=placed.order_by().values("category_id"),
        state=WorkPlanState.APPROVED,
    )
    covering = _developments(unit, plan.year).prefetch_related("measures")
    placements, work_plans, own_targets, developments = fetch_all(
        [
            placed.select_related("category")[:1],
            in_force.select_related("plan", "category")[:1],
            targets_of(unit.pk, plan),
            covering[:1],
        ]
    )
    category = placements[0].category if placements else None
    work_plan = first_of(work_plans)
    targets = {target.indicator_id: target for target in own_targets}
    weights: list[WeightRow] = []
    measures: list[MeasureRow] = []
    if work_plan is not None:
        weighed, steps, ticks = fetch_all(
            [
                work_plan.weights.select_related("indicator"),
                work_plan.measures.all(),
                MeasureTick.objects.filter(unit=unit, measure__work_plan=work_plan),
            ]
        )
        weights = [
            WeightRow(row.indicator, row.weight, targets.get(row.indicator_id)) for row in weighed
        ]
        done = {tick.measure_id: tick for tick in ticks}
        measures = [MeasureRow(measure, done.get(measure.pk)) for measure in steps]
    weighted = {row.indicator.pk for row in weights}
    return Program(
        unit=unit,
        plan=plan,
        category=category,
        work_plan=work_plan,
        measures=measures,
        weights=weights,
        others=[target for key, target in targets.items() if key not in weighted],
        development=first_of(developments),
    )


def _developments(unit: Unit, year: int) -> QuerySet[DevelopmentPlan]:
    """The development plans that cover a year, the newest first."""
    found = DevelopmentPlan.objects.filter(unit=unit, from_year__lte=year, to_year__gte=year)
    return found.select_related("unit").order_by("-from_year")


def overdue_measures(unit_id: int, day: date, plan: AnnualPlan) -> QuerySet[WorkPlanMeasure]:
    """Measures of the unit's category that are past their day and not done."""
    placed = running_placements().filter(unit_id=unit_id).order_by()
    return (
        WorkPlanMeasure.objects.filter(
            work_plan__plan=plan,
            work_plan__category__in=placed.values("category_id"),
            work_plan__state=WorkPlanState.APPROVED,
            due_on__lt=day,
        )
        .exclude(ticks__unit_id=unit_id)
        .order_by("due_on", "pk")
    )


def tick_counts(work_plan: WorkPlan) -> dict[int, int]:
    """How many units have done each measure."""
    rows = work_plan.measures.order_by().values_list("pk").annotate(Count("ticks"))
    return dict(rows)
