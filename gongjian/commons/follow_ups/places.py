"""Where an act on a matter is done from: the responsible unit, or the one it asked for a time."""

from __future__ import annotations

from gongjian.commons.follow_ups.authority import HANDLE_FOLLOW_UP
from gongjian.commons.follow_ups.models import FollowUp, FollowUpDelegation
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from orgs.models import Unit


def running_delegation(follow_up: FollowUp) -> FollowUpDelegation | None:
    """The delegation that holds today."""
    day = today()
    found: FollowUpDelegation | None = (
        follow_up.delegations.filter(ended_at=None, starts_on__lte=day, ends_on__gte=day)
        .select_related("unit")
        .first()
    )
    return found


def place_of_handling(follow_up: FollowUp, actor: Actor) -> Unit:
    """The unit at whose place the actor handles the matter.

    Usually the responsible unit. While a delegation runs, a post of the other
    unit acts from its own place; for everybody else the answer is the
    responsible unit, where the authority then is missing.
    """
    unit: Unit = follow_up.unit
    if actor.may(HANDLE_FOLLOW_UP, at=unit) or not actor.may(HANDLE_FOLLOW_UP):
        return unit
    delegation = running_delegation(follow_up)
    if delegation is not None and actor.may(HANDLE_FOLLOW_UP, at=delegation.unit):
        return delegation.unit
    return unit


def may_handle_it(follow_up: FollowUp, actor: Actor) -> bool:
    return actor.may(HANDLE_FOLLOW_UP, at=place_of_handling(follow_up, actor))
