"""The chapter on bulletins in the reports. Figures of work done, never a ranking (R6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bulletins.enums import DispatchState
from bulletins.models import Dispatch
from gongjian.commons.documents.reporting.tallies import Chapter, Tally, by_path, offer_chapter

_NOT_SENT = (DispatchState.DRAFT, DispatchState.WITHDRAWN)


def count(first: date, last: date) -> Sequence[Tally]:
    sent = Dispatch.objects.filter(sent_at__date__gte=first, sent_at__date__lte=last).exclude(
        state__in=_NOT_SENT
    )
    adopted = by_path(sent.filter(state=DispatchState.ADOPTED))
    return [
        Tally("报送信息", by_path(sent), measure="篇"),
        Tally("采用", adopted, measure="篇"),
        Tally("采用率", adopted, by_path(sent)),
    ]


offer_chapter(
    Chapter(
        "bulletins.sent", "简报信息", count, order=70,
        notes=("按报送日期统计，已编入而未印发的不计为采用。",),
    )
)  # fmt: skip
