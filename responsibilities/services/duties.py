"""Who asks for more time and who is told; units freed from a return and bound again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from gongjian.commons.notices.services import notify
from gongjian.foundation.audit.trail import record
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Unit
from orgs.services import demand_valid
from responsibilities.authority import EXEMPT_OBLIGATION, REQUEST_EXTENSION, URGE_RETURN
from responsibilities.enums import ExtensionState
from responsibilities.models import ExtensionRequest, Obligation
from responsibilities.queries.returns import filers_of, form_of, reviewers_of
from responsibilities.services.obligations import (
    exempt_obligation,
    extend_obligation,
    open_period,
)


def _lock(obligation: Obligation) -> Obligation:
    rows = Obligation.objects.select_for_update(of=("self",)).select_related("unit", "period")
    return rows.get(pk=obligation.pk)


@transaction.atomic
def ask_extension(
    obligation: Obligation, *, actor: Actor, until: date, reason: str
) -> ExtensionRequest:
    """Ask for more time. After the deadline it may still be asked, and is marked so."""
    if not actor.may(REQUEST_EXTENSION, at=obligation.unit):
        raise NotPermitted("当前职务无权申请延期，由填报单位的书记或工会主席申请。")
    obligation = _lock(obligation)
    if obligation.is_exempt:
        raise StateConflict("本期已免报，不需要延期。")
    if obligation.returns.exclude(first_submitted_at=None).exists():
        raise StateConflict("本期报表已经报送，不需要延期。")
    if obligation.requests.filter(state=ExtensionState.ASKED).exists():
        raise StateConflict("已有一份延期申请等待审批，不必重复申请。要改日期的，请先撤回。")
    day = today()
    errors = {}
    if until <= max(obligation.deadline, day):
        errors["until"] = f"须晚于今天和现在的截止日期（{long_date(obligation.deadline)}）。"
    if not reason.strip():
        errors["reason"] = "请写明为什么不能按时报送，上级会看到。"
    if errors:
        raise FieldErrors(errors)
    asked = ExtensionRequest(
        obligation=obligation,
        asked_until=until,
        reason=reason.strip(),
        due_before=obligation.deadline,
        is_late=obligation.deadline_moment <= timezone.now(),
        asked_by=actor.label[:200],
    )
    demand_valid(asked)
    asked.save()
    record(
        "responsibilities.extension.asked",
        asked,
        actor=actor,
        label="申请延期",
        after={"asked_until": until, "is_late": asked.is_late},
        reason=reason.strip(),
    )
    unit = obligation.unit
    notify(
        rule="responsibilities.extension_asked",
        subject=asked,
        stage="asked",
        post_ids=reviewers_of(unit),
        title=f"{unit.name}申请把{obligation.period}报表延至{long_date(until)}，请审批",
        body=reason.strip() + ("（截止日期已过后提出）" if asked.is_late else ""),
        url=asked.get_absolute_url(),
        deadline=obligation.deadline,
    )
    return asked


@transaction.atomic
def grant_extension(
    asked: ExtensionRequest, *, actor: Actor, reason: str = "", until: date | None = None
) -> ExtensionRequest:
    """Give more time: the day asked for, or another one that the superior sets."""
    day = until or asked.asked_until
    if day <= asked.obligation.deadline:
        raise FieldErrors(
            {"until": f"须晚于现在的截止日期（{long_date(asked.obligation.deadline)}）。"}
        )
    asked = _decide(asked, "grant", actor, reason, granted_until=day)
    extend_obligation(asked.obligation, actor=actor, until=day, reason=asked.reason)
    return asked


@transaction.atomic
def refuse_extension(asked: ExtensionRequest, *, actor: Actor, reason: str) -> ExtensionRequest:
    """Keep the deadline; the unit is told why."""
    return _decide(asked, "refuse", actor, reason)


def _decide(
    asked: ExtensionRequest,
    step: str,
    actor: Actor,
    reason: str,
    *,
    granted_until: date | None = None,
) -> ExtensionRequest:
    asked = advance(
        asked,
        step,
        actor=actor,
        at=asked.unit,
        reason=reason,
        changes={
            "granted_until": granted_until,
            "decision_note": reason.strip()[:300],
            "decided_by": actor.label[:200],
        },
    )
    obligation = asked.obligation
    granted = granted_until is not None
    day = granted_until or obligation.deadline
    notify(
        rule="responsibilities.extension_decided",
        subject=asked,
        stage=str(asked.state),
        post_ids=filers_of([obligation.unit_id]).get(obligation.unit_id, []),
        title=f"{obligation.period}报表"
        + (f"已准予延至{long_date(day)}" if granted else f"未准延期，仍于{long_date(day)}截止"),
        body=reason.strip(),
        url=reverse("responsibilities:return_fill", args=[obligation.pk]),
        deadline=day,
    )
    return asked


def withdraw_extension(
    asked: ExtensionRequest, *, actor: Actor, reason: str = ""
) -> ExtensionRequest:
    """The unit takes its request back before it is answered."""
    return advance(asked, "withdraw", actor=actor, at=asked.unit, reason=reason)


@transaction.atomic
def unexempt_obligation(obligation: Obligation, *, actor: Actor, reason: str) -> Obligation:
    """Bind a unit again that was freed; why it was freed stays in the trail."""
    if not actor.may(EXEMPT_OBLIGATION, at=obligation.unit):
        raise NotPermitted("当前职务无权取消免报，由领导小组办公室办理。")
    if not reason.strip():
        raise FieldErrors({"reason": "请填写取消免报的理由。"})
    obligation = _lock(obligation)
    if not obligation.is_exempt:
        raise StateConflict(f"{obligation.unit}本期没有免报，可能已有人取消，请刷新后查看。")
    before = {"exemption_reason": obligation.exemption_reason}
    obligation.is_exempt, obligation.exemption_reason = False, ""
    obligation.save(update_fields=["is_exempt", "exemption_reason"])
    record(
        "responsibilities.obligation.unexempted",
        obligation,
        actor=actor,
        label="取消免报",
        before=before,
        reason=reason.strip(),
    )
    _tell_unit(obligation, "u", f"{obligation.period}报表恢复应报", reason)
    return obligation


def _tell_unit(obligation: Obligation, kind: str, title: str, reason: str) -> None:
    notify(
        rule="responsibilities.obligation_changed",
        subject=obligation,
        # The moment is part of it: freed, bound and freed again are three acts.
        stage=f"{kind}{timezone.now():%y%m%d%H%M%S}",
        post_ids=filers_of([obligation.unit_id]).get(obligation.unit_id, []),
        title=title,
        body=reason.strip(),
        url=reverse("responsibilities:my_returns"),
        deadline=obligation.deadline,
    )


@transaction.atomic
def admit_newcomers(period: Period, *, actor: Actor) -> int:
    """Let units founded in the period owe it as well, while there is time left to file."""
    form = form_of(period)
    if form is None:
        raise StateConflict(f"{period}还没有开启填报，请先在“开启填报”中办理。")
    if period.due_on < today():
        raise StateConflict(f"{period}已于{long_date(period.due_on)}截止，新设单位从下一期起报。")
    return open_period(period, form=form, actor=actor)


# --- many at once -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a choice of many: how many were done, and who was left out and why."""

    done: int
    refused: list[str]


def _each(rows: Iterable[Obligation], act: Callable[[Obligation], object]) -> Outcome:
    """One that cannot be done stops no other; rows come in key order against deadlocks."""
    done, refused = 0, []
    for row in rows:
        try:
            with transaction.atomic():
                act(row)
            done += 1
        except DomainError as error:
            refused.append(f"{row.unit}：{error.message}")
    return Outcome(done, refused)


def _chosen(ids: Iterable[int]) -> Iterable[Obligation]:
    return (
        Obligation.objects.filter(pk__in=set(ids)).select_related("unit", "period").order_by("pk")
    )


@transaction.atomic
def extend_many(ids: Iterable[int], *, actor: Actor, until: date, reason: str) -> Outcome:
    """Give many units more time, or open the window again for them (补报窗口)."""

    def act(row: Obligation) -> None:
        if row.returns.exclude(first_submitted_at=None).exists():
            raise StateConflict("已经报送，不需要延期。")
        if until <= today():
            raise FieldErrors({"until": "须晚于今天。"})
        row = extend_obligation(row, actor=actor, until=until, reason=reason)
        _tell_unit(row, "e", f"{row.period}报表可在{long_date(until)}前报送", reason)

    return _each(_chosen(ids), act)


@transaction.atomic
def exempt_many(ids: Iterable[int], *, actor: Actor, reason: str) -> Outcome:
    """Free many units from a return for one reason."""

    def act(row: Obligation) -> None:
        if row.is_exempt:
            raise StateConflict("本期已经免报。")
        row = exempt_obligation(row, actor=actor, reason=reason)
        _tell_unit(row, "x", f"{row.period}报表已免报", reason)

    return _each(_chosen(ids), act)


@transaction.atomic
def unexempt_many(ids: Iterable[int], *, actor: Actor, reason: str) -> Outcome:
    """Bind many units again."""
    return _each(_chosen(ids), lambda row: unexempt_obligation(row, actor=actor, reason=reason))


@transaction.atomic
def decide_many(
    ids: Iterable[int], *, actor: Actor, grant: bool, reason: str, until: date | None = None
) -> Outcome:
    """Answer many requests in one go; one already answered stops no other."""
    done, refused = 0, []
    rows = ExtensionRequest.objects.filter(pk__in=set(ids)).order_by("pk")
    for asked in rows.select_related("obligation__unit", "obligation__period"):
        try:
            with transaction.atomic():
                if grant:
                    grant_extension(asked, actor=actor, reason=reason, until=until)
                else:
                    refuse_extension(asked, actor=actor, reason=reason)
            done += 1
        except DomainError as error:
            refused.append(f"{asked.unit}：{error.message}")
    return Outcome(done, refused)


@transaction.atomic
def note_phones_seen(
    unit: Unit, *, actor: Actor, period: Period, count: int, reason: str, is_taken: bool = False
) -> None:
    """Write down who looked at how many telephone numbers below a unit, and what for (R8)."""
    if not actor.may(URGE_RETURN, at=unit):
        raise NotPermitted("当前职务无权查看这些单位的催办电话。")
    record(
        "responsibilities.phones.taken" if is_taken else "responsibilities.phones.seen",
        unit,
        actor=actor,
        label="导出催办电话" if is_taken else "查看催办电话",
        reason=reason.strip(),
        after={"period": str(period), "count": count},
    )
