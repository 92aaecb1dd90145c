"""Open matters that speak against commending a unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from gongjian.commons.follow_ups.enums import OPEN_STATES, FollowUpKind
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.indicators.eligibility import EligibilityCheck, Obstacle, eligibility_checks


def open_rectifications(unit_ids: Sequence[int], day: date) -> Mapping[int, Sequence[Obstacle]]:
    """整改没有销号的单位不推荐; overdue matters of any kind are shown as well."""
    rows = FollowUp.objects.filter(unit__in=unit_ids, state__in=OPEN_STATES).order_by("pk")
    found: dict[int, list[Obstacle]] = {}
    for row in rows:
        late = row.due_on < day
        if row.kind != FollowUpKind.RECTIFICATION and not late:
            continue
        words = "已逾期" if late else "尚未销号"
        found.setdefault(row.unit_id, []).append(
            Obstacle(
                f"{row.get_kind_display()}“{row.title}”{words}",
                remedy="办结并经核验销号后再推荐。",
                url=row.get_absolute_url(),
            )
        )
    return found


eligibility_checks.register(
    EligibilityCheck("follow_ups.open", "未销号的整改和逾期督办", open_rectifications)
)
