"""Reading rolls: how many were there, and who missed how much."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from gongjian.commons.rolls.enums import THERE, Attendance
from gongjian.commons.rolls.models import Roll, RollMark, RollMember, RollSession
from gongjian.foundation.tenancy.models import TenantQuerySet


@dataclass(frozen=True, slots=True)
class Turnout:
    """应到、实到 and the rest of one sitting; a substitute counts as there."""

    expected: int
    there: int
    substituted: int
    leave: int
    absent: int
    unmarked: int


def expected_at(session: RollSession) -> TenantQuerySet[RollMember]:
    """Members who are to be at this sitting: not yet struck off, and joined by its end."""
    members: TenantQuerySet[RollMember] = RollMember.objects.filter(  # type: ignore[assignment]
        Q(struck_at__isnull=True) | Q(struck_at__gt=session.starts_at),
        Q(joins_at__isnull=True) | Q(joins_at__lt=session.ends_at),
        roll_id=session.roll_id,
    )
    return members


def places_to_mark(roll: Roll) -> int:
    """Pairs of a member and a sitting that the sheets of this roll have a row for."""
    sessions = list(roll.sessions.values_list("starts_at", "ends_at"))
    members = list(roll.members.values_list("joins_at", "struck_at"))
    return sum(
        (struck is None or struck > start) and (joins is None or joins < end)
        for start, end in sessions
        for joins, struck in members
    )


def member_code(member: RollMember) -> str:
    """What the code beside a name says; two figures at the end betray a misread one."""
    body = f"{member.roll_id}-{member.pk}"
    return f"{body}-{_check(body)}"


def member_of(code: str, roll: Roll) -> RollMember | None:
    """The member whose code was scanned, if it is one of this roll."""
    body, _, check = code.strip().replace("－", "-").rpartition("-")
    roll_id, _, member_id = body.partition("-")
    if check != _check(body) or roll_id != str(roll.pk) or not member_id.isdigit():
        return None
    return roll.members.filter(pk=int(member_id)).first()


def _check(body: str) -> str:
    weighed = sum(place * int(char) for place, char in enumerate(body, start=2) if char.isdecimal())
    return f"{weighed % 97:02d}"


def turnout(session: RollSession) -> Turnout:
    members = expected_at(session)
    expected = members.count()
    counts = session.marks.filter(member__in=members).aggregate(
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
