"""Asking another unit to see to a matter for a time (委托承办)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from gongjian.commons.follow_ups.authority import HANDLE_FOLLOW_UP
from gongjian.commons.follow_ups.enums import FollowUpState
from gongjian.commons.follow_ups.models import FollowUp, FollowUpDelegation
from gongjian.commons.follow_ups.services.handling import lock_follow_up
from gongjian.commons.follow_ups.services.telling import HANDLERS, posts_at, tell_posts, tell_unit
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from orgs.models import Unit
from orgs.services import demand_valid


@dataclass(frozen=True, slots=True)
class Delegated:
    """To whom, from when until when, and why."""

    unit: Unit
    starts_on: date
    ends_on: date
    reason: str


def _demand_own(follow_up: FollowUp, actor: Actor) -> None:
    # Only the responsible unit itself: who was asked does not ask a third one.
    if not actor.may(HANDLE_FOLLOW_UP, at=follow_up.unit):
        raise NotPermitted(
            f"这件事由“{follow_up.unit.name}”主办，只有主办单位可以委托。请切换到该单位的职务。"
        )


@transaction.atomic
def delegate_follow_up(
    follow_up: FollowUp, *, actor: Actor, delegated: Delegated
) -> FollowUpDelegation:
    """Let a unit below, or one that helps, act for the responsible unit for some days."""
    follow_up = lock_follow_up(follow_up)
    _demand_own(follow_up, actor)
    if follow_up.state not in {FollowUpState.IN_HAND, FollowUpState.RETURNED}:
        raise StateConflict(
            f"事项现在是“{follow_up.get_state_display()}”，不能委托；未签收的请先签收。"
        )
    _demand_fits(follow_up, delegated)
    _close_expired(follow_up)
    if (former := follow_up.delegations.filter(ended_at=None).first()) is not None:
        raise StateConflict(f"这件事已经委托给{former.unit.name}，请先收回原来的委托。")
    delegation = FollowUpDelegation(
        follow_up=follow_up,
        unit=delegated.unit,
        starts_on=delegated.starts_on,
        ends_on=delegated.ends_on,
        reason=delegated.reason.strip()[:500],
        given_by=actor.label[:200],
    )
    demand_valid(delegation)
    delegation.save()
    _moved(follow_up)
    days = f"{long_date(delegated.starts_on)}至{long_date(delegated.ends_on)}"
    record(
        "follow_ups.follow_up.delegated",
        follow_up,
        actor=actor,
        label=f"委托{delegated.unit.name}承办"[:60],
        after={
            "unit": delegated.unit.pk,
            "starts_on": delegated.starts_on,
            "ends_on": delegated.ends_on,
        },
        reason=f"{days}。{delegation.reason}",
    )
    tell_posts(
        follow_up,
        posts_at([delegated.unit.pk], HANDLERS),
        act="delegated",
        title=f"{follow_up.unit.name}委托承办：{follow_up.title}",
        body=f"{days}由你单位承办，责任仍由主办单位承担。{delegation.reason}",
    )
    return delegation


def _demand_fits(follow_up: FollowUp, delegated: Delegated) -> None:
    errors = {}
    unit = delegated.unit
    below = unit.path.startswith(follow_up.unit.path) and unit.pk != follow_up.unit_id
    helps = follow_up.helpers.filter(unit=unit).exists()
    if not (below or helps):
        errors["unit"] = "只能委托下级单位或这件事的协办单位；要换主办单位，请报交办单位改交。"
    elif not unit.is_open:
        errors["unit"] = f"“{unit.name}”已撤销，请选择接续的单位。"
    if delegated.starts_on < today():
        errors["starts_on"] = "委托起期已经过去，请填今天或以后的日期。"
    if delegated.ends_on < delegated.starts_on:
        errors["ends_on"] = "委托止期要在起期当天或以后，请重新填写。"
    elif delegated.ends_on > follow_up.due_on >= today():
        errors["ends_on"] = (
            f"委托止期不能晚于办理时限{long_date(follow_up.due_on)}；需要更多时间请先申请延期。"
        )
    if not delegated.reason.strip():
        errors["reason"] = "请写明为什么委托、委托办什么，受托单位会看到。"
    if errors:
        raise FieldErrors(errors)


def _close_expired(follow_up: FollowUp) -> None:
    """What has run out makes room for the next one."""
    follow_up.delegations.filter(ended_at=None, ends_on__lt=today()).update(
        ended_at=timezone.now(), ended_by="期满"
    )


@transaction.atomic
def end_delegation(follow_up: FollowUp, *, actor: Actor, reason: str = "") -> FollowUpDelegation:
    """Take the matter back into one's own hands before the days are over."""
    follow_up = lock_follow_up(follow_up)
    _demand_own(follow_up, actor)
    delegation = follow_up.delegations.filter(ended_at=None).select_related("unit").first()
    if delegation is None or delegation.ends_on < today():
        raise StateConflict("委托已经终止或期满，请刷新后查看。")
    close_delegation(delegation, actor=actor)
    _moved(follow_up)
    record(
        "follow_ups.follow_up.delegation_ended",
        follow_up,
        actor=actor,
        label=f"终止委托{delegation.unit.name}"[:60],
        reason=reason.strip(),
    )
    tell_posts(
        follow_up,
        posts_at([delegation.unit_id], HANDLERS),
        act="delegation_ended",
        title=f"委托已终止，不再由你单位承办：{follow_up.title}",
        body=reason,
    )
    tell_unit(follow_up, act="delegation_ended", title=f"委托已终止：{follow_up.title}")
    found: FollowUpDelegation = delegation
    return found


def close_delegation(delegation: FollowUpDelegation, *, actor: Actor) -> None:
    delegation.ended_at, delegation.ended_by = timezone.now(), actor.label[:200]
    delegation.save(update_fields=["ended_at", "ended_by"])


def _moved(follow_up: FollowUp) -> None:
    follow_up.revision += 1
    follow_up.save(update_fields=["revision"])
