"""The chapter on publicity in the reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from gongjian.commons.documents.reporting.tallies import Chapter, Tally, by_path, offer_chapter
from publicity.enums import PlacementState
from publicity.models import Placement


def count(first: date, last: date) -> Sequence[Tally]:
    verified = Placement.objects.filter(
        state=PlacementState.VERIFIED, published_on__gte=first, published_on__lte=last
    )
    return [
        Tally("核实刊播", by_path(verified), measure="篇"),
        Tally("首发", by_path(verified.filter(reprint_of=None)), measure="篇"),
        Tally("头版头条", by_path(verified.filter(is_front=True)), measure="篇"),
    ]


offer_chapter(
    Chapter(
        "publicity.verified", "新闻宣传", count, order=80,
        notes=("只计已核实的刊播，按登记单位统计，转载不计为首发。",),
    )
)  # fmt: skip
