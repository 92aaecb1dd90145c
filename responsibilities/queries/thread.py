"""The story of one return, told in order from everything that was recorded about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Min, QuerySet

from gongjian.commons.notices.models import Notice
from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.audit.trail import history_of
from gongjian.foundation.kernel.dates import SHANGHAI
from gongjian.foundation.kernel.numbers import show
from gongjian.foundation.tenancy.together import fetch_all
from orgs.queries import ancestor_paths
from responsibilities.models import Consolidation, Obligation, QuarterlyReturn

#: Looks of an event by the last part of its action; others are plain.
_LOOKS = {
    "started": ("pencil", ""),
    "saved": ("device-floppy", ""),
    "submitted": ("send", "info"),
    "filed_on_behalf": ("send", "info"),
    "withdrawn": ("arrow-back-up", ""),
    "correction_withdrawn": ("arrow-back-up", ""),
    "seen": ("eye", ""),
    "sent_back": ("arrow-back-up", "warn"),
    "accepted": ("circle-check", "ok"),
    "signed": ("signature", "ok"),
    "signature_taken": ("rotate-2", "warn"),
    "unaccepted": ("rotate-2", "warn"),
    "escalated": ("arrow-up-circle", "warn"),
    "handed_down": ("arrow-down-circle", ""),
    "taken_over": ("hand-grab", ""),
    "nil_declared": ("circle-dashed", ""),
    "extended": ("calendar-plus", "info"),
    "exempted": ("calendar-off", ""),
}
#: Notices that only repeat what the trail tells already.
_ECHOES = (
    "responsibilities.return_sent_back",
    "responsibilities.return_resubmitted",
    "responsibilities.return_message",
    "responsibilities.return_unaccepted",
    "responsibilities.return_escalated",
    "responsibilities.joint_waiting",
)
_DECISIONS = ("sent_back", "accepted")
_SUBMISSIONS = ("submitted", "filed_on_behalf")
LONGEST = 400


@dataclass(slots=True)
class Event:
    """One turn of the story."""

    at: datetime
    who: str
    label: str
    text: str = ""
    icon: str = "point"
    tone: str = ""
    #: Remarks by label of the cell.
    remarks: list[tuple[str, str]] = field(default_factory=list)
    #: How many saves stand behind this line, and in which cells.
    saves: int = 0
    cells: set[str] = field(default_factory=set)
    is_message: bool = False
    from_unit: bool = False


def thread_of(quarterly_return: QuarterlyReturn) -> list[Event]:
    """Everything that happened to a return, oldest first."""
    own, owed, messages, told, urged, handed_up = fetch_all(
        [
            history_of(quarterly_return)[:LONGEST],
            history_of(quarterly_return.obligation)[:50],
            quarterly_return.messages.all(),
            _notices(quarterly_return),
            _notices(quarterly_return.obligation),
            _consolidated(quarterly_return),
        ]
    )
    events = _of_trail(sorted([*own[::-1], *owed], key=lambda entry: entry.at))
    _pin(events, quarterly_return)
    events += [
        Event(
            message.at,
            message.author,
            "单位答复" if message.from_unit else "审核人问询",
            message.text,
            icon="message",
            is_message=True,
            from_unit=message.from_unit,
        )
        for message in messages
    ]
    events += [
        Event(row["first"], "系统提醒", "催办提醒", row["title"], icon="bell")
        for row in [*told, *urged]
    ]
    events += _consolidations(handed_up)
    return sorted(events, key=lambda event: event.at)


def _of_trail(entries: Iterable[TrailEntry]) -> list[Event]:
    """Acts of the trail; saves of one person on one day become one line."""
    events: list[Event] = []
    returned = False
    for entry in entries:
        what = entry.action.rsplit(".", 1)[-1]
        icon, tone = _LOOKS.get(what, ("point", ""))
        last = events[-1] if events else None
        if what == "saved":
            cells = set(entry.after or {})
            if last and last.saves and last.who == entry.actor_label and _day(last) == _day(entry):
                last.saves, last.at = last.saves + 1, entry.at
                last.cells |= cells
                continue
            events.append(
                Event(entry.at, entry.actor_label, entry.label, icon=icon, saves=1, cells=cells)
            )
            continue
        label = entry.label
        if what in _DECISIONS:
            returned = what == "sent_back"
        elif what in _SUBMISSIONS and returned:
            label = f"补正后{label}"
        events.append(Event(entry.at, entry.actor_label, label, entry.reason, icon=icon, tone=tone))
    for event in events:
        if event.saves:
            times = f"{event.saves} 次，" if event.saves > 1 else ""
            event.text = f"{times}涉及 {len(event.cells)} 栏"
    return events


def _day(what: Event | TrailEntry) -> object:
    return what.at.astimezone(SHANGHAI).date()


def _pin(events: list[Event], quarterly_return: QuarterlyReturn) -> None:
    """Hang each remark on the sending back that it was written with."""
    returns = [event for event in events if event.label == "退回补正"]
    labels = {cell.code: cell.label for cell in quarterly_return.form.entries()}
    for pin in quarterly_return.pins.all():
        held = [event for event in returns if event.at <= pin.at]
        if held:
            before = f"（当时为 {show(pin.value_before)}）" if pin.value_before is not None else ""
            held[-1].remarks.append((labels.get(pin.cell, pin.cell), f"{pin.text}{before}"))
    for event in returns:
        if event.text == "；".join(text.split("（当时为")[0] for _, text in event.remarks):
            event.text = ""


def _notices(subject: QuarterlyReturn | Obligation) -> QuerySet[Any]:
    """Reminders that went out about it, each once however many posts were told."""
    return (
        Notice.objects.filter(subject_kind=subject._meta.label_lower, subject_id=subject.pk)
        .exclude(rule__in=_ECHOES)
        .order_by()
        .values("rule", "stage", "title")
        .annotate(first=Min("created_at"))[:60]
    )


def _consolidated(quarterly_return: QuarterlyReturn) -> QuerySet[Consolidation] | None:
    """Totals handed up with this return in them."""
    accepted = quarterly_return.accepted_at
    if accepted is None:
        return None
    return Consolidation.objects.filter(
        unit__path__in=ancestor_paths(quarterly_return.unit.path)[:-1],
        period_id=quarterly_return.period_id,
        submitted_at__gte=accepted,
    ).select_related("unit")


def _consolidations(rows: Iterable[Consolidation]) -> list[Event]:
    return [
        Event(
            row.submitted_at,
            row.submitted_by,
            f"计入{row.unit.name}汇总",
            f"汇总范围 {row.accepted_count}/{row.expected_count} 家",
            icon="stack-push",
            tone="ok",
        )
        for row in rows
        if row.submitted_at is not None
    ]
