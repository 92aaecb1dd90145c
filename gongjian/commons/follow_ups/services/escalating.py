"""Taking an overdue matter up (升级督办): by rule every morning, or by hand."""

from __future__ import annotations

import logging

from django.db import transaction

from gongjian.commons.follow_ups.authority import URGE_FOLLOW_UP
from gongjian.commons.follow_ups.enums import IN_UNITS_HANDS, Escalation, NoteKind, Urgency
from gongjian.commons.follow_ups.models import FollowUp, FollowUpNote
from gongjian.commons.follow_ups.services.handling import LONGEST_NOTE, lock_follow_up
from gongjian.commons.follow_ups.services.telling import GIVERS, posts_at, tell_posts, tell_unit
from gongjian.foundation.audit.trail import record
from gongjian.foundation.calendar.working_days import corrections, working_days_until
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.tenancy.scope import require_tenant_id
from orgs.enums import Role
from orgs.models import Tenant
from orgs.queries import root_unit, system_actor

logger = logging.getLogger(__name__)

#: Working days past the day after which a matter goes up by itself.
RULE: dict[str, dict[Escalation, int]] = {
    Urgency.NORMAL: {Escalation.SUPERIOR: 5, Escalation.LEADERS: 10},
    Urgency.URGENT: {Escalation.SUPERIOR: 1, Escalation.LEADERS: 3},
}
#: Posts that answer for a unit towards those below it.
_ABOVE = (Role.OFFICE, Role.SUPERIOR_OFFICE, Role.SECRETARY, Role.UNION_CHAIR)


def level_reached(urgency: str, late: int) -> Escalation:
    """How far up a matter belongs that is ``late`` working days past its day."""
    reached = [level for level, after in RULE[urgency].items() if late >= after]
    return max(reached, default=Escalation.NONE)


@transaction.atomic
def raise_follow_up(follow_up: FollowUp, *, actor: Actor, level: int, text: str) -> FollowUpNote:
    """Tell those above the unit that the matter does not move; each level once a deadline."""
    follow_up = lock_follow_up(follow_up)
    if not actor.may(URGE_FOLLOW_UP, at=follow_up.unit):
        raise NotPermitted("当前职务无权升级督办这件事，请联系交办单位。")
    if follow_up.state not in IN_UNITS_HANDS:
        raise StateConflict(
            f"事项现在是“{follow_up.get_state_display()}”，不在主办单位手上，不需升级督办。"
        )
    wanted = Escalation(level)
    if wanted <= follow_up.escalation:
        raise StateConflict(
            f"这件事{follow_up.get_escalation_display()}，不必再提。"
            "仍没有进展的，请提请更高一级或改交其他单位。"
        )
    if not text.strip():
        raise FieldErrors({"text": "请写明为什么升级、请上级督促什么。"})
    follow_up.escalation = wanted
    follow_up.revision += 1
    follow_up.save(update_fields=["escalation", "revision"])
    note = FollowUpNote.objects.create(
        follow_up=follow_up,
        kind=NoteKind.RAISED,
        text=text.strip()[:LONGEST_NOTE],
        author=actor.label[:200],
    )
    record(
        "follow_ups.follow_up.raised",
        follow_up,
        actor=actor,
        label=wanted.label,
        reason=text,
        after={"escalation": int(wanted)},
    )
    title = f"升级督办（{wanted.label}）：{follow_up.title}"
    tell_posts(follow_up, _posts_above(follow_up, wanted), act="raised", title=title, body=text)
    tell_unit(follow_up, act="raised", title=title, body=text)
    return note


def _posts_above(follow_up: FollowUp, level: Escalation) -> list[int]:
    posts = posts_at([follow_up.giver_id], GIVERS)
    parent_id = follow_up.unit.parent_id
    if parent_id is not None:
        posts += posts_at([parent_id], _ABOVE)
    if level == Escalation.LEADERS:
        root = root_unit()
        posts += posts_at([unit.pk for unit in (root, follow_up.giver) if unit], (Role.LEADER,))
    own = set(posts_at([follow_up.unit_id], tuple(Role)))
    return sorted(set(posts) - own)


def raise_overdue() -> int:
    """Take up all that have waited long enough; may run any number of times."""
    with transaction.atomic():
        actor = system_actor(Tenant.objects.get(pk=require_tenant_id()))
        known, day = corrections(), today()
        late = FollowUp.objects.filter(
            state__in=IN_UNITS_HANDS, due_on__lt=day, escalation__lt=Escalation.LEADERS
        )
        due = [
            (item, level, days)
            for item in late.select_related("unit", "giver")
            if (days := working_days_until(item.due_on, day, known)) > 0
            and (level := level_reached(item.urgency, days)) > item.escalation
        ]
    done = 0
    for item, level, days in due:
        text = (
            f"办理时限{long_date(item.due_on)}，已逾期{days}个工作日仍未办结，系统按规则自动升级。"
        )
        try:
            raise_follow_up(item, actor=actor, level=level, text=text)
            done += 1
        except StateConflict:
            logger.info("follow-up %s moved before it was taken up", item.pk)
    return done
