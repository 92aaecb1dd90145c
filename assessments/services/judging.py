"""Marks of judges on soft indicators."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import cast

from django.db import transaction

from assessments.authority import JUDGE_ITEM
from assessments.enums import SchemeState
from assessments.models import JudgedScore, SchemeItem
from assessments.queries import units_to_judge
from assessments.services.holding import demand, hold
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import DomainError, FieldErrors
from orgs.models import Unit


@transaction.atomic
def enter_judged_score(
    item: SchemeItem, *, actor: Actor, unit: Unit, score: Decimal | None, comment: str = ""
) -> SchemeItem:
    """Enter, change or (with None) take back one mark."""
    return enter_judged_scores(item, actor=actor, scores={unit.pk: (score, comment)})


@transaction.atomic
def enter_judged_scores(
    item: SchemeItem, *, actor: Actor, scores: Mapping[int, tuple[Decimal | None, str]]
) -> SchemeItem:
    """Write a judge's column of marks out of 100; a run already computed keeps its own.

    A judge never marks the own unit (回避), and never overwrites another judge.
    """
    demand(actor, JUDGE_ITEM, "评分")
    hold(item.scheme, SchemeState.PUBLISHED, act="评分")
    if not item.is_judged:
        raise DomainError(f"“{item}”按数据计分，不由评委评分。")
    if actor.post_id is None:
        raise DomainError("评分须以评委的职务办理，请切换职务。")
    if actor.unit_id in scores:
        raise DomainError("评委须回避本单位，请由其他评委评分。")
    allowed = {member.unit_id for member in units_to_judge(item, actor)}
    errors: dict[str, str] = {}
    for unit_id, (score, _) in scores.items():
        if unit_id not in allowed:
            raise DomainError("有单位不在本项目的考核范围内，请刷新后重新填写。")
        if score is not None and not 0 <= score <= 100:
            errors[f"s_{unit_id}"] = "评分应在 0 到 100 之间，请更正。"
    if errors:
        raise FieldErrors(errors)
    former = {
        mark.unit_id: mark for mark in JudgedScore.objects.filter(item=item, post_id=actor.post_id)
    }
    changed = 0
    for unit_id, (score, comment) in scores.items():
        changed += _write(item, actor, unit_id, former.get(unit_id), score, comment.strip())
    if changed:
        record(
            "assessments.judged_score.entered",
            item,
            actor=actor,
            label=f"评分 {changed} 家",
        )
    return item


def _write(
    item: SchemeItem,
    actor: Actor,
    unit_id: int,
    mark: JudgedScore | None,
    score: Decimal | None,
    comment: str,
) -> bool:
    """Write one mark and tell whether anything changed."""
    if score is None:
        if mark is not None:
            mark.delete()
        return mark is not None
    if mark is None:
        # The caller made sure that the actor holds a post.
        mark = JudgedScore(item=item, unit_id=unit_id, post_id=cast("int", actor.post_id))
    elif (mark.score, mark.comment) == (score, comment):
        return False
    mark.score, mark.comment, mark.judge_label = score, comment, actor.label[:200]
    mark.save()
    return True
