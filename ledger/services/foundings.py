"""The chain 线索 → 应建未建 → 指导 → 筹建 → 已建, one organization at a time, with deadlines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.workflow.lifecycle import advance
from ledger.authority import EDIT_ENTRY, MANAGE_LEDGER
from ledger.enums import RUNNING, FoundingState, Source
from ledger.models import Coverage, Entry, Founding, LedgerSettings, Restructuring
from ledger.queries.entries import lines_owed, rules, running_on
from orgs.enums import Line
from orgs.services import demand_valid

#: How long the next stretch may take, by the state it begins in.
_DAYS = {
    FoundingState.CLUE: "verify_days",
    FoundingState.LISTED: "guide_days",
    FoundingState.GUIDED: "prepare_days",
    FoundingState.PREPARING: "build_days",
}


def _due(state: FoundingState, settings: LedgerSettings) -> date:
    return today() + timedelta(days=getattr(settings, _DAYS[state]))


def list_missing(
    entries: Sequence[Entry], *, actor: Actor, source: str = Source.SURVEY, verified: bool = True
) -> int:
    """Open a founding for every organization owed and lacking.

    What somebody on the spot wrote is known to be true and stands in the list
    at once; what a department's list says is a clue to be verified. A founding
    that was dropped with a reason is not raised again by a change of figures.
    """
    settings = rules()
    keys = [entry.pk for entry in entries]
    had = set(
        Coverage.objects.filter(running_on(today()), entry__in=keys).values_list("entry_id", "line")
    )
    had |= set(
        Founding.objects.filter(
            entry__in=keys, state__in=[*RUNNING, FoundingState.DROPPED]
        ).values_list("entry_id", "line")
    )
    state = FoundingState.LISTED if verified else FoundingState.CLUE
    lacking = [
        Founding(
            entry=entry,
            line=line,
            source=source,
            state=state,
            opened_on=today(),
            due_on=_due(state, settings),
        )
        for entry in entries
        for line in lines_owed(entry, settings)
        if (entry.pk, line) not in had
    ]
    Founding.objects.bulk_create(lacking, batch_size=500)
    if len(entries) == 1:
        for founding in lacking:
            record("ledger.founding.listed", founding, actor=actor, label="列入应建未建")
    return len(lacking)


@transaction.atomic
def open_founding(entry: Entry, *, actor: Actor, line: str) -> Founding:
    """Put an organization in the list by hand, whatever the numbers say."""
    _demand(actor, entry)
    if Coverage.objects.filter(running_on(today()), entry=entry, line=line).exists():
        raise StateConflict(f"“{entry}”在该线上已有组织覆盖，不用再列入。")
    founding = Founding(
        entry=entry,
        line=line,
        state=FoundingState.LISTED,
        opened_on=today(),
        due_on=_due(FoundingState.LISTED, rules()),
    )
    demand_valid(founding)
    founding.save()
    record("ledger.founding.listed", founding, actor=actor, label="列入应建未建")
    return founding


@transaction.atomic
def plan_founding(founding: Founding, *, actor: Actor, values: Mapping[str, Any]) -> Founding:
    """责任领导、责任人、期限 and what stands in the way."""
    founding = (
        Founding.objects.select_for_update(of=("self",))
        .select_related("entry__unit")
        .get(pk=founding.pk)
    )
    _demand(actor, founding.entry)
    if not founding.is_running:
        raise StateConflict(f"“{founding}”已是“{founding.get_state_display()}”，不能再改。")
    before = {name: str(getattr(founding, name)) for name in values}
    due = values.get("due_on", founding.due_on)
    if due != founding.due_on and due < today():
        raise FieldErrors({"due_on": "期限不能早于今天。"})
    for name, value in values.items():
        setattr(founding, name, value)
    demand_valid(founding)
    founding.save()
    record(
        "ledger.founding.planned",
        founding,
        actor=actor,
        label="填写进展",
        before=before,
        after={name: str(value) for name, value in values.items()},
    )
    return founding


def _go(founding: Founding, step: str, actor: Actor, reason: str) -> Founding:
    state = FoundingState(founding.lifecycle[step].target)
    return advance(
        founding,
        step,
        actor=actor,
        at=founding.entry.unit,
        reason=reason,
        changes={"due_on": _due(state, rules())},
    )


@transaction.atomic
def verify_founding(founding: Founding, *, actor: Actor, reason: str = "") -> Founding:
    return _go(founding, "verify", actor, reason)


@transaction.atomic
def guide_founding(founding: Founding, *, actor: Actor, reason: str = "") -> Founding:
    """指导 needs somebody who guides: named on the entry."""
    entry = founding.entry
    guide = entry.party_instructor if founding.line == Line.PARTY else entry.union_instructor
    if not guide.strip():
        who = "党建指导员" if founding.line == Line.PARTY else "组建指导员"
        raise DomainError(f"“{entry}”还没有{who}，请先在一企一档里填写，再开始指导。")
    return _go(founding, "guide", actor, reason)


@transaction.atomic
def prepare_founding(founding: Founding, *, actor: Actor, reason: str = "") -> Founding:
    return _go(founding, "prepare", actor, reason)


@transaction.atomic
def drop_founding(founding: Founding, *, actor: Actor, reason: str) -> Founding:
    return advance(
        founding,
        "drop",
        actor=actor,
        at=founding.entry.unit,
        reason=reason,
        changes={"closed_on": today()},
    )


@transaction.atomic
def reopen_founding(founding: Founding, *, actor: Actor, reason: str) -> Founding:
    if Founding.objects.filter(
        entry=founding.entry_id, line=founding.line, state__in=RUNNING
    ).exists():
        raise StateConflict("这个单位在该线上已有组建事项在办，不用重新列入。")
    if Coverage.objects.filter(
        running_on(today()), entry=founding.entry_id, line=founding.line
    ).exists():
        raise StateConflict("这个单位在该线上已有组织覆盖，不用重新列入。")
    return advance(
        founding,
        "reopen",
        actor=actor,
        at=founding.entry.unit,
        reason=reason,
        changes={"closed_on": None, "due_on": _due(FoundingState.LISTED, rules())},
    )


def settle_founding(coverage: Coverage, *, actor: Actor) -> Founding | None:
    """销号: the organization stands, so its founding is over."""
    founding = (
        Founding.objects.filter(entry=coverage.entry_id, line=coverage.line, state__in=RUNNING)
        .select_related("entry__unit")
        .first()
    )
    if founding is None:
        return None
    return advance(
        founding,
        "build",
        actor=actor,
        at=founding.entry.unit,
        changes={"coverage": coverage, "closed_on": today()},
    )


def close_foundings(entry: Entry, *, actor: Actor, reason: str) -> None:
    """Nothing is founded in a unit that no longer works."""
    running: Iterable[Founding] = Founding.objects.filter(
        entry=entry, state__in=RUNNING
    ).select_related("entry__unit")
    for founding in running:
        drop_founding(founding, actor=actor, reason=reason)


# --- 改制 -----------------------------------------------------------------------------------


@transaction.atomic
def open_restructuring(
    entry: Entry, *, actor: Actor, kind: str, completed_on: date, approval_number: str = ""
) -> Restructuring:
    """The clock begins on the day the restructuring is complete."""
    _demand(actor, entry)
    if completed_on > today():
        raise FieldErrors({"completed_on": "完成日期不能晚于今天；完成后再登记。"})
    row = Restructuring(
        entry=entry,
        kind=kind,
        completed_on=completed_on,
        approval_number=approval_number,
        due_on=completed_on + timedelta(days=rules().restructuring_days),
    )
    demand_valid(row)
    row.save()
    record("ledger.restructuring.opened", row, actor=actor, label="登记改制")
    record("ledger.entry.restructured", entry, actor=actor, label=f"登记{row.get_kind_display()}")
    return row


@transaction.atomic
def settle_restructuring(row: Restructuring, *, actor: Actor, reason: str = "") -> Restructuring:
    """健全: both organizations stand."""
    lines = set(
        Coverage.objects.filter(running_on(today()), entry=row.entry_id).values_list(
            "line", flat=True
        )
    )
    if missing := [line.label for line in Line if line not in lines]:
        raise DomainError(f"{'、'.join(missing)}还没有健全，请先登记。")
    return advance(
        row, "settle", actor=actor, at=row.entry.unit, reason=reason, changes={"sound_on": today()}
    )


@transaction.atomic
def end_restructuring(row: Restructuring, *, actor: Actor, reason: str) -> Restructuring:
    return advance(row, "end", actor=actor, at=row.entry.unit, reason=reason)


# --- rules -----------------------------------------------------------------------------------


@transaction.atomic
def save_rules(*, actor: Actor, values: Mapping[str, Any]) -> LedgerSettings:
    """Change the region's rules. What is in the list already keeps its deadline."""
    if not actor.may(MANAGE_LEDGER):
        raise NotPermitted("台账规则由办公室设定。")
    settings = LedgerSettings.objects.select_for_update(of=("self",)).first() or LedgerSettings()
    before = {name: getattr(settings, name) for name in values}
    for name, value in values.items():
        setattr(settings, name, value)
    demand_valid(settings)
    settings.save()
    record(
        "ledger.settings.saved",
        settings,
        actor=actor,
        label="修改台账规则",
        before=before,
        after=dict(values),
    )
    return settings


def _demand(actor: Actor, entry: Entry) -> None:
    if not actor.may(EDIT_ENTRY, at=entry.unit):
        raise NotPermitted(f"当前职务不能办理“{entry}”的组建事项，请联系属地单位。")
