"""Reads of the year's arrangement: whom a period asks, and what last year's would be now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from django.db.models import Count, Exists, Max, OuterRef, QuerySet

from gongjian.foundation.calendar.models import Period, PeriodKind
from gongjian.foundation.calendar.periods import FILING_DAYS, quarter_of
from gongjian.foundation.calendar.working_days import (
    corrections,
    is_working_day,
    working_deadline,
)
from gongjian.foundation.kernel.dates import quarter_label
from gongjian.foundation.kernel.once import once_a_page
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.tenancy.together import LookUp
from orgs.enums import Level
from orgs.models import Unit
from responsibilities.enums import FormState
from responsibilities.models import Arrangement, Obligation, ReturnForm
from responsibilities.models.arrangement import usual_steps
from responsibilities.models.returns import QUARTERLY

#: Levels that file by themselves; those above consolidate what was filed.
FILING_LEVELS = (Level.GRASSROOTS.value,)
#: Days before its end at which the window of a period opens.
OPENS_BEFORE = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Line:
    """One period of the year as it is to be filed."""

    kind: str
    ordinal: int
    name: str
    starts_on: date
    ends_on: date
    opens_on: date
    due_on: date
    due_time: time | None = None
    locks_after: int | None = None
    form_key: str = QUARTERLY
    levels: tuple[str, ...] = FILING_LEVELS
    categories: tuple[str, ...] = ()
    unit_ids: tuple[int, ...] = ()
    reminders: tuple[int, ...] = ()
    opens_itself: bool = True


def units_asked(
    levels: Sequence[str], categories: Sequence[str] = (), unit_ids: Sequence[int] = ()
) -> TenantQuerySet[Unit]:
    """Open units of some levels, or of some categories alone, or those chosen one by one."""
    if unit_ids:
        return Unit.objects.filter(pk__in=unit_ids, closed_on__isnull=True)  # type: ignore[return-value]
    rows = Unit.objects.filter(level__in=levels, closed_on__isnull=True)
    return rows.filter(category__in=categories) if categories else rows  # type: ignore[return-value]


@once_a_page
def arrangement_of(period: Period) -> Arrangement | None:
    """What the year's table says of a period."""
    return Arrangement.objects.filter(period=period).first()


def arrangement_of_ahead(period: Period) -> LookUp:
    return LookUp(arrangement_of, (period,), Arrangement.objects.filter(period=period))


def asked_units(period: Period) -> TenantQuerySet[Unit]:
    """Units that owe a return for the period; without an arrangement all that file."""
    held = arrangement_of(period)
    if held is None:
        return units_asked(FILING_LEVELS)
    return units_asked(held.levels, held.categories, held.unit_ids)


@once_a_page
def arranged(year: int) -> list[Arrangement]:
    """Arrangements of a year with ``is_open``, in the order of their opening."""
    return list(_arranged(year))


def arranged_ahead(year: int) -> LookUp:
    return LookUp(arranged, (year,), _arranged(year), list)


def _arranged(year: int) -> QuerySet[Arrangement]:
    opened = Exists(Obligation.objects.filter(period=OuterRef("period_id")))
    return (
        Arrangement.objects.filter(period__year=year)
        .select_related("period")
        .annotate(is_open=opened)
        .order_by("period__opens_on", "period__ends_on", "pk")
    )


def arranged_years() -> list[int]:
    rows = Arrangement.objects.order_by("-period__year").values_list("period__year", flat=True)
    return list(rows.distinct())


def form_titles() -> dict[str, str]:
    """Forms that are published, by key, under the title of their newest version."""
    rows = ReturnForm.objects.filter(state=FormState.PUBLISHED).order_by("version")
    return dict(rows.values_list("key", "title"))


def usual_lines(year: int) -> list[Line]:
    """The periods of a program year with the usual windows."""
    corrected = corrections()

    def line(kind: str, ordinal: int, name: str, starts_on: date, ends_on: date) -> Line:
        return Line(
            kind=kind,
            ordinal=ordinal,
            name=name,
            starts_on=starts_on,
            ends_on=ends_on,
            opens_on=ends_on - OPENS_BEFORE,
            due_on=working_deadline(ends_on, FILING_DAYS, corrected),
            reminders=tuple(usual_steps()),
        )

    quarters = [
        line(PeriodKind.QUARTER, number, quarter_label(year, number), *quarter_of(year, number))
        for number in range(1, 5)
    ]
    return [
        *quarters,
        line(PeriodKind.HALF_YEAR, 1, f"{year}年上半年", date(year, 1, 1), date(year, 6, 30)),
        line(PeriodKind.HALF_YEAR, 2, f"{year}年下半年", date(year, 7, 1), date(year, 12, 31)),
        line(PeriodKind.YEAR, 1, f"{year}年度", date(year, 1, 1), date(year, 12, 31)),
        line(
            PeriodKind.UNION_YEAR,
            1,
            f"{year}工会年度",
            date(year - 1, 10, 1),
            date(year, 9, 30),
        ),
    ]


def line_of(held: Arrangement) -> Line:
    """An arrangement as a line."""
    period = held.period
    return Line(
        kind=period.kind,
        ordinal=period.ordinal,
        name=period.name,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        opens_on=period.opens_on,
        due_on=period.due_on,
        due_time=period.due_time,
        locks_after=period.locks_after,
        form_key=held.form_key,
        levels=tuple(held.levels),
        categories=tuple(held.categories),
        unit_ids=tuple(held.unit_ids),
        reminders=tuple(held.reminders),
        opens_itself=held.opens_itself,
    )


def opened_without(year: int) -> list[tuple[Line, int]]:
    """Periods of a year that were opened one by one, without an arrangement; with their count."""
    rows = (
        Period.objects.filter(year=year, arrangements__isnull=True, obligations__isnull=False)
        .annotate(owed=Count("obligations"), form_key=Max("obligations__form__key"))
        .order_by("starts_on", "pk")
    )
    return [
        (
            Line(
                kind=row.kind,
                ordinal=row.ordinal,
                name=row.name,
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                opens_on=row.opens_on,
                due_on=row.due_on,
                due_time=row.due_time,
                locks_after=row.locks_after,
                form_key=row.form_key,
                reminders=tuple(usual_steps()),
            ),
            row.owed,
        )
        for row in rows
    ]


def year_later(day: date) -> date:
    """The same day a year later; 29 February becomes the 28th."""
    if (day.month, day.day) == (2, 29):
        return date(day.year + 1, 2, 28)
    return day.replace(year=day.year + 1)


def on_working_day(day: date, corrected: Mapping[date, bool]) -> date:
    """The day itself, or the next on which offices work (遇节假日顺延)."""
    while not is_working_day(day, corrected):
        day += timedelta(days=1)
    return day


def copied_lines(year: int) -> list[Line]:
    """Last year's periods a year later, days of opening and deadlines on working days."""
    corrected = corrections()
    usual = {(line.kind, line.ordinal): line for line in usual_lines(year)}
    lines = []
    past = [line_of(held) for held in arranged(year - 1)]
    for old in [*past, *(line for line, _ in opened_without(year - 1))]:
        fresh = usual.get((old.kind, old.ordinal))
        name = fresh.name if fresh else old.name.replace(str(year - 1), str(year))
        moved = replace(
            old,
            name=name,
            starts_on=fresh.starts_on if fresh else year_later(old.starts_on),
            ends_on=fresh.ends_on if fresh else year_later(old.ends_on),
            opens_on=on_working_day(year_later(old.opens_on), corrected),
            due_on=on_working_day(year_later(old.due_on), corrected),
        )
        lines.append(moved)
    return lines
