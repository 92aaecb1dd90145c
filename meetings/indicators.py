"""What meetings know of units, for assessments: held as planned, attended, settled in time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q
from django.db.models.functions import TruncDate

from gongjian.commons.follow_ups.enums import DONE_STATES, FollowUpState
from gongjian.commons.indicators.shelf import Figure, IndicatorSource, Offered, indicator_sources
from gongjian.commons.rolls.enums import THERE
from gongjian.commons.rolls.models import RollMark
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.dates import today
from meetings.enums import MeetingState
from meetings.models import Meeting, Resolution, Series
from orgs.models import Unit

HELD, ATTENDED, IN_TIME = "meetings.held", "meetings.attended", "meetings.in_time"
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class _Part:
    good: Decimal
    whole: Decimal


def offer() -> Sequence[Offered]:
    return [
        # Rule R2: that meetings were held is no yardstick; it is told, and scored by override only.
        Offered(HELD, "联席会议召开率", "%", rises=True, mode="restricted"),
        Offered(ATTENDED, "联席会议到会率", "%", rises=True, mode="track"),
        Offered(IN_TIME, "议定事项按期落实率", "%", rises=True),
    ]


def measure(codes: Sequence[str], unit_ids: Sequence[int], period: Period) -> Sequence[Figure]:
    last = min(period.ends_on, today())
    units = list(Unit.objects.filter(pk__in=unit_ids))
    ways: dict[str, tuple[Callable[..., Mapping[int, _Part]], str, str]] = {
        HELD: (_held, "应开次数中已召开", "没有会议系列，不适用"),
        ATTENDED: (_attended, "应到人次中到会", "没有被通知参加的会议，不适用"),
        IN_TIME: (_in_time, "到期议定事项中按期落实", "没有到期的议定事项，不适用"),
    }
    figures: list[Figure] = []
    for code in codes:
        if code not in ways:
            continue
        measured, words, nothing = ways[code]
        parts = measured(units, period, last)
        figures += [_figure(code, unit, parts.get(unit.pk), words, nothing, last) for unit in units]
    return figures


def _held(units: Sequence[Unit], period: Period, last: date) -> dict[int, _Part]:
    """Of the convening unit: sittings held, of those that are asked by the end of the period.

    A series asks ``per_year`` sittings; a quarter of four a year asks one. What
    was held beyond the number asked does not make up for another series.
    """
    months = (
        (period.ends_on.year - period.starts_on.year) * _MONTHS
        + period.ends_on.month - period.starts_on.month + 1
    )  # fmt: skip
    held: dict[int, int] = {}
    for series_id in Meeting.objects.filter(
        state__in=[MeetingState.HELD, MeetingState.MINUTED],
        starts_at__date__gte=period.starts_on,
        starts_at__date__lte=last,
    ).values_list("series_id", flat=True):
        held[series_id] = held.get(series_id, 0) + 1
    parts: dict[int, _Part] = {}
    for series in Series.objects.filter(unit__in=units):
        asked = Decimal(series.per_year * months) / _MONTHS
        if asked < 1:
            continue
        good = min(Decimal(held.get(series.pk, 0)), asked)
        known = parts.get(series.unit_id, _Part(Decimal(0), Decimal(0)))
        parts[series.unit_id] = _Part(known.good + good, known.whole + asked)
    return parts


def _attended(units: Sequence[Unit], period: Period, last: date) -> dict[int, _Part]:
    """Of the unit that is called; a substitute is there, whoever was excused is not counted."""
    rows = RollMark.objects.filter(
        session__roll__subject_kind=Meeting._meta.label_lower,
        session__starts_at__date__gte=period.starts_on,
        session__starts_at__date__lte=last,
        member__unit__in=units,
    ).exclude(attendance="leave")
    counts: dict[int, list[int]] = {}
    for unit_id, attendance in rows.values_list("member__unit_id", "attendance"):
        count = counts.setdefault(unit_id, [0, 0])
        count[0] += attendance in THERE
        count[1] += 1
    return {pk: _Part(Decimal(good), Decimal(whole)) for pk, (good, whole) in counts.items()}


def _in_time(units: Sequence[Unit], period: Period, last: date) -> dict[int, _Part]:
    """Of the leading unit and all below it: reported done within the day that held."""
    rows = list(
        Resolution.objects.filter(
            follow_up__due_on__gte=period.starts_on, follow_up__due_on__lte=last
        )
        .exclude(follow_up__state__in=[FollowUpState.CANCELLED, FollowUpState.SUSPENDED])
        .annotate(
            done_on=TruncDate("follow_up__reported_at"),
        )
        .annotate(
            good=Q(follow_up__state__in=[*DONE_STATES, FollowUpState.REPORTED])
            & Q(done_on__lte=F("follow_up__due_on"))
        )
        .values_list("unit__path", "good")
    )
    parts: dict[int, _Part] = {}
    for unit in units:
        own = [good for path, good in rows if path.startswith(unit.path)]
        if own:
            parts[unit.pk] = _Part(Decimal(sum(bool(good) for good in own)), Decimal(len(own)))
    return parts


def _figure(
    code: str, unit: Unit, part: _Part | None, words: str, nothing: str, day: date
) -> Figure:
    if part is None:
        return Figure(code, unit.pk, None, source=nothing, as_of=day)
    return Figure(
        code, unit.pk, part.good / part.whole * 100, part.good, part.whole,
        source=f"{words}{part.good.normalize():f}，应{part.whole.normalize():f}", as_of=day,
    )  # fmt: skip


indicator_sources.register(IndicatorSource("meetings", "联席会议", offer, measure))
