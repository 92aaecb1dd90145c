"""The chapter on training in the reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from gongjian.commons.documents.reporting.tallies import Chapter, Tally, by_path, offer_chapter
from training.enums import HELD, EnrolmentState
from training.models import Enrolment, TrainingClass

_SAT = (EnrolmentState.COMPLETED, EnrolmentState.INCOMPLETE, EnrolmentState.EXPELLED)


def count(first: date, last: date) -> Sequence[Tally]:
    classes = TrainingClass.objects.filter(state__in=HELD, ends_on__gte=first, ends_on__lte=last)
    sat = Enrolment.objects.filter(training_class__in=classes, state__in=_SAT)
    completed = by_path(sat.filter(state=EnrolmentState.COMPLETED))
    return [
        Tally("举办培训班", by_path(classes), measure="期"),
        Tally("参加培训", by_path(sat), measure="人次"),
        Tally("结业", completed, measure="人次"),
        Tally("结业率", completed, by_path(sat)),
    ]


offer_chapter(
    Chapter(
        "training.held", "干部培训", count, order=50,
        notes=("培训班按举办单位、人次按学员所在单位统计，只计期间内结班的班次。",),
    )
)  # fmt: skip
