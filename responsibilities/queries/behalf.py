"""Returns of the units directly below, side by side, as their superior fills them (代报)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.actor import PATH_STEP
from gongjian.foundation.kernel.numbers import show
from orgs.models import Unit
from orgs.queries import current_appointments
from responsibilities.enums import ReturnState
from responsibilities.models import Obligation, QuarterlyReturn
from responsibilities.queries.returns import HANDED_IN, REVIEWING_ROLES, before, carried
from responsibilities.workbooks.ticket import Held

#: Units on one screen; a township with forty enterprises sees all of them.
PAGE = 50
#: Units in one workbook; a grid beyond that belongs into single returns.
MOST_UNITS = 300


@dataclass(slots=True)
class Standing:
    """One return as it stands now, begun or not."""

    obligation: Obligation
    quarterly_return: QuarterlyReturn | None
    values: list[Decimal | None]
    remarks: dict[str, str]
    #: Codes that may be changed now.
    open: frozenset[str]

    @property
    def revision(self) -> int:
        return self.quarterly_return.revision if self.quarterly_return else 0

    @property
    def texts(self) -> dict[str, str]:
        """Values as typed, by code."""
        cells = self.obligation.form.layout()
        said = self.quarterly_return.texts if self.quarterly_return else {}
        return {cell.code: show(self.values[cell.slot]) for cell in cells} | said

    def hold(self) -> Held:
        return Held(
            self.obligation.unit.code,
            self.revision,
            {code: text for code, text in self.texts.items() if text},
            self.remarks,
            tuple(sorted(self.open)),
        )


def owed_below(unit: Unit, period: Period):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """What the units directly below owe for a period, in the order of the tree."""
    return (
        Obligation.objects.filter(period=period, unit__parent=unit, is_exempt=False)
        .select_related("unit", "form", "period")
        .order_by("unit__path")
    )


def standings(obligations: Sequence[Obligation]) -> list[Standing]:
    """How the returns of many units stand, in a fixed number of statements."""
    if not obligations:
        return []
    keys = [obligation.pk for obligation in obligations]
    begun = {
        row.obligation_id: row
        for row in QuarterlyReturn.objects.filter(obligation_id__in=keys).prefetch_related("pins")
    }
    unbegun = [row.unit_id for row in obligations if row.pk not in begun]
    past = {
        row.unit_id: row
        for row in QuarterlyReturn.objects.filter(
            before(obligations[0].period),
            unit_id__in=unbegun,
            state__in=HANDED_IN,
        )
        .select_related("form", "period")
        .order_by("unit_id", "-period__starts_on")
        .distinct("unit_id")
    }
    return [
        _standing(obligation, begun.get(obligation.pk), past.get(obligation.unit_id))
        for obligation in obligations
    ]


def _standing(
    obligation: Obligation, row: QuarterlyReturn | None, past: QuarterlyReturn | None
) -> Standing:
    every = frozenset(cell.code for cell in obligation.form.entries())
    if row is None:
        values, _ = carried(obligation, past)
        return Standing(obligation, None, values, {}, every)
    row.obligation, row.unit, row.form = obligation, obligation.unit, obligation.form
    row.period = obligation.period
    opened: frozenset[str] = frozenset()
    if row.state == ReturnState.DRAFT:
        opened = every
    elif row.state == ReturnState.SENT_BACK:
        pinned = frozenset(pin.cell for pin in row.pins.all() if pin.resolved_at is None)
        opened = pinned or every
    return Standing(obligation, row, list(row.values), row.remarks, opened)


def reviewers_above(unit: Unit, *, but: int | None) -> dict[str, list[int]]:
    """Posts above a unit that may review what was filed on its behalf, by path of their unit.

    Without the posts of the person ``but``: nobody accepts his own filing.
    """
    above = [unit.path[:end] for end in range(PATH_STEP, len(unit.path), PATH_STEP)]
    terms = current_appointments().filter(
        post__unit__path__in=above, post__role__in=REVIEWING_ROLES
    )
    found: dict[str, list[int]] = {}
    for post_id, path in terms.exclude(user_id=but or 0).values_list("post_id", "post__unit__path"):
        found.setdefault(path, []).append(post_id)
    return found


def place_of_review(unit: Unit, *, filed_by: int | None) -> Unit | None:
    """Where a filing on behalf is decided: the nearest level with somebody else.

    None is the direct superior, as for any return; also where nobody else
    could decide, so that work goes on.
    """
    others = reviewers_above(unit, but=filed_by)
    nearest = max(others, key=len, default="")
    path = unit.path[: len(nearest) + PATH_STEP]
    if not nearest or path == unit.path:
        return None
    return Unit.objects.get(path=path)
