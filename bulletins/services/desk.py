"""The desk: editing, returning, keeping in reserve, declining; each told to the authors."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from bulletins.authority import COMMISSION, EDIT_DISPATCH, WRITE_DISPATCH
from bulletins.enums import DispatchState, Reason
from bulletins.models import (
    Commission,
    CommissionTask,
    Dispatch,
    HigherAdoption,
    Instruction,
)
from bulletins.points import COMBINED, INSTRUCTION, MECHANISM
from bulletins.services.telling import tell_unit
from bulletins.services.writing import (
    add_version,
    demand_fresh,
    family_of,
    lock_dispatch,
    set_text,
    shares_of,
    traits_of,
)
from gongjian.commons.follow_ups.services.assigning import (
    SourceReference,
    issue_follow_up,
    open_follow_up,
)
from gongjian.commons.points.enums import ADOPTION, COMMISSION_FAILED
from gongjian.commons.points.reckoning import Share
from gongjian.commons.points.services.ledger import Occurrence, note_fact, withdraw_facts_of
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Unit
from orgs.queries import root_unit
from orgs.services import demand_valid


def _demand_editor(actor: Actor, dispatch: Dispatch) -> None:
    if not actor.may(EDIT_DISPATCH, at=dispatch.unit):
        raise NotPermitted("稿件由领导小组办公室编辑，请与办公室联系。")


@transaction.atomic
def take_dispatch(dispatch: Dispatch, *, actor: Actor, reason: str = "") -> Dispatch:
    """受理: from now on this editor has the piece in hand."""
    return advance(
        lock_dispatch(dispatch),
        "take",
        actor=actor,
        at=dispatch.unit,
        reason=reason,
        changes={"editor": actor.label[:200]},
    )


@transaction.atomic
def edit_dispatch(
    dispatch: Dispatch, *, actor: Actor, title: str, body: str, revision: int | None = None
) -> Dispatch:
    """Change the text at the desk; the version before stays and the unit sees both."""
    dispatch = lock_dispatch(dispatch)
    _demand_editor(actor, dispatch)
    if dispatch.state != DispatchState.EDITING:
        raise StateConflict("请先受理这篇稿件，再修改文字。")
    demand_fresh(dispatch, revision)
    set_text(dispatch, title=title, body=body)
    demand_valid(dispatch)
    dispatch.revision += 1
    dispatch.editor = actor.label[:200]
    dispatch.save(update_fields=["revision", "editor"])
    if add_version(dispatch, actor=actor, is_desk=True) is not None:
        record("bulletins.dispatch.edited", dispatch, actor=actor, label="编辑修改")
    return dispatch


@transaction.atomic
def decide_dispatch(
    dispatch: Dispatch, *, actor: Actor, decision: str, reason: str, remark: str
) -> Dispatch:
    """Return, reserve or decline. Without a reason nobody learns anything, so one is asked."""
    if decision not in {"return", "reserve", "decline"}:
        raise FieldErrors({"decision": "请选择退回修改、备用或不采用。"})
    if decision == "decline" and reason not in Reason.values:
        raise FieldErrors({"reason": "请选择不采用的原因，作者会看到。"})
    if decision != "reserve" and not remark.strip():
        raise FieldErrors({"remark": "请写一句具体意见，作者会看到。"})
    dispatch = advance(
        lock_dispatch(dispatch),
        decision,
        actor=actor,
        at=dispatch.unit,
        reason=remark,
        changes={
            "reason": reason if decision == "decline" else "",
            "remark": remark.strip(),
            "editor": actor.label[:200],
        },
    )
    told = {
        "return": f"稿件退回修改：{dispatch.title}",
        "reserve": f"稿件列为备用：{dispatch.title}",
        "decline": f"稿件未采用：{dispatch.title}",
    }[decision]
    why = f"{dispatch.get_reason_display()}。" if dispatch.reason else ""
    tell_unit(dispatch, title=told, body=f"{why}{remark.strip()}", stage=decision)
    return dispatch


@transaction.atomic
def reopen_dispatch(dispatch: Dispatch, *, actor: Actor, reason: str = "") -> Dispatch:
    """Think again about a piece that was declined."""
    return advance(
        lock_dispatch(dispatch),
        "reopen",
        actor=actor,
        at=dispatch.unit,
        reason=reason,
        changes={"reason": "", "remark": "", "editor": actor.label[:200]},
    )


# --- commissions -------------------------------------------------------------------------


@transaction.atomic
def ask_commission(*, actor: Actor, values: dict[str, Any], units: Iterable[Unit]) -> Commission:
    """约稿: ask some units for a piece on a topic."""
    if not actor.may(COMMISSION):
        raise NotPermitted("约稿由领导小组办公室发出。")
    chosen = list(units)
    if not chosen:
        raise FieldErrors({"units": "请选择约稿单位。"})
    commission = Commission(asked_on=today(), **values)
    if commission.due_on < today():
        raise FieldErrors({"due_on": "交稿日期已过，请改为今天以后的日期。"})
    demand_valid(commission)
    commission.save()
    for unit in chosen:
        task = CommissionTask(commission=commission, unit=unit)
        demand_valid(task)
        task.save()
        tell_unit(
            task,
            title=f"约稿：{commission.topic}",
            body=f"请于{long_date(commission.due_on)}前交稿。{commission.requirement}"[:400],
            stage="asked",
            url=commission.get_absolute_url(),
        )
    record("bulletins.commission.asked", commission, actor=actor, label="约稿")
    return commission


@transaction.atomic
def accept_task(task: CommissionTask, *, actor: Actor) -> CommissionTask:
    """The unit takes a commission on."""
    return advance(task, "accept", actor=actor, at=task.unit)


@transaction.atomic
def close_task(
    task: CommissionTask, *, actor: Actor, is_failed: bool, reason: str, is_office_fault: bool
) -> CommissionTask:
    """Say that a commission was not written, or release the unit from it.

    What failed because the day was too near is the office's fault and costs the unit nothing.
    """
    if not reason.strip():
        raise FieldErrors({"reason": "请写明情况，单位会看到。"})
    if is_failed and task.commission.due_on >= today():
        raise FieldErrors({"reason": "交稿日期还没有过，不能记为未完成；不再需要的，请免除。"})
    task = advance(
        task,
        "fail" if is_failed else "release",
        actor=actor,
        at=task.unit,
        reason=reason,
        changes={
            "reason": reason.strip(),
            "is_office_fault": is_failed and is_office_fault,
        },
    )
    if is_failed and not is_office_fault:
        note_fact(
            MECHANISM,
            task,
            Occurrence(
                kind=COMMISSION_FAILED,
                family=f"commission:{task.pk}",
                title=task.commission.topic,
                happened_on=task.commission.due_on,
                reported_on=today(),
            ),
            actor=actor,
            shares=[Share(task.unit_id)],
        )
    return task


# --- what became of a piece --------------------------------------------------------------


@transaction.atomic
def tell_higher_adoption(
    dispatch: Dispatch, *, actor: Actor, values: dict[str, Any]
) -> HigherAdoption:
    """Note that a higher journal printed the piece; the office's own word counts at once."""
    dispatch = lock_dispatch(dispatch)
    by_office = actor.may(EDIT_DISPATCH, at=dispatch.unit)
    if not by_office and not actor.may(WRITE_DISPATCH, at=dispatch.unit):
        raise NotPermitted("上级采用由报送单位或办公室登记。")
    if dispatch.sent_at is None:
        raise StateConflict("稿件还没有报送，不能登记上级采用。")
    adoption = HigherAdoption(dispatch=dispatch, told_by=actor.label[:200], **values)
    _demand_past(adoption.printed_on, "printed_on")
    demand_valid(adoption)
    adoption.save()
    record("bulletins.higher.told", dispatch, actor=actor, label=f"登记上级采用：{adoption}"[:60])
    return check_higher_adoption(adoption, actor=actor) if by_office else adoption


@transaction.atomic
def check_higher_adoption(adoption: HigherAdoption, *, actor: Actor) -> HigherAdoption:
    """核实: the office has seen the printed piece; now it earns points."""
    adoption = (
        HigherAdoption.objects.select_for_update(of=("self",))
        .select_related("dispatch__unit", "dispatch__task")
        .get(pk=adoption.pk)
    )
    _demand_editor(actor, adoption.dispatch)
    if adoption.checked_at is not None:
        return adoption
    adoption.checked_at, adoption.checked_by = timezone.now(), actor.label[:200]
    adoption.save(update_fields=["checked_at", "checked_by"])
    dispatch = adoption.dispatch
    record("bulletins.higher.checked", dispatch, actor=actor, label="核实上级采用")
    note_fact(
        MECHANISM,
        adoption,
        Occurrence(
            kind=ADOPTION,
            family=family_of(dispatch),
            title=dispatch.title,
            happened_on=adoption.printed_on,
            reported_on=today(),
            level=adoption.level,
            outlet=adoption.journal,
            traits=traits_of(dispatch) | ({COMBINED} if adoption.is_combined else set()),
        ),
        actor=actor,
        shares=shares_of(dispatch),
    )
    tell_unit(
        dispatch,
        title=f"稿件被{adoption}采用：{dispatch.title}",
        body="办公室已核实登记。",
        stage=f"higher-{adoption.pk}",
    )
    return adoption


@transaction.atomic
def drop_higher_adoption(adoption: HigherAdoption, *, actor: Actor, reason: str) -> None:
    """Take back what was noted wrongly."""
    adoption = HigherAdoption.objects.select_for_update(of=("self",)).get(pk=adoption.pk)
    _demand_editor(actor, adoption.dispatch)
    if not reason.strip():
        raise FieldErrors({"reason": "请写明撤销的原因。"})
    withdraw_facts_of(adoption, actor=actor, reason=reason)
    record(
        "bulletins.higher.dropped",
        adoption.dispatch,
        actor=actor,
        label=f"撤销上级采用：{adoption}"[:60],
        reason=reason,
    )
    adoption.delete()


@transaction.atomic
def note_instruction(
    dispatch: Dispatch,
    *,
    actor: Actor,
    values: dict[str, Any],
    unit: Unit | None = None,
    due_on: date | None = None,
) -> Instruction:
    """Note a leader's 批示; with a unit and a day it is given out as a follow-up at once."""
    dispatch = lock_dispatch(dispatch)
    _demand_editor(actor, dispatch)
    instruction = Instruction(dispatch=dispatch, noted_by=actor.label[:200], **values)
    _demand_past(instruction.given_on, "given_on")
    if (unit is None) != (due_on is None):
        raise FieldErrors({"due_on": "交办的，承办单位和办理时限都要填；不交办的，都不填。"})
    demand_valid(instruction)
    instruction.save()
    record("bulletins.instruction.noted", dispatch, actor=actor, label="登记领导批示")
    note_fact(
        MECHANISM,
        instruction,
        Occurrence(
            kind=INSTRUCTION,
            family=family_of(dispatch),
            title=dispatch.title,
            happened_on=instruction.given_on,
            reported_on=today(),
            level=instruction.level,
            outlet=instruction.leader,
            traits=traits_of(dispatch),
        ),
        actor=actor,
        shares=shares_of(dispatch),
    )
    if unit is not None:
        giver = root_unit()
        assert giver is not None  # noqa: S101 -- every tenant has a root
        matter = open_follow_up(
            unit,
            actor=actor,
            giver=giver,
            values={
                "kind": "instruction",
                "title": f"落实{instruction.leader}批示：{dispatch.title}"[:120],
                "basis": f"{instruction.leader}{long_date(instruction.given_on)}批示"[:200],
                "requirement": instruction.text,
                "due_on": due_on,
            },
            source=SourceReference.of(instruction),
        )
        issue_follow_up(matter, actor=actor)
    return instruction


def _demand_past(day: date | None, name: str) -> None:
    if day is not None and day > today():
        raise FieldErrors({name: "日期晚于今天，请核对。"})
