"""The chapter on joint meetings in the reports. Meetings are told, never scored (R2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from gongjian.commons.documents.reporting.tallies import Chapter, Tally, by_path, offer_chapter
from gongjian.commons.follow_ups.enums import DONE_STATES
from meetings.enums import MeetingState
from meetings.models import AgendaItem, Meeting, Resolution

#: What was sat through; its minutes may still be in the making.
_HELD = (MeetingState.HELD, MeetingState.MINUTED)


def count(first: date, last: date) -> Sequence[Tally]:
    held = Meeting.objects.filter(
        state__in=_HELD, starts_at__date__gte=first, starts_at__date__lte=last
    )
    items = AgendaItem.objects.filter(meeting__in=held)
    made = Resolution.objects.filter(meeting__in=held)
    due = Resolution.objects.filter(
        meeting__state__in=_HELD, due_on__gte=first, due_on__lte=last, follow_up__isnull=False
    )
    done = due.filter(follow_up__state__in=DONE_STATES)
    return [
        Tally("召开联席会议", by_path(held), measure="次"),
        Tally("提交议题", by_path(items), measure="件"),
        Tally("承办议定事项", by_path(made), measure="件"),
        Tally("到期议定事项办结率", by_path(done), by_path(due)),
    ]


offer_chapter(
    Chapter(
        "meetings.held", "联席会议", count, order=30,
        notes=("会议按主办单位、议题按提交单位、议定事项按主办单位统计；会议次数只反映情况，不计分。",),
    )
)  # fmt: skip
