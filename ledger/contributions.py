"""What the ledger puts on the shelves of the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.counts import Answer, Asking
from gongjian.foundation.web.shelves import (
    DashboardCard,
    NavigationEntry,
    Todo,
    TodoSource,
    dashboard_cards,
    navigation,
    todo_sources,
)
from ledger.authority import EDIT_ENTRY, IMPORT_LIST, VIEW_ENTRY
from ledger.enums import ImportState
from ledger.models import LedgerImport
from ledger.queries.coverage import tally_of
from ledger.queries.entries import rules, rules_ahead
from ledger.queries.foundings import (
    ending_terms,
    late_foundings,
    running_foundings,
    running_restructurings,
)
from orgs.queries import top_unit

#: To-dos of one kind that are named one by one; more are counted.
NAMED = 5


def waiting(actor: Actor) -> Any:
    scope = actor.scope(EDIT_ENTRY)
    return late_foundings(today(), scope) if scope else None


navigation.register(
    NavigationEntry(
        key="ledger.entries",
        label="双组双建台账",
        group="工作",
        url_name="ledger:entry_list",
        icon="building-community",
        permission=VIEW_ENTRY,
        order=60,
        waiting=waiting,
    )
)


def find_todos(actor: Actor) -> Asking[Sequence[Todo]]:
    """What the unit in charge has to do; those above are told only of what is late below them."""
    scope = actor.scope(EDIT_ENTRY)
    if scope is None:
        yield []
        return []
    day, unit = today(), actor.unit_id or 0
    notice = rules().term_notice_days
    foundings = running_foundings(scope)
    terms = ending_terms(day, notice, scope)
    clocks = running_restructurings(scope)
    own, late, ending, over, restructured, late_clocks, uploads = yield [
        foundings.filter(entry__unit=unit).order_by("due_on", "pk"),
        foundings.filter(due_on__lt=day).exclude(entry__unit=unit),
        terms.filter(body__unit=unit),
        terms.filter(due_on__lt=day).exclude(body__unit=unit),
        clocks.filter(entry__unit=unit)[:NAMED],
        clocks.filter(due_on__lt=day).exclude(entry__unit=unit),
        _open_lists(actor),
    ]
    todos = _foundings(own, day) + _terms(ending, day)
    todos += [
        Todo(
            title=f"改制后健全双建：{row.entry}",
            url=row.get_absolute_url(),
            note=str(row.entry.unit),
            due_on=row.due_on,
            tone="bad" if row.due_on < day else "warn",
            icon="arrows-exchange",
        )
        for row in restructured
    ]
    todos += [
        Todo(
            title=f"决定部门名单：{upload}",
            url=upload.get_absolute_url(),
            icon="file-spreadsheet",
        )
        for upload in uploads
    ]
    below = (
        (late, "组建事项", f"{reverse('ledger:founding_list')}?late=on"),
        (over, "届满未换届", reverse("ledger:term_list")),
        (late_clocks, "改制后双建未健全", reverse("ledger:restructuring_list")),
    )
    todos += [
        Todo(title=f"督促下级：{words}超期{found.count}项", url=address, tone="bad", icon="clock")
        for found, words, address in below
        if found
    ]
    return todos


def _open_lists(actor: Actor) -> Any:
    scope = actor.scope(IMPORT_LIST)
    if scope is None:
        return None
    open_states = [ImportState.UPLOADED, ImportState.COMPARED]
    return LedgerImport.objects.within(scope).filter(
        state__in=open_states, created_by=actor.user_id
    )[:3]


def _foundings(found: Answer, day: date) -> list[Todo]:
    if not found:
        return []
    todos = [
        Todo(
            title=f"{row.get_state_display()}：{row}",
            url=row.get_absolute_url(),
            note=row.note[:40] or str(row.entry.unit),
            due_on=row.due_on,
            tone="bad" if row.due_on < day else "info",
            icon="building-community",
        )
        for row in found.question[:NAMED]  # type: ignore[index]
    ]
    if found.count > NAMED:
        todos.append(
            Todo(
                title=f"应建未建清单还有{found.count - NAMED}项",
                url=reverse("ledger:founding_list"),
                icon="list-check",
            )
        )
    return todos


def _terms(found: Answer, day: date) -> list[Todo]:
    if not found:
        return []
    return [
        Todo(
            title=f"{'届满未换届' if row.due_on < day else '准备换届'}：{row.body}",
            url=row.get_absolute_url(),
            note=str(row.body.unit),
            due_on=row.due_on,
            tone="bad" if row.due_on < day else "warn",
            icon="clock",
        )
        for row in found.question[:NAMED]  # type: ignore[index]
    ]


todo_sources.register(
    TodoSource(
        "ledger",
        "双组双建台账",
        find_todos,
        lambda actor: [rules_ahead()] if actor.may(EDIT_ENTRY) else [],
    )
)


def build_card(actor: Actor) -> Mapping[str, Any] | None:
    """Coverage of the actor's own level, with the way down."""
    scope = actor.scope(VIEW_ENTRY)
    unit = top_unit(actor, scope) if scope else None
    if unit is None:
        return None
    tally = tally_of(today(), unit.path)
    if not tally.total:
        return None
    return {
        "unit": unit,
        "tally": tally,
        "both_rate": round(tally.both_rate or 0, 1),
        "running": running_foundings(scope).count(),
        "late": late_foundings(today(), scope).count(),
        "url": f"{reverse('ledger:coverage')}?unit={unit.pk}",
    }


dashboard_cards.register(
    DashboardCard(
        key="ledger.coverage",
        title="双组双建覆盖",
        template="ledger/_card.html",
        build=build_card,
        permission=VIEW_ENTRY,
        order=45,
        width="half",
        icon="building-community",
    )
)
