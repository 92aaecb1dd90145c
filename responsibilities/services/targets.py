"""What becomes of a target after it was handed down: receipt, counter-proposal, amendment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Unit
from orgs.services import demand_valid
from responsibilities.authority import (
    ACKNOWLEDGE_TARGET,
    ALLOCATE_TARGET,
    AMEND_TARGET,
    DECIDE_PROPOSAL,
    PROPOSE_TARGET,
)
from responsibilities.enums import ProposalDecision, TargetState
from responsibilities.models import Amendment, AnnualPlan, Target
from responsibilities.queries.planning import ZERO, Balance, grouped
from responsibilities.services.planning import lock_open_plan
from responsibilities.services.telling import tell_changed, tell_proposed


def _lock(target: Target) -> Target:
    return (
        Target.objects.select_for_update(of=("self",))
        .select_related("unit", "indicator", "plan")
        .get(pk=target.pk)
    )


def _demand(actor: Actor, permission: str, target: Target, act: str) -> None:
    if not actor.may(permission, at=target.unit):
        raise NotPermitted(f"当前职务无权{act}，请切换职务或联系上级办公室。")


@transaction.atomic
def acknowledge_target(target: Target, *, actor: Actor, reason: str = "") -> Target:
    """Confirm the receipt of a target (签收)."""
    if _lock(target).has_open_proposal:
        raise DomainError("本目标提出的建议尚未答复，答复后再签收。")
    return advance(
        target,
        "acknowledge",
        actor=actor,
        at=target.unit,
        reason=reason,
        changes={"acknowledged_at": timezone.now()},
    )


@transaction.atomic
def acknowledge_targets(unit: Unit, *, plan: AnnualPlan, actor: Actor) -> int:
    """Confirm all targets of a unit that wait and carry no open proposal; return how many."""
    if not actor.may(ACKNOWLEDGE_TARGET, at=unit):
        raise NotPermitted("当前职务无权签收目标任务，由本单位第一责任人签收。")
    waiting = (
        Target.objects.filter(plan=plan, unit=unit, state=TargetState.ISSUED)
        .select_related("unit", "indicator", "plan")
        .order_by("pk")
    )
    count = 0
    for target in waiting:
        if not target.has_open_proposal:
            acknowledge_target(target, actor=actor)
            count += 1
    return count


@transaction.atomic
def propose_value(target: Target, *, actor: Actor, value: Decimal, reason: str) -> Target:
    """Ask the grantor for another value, before receipt and until the plan's deadline."""
    _demand(actor, PROPOSE_TARGET, target, "提出目标建议")
    target = _lock(target)
    if target.state != TargetState.ISSUED:
        raise StateConflict(
            f"“{target}”现在是“{target.get_state_display()}”，只有待签收的目标可以提出建议。"
        )
    last_day = target.plan.proposals_due_on
    if last_day is not None and today() > last_day:
        raise DomainError(f"提出建议的截止日是{long_date(last_day)}，已经过期，请直接联系上级。")
    errors = {}
    if refusal := target.indicator.refusal_of(value):
        errors["value"] = refusal
    elif value == target.value:
        errors["value"] = "建议值与下达值相同，无须提出建议，直接签收即可。"
    if not reason.strip():
        errors["reason"] = "请填写理由，上级据此答复。"
    if errors:
        raise FieldErrors(errors)
    before = {"proposed_value": target.proposed_value}
    target.proposed_value, target.proposal_reason = value, reason.strip()
    target.proposal_decision, target.proposal_reply = "", ""
    target.save(
        update_fields=["proposed_value", "proposal_reason", "proposal_decision", "proposal_reply"]
    )
    record(
        "responsibilities.target.proposed",
        target,
        actor=actor,
        label="提出目标建议",
        before=before,
        after={"proposed_value": value},
        reason=reason.strip(),
    )
    tell_proposed(target)
    return target


@transaction.atomic
def decide_proposal(target: Target, *, actor: Actor, decision: str, reply: str) -> Target:
    """Answer a proposal; an accepted one amends the target at once."""
    _demand(actor, DECIDE_PROPOSAL, target, "答复目标建议")
    target = _lock(target)
    proposed = target.proposed_value
    if proposed is None or target.proposal_decision:
        raise StateConflict(f"“{target}”没有等待答复的建议，可能已有人先答复，请刷新后查看。")
    if decision == ProposalDecision.DECLINED and not reply.strip():
        raise FieldErrors({"reply": "不采纳须说明原因，对方会看到。"})
    target.proposal_decision = ProposalDecision(decision)
    target.proposal_reply = reply.strip()
    target.save(update_fields=["proposal_decision", "proposal_reply"])
    entry = record(
        "responsibilities.target.proposal_decided",
        target,
        actor=actor,
        label="答复目标建议",
        after={"decision": target.get_proposal_decision_display(), "proposed_value": proposed},
        reason=reply.strip(),
    )
    if decision == ProposalDecision.ACCEPTED:
        reason = reply.strip() or f"采纳建议：{target.proposal_reason}"
        return amend_target(target, actor=actor, value=proposed, reason=reason)
    tell_changed(
        target,
        stage=f"declined-{entry.pk}",
        title=f"“{target.indicator.name}”的目标建议未采纳",
        body=reply.strip(),
    )
    return target


def _settle(target: Target, below: Decimal) -> None:
    """Let the reserve take up a change, so that children + reserve = value goes on holding."""
    gap = Balance(target.value, below, target.reserve).gap
    if gap > 0:
        target.reserve += gap
    elif gap < 0 and not target.over_reason:
        if -gap > target.reserve:
            raise DomainError(
                f"“{target.unit}”的机动只有 {grouped(target.reserve)}，不够 {grouped(-gap)}。"
                "请先调减其他下级单位，或先调增本级目标。"
            )
        target.reserve += gap
    else:
        return
    target.save(update_fields=["reserve"])


@transaction.atomic
def amend_target(target: Target, *, actor: Actor, value: Decimal, reason: str) -> Target:
    """Change a target after issue (调整单); it must be acknowledged anew.

    The difference goes to or comes from the reserve of the level above, and
    likewise of the unit itself where it has handed its value down. Returns of
    past quarters keep the old value, ``issued_value`` stays for scoring.
    """
    _demand(actor, AMEND_TARGET, target, "调整目标任务")
    lock_open_plan(target.plan)
    # Top down, as the allocation does, so that the two never wait for each other.
    above = None if target.parent is None else _lock(target.parent)
    target = _lock(target)
    if not target.is_handed_down:
        raise StateConflict(f"“{target}”尚未下达，请直接在分解页修改。")
    if refusal := target.indicator.refusal_of(value):
        raise FieldErrors({"value": refusal})
    if value == target.value:
        raise FieldErrors({"value": "新值与原值相同，请填写调整后的数。"})
    if not reason.strip():
        raise FieldErrors({"reason": "请填写调整理由，下级会看到。"})
    old, target.value = target.value, value
    target.save(update_fields=["value"])
    if target.indicator.must_add_up:
        if above is not None:
            _settle(above, _below(above))
        if target.children.exclude(state=TargetState.DRAFT).exists():
            _settle(target, _below(target))
    amendment = Amendment.objects.create(
        target=target,
        old_value=old,
        new_value=value,
        reason=reason.strip(),
        actor_text=actor.label[:200],
    )
    record(
        "responsibilities.target.amended",
        target,
        actor=actor,
        label="调整目标任务",
        before={"value": old},
        after={"value": value},
        reason=reason.strip(),
    )
    if above is None:
        # Nobody stands above the region to acknowledge to.
        return target
    tell_changed(
        target,
        stage=f"amended-{amendment.pk}",
        title=f"“{target.indicator.name}”目标已由 {grouped(old)} 调整为 {grouped(value)}，"
        "请重新签收",
        body=reason.strip(),
    )
    return advance(
        target,
        "reissue",
        actor=actor,
        at=target.unit,
        reason=reason,
        changes={"acknowledged_at": None},
    )


def _below(target: Target) -> Decimal:
    total: Decimal | None = Target.objects.filter(parent=target).aggregate(total=Sum("value"))[
        "total"
    ]
    return total or ZERO


@transaction.atomic
def name_responsible(target: Target, *, actor: Actor, values: Mapping[str, Any]) -> Target:
    """Set who answers for a target and until when; open until it is acknowledged."""
    _demand(actor, ALLOCATE_TARGET, target, "确定责任人")
    target = _lock(target)
    if target.state == TargetState.ACKNOWLEDGED:
        raise StateConflict(f"“{target}”已签收，责任人随签收确定，不能再改。")
    names = ("responsible_leader", "responsible_person", "due_on")
    before = {name: getattr(target, name) for name in names}
    for name in names:
        if name in values:
            setattr(target, name, values[name])
    due_on: date | None = target.due_on
    if due_on is not None and due_on.year != target.plan.year:
        raise FieldErrors({"due_on": f"完成时限应在{target.plan.year}年之内，请更正。"})
    demand_valid(target)
    target.save(update_fields=list(names))
    record(
        "responsibilities.target.assigned",
        target,
        actor=actor,
        label="确定责任人",
        before=before,
        after={name: getattr(target, name) for name in names},
    )
    return target
