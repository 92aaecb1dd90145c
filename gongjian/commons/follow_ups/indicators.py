"""What follow-ups know about units, for assessments: 办结率 and 按期率."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import F, Q
from django.db.models.functions import TruncDate

from gongjian.commons.follow_ups.enums import DONE_STATES, FollowUpState
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.indicators.shelf import Figure, IndicatorSource, Offered, indicator_sources
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.dates import today
from orgs.models import Unit

#: Of the matters whose day has come: cleared at all, and reported within the day that held.
CLEARED, IN_TIME = "follow_ups.cleared", "follow_ups.in_time"
#: Nobody answers for what was called off, put off or not given out.
_UNCOUNTED = (FollowUpState.DRAFT, FollowUpState.CANCELLED, FollowUpState.SUSPENDED)


def offer() -> Sequence[Offered]:
    return [
        Offered(CLEARED, "督办事项办结率", "%", rises=True),
        Offered(IN_TIME, "督办事项按期办结率", "%", rises=True),
    ]


def measure(codes: Sequence[str], unit_ids: Sequence[int], period: Period) -> Sequence[Figure]:
    last = min(period.ends_on, today())
    due = (
        FollowUp.objects.filter(due_on__gte=period.starts_on, due_on__lte=last)
        .exclude(state__in=_UNCOUNTED)
        .annotate(reported_on=TruncDate("reported_at"))
    )
    done = Q(state__in=DONE_STATES)
    good = {
        CLEARED: done,
        # A report that waits for its verifier came in time all the same.
        IN_TIME: (done | Q(state=FollowUpState.REPORTED)) & Q(reported_on__lte=F("due_on")),
    }
    words = {CLEARED: "到期事项已销号", IN_TIME: "到期事项按期申请办结"}
    units = list(Unit.objects.filter(pk__in=unit_ids))
    whole = list(due.values_list("unit__path", flat=True))
    figures: list[Figure] = []
    for code in (CLEARED, IN_TIME):
        if code not in codes:
            continue
        paths = list(due.filter(good[code]).values_list("unit__path", flat=True))
        for unit in units:
            # A unit answers for itself and all below it.
            part = sum(path.startswith(unit.path) for path in paths)
            all_of = sum(path.startswith(unit.path) for path in whole)
            figures.append(
                Figure(
                    code,
                    unit.pk,
                    Decimal(part) / Decimal(all_of) * 100 if all_of else None,
                    Decimal(part) if all_of else None,
                    Decimal(all_of) if all_of else None,
                    source=f"{words[code]}{part}件，应{all_of}件"
                    if all_of
                    else "没有到期的督办事项，不适用",
                    as_of=last,
                )
            )
    return figures


indicator_sources.register(IndicatorSource("follow_ups", "督办事项", offer, measure))
