"""The chapter on inspections in the reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import F
from django.db.models.functions import TruncDate

from gongjian.commons.documents.reporting.tallies import Chapter, Tally, by_path, offer_chapter
from inspections.enums import CLEARED_FINDINGS, OPEN_FINDINGS, FindingState, VisitState
from inspections.models import Finding, Visit

#: The visit took place and its record stands.
_MADE = (VisitState.SIGNED, VisitState.CONFIRMED, VisitState.CLOSED)
_PROBLEMS = (*OPEN_FINDINGS, *CLEARED_FINDINGS, FindingState.SOLVED)


def count(first: date, last: date) -> Sequence[Tally]:
    visits = Visit.objects.filter(state__in=_MADE, starts_on__gte=first, starts_on__lte=last)
    found = Finding.objects.filter(visit__in=visits, state__in=_PROBLEMS)
    due = (
        Finding.objects.filter(state__in=[*OPEN_FINDINGS, *CLEARED_FINDINGS])
        .filter(follow_up__due_on__gte=first, follow_up__due_on__lte=last)
        .annotate(reported_on=TruncDate("follow_up__reported_at"))
    )
    cleared = due.filter(state__in=CLEARED_FINDINGS, reported_on__lte=F("follow_up__due_on"))
    return [
        Tally("接受督查", by_path(visits), measure="次"),
        Tally("发现问题", by_path(found), measure="个"),
        Tally("现场办结", by_path(found.filter(state=FindingState.SOLVED)), measure="个"),
        Tally("到期问题按期销号率", by_path(cleared), by_path(due)),
    ]


offer_chapter(
    Chapter(
        "inspections.made", "督促检查", count, order=40,
        notes=("按被查单位统计，不作问题的除外。",),
    )
)  # fmt: skip
