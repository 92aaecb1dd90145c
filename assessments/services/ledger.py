"""Entries of the ledger: put down with evidence, approved, lifted; results follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from assessments.authority import KEEP_LEDGER
from assessments.enums import LEDGER_METHODS, EntryState, Method, RunState, SchemeState
from assessments.models import LedgerEntry, Run, Scheme
from assessments.services.holding import demand, hold
from assessments.services.runs import run_assessment
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import DomainError, FieldErrors
from gongjian.foundation.tenancy.outbox import enqueue
from gongjian.foundation.workflow.lifecycle import advance
from orgs.services import demand_valid

RESCORE_TASK = "assessments.rescore_scheme"
_FIELDS = ("item", "unit", "matter", "level", "occurred_on", "ends_on", "evidence", "reference")


@transaction.atomic
def enter_case(*, actor: Actor, values: Mapping[str, Any]) -> LedgerEntry:
    """Put down what happened. It counts from its approval on, not before."""
    demand(actor, KEEP_LEDGER, "登记台账事项")
    entry = LedgerEntry(**{name: values[name] for name in _FIELDS if name in values})
    _check(entry)
    entry.save()
    record(
        "assessments.entry.entered",
        entry,
        actor=actor,
        label=f"登记 {entry.item.name}",
        after=_facts(entry),
    )
    return entry


@transaction.atomic
def edit_case(entry: LedgerEntry, *, actor: Actor, values: Mapping[str, Any]) -> LedgerEntry:
    demand(actor, KEEP_LEDGER, "修改台账事项")
    entry = hold(entry, EntryState.DRAFT, act="修改台账事项")
    before = _facts(entry)
    for name in _FIELDS:
        if name in values:
            setattr(entry, name, values[name])
    _check(entry)
    entry.save()
    record(
        "assessments.entry.edited",
        entry,
        actor=actor,
        label="修改台账事项",
        before=before,
        after=_facts(entry),
    )
    return entry


def _facts(entry: LedgerEntry) -> dict[str, Any]:
    return {name: str(getattr(entry, name) or "") for name in _FIELDS}


def _check(entry: LedgerEntry) -> None:
    item = entry.item
    if item.method not in LEDGER_METHODS:
        raise FieldErrors({"item": f"“{item.name}”按数据计分，不在台账里登记。"})
    if item.scheme.state != SchemeState.PUBLISHED:
        raise FieldErrors({"item": "只能按已印发的考核方案登记，请先印发方案。"})
    period = item.scheme.period
    if not period.starts_on <= entry.occurred_on <= period.ends_on:
        raise FieldErrors(
            {
                "occurred_on": f"发生日期应在考核期间（{period.starts_on:%Y-%m-%d} 至 "
                f"{period.ends_on:%Y-%m-%d}）之内，请更正。"
            }
        )
    if entry.ends_on is not None and entry.ends_on < entry.occurred_on:
        raise FieldErrors({"ends_on": "影响截止日不能早于发生日期，请更正。"})
    levels = [level["level"] for level in item.parameters.get("levels", [])]
    if item.method != Method.VETO and entry.level not in levels:
        raise FieldErrors({"level": f"请填写规定的级别：{'、'.join(levels)}。"})
    if not entry.evidence.strip():
        raise FieldErrors({"evidence": "请写明依据，例如文件名称或处理决定。"})
    demand_valid(entry)


@transaction.atomic
def approve_case(entry: LedgerEntry, *, actor: Actor, reason: str = "") -> LedgerEntry:
    """Approve; results that are not official yet are reckoned again."""
    entry = advance(
        entry,
        "approve",
        actor=actor,
        at=entry.unit,
        reason=reason,
        changes={"approver_label": actor.label[:200]},
    )
    _ask_for_rescoring(entry)
    return entry


@transaction.atomic
def refuse_case(entry: LedgerEntry, *, actor: Actor, reason: str = "") -> LedgerEntry:
    return advance(entry, "refuse", actor=actor, at=entry.unit, reason=reason)


@transaction.atomic
def lift_case(entry: LedgerEntry, *, actor: Actor, reason: str = "") -> LedgerEntry:
    """Take back an approved entry: a lifted veto scores the units again."""
    entry = advance(entry, "lift", actor=actor, at=entry.unit, reason=reason)
    _ask_for_rescoring(entry)
    return entry


def _ask_for_rescoring(entry: LedgerEntry) -> None:
    """The latest version of the scheme is reckoned again where it was before."""
    scheme = entry.item.scheme
    current = (
        Scheme.objects.filter(
            title=scheme.title, period=scheme.period_id, state=SchemeState.PUBLISHED
        )
        .order_by("-version")
        .first()
    )
    if current is not None and current.runs.exists():
        enqueue(RESCORE_TASK, scheme_id=current.pk)


@transaction.atomic
def rescore(scheme: Scheme, *, actor: Actor) -> Run | None:
    """Make another run after the ledger changed; what is published stays as it is."""
    latest = scheme.runs.order_by("-number").first()
    if scheme.state != SchemeState.PUBLISHED or latest is None:
        return None
    if latest.state == RunState.RUNNING:
        raise DomainError("上一次测算还没有算完，请稍候再试。")
    return run_assessment(scheme, actor=actor, as_of=latest.as_of)
