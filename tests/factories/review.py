"""Delegations, phrases and messages for tests, made by the services."""

from __future__ import annotations

from datetime import timedelta

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from orgs.models import Appointment, Tenant
from orgs.queries import actor_of
from responsibilities.models import QuarterlyReturn, ReturnMessage, ReviewDelegation, ReviewPhrase
from responsibilities.services.delegation import add_phrase, delegate_review
from responsibilities.services.review_turns import post_message


def make_delegation(
    giver: Actor, receiver: Actor, *, days: int = 5, start_in: int = 0
) -> ReviewDelegation:
    starts_on = today() + timedelta(days=start_in)
    return delegate_review(
        actor=giver,
        receiver=Appointment.objects.get(pk=receiver.appointment_id),
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=days),
        reason="外出学习",
    )


def stand_in(delegation: ReviewDelegation) -> Actor:
    """The receiver acting in the post that the delegation gave him."""
    term = Appointment.objects.select_related("post__unit", "user").get(
        pk=delegation.appointment_id
    )
    return actor_of(term, Tenant.objects.get(pk=delegation.tenant_id))


def make_phrase(cast, text: str = "请附会议记录。") -> ReviewPhrase:
    return add_phrase(actor=cast.office, text=text)


def make_message(row: QuarterlyReturn, actor: Actor, text: str = "请问口径？") -> ReturnMessage:
    return post_message(row, actor=actor, text=text)
