"""Matters that a meeting should look at: overdue follow-ups below the convening unit."""

from __future__ import annotations

from collections.abc import Sequence

from gongjian.commons.agendas.shelf import (
    MOST_MATTERS,
    AgendaMatter,
    AgendaSource,
    agenda_sources,
)
from gongjian.commons.follow_ups.enums import IN_UNITS_HANDS, FollowUpKind
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.foundation.kernel.dates import long_date, today


def overdue(path: str) -> Sequence[AgendaMatter]:
    """Past their day, the oldest first; rectifications and all others alike."""
    found = FollowUp.objects.filter(
        unit__path__under=path, state__in=IN_UNITS_HANDS, due_on__lt=today()
    ).select_related("unit")
    return [_matter(item, "逾期") for item in found.order_by("due_on", "pk")[:MOST_MATTERS]]


def open_resolutions(path: str) -> Sequence[AgendaMatter]:
    """Resolutions of earlier meetings that are being worked on and not yet late."""
    found = FollowUp.objects.filter(
        unit__path__under=path,
        state__in=IN_UNITS_HANDS,
        kind=FollowUpKind.RESOLUTION,
        due_on__gte=today(),
    ).select_related("unit")
    return [_matter(item, "在办") for item in found.order_by("due_on", "pk")[:MOST_MATTERS]]


def _matter(item: FollowUp, word: str) -> AgendaMatter:
    return AgendaMatter(
        kind=item._meta.label_lower,
        id=item.pk,
        title=f"{word}事项：{item.title}"[:120],
        body=(
            f"{item.unit}牵头，办理时限{long_date(item.due_on)}，现为“{item.get_state_display()}”，"
            f"已催办{item.urge_count}次。\n{item.requirement}"
        ),
        unit_id=item.unit_id,
    )


agenda_sources.register(AgendaSource("follow_ups.overdue", "逾期督办事项", overdue, order=10))
agenda_sources.register(
    AgendaSource("follow_ups.resolutions", "在办议定事项", open_resolutions, order=20)
)
