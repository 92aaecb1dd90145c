"""What seminars know about units, for assessments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from gongjian.commons.indicators.shelf import Figure, IndicatorSource, Offered, indicator_sources
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.dates import today
from orgs.models import Unit
from seminars.enums import PaperState, TopicState, UptakeState
from seminars.models import Paper, StudyTopic, Uptake

#: Study counts by what became of it; papers handed in are shown and never scored.
ADOPTED, CONCLUDED, WRITTEN = "seminars.adopted", "seminars.concluded", "seminars.written"


def offer() -> Sequence[Offered]:
    return [
        Offered(ADOPTED, "研讨成果被采纳", "项", rises=True),
        Offered(CONCLUDED, "课题按期结题率", "%", rises=True),
        Offered(WRITTEN, "报送研讨论文", "篇", rises=True, mode="track"),
    ]


def measure(codes: Sequence[str], unit_ids: Sequence[int], period: Period) -> Sequence[Figure]:
    units = list(Unit.objects.filter(pk__in=unit_ids))
    first, last = period.starts_on, min(period.ends_on, today())
    figures: list[Figure] = []
    if ADOPTED in codes:
        adopted = Uptake.objects.filter(
            state=UptakeState.CONFIRMED, adopted_on__gte=first, adopted_on__lte=last
        ).values_list("paper__unit__path", flat=True)
        figures += _counts(ADOPTED, units, list(adopted), "经采纳单位确认")
    if WRITTEN in codes:
        written = Paper.objects.filter(
            state__in=[PaperState.SUBMITTED, PaperState.BLINDED],
            submitted_at__date__gte=first,
            submitted_at__date__lte=last,
        ).values_list("unit__path", flat=True)
        figures += _counts(WRITTEN, units, list(written), "已提交论文")
    if CONCLUDED in codes:
        rows = list(
            StudyTopic.objects.filter(due_on__gte=first, due_on__lte=last)
            .exclude(number="")
            .values_list("unit__path", "state")
        )
        figures += [_rate(unit, rows) for unit in units]
    return figures


def _counts(code: str, units: Sequence[Unit], paths: Sequence[str], words: str) -> list[Figure]:
    found = Counter(paths)
    return [
        Figure(
            code,
            unit.pk,
            # A unit answers for itself and all below it.
            Decimal(sum(many for path, many in found.items() if path.startswith(unit.path))),
            source=words,
        )
        for unit in units
    ]


def _rate(unit: Unit, rows: Sequence[tuple[str, str]]) -> Figure:
    own = [state for path, state in rows if path.startswith(unit.path)]
    done = sum(state == TopicState.CONCLUDED for state in own)
    return Figure(
        CONCLUDED,
        unit.pk,
        Decimal(done) / Decimal(len(own)) * 100 if own else None,
        Decimal(done) if own else None,
        Decimal(len(own)) if own else None,
        source=f"到期课题{len(own)}个，结题{done}个" if own else "没有到期课题，不适用",
    )


indicator_sources.register(IndicatorSource("seminars", "研讨会", offer, measure))
