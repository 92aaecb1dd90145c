"""Reads of returns: history, targets beside them, who owes what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Substr
from django.utils import timezone

from gongjian.foundation.calendar.models import Period, PeriodKind
from gongjian.foundation.kernel.once import once_a_page
from gongjian.foundation.tenancy.scope import require_tenant_id
from gongjian.foundation.tenancy.together import LookUp
from orgs.models import Post, Unit
from orgs.queries import current_appointments
from responsibilities.cells import Cell, fill_totals
from responsibilities.enums import PlanState, QuarterlyStyle, ReturnState, TargetState
from responsibilities.models import Obligation, QuarterlyReturn, ReturnForm, Target
from responsibilities.models.returns import QUARTERLY
from responsibilities.queries.linked import linked_values

#: States in which a return has left its unit.
HANDED_IN = (ReturnState.SUBMITTED, ReturnState.ACCEPTED, ReturnState.SENT_BACK)
#: Roles that review the returns of the units directly below.
REVIEWING_ROLES = ("superior_office", "office", "review_delegate")


def latest_form(key: str = QUARTERLY) -> ReturnForm | None:
    """The published version of a form that is the newest."""
    return ReturnForm.objects.filter(state="published", key=key).order_by("-version").first()


def form_of(period: Period) -> ReturnForm | None:
    """The form a period was opened with; one period has one form, however new the latest is."""
    return ReturnForm.objects.filter(obligations__period=period).order_by("pk").first()


@once_a_page
def asked_periods() -> list[Period]:
    """Periods for which returns are owed, oldest first, each with its ``form_id``."""
    return list(_asked())


def asked_periods_ahead() -> LookUp:
    return LookUp(asked_periods, (), _asked(), list)


def _asked() -> QuerySet[Period]:
    owed = Obligation.objects.filter(period=OuterRef("pk")).order_by("bucket")
    return (
        Period.objects.annotate(form_id=Subquery(owed.values("form_id")[:1]))
        .filter(form_id__isnull=False)
        .order_by("starts_on", "pk")
    )


@once_a_page
def asked_forms() -> dict[int, ReturnForm]:
    """The forms of these periods by their keys."""
    return _by_key(_forms())


def asked_forms_ahead() -> LookUp:
    return LookUp(asked_forms, (), _forms(), _by_key)


def _forms() -> QuerySet[ReturnForm]:
    chosen: QuerySet[Any] = _asked().order_by()
    return ReturnForm.objects.filter(pk__in=chosen.values("form_id")).order_by("pk")


def _by_key(forms: Iterable[ReturnForm]) -> dict[int, ReturnForm]:
    return {form.pk: form for form in forms}


def open_periods() -> list[Period]:
    """Periods for which returns are owed: the quarters newest first, then what is beside them."""
    return quarters_first(asked_periods())


def quarters_first(periods: Iterable[Period]) -> list[Period]:
    """As they are offered: the quarters, newest first, then what is asked beside them."""
    newest = sorted(periods, key=lambda period: period.starts_on, reverse=True)
    return sorted(newest, key=lambda period: period.kind != PeriodKind.QUARTER)


def chosen_period(text: str | None) -> Period | None:
    """The period named in the address, else the newest quarter that is open."""
    periods = open_periods()
    for period in periods:
        if str(period.pk) == text:
            return period
    return periods[0] if periods else None


def before(period: Period) -> Q:
    """Returns that a return of this period follows.

    Quarters follow quarters and half-years half-years; a 专项 follows an
    earlier one that asked by the same form.
    """
    found = Q(period__kind=period.kind, period__starts_on__lt=period.starts_on)
    if period.kind == PeriodKind.SPECIAL:
        asked = Obligation.objects.filter(period=period).values("form__key")
        found &= Q(form__key=Subquery(asked[:1]))
    return found


@once_a_page
def earlier_returns(unit: Unit, period: Period, limit: int = 8) -> list[QuarterlyReturn]:
    """What the unit handed in for the periods before, newest first."""
    return list(_earlier(unit, period)[:limit])


def earlier_returns_ahead(unit: Unit, period: Period) -> LookUp:
    return LookUp(earlier_returns, (unit, period), _earlier(unit, period)[:8], list)


def _earlier(unit: Unit, period: Period) -> QuerySet[QuarterlyReturn]:
    return (
        QuarterlyReturn.objects.filter(before(period), unit=unit, state__in=HANDED_IN)
        .select_related("form", "period")
        .order_by("-period__starts_on")
    )


def prefill(obligation: Obligation) -> tuple[list[Decimal | None], dict[str, str]]:
    """Values a return starts with, and where each comes from, by cell code.

    Running totals and stocks start from the unit's last return; a count of this
    quarter's events starts blank, since nobody knows it yet.
    """
    past = earlier_returns(obligation.unit, obligation.period, limit=1)
    return carried(obligation, past[0] if past else None)


def carried(
    obligation: Obligation, earlier: QuarterlyReturn | None
) -> tuple[list[Decimal | None], dict[str, str]]:
    """What the last return of a unit, and the system itself, give to the next one."""
    cells = obligation.form.layout()
    values: list[Decimal | None] = [None] * len(cells)
    sources: dict[str, str] = {}
    if earlier is not None:
        known = {cell.code: earlier.values[cell.slot] for cell in earlier.form.layout()}
        same_year = earlier.period.year == obligation.period.year
        for cell in cells:
            carries = cell.style == QuarterlyStyle.LATEST or (
                cell.style == QuarterlyStyle.CUMULATIVE and same_year
            )
            if carries and known.get(cell.code) is not None:
                values[cell.slot] = known[cell.code]
                sources[cell.code] = f"{earlier.period}报表"
    held, words = linked_values(obligation)
    for cell in cells:
        if cell.code in held:
            values[cell.slot], sources[cell.code] = held[cell.code], words[cell.code]
        if not cell.is_asked_of(obligation.unit.level, obligation.unit.category):
            values[cell.slot] = None
            sources.pop(cell.code, None)
    fill_totals(cells, values)
    return values, sources


def pinned_cells(quarterly_return: QuarterlyReturn) -> set[str]:
    """Cells that the reviewer's open remarks are pinned to."""
    return set(quarterly_return.pins.filter(resolved_at=None).values_list("cell", flat=True))


@once_a_page
def targets_of(unit: Unit, year: int) -> dict[str, Decimal]:
    """Issued values of a unit for the year, by indicator code."""
    return _by_code(_issued(unit, year))


def targets_of_ahead(unit: Unit, year: int) -> LookUp:
    return LookUp(targets_of, (unit, year), _issued(unit, year), _by_code)


def _issued(unit: Unit, year: int) -> QuerySet[Any]:
    targets = Target.objects.filter(
        unit=unit, plan__year=year, plan__state=PlanState.APPROVED
    ).exclude(state=TargetState.DRAFT)
    return targets.values_list("indicator__code", "issued_value", "value")


def _by_code(rows: Iterable[tuple[str, Decimal | None, Decimal]]) -> dict[str, Decimal]:
    return {code: value if issued is None else issued for code, issued, value in rows}


def year_to_date(
    quarterly_return: QuarterlyReturn, history: Sequence[QuarterlyReturn] | None = None
) -> dict[str, Decimal | None]:
    """Values of the year up to and with this return, by code and style of the cell.

    ``history`` are the earlier returns, where the caller has read them already.
    """
    if history is None:
        history = earlier_returns(quarterly_return.unit, quarterly_return.period, limit=3)
    cells = quarterly_return.form.layout()
    values = quarterly_return.values
    done = {cell.code: values[cell.slot] for cell in cells}
    counted = {cell.code for cell in cells if cell.style == QuarterlyStyle.INCREMENTAL}
    for earlier in history:
        if earlier.period.year != quarterly_return.period.year:
            continue
        for cell in earlier.form.layout():
            value = earlier.values[cell.slot]
            if cell.code in counted and value is not None:
                done[cell.code] = (done.get(cell.code) or Decimal(0)) + value
    return done


# The units first, as an array: joined, the planner walks all returns of the period.
_PEERS = """
SELECT r.values FROM responsibilities_quarterlyreturn r
WHERE r.tenant_id = %(tenant)s AND r.period_id = %(period)s AND r.form_id = %(form)s
  AND r.unit_id = ANY(ARRAY(
    SELECT id FROM orgs_unit WHERE tenant_id = %(tenant)s AND parent_id = %(parent)s))
  AND r.state = ANY(%(states)s) AND r.id <> %(own)s
LIMIT %(limit)s
"""


@once_a_page
def peer_values(quarterly_return: QuarterlyReturn, limit: int = 200) -> list[list[Decimal | None]]:
    """Values of the units beside this one for the same period, for the median."""
    with connection.cursor() as cursor:
        cursor.execute(
            _PEERS,
            {
                "tenant": require_tenant_id(),
                "period": quarterly_return.period_id,
                "form": quarterly_return.form_id,
                "parent": quarterly_return.unit.parent_id,
                "states": [str(state) for state in HANDED_IN],
                "own": quarterly_return.pk or 0,
                "limit": limit,
            },
        )
        return [values for (values,) in cursor]


def reviewers_of(unit: Unit) -> list[int]:
    """Posts that review this unit: those of its superior which somebody holds."""
    return list(
        current_appointments()
        .filter(post__unit_id=unit.parent_id or 0, post__role__in=REVIEWING_ROLES)
        .values_list("post_id", flat=True)
    )


def filers_of(unit_ids: Sequence[int]) -> dict[int, list[int]]:
    """Posts that file for each unit: secretary and union chair."""
    posts = Post.objects.filter(unit_id__in=unit_ids, role__in=["secretary", "union_chair"])
    found: dict[int, list[int]] = {}
    for pk, unit_id in posts.order_by("pk").values_list("pk", "unit_id"):
        found.setdefault(unit_id, []).append(pk)
    return found


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a branch has come; every count is of obligations, so no rate passes 100 %."""

    unit: Unit
    expected: int
    handed_in: int
    accepted: int
    on_time: int
    overdue: int
    waiting: int

    @property
    def missing(self) -> int:
        return self.expected - self.handed_in

    @property
    def rate(self) -> Decimal:
        return _percent(self.handed_in, self.expected)

    @property
    def accepted_rate(self) -> Decimal:
        return _percent(self.accepted, self.expected)

    @property
    def on_time_rate(self) -> Decimal:
        return _percent(self.on_time, self.expected)


def _percent(part: int, whole: int) -> Decimal:
    return (Decimal(part) / whole * 100).quantize(Decimal("0.1")) if whole else Decimal(0)


_DEADLINE = Coalesce("extended_to", "due_on")


def _counts() -> dict[str, Count]:
    handed_in = Q(returns__first_submitted_at__isnull=False)
    return {
        "expected": Count("pk"),
        "handed_in": Count("pk", filter=handed_in),
        "accepted": Count("pk", filter=Q(returns__state=ReturnState.ACCEPTED)),
        "waiting": Count("pk", filter=Q(returns__state=ReturnState.SUBMITTED)),
        "on_time": Count(
            "pk", filter=handed_in & Q(returns__first_submitted_at__lt=F("deadline_at"))
        ),
        "overdue": Count("pk", filter=~handed_in & Q(deadline_at__lte=timezone.now())),
    }


def _owed(path: str, period: Period):  # type: ignore[no-untyped-def]  # noqa: ANN202
    return Obligation.objects.filter(
        period=period, is_exempt=False, unit__path__under=path
    ).annotate(deadline_day=_DEADLINE)


def progress_of(unit: Unit, period: Period) -> Progress:
    """Progress of a unit with all below it: the sum of its branches, own return included."""
    counts = _by_branch(unit, period).values()
    return Progress(unit=unit, **{name: sum(row[name] for row in counts) for name in _counts()})


def progress_of_children(unit: Unit, period: Period) -> list[Progress]:
    """Progress of each branch below a unit."""
    counts = _by_branch(unit, period)
    empty = dict.fromkeys(_counts(), 0)
    return [
        Progress(unit=child, **counts.get(child.path, empty)) for child in branches(unit, counts)
    ]


@once_a_page
def _by_branch(unit: Unit, period: Period) -> dict[str, dict[str, int]]:
    """Counts by the path of the branch; the unit's own return stands under its own path."""
    rows = (
        _owed(unit.path, period)
        .annotate(branch=Substr("unit__path", 1, len(unit.path) + 4))
        .values("branch")
        .annotate(**_counts())
        .order_by("branch")
    )
    return {row["branch"]: {name: row[name] for name in _counts()} for row in rows}


def branches(unit: Unit, paths: Iterable[str]) -> list[Unit]:
    """Open units below, and closed ones that still owe or filed: lines must add up."""
    listed = Q(closed_on__isnull=True) | Q(path__in=list(paths))
    return list(Unit.objects.filter(listed, parent=unit).order_by("path"))


def aligned(
    cells: Sequence[Cell], earlier: Sequence[QuarterlyReturn]
) -> list[list[Decimal | None]]:
    """Values of earlier returns in the slots of this form: versions differ in their slots."""
    history = []
    for past in earlier:
        known = {cell.code: past.values[cell.slot] for cell in past.form.layout()}
        history.append([known.get(cell.code) for cell in cells])
    return history


def debtors(path: str, period: Period, limit: int = 500) -> list[Obligation]:
    """Who has not handed in, the nearest deadline first."""
    owed = (
        _owed(path, period)
        .filter(returns__first_submitted_at__isnull=True)
        .select_related("unit", "period")
    )
    return list(owed.order_by("deadline_day", "unit__path")[:limit])


def obligation_of(unit_id: int | None, period: Period) -> Obligation | None:
    """What a unit owes for a period."""
    return (
        Obligation.objects.filter(unit_id=unit_id or 0, period=period)
        .select_related("unit", "form", "period")
        .first()
    )
