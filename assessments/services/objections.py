"""Public notice, objections against it, and the run that follows when one is right."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction

from assessments.authority import DECIDE_OBJECTION, RAISE_OBJECTION, RUN_ASSESSMENT
from assessments.enums import FindingStage, ObjectionState, RunState
from assessments.models import Finding, Objection, Run, SchemeItem, UnitReview, UnitScore
from assessments.services.holding import demand, hold
from assessments.services.ledger import RESCORE_TASK
from gongjian.foundation.audit.trail import record
from gongjian.foundation.calendar.working_days import corrections, working_deadline
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors
from gongjian.foundation.tenancy.outbox import enqueue
from gongjian.foundation.workflow.lifecycle import advance
from orgs.services import demand_valid

LEAST_DAYS = 5


@transaction.atomic
def open_notice(run: Run, *, actor: Actor, reason: str = "", starts_on: date | None = None) -> Run:
    """Put the decided result on public notice for the scheme's number of working days."""
    rule = run.scheme.grade_rules.first()
    days = max(rule.notice_days if rule is not None else LEAST_DAYS, LEAST_DAYS)
    start = starts_on or today()
    return advance(
        run,
        "open_notice",
        actor=actor,
        at=None,
        reason=reason,
        changes={
            "notice_starts_on": start,
            "notice_ends_on": working_deadline(start, days, corrections()),
        },
    )


@transaction.atomic
def raise_objection(
    score: UnitScore, *, actor: Actor, text: str, item: SchemeItem | None = None, by: str = ""
) -> Objection:
    """Object while the notice runs; the office enters what came by phone or letter (``by``)."""
    demand(actor, RAISE_OBJECTION, "提出异议", at=score.unit)
    run = hold(score.run, RunState.NOTICED, act="提出异议")
    if run.notice_ends_on is not None and today() > run.notice_ends_on:
        raise DomainError("公示期已满，不再受理异议；确有错误的，请联系领导小组办公室。")
    if not text.strip():
        raise FieldErrors({"text": "请写明异议内容和理由。"})
    objection = Objection(
        score=score,
        item=item,
        post_id=actor.post_id,
        raised_by=(by.strip() or actor.label)[:200],
        raised_on=today(),
        text=text.strip()[:1000],
    )
    demand_valid(objection)
    objection.save()
    record("assessments.objection.raised", objection, actor=actor, label="提出异议")
    return objection


@transaction.atomic
def reject_objection(objection: Objection, *, actor: Actor, decision: str) -> Objection:
    """Refuse, with an answer to whoever raised it."""
    return advance(
        objection,
        "reject",
        actor=actor,
        at=objection.score.unit,
        changes={"decision": _answer(decision)},
    )


@transaction.atomic
def uphold_objection(
    objection: Objection, *, actor: Actor, decision: str, value: Decimal | None = None
) -> Run:
    """Grant it: the corrected figure is put down, the notice withdrawn, and a run made anew.

    Without a figure the correction stands elsewhere already (a return amended,
    a ledger entry lifted); the new run picks it up.
    """
    demand(actor, DECIDE_OBJECTION, "复核异议")
    objection = hold(objection, ObjectionState.RAISED, act="复核异议")
    score = objection.score
    run = hold(score.run, RunState.NOTICED, RunState.WITHDRAWN, act="复核异议")
    if value is not None:
        _correct(objection, actor, value, decision)
    advance(
        objection, "uphold", actor=actor, at=score.unit, changes={"decision": _answer(decision)}
    )
    if run.state == RunState.NOTICED:
        run = advance(run, "withdraw", actor=actor, at=None, reason=f"异议成立：{decision}"[:200])
    enqueue(RESCORE_TASK, scheme_id=run.scheme_id)
    return run


def _answer(decision: str) -> str:
    if not decision.strip():
        raise FieldErrors({"decision": "请填写复核意见。"})
    return decision.strip()[:500]


def _correct(objection: Objection, actor: Actor, value: Decimal, decision: str) -> None:
    item, score = objection.item, objection.score
    if item is None or item.is_judged or item.is_extra:
        raise FieldErrors({"value": "只有按数据计分的项目可以核定数值，请先指明项目。"})
    if value < 0:
        raise FieldErrors({"value": "数值不能小于 0，请更正。"})
    review, _ = UnitReview.objects.get_or_create(scheme_id=score.run.scheme_id, unit=score.unit)
    Finding.objects.update_or_create(
        review=review,
        item=item,
        stage=FindingStage.OBJECTION,
        defaults={"value": value, "note": decision.strip()[:300], "by_label": actor.label[:200]},
    )


@transaction.atomic
def record_meeting(run: Run, *, actor: Actor, held_on: date, text: str) -> Run:
    """Write down the joint review (联审会) before grades are proposed."""
    demand(actor, RUN_ASSESSMENT, "登记联审会")
    run = hold(run, RunState.COMPUTED, act="登记联审会")
    if held_on > today():
        raise FieldErrors({"held_on": "联审日期不能晚于今天，请更正。"})
    if not text.strip():
        raise FieldErrors({"text": "请填写联审记录。"})
    run.meeting_on, run.meeting_record = held_on, text.strip()[:3000]
    run.save(update_fields=["meeting_on", "meeting_record"])
    record("assessments.run.joint_review", run, actor=actor, label="登记联审会")
    return run
