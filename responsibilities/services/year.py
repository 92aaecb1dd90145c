"""The arrangement of a year (年度安排): set down at once, changed until each period opens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, ProtectedError

from gongjian.foundation.audit.trail import record
from gongjian.foundation.calendar.models import Period, PeriodKind
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.tenancy.scope import require_tenant_id
from orgs.models import Tenant
from orgs.queries import system_actor
from orgs.services import demand_valid
from responsibilities.authority import OPEN_QUARTER
from responsibilities.models import Arrangement, Obligation
from responsibilities.queries.arrangement import Line, form_titles, line_of, units_asked
from responsibilities.queries.returns import latest_form
from responsibilities.services.obligations import open_period

_OF_PERIOD = (
    "name",
    "starts_on",
    "ends_on",
    "opens_on",
    "due_on",
    "due_time",
    "locks_after",
)
_OF_ARRANGEMENT = ("form_key", "levels", "categories", "unit_ids", "reminders", "opens_itself")


def _demand_office(actor: Actor) -> None:
    if not actor.may(OPEN_QUARTER):
        raise NotPermitted("当前职务无权安排年度填报，由领导小组办公室办理。")


@dataclass(frozen=True, slots=True)
class Arranged:
    """What became of a year: how many periods were set down, changed and taken out."""

    fresh: int = 0
    changed: int = 0
    dropped: int = 0


@transaction.atomic
def arrange_year(
    year: int, *, actor: Actor, lines: Iterable[Line], dropped: Iterable[tuple[str, int]] = ()
) -> Arranged:
    """Set down many periods of a year in one go; either all of it stands or nothing."""
    _demand_office(actor)
    fresh = changed = gone = 0
    for line in lines:
        held = _held(year, line.kind, line.ordinal)
        if held is not None and line_of(held) == line:
            continue
        arrange(year, line, actor=actor)
        fresh, changed = fresh + (held is None), changed + (held is not None)
    for kind, ordinal in dropped:
        if (held := _held(year, kind, ordinal)) is not None:
            drop_arrangement(held, actor=actor)
            gone += 1
    return Arranged(fresh, changed, gone)


def _held(year: int, kind: str, ordinal: int) -> Arrangement | None:
    rows = Arrangement.objects.filter(period__year=year, period__kind=kind, period__ordinal=ordinal)
    return rows.select_related("period").first()


@transaction.atomic
def arrange(year: int, line: Line, *, actor: Actor) -> Arrangement:
    """Set down or change one period, as long as it is not open."""
    _demand_office(actor)
    _demand_sound(line)
    period = _lock_period(year, line)
    fresh = period._state.adding
    if not fresh and Obligation.objects.filter(period=period).exists():
        raise StateConflict(
            f"{period}已经开启，不能再改安排。个别单位的期限请在“应报清单”中办理延期。"
        )
    held = None if fresh else Arrangement.objects.filter(period=period).first()
    before = {} if held is None else _plain(period, held)
    held = held or Arrangement()
    for name in _OF_PERIOD:
        setattr(period, name, getattr(line, name))
    period.as_of = period.ends_on
    demand_valid(period)
    try:
        with transaction.atomic():
            period.save()
    except IntegrityError as error:
        raise StateConflict(f"{line.name}刚由他人安排，请刷新后查看。") from error
    held.period = period
    for name in _OF_ARRANGEMENT:
        value = getattr(line, name)
        setattr(held, name, list(value) if isinstance(value, tuple) else value)
    held.arranged_by = actor.label[:200]
    demand_valid(held)
    held.save()
    record(
        "responsibilities.year.arranged",
        held,
        actor=actor,
        label="年度安排",
        before=before,
        after=_plain(period, held),
    )
    return held


def _demand_sound(line: Line) -> None:
    errors = {}
    if line.due_on < line.opens_on:
        errors["due_on"] = f"{line.name}：截止日不能早于开始填报日。"
    if line.ends_on < line.starts_on:
        errors["ends_on"] = f"{line.name}：统计期间的止日不能早于起日。"
    if not line.name.strip():
        errors["name"] = "请写明专项名称，各单位会看到。"
    if line.unit_ids and line.kind != PeriodKind.SPECIAL:
        errors["units"] = f"{line.name}：只有专项可以逐个指定单位。"
    elif line.unit_ids:
        # Closed since, or of another region: neither may be asked.
        known = units_asked((), (), line.unit_ids).count()
        if known != len(set(line.unit_ids)):
            errors["units"] = "指定的单位中有已撤并的或不存在的，请重新选择。"
    elif not line.levels:
        errors["levels"] = f"{line.name}：请至少选择一个填报层级。"
    if line.form_key not in form_titles():
        errors["form_key"] = f"{line.name}：所选报表还没有发布，请先在“报表格式”中发布。"
    if errors:
        raise FieldErrors(errors)


def _lock_period(year: int, line: Line) -> Period:
    rows = Period.objects.filter(kind=line.kind, year=year, ordinal=line.ordinal)
    found = rows.select_for_update(of=("self",)).first()
    return found or Period(kind=line.kind, year=year, ordinal=line.ordinal)


def _plain(period: Period, held: Arrangement) -> dict[str, Any]:
    def text(value: Any) -> Any:
        return value if isinstance(value, (list, int, str, bool)) or value is None else str(value)

    found = {name: text(getattr(period, name)) for name in _OF_PERIOD}
    return found | {name: text(getattr(held, name)) for name in _OF_ARRANGEMENT}


@transaction.atomic
def add_special(year: int, line: Line, *, actor: Actor) -> Arrangement:
    """Set down a report that is asked once (专项), after those the year has already."""
    _demand_office(actor)
    # Of two who add at once the second takes the next number.
    Tenant.objects.select_for_update(no_key=True).get(pk=require_tenant_id())
    rows = Period.objects.filter(kind=PeriodKind.SPECIAL, year=year)
    if rows.filter(name=line.name.strip()).exists():
        raise FieldErrors({"name": "今年已有同名的专项，请换一个名称。"})
    last = rows.aggregate(last=Max("ordinal"))["last"] or 0
    numbered = replace(
        line, kind=PeriodKind.SPECIAL.value, ordinal=last + 1, name=line.name.strip()
    )
    return arrange(year, numbered, actor=actor)


@transaction.atomic
def drop_arrangement(held: Arrangement, *, actor: Actor) -> None:
    """Take a period out of the year again, as long as it is not open."""
    _demand_office(actor)
    period = Period.objects.select_for_update(of=("self",)).get(pk=held.period_id)
    if Obligation.objects.filter(period=period).exists():
        raise StateConflict(f"{period}已经开启，不能取消。不再需要的单位请在“应报清单”中免报。")
    record(
        "responsibilities.year.dropped",
        held,
        actor=actor,
        label="取消安排",
        before=_plain(period, held),
    )
    held.delete()
    if period.kind == PeriodKind.SPECIAL:
        try:
            with transaction.atomic():
                period.delete()
        except (ProtectedError, IntegrityError):
            # Something else already refers to it; the period stays without an arrangement.
            return


@transaction.atomic
def open_arranged(held: Arrangement, *, actor: Actor) -> int:
    """Open a period as it was set down, with the newest published version of its form."""
    _demand_office(actor)
    form = latest_form(held.form_key)
    if form is None:
        raise DomainError(f"{held.period}所用的报表还没有发布，请先在“报表格式”中发布。")
    return open_period(held.period, form=form, actor=actor)


def open_due(day: date | None = None) -> list[str]:
    """Open what is arranged for today or before; one that cannot be opened stops no other."""
    day = day or today()
    with transaction.atomic():
        tenant = Tenant.objects.get(pk=require_tenant_id())
        actor = system_actor(tenant)
        due = Arrangement.objects.filter(
            opens_itself=True,
            period__opens_on__lte=day,
            period__due_on__gte=day,
            period__obligations__isnull=True,
        ).select_related("period")
        waiting = list(due.order_by("pk"))
    opened = []
    for held in waiting:
        try:
            open_arranged(held, actor=actor)
        except DomainError:
            # Without a published form: the office sees on its page that it is not open.
            continue
        opened.append(str(held.period))
    return opened
