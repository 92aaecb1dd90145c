"""Reads of plans and targets: boards, grids, and how far an allocation has come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, Sum, When

from gongjian.foundation.kernel.numbers import show
from gongjian.foundation.kernel.once import once_a_page
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.tenancy.together import LookUp, fetch_all, first_of
from orgs.models import Unit
from orgs.queries import open_children
from responsibilities.enums import AllocationStyle, PlanState, TargetState
from responsibilities.models import AnnualPlan, Indicator, PlanIndicator, Target

ZERO = Decimal(0)


@once_a_page
def current_plan() -> AnnualPlan | None:
    """The approved plan of the latest year, else the latest draft."""
    found: AnnualPlan | None = first_of(_plans()[:1])
    return found


def _plans() -> QuerySet[AnnualPlan]:
    drafts_last = Case(When(state=PlanState.APPROVED, then=0), default=1)
    return AnnualPlan.objects.exclude(state=PlanState.ARCHIVED).order_by(drafts_last, "-year")


def current_plan_ahead() -> LookUp:
    return LookUp(current_plan, (), _plans()[:1])


def last_year_values(plan: AnnualPlan, unit_ids: Iterable[int]) -> dict[tuple[int, int], Decimal]:
    """Values of the year before by (indicator, unit): the base where no result was entered."""
    rows = Target.objects.filter(plan__year=plan.year - 1, unit_id__in=list(unit_ids))
    return {
        (indicator_id, unit_id): value
        for indicator_id, unit_id, value in rows.values_list("indicator_id", "unit_id", "value")
    }


def grouped(value: Decimal) -> str:
    """``1200`` → ``1,200``, as sums are written in messages."""
    whole, _, fraction = show(value).partition(".")
    return f"{int(whole):,}" + (f".{fraction}" if fraction else "")


@dataclass(frozen=True, slots=True)
class Balance:
    """A value and what becomes of it below."""

    value: Decimal
    below: Decimal
    reserve: Decimal

    @property
    def gap(self) -> Decimal:
        """What is still to be handed down; negative when more than the value is."""
        return self.value - self.below - self.reserve

    @property
    def excess_percent(self) -> Decimal:
        if not self.value:
            return Decimal(100)
        return (-self.gap / self.value * 100).quantize(Decimal("0.1"))

    @property
    def word(self) -> str:
        """The check under a column, as the script writes it too."""
        if not self.gap:
            return "相等"
        if self.gap > 0:
            return f"还差 {grouped(self.gap)}"
        return f"超出 {grouped(-self.gap)}（加码 {self.excess_percent}%）"

    @property
    def excess_text(self) -> str:
        return f"＋{self.excess_percent}%"

    def __str__(self) -> str:
        sign = "=" if not self.gap else "≠"
        text = (
            f"下级合计 {grouped(self.below)} + 机动 {grouped(self.reserve)}"
            f" {sign} 本级 {grouped(self.value)}"
        )
        if self.gap > 0:
            return f"{text}，还差 {grouped(self.gap)}"
        return f"{text}，超出 {grouped(-self.gap)}" if self.gap else text


@dataclass(frozen=True, slots=True)
class Division:
    """One indicator at one unit: its value and the state of its allocation."""

    indicator: Indicator
    target: Target | None
    below: Decimal
    child_count: int
    unit_count: int
    issued_count: int
    acknowledged_count: int
    proposal_count: int

    @property
    def balance(self) -> Balance | None:
        if self.target is None or not self.indicator.must_add_up:
            return None
        return Balance(self.target.value, self.below, self.target.reserve)

    @property
    def is_settled(self) -> bool:
        """Every unit has its value and the sum may stand."""
        if self.child_count < self.unit_count or self.target is None:
            return False
        balance = self.balance
        if balance is None or not balance.gap:
            return True
        return balance.gap < 0 and bool(self.target.over_reason)

    @property
    def state(self) -> tuple[str, str]:
        """A word for the state and the look of its chip."""
        if self.target is None:
            return "未定目标", "neutral"
        if not self.indicator.is_divisible:
            return "不分解", "neutral"
        if not self.unit_count:
            return "无下级", "neutral"
        if not self.child_count:
            return "未分解", "warn"
        if not self.is_settled:
            return "差额", "bad"
        if self.issued_count < self.unit_count:
            return "已分解", "info"
        if self.acknowledged_count < self.unit_count:
            return "已下达", "gold"
        return "已签收", "ok"


def divisions(plan: AnnualPlan, unit: Unit) -> list[Division]:
    """How far the unit has handed down each indicator of the plan."""
    questions = division_questions(plan, unit)
    own, figures, lines = fetch_all(questions)
    return read_divisions(own, figures, lines, open_children(unit).count())


def division_questions(plan: AnnualPlan, unit: Unit) -> list[QuerySet[Any]]:
    """What ``read_divisions`` needs but the number of units below."""
    handed_down = ~Q(state=TargetState.DRAFT)
    return [
        Target.objects.filter(plan=plan, unit=unit).select_related("unit"),
        Target.objects.filter(plan=plan, parent__unit=unit)
        .order_by()
        .values("indicator_id")
        .annotate(
            below=Sum("value"),
            below_count=Count("pk"),
            issued=Count("pk", filter=handed_down),
            acknowledged=Count("pk", filter=Q(state=TargetState.ACKNOWLEDGED)),
            proposals=Count("pk", filter=Q(proposed_value__isnull=False, proposal_decision="")),
        ),
        plan.lines.select_related("indicator").order_by("order", "pk"),
    ]


def read_divisions(
    targets: Iterable[Target],
    sums: Iterable[dict[str, Any]],
    lines: Iterable[PlanIndicator],
    unit_count: int,
) -> list[Division]:
    own = {target.indicator_id: target for target in targets}
    # A row of aggregates holds sums beside counts, which no type can say.
    figures: dict[int, dict[str, Any]] = {row["indicator_id"]: dict(row) for row in sums}
    found = []
    for line in lines:
        row = figures.get(line.indicator_id, {})
        found.append(
            Division(
                indicator=line.indicator,
                target=own.get(line.indicator_id),
                below=row.get("below") or ZERO,
                child_count=row.get("below_count", 0),
                unit_count=unit_count,
                issued_count=row.get("issued", 0),
                acknowledged_count=row.get("acknowledged", 0),
                proposal_count=row.get("proposals", 0),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A unit below and its part of the value that is divided."""

    unit: Unit
    target: Target | None
    base: Decimal | None

    @property
    def value(self) -> Decimal | None:
        return None if self.target is None else self.target.value

    @property
    def is_fixed(self) -> bool:
        """Handed down already: changed by an amendment only."""
        return self.target is not None and self.target.is_handed_down

    def measure(self, name: str) -> Decimal:
        return Decimal(getattr(self.unit, name) or 0)


def board_rows(target: Target) -> list[BoardRow]:
    """Rows of the allocation board: open units below, and closed ones that still hold a part."""
    held = {
        child.unit_id: child
        for child in Target.objects.filter(parent=target).select_related("unit", "indicator")
    }
    units = list(open_children(target.unit))
    known = {unit.pk for unit in units}
    units += [child.unit for child in held.values() if child.unit_id not in known]
    earlier = last_year_values(target.plan, [unit.pk for unit in units])
    return [
        BoardRow(
            unit,
            child := held.get(unit.pk),
            child.base_value
            if child is not None and child.base_value is not None
            else earlier.get((target.indicator_id, unit.pk)),
        )
        for unit in units
    ]


@dataclass(frozen=True, slots=True)
class Grid:
    """All that a unit hands down, at one sight: units × indicators."""

    parents: list[Target]
    units: list[Unit]
    cells: dict[tuple[int, int], Target]

    def cell(self, parent: Target, unit: Unit) -> Target | None:
        return self.cells.get((parent.pk, unit.pk))


def allocation_grid(plan: AnnualPlan, unit: Unit) -> Grid:
    """Targets of a unit that can be divided, with those of the units below."""
    parents = list(
        Target.objects.filter(plan=plan, unit=unit)
        .exclude(indicator__allocation_style=AllocationStyle.NONE)
        .select_related("indicator", "unit", "plan")
        .order_by("indicator__code", "pk")
    )
    children = Target.objects.filter(parent__in=parents).select_related("unit", "indicator")
    return Grid(
        parents=parents,
        units=list(open_children(unit)),
        cells={(child.parent_id or 0, child.unit_id): child for child in children},
    )


def targets_of(unit_id: int, plan: AnnualPlan) -> TenantQuerySet[Target]:
    """What a unit was handed down; drafts of its superior are not shown to it."""
    targets: TenantQuerySet[Target] = (
        Target.objects.filter(plan=plan, unit_id=unit_id)  # type: ignore[assignment]
        .exclude(state=TargetState.DRAFT)
        .select_related("indicator", "unit", "plan")
        .order_by("indicator__code", "pk")
    )
    return targets


def open_proposals() -> TenantQuerySet[Target]:
    """Other values that units below proposed and nobody has answered."""
    found: TenantQuerySet[Target] = Target.objects.filter(  # type: ignore[assignment]
        proposed_value__isnull=False, proposal_decision="", state=TargetState.ISSUED
    )
    return found
