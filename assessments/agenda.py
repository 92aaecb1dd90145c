"""What a meeting should decide of the assessment: objections that wait for an answer."""

from __future__ import annotations

from collections.abc import Sequence

from assessments.enums import ObjectionState
from assessments.models import Objection
from gongjian.commons.agendas.shelf import (
    MOST_MATTERS,
    AgendaMatter,
    AgendaSource,
    agenda_sources,
)
from gongjian.foundation.kernel.dates import long_date


def open_objections(path: str) -> Sequence[AgendaMatter]:
    """Objections below the convening unit that nobody has decided yet, the oldest first."""
    found = (
        Objection.objects.filter(score__unit__path__under=path, state=ObjectionState.RAISED)
        .select_related("score__unit")
        .order_by("raised_on", "pk")
    )
    return [
        AgendaMatter(
            kind=item._meta.label_lower,
            id=item.pk,
            title=f"考核异议：{item.score.unit}"[:120],
            body=f"{long_date(item.raised_on)}提出：{item.text}",
            unit_id=item.score.unit_id,
        )
        for item in found[:MOST_MATTERS]
    ]


agenda_sources.register(
    AgendaSource("assessments.objections", "待复核的考核异议", open_objections, order=40)
)
