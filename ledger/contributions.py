"""What the ledger puts on the shelves of the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
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
from ledger.queries.entries import rules
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


def find_todos(actor: Actor) -> Sequence[Todo]:
    scope = actor.scope(EDIT_ENTRY)
    if scope is None:
        return []
    todos: list[Todo] = []
    day = today()
    foundings = list(running_foundings(scope).order_by("due_on", "pk")[: NAMED + 1])
    for row in foundings[:NAMED]:
        late = row.due_on < day
        todos.append(
            Todo(
                title=f"{row.get_state_display()}：{row}",
                url=row.get_absolute_url(),
                note=row.note[:40] or str(row.entry.unit),
                due_on=row.due_on,
                tone="bad" if late else "info",
                icon="building-community",
            )
        )
    if len(foundings) > NAMED:
        todos.append(
            Todo(
                title=f"应建未建清单还有{running_foundings(scope).count() - NAMED}项",
                url=reverse("ledger:founding_list"),
                icon="list-check",
            )
        )
    for term in ending_terms(day, rules().term_notice_days, scope)[:NAMED]:
        over = term.due_on < day
        todos.append(
            Todo(
                title=f"{'届满未换届' if over else '准备换届'}：{term.body}",
                url=term.get_absolute_url(),
                note=str(term.body.unit),
                due_on=term.due_on,
                tone="bad" if over else "warn",
                icon="clock",
            )
        )
    todos += [
        Todo(
            title=f"改制后健全双建：{row.entry}",
            url=row.get_absolute_url(),
            note=str(row.entry.unit),
            due_on=row.due_on,
            tone="bad" if row.due_on < day else "warn",
            icon="arrows-exchange",
        )
        for row in running_restructurings(scope)[:NAMED]
    ]
    if actor.may(IMPORT_LIST):
        todos += [
            Todo(
                title=f"决定部门名单：{upload}",
                url=upload.get_absolute_url(),
                icon="file-spreadsheet",
            )
            for upload in LedgerImport.objects.within(actor.scope(IMPORT_LIST)).filter(
                state__in=[ImportState.UPLOADED, ImportState.COMPARED]
            )[:3]
        ]
    return todos


todo_sources.register(TodoSource("ledger", "双组双建台账", find_todos))


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
