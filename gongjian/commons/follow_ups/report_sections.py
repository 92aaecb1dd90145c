"""The chapter on supervised matters in the reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import F, Q
from django.db.models.functions import TruncDate

from gongjian.commons.documents.reporting.tallies import Chapter, Tally, by_path, offer_chapter
from gongjian.commons.follow_ups.enums import DONE_STATES, FollowUpState
from gongjian.commons.follow_ups.models import FollowUp

#: Nobody answers for what was called off, put off or not given out.
_UNCOUNTED = (FollowUpState.DRAFT, FollowUpState.CANCELLED, FollowUpState.SUSPENDED)


def count(first: date, last: date) -> Sequence[Tally]:
    counted = FollowUp.objects.exclude(state__in=_UNCOUNTED)
    given = counted.filter(issued_at__date__gte=first, issued_at__date__lte=last)
    due = counted.filter(due_on__gte=first, due_on__lte=last).annotate(
        reported_on=TruncDate("reported_at")
    )
    whole = by_path(due)
    done = Q(state__in=DONE_STATES)
    in_time = due.filter(done | Q(state=FollowUpState.REPORTED), reported_on__lte=F("due_on"))
    return [
        Tally("交办督办事项", by_path(given), measure="件"),
        Tally("到期事项", whole, measure="件"),
        Tally("办结率", by_path(due.filter(done)), whole),
        Tally("按期率", by_path(in_time), whole),
    ]


offer_chapter(
    Chapter(
        "follow_ups.given", "督办事项", count, order=90,
        notes=("按主办单位统计；按期以申请办结的日期为准，撤销和暂缓的不计。",),
    )
)  # fmt: skip
