"""Model cases: nominating, listing, and copying confirmed by those who copied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from bulletins.authority import LIST_CASE, WRITE_CASE
from bulletins.enums import CaseState
from bulletins.models import CaseCopy, ModelCase
from bulletins.services.telling import RULE, posts_of
from gongjian.commons.notices.services import notify
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Unit
from orgs.services import demand_valid


@transaction.atomic
def write_case(
    case: ModelCase | None, *, actor: Actor, unit: Unit, values: Mapping[str, Any]
) -> ModelCase:
    """Write a case or change it while it is the unit's."""
    if not actor.may(WRITE_CASE, at=unit):
        raise NotPermitted("典型案例由本单位填写推荐。")
    if case is None:
        case = ModelCase(unit=unit)
    else:
        case = ModelCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
        if case.state not in {CaseState.DRAFT, CaseState.DECLINED}:
            raise StateConflict("案例已经推荐，不能再改。")
    for name, value in values.items():
        setattr(case, name, value)
    demand_valid(case)
    case.save()
    record("bulletins.case.written", case, actor=actor, label="填写典型案例")
    return case


@transaction.atomic
def nominate_case(case: ModelCase, *, actor: Actor, reason: str = "") -> ModelCase:
    return advance(case, "nominate", actor=actor, at=case.unit, reason=reason)


@transaction.atomic
def list_case(case: ModelCase, *, actor: Actor, reason: str = "") -> ModelCase:
    case = advance(
        case, "list", actor=actor, at=case.unit, reason=reason, changes={"listed_on": today()}
    )
    _tell(case, title=f"案例已入库：{case.title}", stage="listed")
    return case


@transaction.atomic
def decline_case(case: ModelCase, *, actor: Actor, reason: str) -> ModelCase:
    case = advance(case, "decline", actor=actor, at=case.unit, reason=reason)
    _tell(case, title=f"案例未入库：{case.title}", stage=f"declined-{today():%m%d}", body=reason)
    return case


@transaction.atomic
def propose_copy(case: ModelCase, *, actor: Actor, unit: Unit) -> CaseCopy:
    """The office asks a unit whether it did as the case shows."""
    if not actor.may(LIST_CASE):
        raise NotPermitted("由办公室提请单位确认。")
    copy = _new_copy(case, unit)
    record("bulletins.case.copy_proposed", case, actor=actor, label=f"提请确认：{unit}"[:60])
    notify(
        rule=RULE,
        subject=copy,
        stage="proposed",
        post_ids=posts_of([unit.pk]),
        title=f"请确认是否复制推广：{case.title}"[:120],
        body="做了的，请写明怎样做的；没有采用的，也请说明。",
        url=case.get_absolute_url(),
    )
    return copy


@transaction.atomic
def confirm_copy(case: ModelCase, *, actor: Actor, unit: Unit, done: str) -> CaseCopy:
    """我们照做了: said by the unit that did it, with what it did."""
    if not actor.may(WRITE_CASE, at=unit):
        raise NotPermitted("复制推广由照做的单位自己确认。")
    if unit.pk == case.unit_id:
        raise DomainError("这是本单位的案例，由其他单位确认是否照做。")
    if len(done.strip()) < 10:
        raise FieldErrors({"done": "请写明怎样做的（至少 10 个字）。"})
    copy = CaseCopy.objects.select_for_update(of=("self",)).filter(case=case, unit=unit).first()
    copy = copy or _new_copy(case, unit)
    return _decide(copy, "confirm", done=done, actor=actor)


@transaction.atomic
def refuse_copy(case: ModelCase, *, actor: Actor, unit: Unit, done: str) -> CaseCopy:
    """The unit did not do it; that is an answer too."""
    if not actor.may(WRITE_CASE, at=unit):
        raise NotPermitted("由被提请的单位自己答复。")
    copy = CaseCopy.objects.select_for_update(of=("self",)).filter(case=case, unit=unit).first()
    if copy is None:
        raise StateConflict("没有提请贵单位确认，不用答复。")
    return _decide(copy, "refuse", done=done, actor=actor)


def _new_copy(case: ModelCase, unit: Unit) -> CaseCopy:
    if case.state != CaseState.LISTED:
        raise StateConflict("案例还没有入库，不能登记复制推广。")
    if unit.pk == case.unit_id:
        raise FieldErrors({"unit": "这是案例本身的单位，请选择其他单位。"})
    copy = CaseCopy(case=case, unit=unit)
    demand_valid(copy)
    copy.save()
    return copy


def _decide(copy: CaseCopy, step: str, *, done: str, actor: Actor) -> CaseCopy:
    return advance(
        copy,
        step,
        actor=actor,
        at=copy.unit,
        changes={
            "done": done.strip(),
            "decided_on": today(),
            "decided_by": actor.label[:200],
        },
    )


def _tell(case: ModelCase, *, title: str, stage: str, body: str = "") -> None:
    notify(
        rule=RULE,
        subject=case,
        stage=stage,
        post_ids=posts_of([case.unit_id]),
        title=title[:120],
        body=body,
        url=case.get_absolute_url(),
    )
