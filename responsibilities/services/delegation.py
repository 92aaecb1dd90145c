"""Delegation of review: a dated term in a post that may review and do nothing else."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from gongjian.commons.notices.services import notify
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import (
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from orgs.enums import Role
from orgs.models import Appointment, Post, Unit
from orgs.services import demand_valid
from responsibilities.authority import DELEGATE_REVIEW, MANAGE_PHRASE, REVIEW_RETURN
from responsibilities.models import ReviewDelegation, ReviewPhrase
from responsibilities.queries.review import receivers_for

LONGEST_DAYS = 92


@transaction.atomic
def delegate_review(
    *, actor: Actor, receiver: Appointment, starts_on: date, ends_on: date, reason: str
) -> ReviewDelegation:
    """Hand the own right of review to a person for some days (委托审核).

    The person gets a term in a post named after the giver; its role may review
    and cannot delegate. The term ends by its date, and both names stand on
    every decision because the post's title carries the giver.
    """
    unit = Unit.objects.filter(pk=actor.unit_id or 0).first()
    giver = Post.objects.filter(pk=actor.post_id or 0).first()
    may = actor.may(DELEGATE_REVIEW, at=unit) and actor.may(REVIEW_RETURN)
    if unit is None or giver is None or not may:
        raise NotPermitted("当前职务没有可以委托的审核权，请切换到上级主管职务。")
    _demand_terms(actor, unit, receiver, starts_on, ends_on, reason)
    post = _stand_in_post(actor, giver)
    term = Appointment(post=post, user=receiver.user, starts_on=starts_on, ends_on=ends_on)
    demand_valid(term)
    term.save()
    delegation = ReviewDelegation(
        unit=unit,
        giver_post=giver,
        giver_label=actor.label[:200],
        receiver=receiver.user,
        receiver_label=f"{receiver.post} {receiver.user.person_name}"[:200],
        appointment=term,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason.strip(),
    )
    demand_valid(delegation)
    delegation.save()
    record(
        "responsibilities.review.delegated",
        delegation,
        actor=actor,
        label="委托审核",
        after={"starts_on": starts_on, "ends_on": ends_on, "receiver": receiver.user_id},
        reason=reason.strip(),
    )
    notify(
        rule="responsibilities.review_delegated",
        subject=delegation,
        stage="given",
        post_ids=[receiver.post_id],
        title=f"{actor.person_name}委托您审核{unit.name}下级的季度报表",
        body=f"{long_date(starts_on)}至{long_date(ends_on)}，"
        f"请在右上角切换到“{post.title}”办理。理由：{reason.strip()}",
    )
    return delegation


def _demand_terms(
    actor: Actor, unit: Unit, receiver: Appointment, starts_on: date, ends_on: date, reason: str
) -> None:
    errors: dict[str, str] = {}
    if receiver.user_id == actor.user_id:
        errors["receiver"] = "不能委托给自己，请选择另一个人。"
    elif receiver.pk not in {term.pk for term in receivers_for(unit)}:
        errors["receiver"] = "只能委托给本单位、同级或上级的在任人员，请重新选择。"
    if starts_on < today():
        errors["starts_on"] = "不能早于今天，请更正。"
    if ends_on < starts_on:
        errors["ends_on"] = "不能早于开始日期，请更正。"
    elif (ends_on - starts_on).days >= LONGEST_DAYS:
        errors["ends_on"] = f"一次最多委托 {LONGEST_DAYS} 天，到期后可以再委托。"
    if not reason.strip():
        errors["reason"] = "请填写委托理由，如“外出学习”。"
    overlapping = ReviewDelegation.objects.filter(
        giver_post_id=actor.post_id,
        receiver_id=receiver.user_id,
        ended_on__isnull=True,
        starts_on__lte=ends_on,
        ends_on__gte=starts_on,
    )
    if not errors and overlapping.exists():
        errors["receiver"] = "这段时间已经委托给这个人，请先结束原委托或改日期。"
    if errors:
        raise FieldErrors(errors)


def _stand_in_post(actor: Actor, giver: Post) -> Post:
    """One post per giver; it is made once and its terms come and go."""
    # The title is all that tells the posts apart; two first delegations at once wait here.
    Post.objects.select_for_update(of=("self",)).get(pk=giver.pk)
    title = f"代审（受{actor.post_title}{actor.person_name}委托）"[:60]
    held = Post.objects.filter(unit=giver.unit, role=Role.REVIEW_DELEGATE, title=title).first()
    if held is None:
        # Who stands in signs for the party of the giver.
        held = Post(unit=giver.unit, role=Role.REVIEW_DELEGATE, title=title, line=giver.line)
        demand_valid(held)
        held.save()
        record("orgs.post.created", held, actor=actor, label="设置受托职务")
    elif held.line != giver.line:
        held.line = giver.line
        held.save(update_fields=["line"])
    return held


@transaction.atomic
def end_delegation(delegation: ReviewDelegation, *, actor: Actor) -> ReviewDelegation:
    """End a delegation before its date; the next request of the receiver is without it."""
    held = (
        ReviewDelegation.objects.select_for_update(of=("self",))
        .select_related("unit", "appointment")
        .get(pk=delegation.pk)
    )
    if not actor.may(DELEGATE_REVIEW, at=held.unit):
        raise NotPermitted("当前职务无权结束这项委托，由委托单位办理。")
    if held.standing() == "closed":
        raise StateConflict("这项委托已经结束，不必重复办理。")
    held.ended_on = today()
    held.save(update_fields=["ended_on"])
    term, yesterday = held.appointment, today() - timedelta(days=1)
    # A term that began today ends with yesterday too: what is taken back is gone at once.
    term.starts_on, term.ends_on = min(term.starts_on, yesterday), yesterday
    term.save(update_fields=["starts_on", "ends_on"])
    record(
        "responsibilities.review.delegation_ended",
        held,
        actor=actor,
        label="结束委托",
        after={"ended_on": held.ended_on},
    )
    return held


@transaction.atomic
def add_phrase(*, actor: Actor, text: str, sort_order: int = 0) -> ReviewPhrase:
    """Add a remark to the tenant's list (常用意见)."""
    _demand_phrases(actor)
    phrase = ReviewPhrase(text=text.strip(), sort_order=sort_order)
    demand_valid(phrase)
    phrase.save()
    record("responsibilities.phrase.added", phrase, actor=actor, label="添加常用意见")
    return phrase


@transaction.atomic
def remove_phrase(phrase: ReviewPhrase, *, actor: Actor) -> ReviewPhrase:
    """Take a remark off the list; remarks already written keep their words."""
    _demand_phrases(actor)
    held = ReviewPhrase.objects.select_for_update(of=("self",)).get(pk=phrase.pk)
    if not held.is_active:
        raise StateConflict("这条常用意见已经停用，请刷新后查看。")
    held.is_active = False
    held.save(update_fields=["is_active"])
    record("responsibilities.phrase.removed", held, actor=actor, label="停用常用意见")
    return held


def _demand_phrases(actor: Actor) -> None:
    if not actor.may(MANAGE_PHRASE):
        raise NotPermitted("当前职务无权维护常用意见，由领导小组办公室办理。")
