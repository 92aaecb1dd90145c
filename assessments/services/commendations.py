"""Commendations: drafting, deciding and issuing of name lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from assessments.authority import MANAGE_COMMENDATION
from assessments.enums import OFFICIAL, CommendationState, Grade
from assessments.models import CommendationEntry, CommendationList, Run, UnitScore
from assessments.services.holding import check, demand, hold
from gongjian.commons.documents.enums import DocumentState
from gongjian.commons.documents.queries import documents_about
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import DomainError, FieldErrors
from gongjian.foundation.workflow.lifecycle import advance

_FIELDS = ("title", "kind", "approval_reference")


@transaction.atomic
def draft_commendation(
    run: Run, *, actor: Actor, values: Mapping[str, Any], picks: Mapping[int, str]
) -> CommendationList:
    """Draw up a list after an official result; ``picks`` is unit score → reason.

    优秀 needs no reason. Any other unit goes beyond what the quota gave and
    says why it is commended all the same.
    """
    demand(actor, MANAGE_COMMENDATION, "拟定表扬表彰名单")
    run = hold(run, *OFFICIAL, act="拟定表扬表彰名单")
    commendation = CommendationList(
        run=run, **{name: values[name] for name in _FIELDS if name in values}
    )
    check(commendation)
    commendation.save()
    count = _choose(commendation, picks)
    record(
        "assessments.commendation.drafted",
        commendation,
        actor=actor,
        label=f"拟定名单 {count} 家",
    )
    return commendation


@transaction.atomic
def edit_commendation(
    commendation: CommendationList,
    *,
    actor: Actor,
    values: Mapping[str, Any],
    picks: Mapping[int, str],
) -> CommendationList:
    demand(actor, MANAGE_COMMENDATION, "修改表扬表彰名单")
    commendation = hold(commendation, CommendationState.DRAFT, act="修改名单")
    before = {name: getattr(commendation, name) for name in _FIELDS}
    for name in _FIELDS:
        if name in values:
            setattr(commendation, name, values[name])
    check(commendation)
    commendation.save()
    count = _choose(commendation, picks)
    record(
        "assessments.commendation.edited",
        commendation,
        actor=actor,
        label=f"修改名单 {count} 家",
        before=before,
        after={name: getattr(commendation, name) for name in _FIELDS},
    )
    return commendation


def _choose(commendation: CommendationList, picks: Mapping[int, str]) -> int:
    scores = list(
        UnitScore.objects.filter(run_id=commendation.run_id, pk__in=list(picks)).order_by("pk")
    )
    if not scores:
        raise FieldErrors({"picks": "请至少选择一个单位。"})
    barred = [score for score in scores if score.is_barred]
    if barred:
        score = barred[0]
        raise DomainError(
            f"“{score.unit_name}”因“{score.limit_note}”不得列入表扬表彰名单，请从名单中去掉。"
        )
    errors = {
        f"reason_{score.pk}": f"“{score.unit_name}”的等次不是优秀，请填写理由。"
        for score in scores
        if score.decided_grade != Grade.EXCELLENT and not picks[score.pk].strip()
    }
    if errors:
        raise FieldErrors(errors)
    commendation.entries.all().delete()
    CommendationEntry.objects.bulk_create(
        [
            CommendationEntry(
                commendation=commendation,
                unit_id=score.unit_id,
                unit_score=score,
                reason=picks[score.pk].strip()[:300],
            )
            for score in scores
        ],
        batch_size=500,
    )
    return len(scores)


@transaction.atomic
def decide_commendation(
    commendation: CommendationList, *, actor: Actor, reason: str = ""
) -> CommendationList:
    """Approve the list (审定). 表彰 without its approval reference is refused (R4)."""
    return advance(commendation, "decide", actor=actor, at=None, reason=reason)


@transaction.atomic
def issue_commendation(
    commendation: CommendationList, *, actor: Actor, reason: str = ""
) -> CommendationList:
    """Close the list once its document has been issued (印发)."""
    issued = documents_about(commendation).filter(state=DocumentState.ISSUED)
    if not issued.exists():
        raise DomainError("通报还没有印发，请先生成通报，经签发、印发后再标记。")
    return advance(commendation, "issue", actor=actor, at=None, reason=reason)
