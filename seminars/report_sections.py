"""The chapter on study and seminars in the reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from gongjian.commons.documents.reporting.tallies import Chapter, Tally, by_path, offer_chapter
from seminars.enums import PaperState, TopicState, UptakeState
from seminars.models import Paper, StudyTopic, Uptake


def count(first: date, last: date) -> Sequence[Tally]:
    written = Paper.objects.filter(
        state__in=[PaperState.SUBMITTED, PaperState.BLINDED],
        submitted_at__date__gte=first,
        submitted_at__date__lte=last,
    )
    adopted = Uptake.objects.filter(
        state=UptakeState.CONFIRMED, adopted_on__gte=first, adopted_on__lte=last
    )
    due = StudyTopic.objects.filter(due_on__gte=first, due_on__lte=last).exclude(number="")
    return [
        Tally("报送论文", by_path(written), measure="篇"),
        Tally("成果被采纳", by_path(adopted, "paper__unit__path"), measure="项"),
        Tally("到期课题结题率", by_path(due.filter(state=TopicState.CONCLUDED)), by_path(due)),
    ]


offer_chapter(
    Chapter(
        "seminars.written", "理论研讨", count, order=60,
        notes=("论文按报送单位统计；成果采纳经采纳单位确认，计入论文的报送单位。",),
    )
)  # fmt: skip
