"""Reads of handovers: who has to sign what."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.models import TenantQuerySet
from orgs.authority import CONFIRM_HANDOVER, SIGN_HANDOVER, VIEW_HANDOVER
from orgs.enums import HandoverState, Role
from orgs.models import Appointment, Handover
from orgs.queries import current_appointments

#: Roles whose work is handed over when their holder changes.
HANDED_ROLES = frozenset({Role.SECRETARY, Role.UNION_CHAIR, Role.SUPERIOR_OFFICE})


def handovers() -> TenantQuerySet[Handover]:
    return Handover.objects.select_related(  # type: ignore[return-value]
        "post__unit", "unit", "outgoing__user", "incoming__user"
    )


def visible_handovers(actor: Actor) -> TenantQuerySet[Handover]:
    """Handovers within reach, and one's own wherever the new post is."""
    own = Q(outgoing__user_id=actor.user_id or 0) | Q(incoming__user_id=actor.user_id or 0)
    scope = actor.scope(VIEW_HANDOVER)
    if scope is None:
        return handovers().filter(own)
    within = Handover.objects.within(scope).order_by().values("pk")
    return handovers().filter(own | Q(pk__in=within))


def has_gone(handover: Handover, day: date | None = None) -> bool:
    """The old holder can no longer sign: holds no post here today, or the account is closed."""
    user = handover.outgoing.user
    return not user.is_active or not current_appointments(user.pk, day=day).exists()


def may_hand_over(handover: Handover, actor: Actor) -> bool:
    """The old holder signs the list, in whatever post they act today."""
    return (
        handover.state == HandoverState.OPEN
        and handover.outgoing.user_id == actor.user_id
        and actor.may(SIGN_HANDOVER)
    )


def may_stand_in(handover: Handover, actor: Actor) -> bool:
    """The superior signs, but only for somebody who has gone."""
    return (
        handover.state == HandoverState.OPEN
        and actor.may(CONFIRM_HANDOVER, at=handover.unit)
        and handover.outgoing.user_id != actor.user_id
        and has_gone(handover)
    )


def may_receive(handover: Handover, actor: Actor) -> bool:
    """The new holder goes through the list and signs, in the post itself."""
    return (
        handover.state == HandoverState.HANDED
        and handover.incoming is not None
        and handover.incoming.user_id == actor.user_id
        and handover.post_id == actor.post_id
        and actor.may(SIGN_HANDOVER, at=handover.unit)
    )


def running_handover(post_id: int) -> Handover | None:
    """The newest handover of a post that is not received yet."""
    waiting = Handover.objects.filter(post_id=post_id).exclude(state=HandoverState.RECEIVED)
    return waiting.order_by("-pk").first()


def predecessor_of(term: Appointment) -> Appointment | None:
    """The term in the same post that ended last, or still runs, before this one."""
    return (
        Appointment.objects.filter(post_id=term.post_id, starts_on__lte=term.starts_on)
        .exclude(pk=term.pk)
        .exclude(user_id=term.user_id)
        .order_by("-starts_on", "-pk")
        .first()
    )


def is_over(term: Appointment) -> bool:
    return term.ends_on is not None and term.ends_on < today()
