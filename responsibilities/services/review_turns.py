"""Turns of a review beside accepting and sending back: undo, escalate, take over, ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from gongjian.commons.notices.services import notify
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import (
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Unit
from orgs.queries import ancestor_paths
from responsibilities.authority import FILL_RETURN
from responsibilities.enums import ReturnState
from responsibilities.models import QuarterlyReturn, ReturnMessage
from responsibilities.queries.returns import filers_of, reviewers_of
from responsibilities.queries.review import consolidation_above, may_review
from responsibilities.services.joint import close_round

LONGEST_MESSAGE = 500


def lock_return(quarterly_return: QuarterlyReturn) -> QuarterlyReturn:
    """The row as it is now, locked: who decides on it may just have changed."""
    return (
        QuarterlyReturn.objects.select_for_update(of=("self",))
        # Without the place of review: where the row waited for the lock, the joined
        # row would still be the one from before the escalation.
        .select_related("unit", "period", "form", "obligation")
        .get(pk=quarterly_return.pk)
    )


def hold_branch(unit: Unit) -> None:
    """Keep totals above a unit from being handed up until this transaction ends.

    ``no_key`` leaves room for rows that merely point at these units.
    """
    paths = ancestor_paths(unit.path)[:-1]
    above = Unit.objects.select_for_update(of=("self",), no_key=True).filter(path__in=paths)
    list(above.order_by("path"))


@transaction.atomic
def unaccept_return(
    quarterly_return: QuarterlyReturn, *, actor: Actor, reason: str
) -> QuarterlyReturn:
    """Take an acceptance back (撤销通过), as long as no totals with it have gone up.

    Figures that a superior has already received are not changed beneath him;
    he sends the totals back first.
    """
    hold_branch(quarterly_return.unit)
    row = lock_return(quarterly_return)
    if row.state == ReturnState.ACCEPTED and (held := consolidation_above(row)) is not None:
        raise StateConflict(
            f"{held.unit.name}的{held.period.name}汇总已经上报，包含这张报表，不能撤销通过。"
            "请先由上级退回该汇总，再办理撤销。"
        )
    row = advance(
        row,
        "unaccept",
        actor=actor,
        at=row.review_unit,
        reason=reason,
        changes={"accepted_at": None, "seen_at": row.seen_at or timezone.now()},
    )
    close_round(row, "撤销通过")
    _tell_unit(row, "通过已被撤销，正在重新审核", reason)
    return row


@transaction.atomic
def escalate_return(
    quarterly_return: QuarterlyReturn, *, actor: Actor, reason: str
) -> QuarterlyReturn:
    """Ask the next superior to decide (提请上级审定); until then nobody below decides."""
    row = lock_return(quarterly_return)
    place = row.review_unit.parent
    if place is None or place.parent_id is None:
        raise StateConflict("本级已是最高一级，没有上级可以提请，请直接审核。")
    row = advance(
        row,
        "escalate",
        actor=actor,
        at=row.review_unit,
        reason=reason,
        changes={
            "review_place": place,
            "reviewer_post_id": None,
            "seen_at": row.seen_at or timezone.now(),
        },
    )
    close_round(row, "提请上级审定")
    _tell(
        row,
        reviewers_of(place),
        rule="responsibilities.return_escalated",
        title=f"{place.name}提请审定{row.unit.name}的{row.period.name}报表",
        body=reason,
    )
    return row


@transaction.atomic
def hand_down_return(
    quarterly_return: QuarterlyReturn, *, actor: Actor, reason: str
) -> QuarterlyReturn:
    """Give an escalated return back to its ordinary reviewer, with a word on how to decide."""
    row = lock_return(quarterly_return)
    if row.review_place_id is None:
        raise StateConflict("这张报表没有提请上级审定，不需要交回。")
    row = advance(
        row,
        "hand_down",
        actor=actor,
        at=row.review_unit,
        reason=reason,
        changes={"review_place": None, "reviewer_post_id": None},
    )
    close_round(row, "交回下级审核")
    _tell(
        row,
        reviewers_of(row.unit),
        rule="responsibilities.return_escalated",
        title=f"上级交回{row.unit.name}的{row.period.name}报表，请审核",
        body=reason,
    )
    return row


@transaction.atomic
def take_over_return(quarterly_return: QuarterlyReturn, *, actor: Actor) -> QuarterlyReturn:
    """Make oneself the one a correction comes back to (接手), when a colleague is away."""
    row = lock_return(quarterly_return)
    if not may_review(actor, row):
        raise NotPermitted("当前职务无权审核这张报表，请切换到直接上级的职务。")
    if row.state not in {ReturnState.SUBMITTED, ReturnState.SENT_BACK}:
        raise StateConflict(f"这张报表现在是“{row.get_state_display()}”，不需要接手。")
    if row.reviewer_post_id == actor.post_id:
        raise StateConflict("这张报表已由您审核，不需要接手。")
    before = {"reviewer_post": row.reviewer_post_id}
    row.reviewer_post_id = actor.post_id
    row.save(update_fields=["reviewer_post"])
    record(
        "responsibilities.return.taken_over",
        row,
        actor=actor,
        label="接手审核",
        before=before,
        after={"reviewer_post": actor.post_id},
    )
    return row


@transaction.atomic
def post_message(quarterly_return: QuarterlyReturn, *, actor: Actor, text: str) -> ReturnMessage:
    """Ask or answer beside a return; its state stays as it is, and the other side is told."""
    row = QuarterlyReturn.objects.select_related("unit", "period", "review_place").get(
        pk=quarterly_return.pk
    )
    from_unit = actor.may(FILL_RETURN, at=row.unit)
    if actor.post_id is None or not (from_unit or may_review(actor, row)):
        raise NotPermitted("只有填报单位和审核人可以在这里问询，请切换职务。")
    if not text.strip():
        raise FieldErrors({"text": "请写下要问或要答的内容。"})
    if len(text.strip()) > LONGEST_MESSAGE:
        raise FieldErrors({"text": f"最多 {LONGEST_MESSAGE} 字，请精简。"})
    message = ReturnMessage.objects.create(
        quarterly_return=row,
        text=text.strip(),
        from_unit=from_unit,
        post_id=actor.post_id,
        author=actor.label[:200],
    )
    others = (
        reviewers_of(row.review_unit)
        if from_unit
        else filers_of([row.unit_id]).get(row.unit_id, [])
    )
    notify(
        rule="responsibilities.return_message",
        subject=row,
        stage=f"m{message.pk}",
        post_ids=others,
        title=f"{row}：{'单位答复' if from_unit else '审核人问询'}",
        body=message.text,
        url=f"{row.get_absolute_url()}#thread",
    )
    return message


def _tell_unit(row: QuarterlyReturn, what: str, reason: str) -> None:
    _tell(
        row,
        filers_of([row.unit_id]).get(row.unit_id, []),
        rule="responsibilities.return_unaccepted",
        title=f"{row.period.name}报表的{what}",
        body=reason,
    )


def _tell(
    row: QuarterlyReturn, post_ids: Sequence[int], *, rule: str, title: str, body: str
) -> None:
    notify(
        rule=rule,
        subject=row,
        stage=_moment(timezone.now()),
        post_ids=post_ids,
        title=title,
        body=body.strip(),
        url=row.get_absolute_url(),
    )


def _moment(now: datetime) -> str:
    """Each act is news of its own, even when the same act comes again."""
    return f"@{now:%y%m%d%H%M%S%f}"
