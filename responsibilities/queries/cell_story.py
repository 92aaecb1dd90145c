"""All that is known of one cell of a return: earlier quarters, who wrote what when, remarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from gongjian.foundation.audit.models import TrailEntry
from responsibilities.cells import Cell
from responsibilities.checks import Check
from responsibilities.enums import Severity
from responsibilities.expressions import cells_in
from responsibilities.models import Obligation, QuarterlyReturn, ReturnRemark
from responsibilities.queries.returns import HANDED_IN, targets_of

#: Returns shown, the present one among them: three years of quarters.
MOST_QUARTERS = 12
MOST_ACTS = 40


@dataclass(frozen=True, slots=True)
class Quarter:
    """What one return holds in the cell."""

    period: str
    value: Decimal | None
    words: str
    remark: str
    filed_by: str
    filed_at: datetime | None
    is_present: bool


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody wrote the cell: when, who, from what to what."""

    at: datetime
    who: str
    period: str
    label: str
    before: str
    after: str


@dataclass(slots=True)
class CellStory:
    cell: Cell
    quarters: list[Quarter]
    acts: list[Act]
    pins: list[tuple[str, ReturnRemark]]
    checks: list[tuple[str, str, str]]
    target: Decimal | None = None
    source: str = ""
    accepted_by: str = ""
    parts: list[str] = field(default_factory=list)

    @property
    def values(self) -> list[Decimal | None]:
        """Figures of the quarters, oldest first, for the line."""
        return [quarter.value for quarter in reversed(self.quarters)]

    @property
    def varies(self) -> bool:
        """Whether a line of the figures would show anything."""
        return len({value for value in self.values if value is not None}) > 1

    @property
    def mean(self) -> Decimal | None:
        """Plain mean of the earlier quarters, to see at once that this one is odd."""
        past = [one.value for one in self.quarters if not one.is_present and one.value is not None]
        return (sum(past, Decimal(0)) / len(past)).quantize(Decimal("0.01")) if past else None


def story_of(obligation: Obligation, cell: Cell) -> CellStory:
    """Gather the story in a fixed number of statements, however long it is."""
    rows = list(
        QuarterlyReturn.objects.filter(
            unit=obligation.unit,
            form__key=obligation.form.key,
            period__starts_on__lte=obligation.period.starts_on,
        )
        .select_related("form", "period")
        .order_by("-period__starts_on", "-pk")[:MOST_QUARTERS]
    )
    # A draft of an earlier quarter says nothing yet.
    rows = [row for row in rows if row.obligation_id == obligation.pk or row.state in HANDED_IN]
    present = next((row for row in rows if row.obligation_id == obligation.pk), None)
    periods = {row.pk: str(row.period) for row in rows}
    return CellStory(
        cell=cell,
        quarters=[_quarter(row, cell, is_present=row is present) for row in rows],
        acts=_acts(list(periods), cell, periods),
        pins=[
            (periods[pin.quarterly_return_id], pin)
            for pin in ReturnRemark.objects.filter(
                quarterly_return_id__in=list(periods), cell=cell.code
            ).order_by("-pk")
        ],
        checks=_rules(obligation.form.layout(), cell, obligation.form.own_checks()),
        target=targets_of(obligation.unit, obligation.period.year).get(cell.code),
        source=present.sources.get(cell.code, "") if present else "",
        accepted_by=present.notes.get("accepted", {}).get(cell.code, "") if present else "",
        parts=[one.label for one in obligation.form.layout() if one.code in cell.total_of],
    )


def _quarter(row: QuarterlyReturn, cell: Cell, *, is_present: bool) -> Quarter:
    # Slots differ between versions of a form, codes do not.
    own = next((one for one in row.form.layout() if one.code == cell.code), None)
    return Quarter(
        period=str(row.period),
        value=row.values[own.slot] if own is not None else None,
        words=row.texts.get(cell.code, ""),
        remark=row.remarks.get(cell.code, ""),
        filed_by=row.submitted_by,
        filed_at=row.submitted_at,
        is_present=is_present,
    )


def _acts(keys: Sequence[int], cell: Cell, periods: dict[int, str]) -> list[Act]:
    """Every writing of the cell that the trail holds, newest first."""
    entries = TrailEntry.objects.filter(
        subject_kind=QuarterlyReturn._meta.label_lower,
        subject_id__in=keys,
        after__has_key=cell.code,
    ).order_by("-pk")[:MOST_ACTS]
    return [
        Act(
            at=entry.at,
            who=entry.actor_label,
            period=periods.get(entry.subject_id or 0, ""),
            label=entry.label,
            before=_text((entry.before or {}).get(cell.code)),
            after=_text((entry.after or {}).get(cell.code)),
        )
        for entry in entries
    ]


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _rules(
    cells: Sequence[Cell], cell: Cell, checks: Sequence[Check]
) -> list[tuple[str, str, str]]:
    """What the cell must meet: name, words, and whether it stops the submission."""
    labels = {one.code: one.label for one in cells}
    found = []
    if cell.not_above in labels:
        found.append((f"不大于“{labels[cell.not_above]}”", "", Severity.HARD.label))
    found += [
        (f"“{one.label}”不大于本栏", "", Severity.HARD.label)
        for one in cells
        if one.not_above == cell.code
    ]
    found += [
        (check.label, check.text, Severity(check.severity).label)
        for check in checks
        if cell.code in {*cells_in(check.tree), check.place}
    ]
    return found
