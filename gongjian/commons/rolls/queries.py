"""Reading rolls: how many were there, and who missed how much."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from gongjian.commons.rolls.enums import THERE, Attendance
from gongjian.commons.rolls.models import Roll, RollMark, RollSession


@dataclass(frozen=True, slots=True)
class Turnout:
    """应到、实到 and the rest of one sitting; a substitute counts as there."""

    expected: int
    there: int
    substituted: int
    leave: int
    absent: int
    unmarked: int


def turnout(session: RollSession) -> Turnout:
    expected = session.roll.members.count()
    counts = session.marks.aggregate(
        marked=Count("id"),
        there=Count("id", filter=Q(attendance__in=THERE)),
        substituted=Count("id", filter=~Q(substitute="")),
        leave=Count("id", filter=Q(attendance=Attendance.LEAVE)),
        absent=Count("id", filter=Q(attendance=Attendance.ABSENT)),
    )
    marked = counts.pop("marked")
    return Turnout(expected=expected, unmarked=expected - marked, **counts)


def missed_sessions(roll: Roll) -> dict[int, int]:
    """Sittings each member was not at in person (leave, absent or substituted)."""
    rows = (
        RollMark.objects.filter(session__roll=roll)
        .filter(~Q(attendance__in=THERE) | ~Q(substitute=""))
        .values("member_id")
        .annotate(missed=Count("id"))
    )
    return {row["member_id"]: row["missed"] for row in rows}
