"""Shelves of the screen: navigation, dashboard cards, to-dos. No central list to edit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.registry import Registry
from gongjian.foundation.tenancy.counts import Asking, ask_together
from gongjian.foundation.tenancy.together import LookUp, look_up_together


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """A line of the side navigation; shown to posts that hold the permission."""

    key: str
    label: str
    group: str
    url_name: str
    icon: str
    permission: str
    order: int = 100
    #: What waits behind this entry; all entries are counted in one statement.
    waiting: Callable[[Actor], QuerySet[Any] | None] | None = None
    #: Stands beside the label in place of the count.
    waiting_word: str = ""
    #: Also in the bar at the bottom of a phone.
    in_tabs: bool = False

    def badge(self, count: int) -> str:
        """What stands beside the label, "" when nothing waits."""
        return (self.waiting_word or str(count)) if count else ""


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing that waits for this post."""

    title: str
    url: str
    note: str = ""
    due_on: date | None = None
    tone: str = "info"
    icon: str = "clipboard-text"


@dataclass(frozen=True, slots=True)
class TodoSource:
    key: str
    label: str
    #: May say what it looks for and be answered together with all others: see ``Asking``.
    find: Callable[[Actor], Sequence[Todo] | Asking[Sequence[Todo]]]
    #: What ``find`` looks up before it can ask; asked together with that of all others.
    ahead: Callable[[Actor], Iterable[LookUp]] | None = None


@dataclass(frozen=True, slots=True)
class DashboardCard:
    """A card of the work desk; ``build`` returns None when it has nothing to say."""

    key: str
    title: str
    template: str
    build: Callable[[Actor], Mapping[str, Any] | None]
    permission: str
    order: int = 100
    #: full, half or third of the row
    width: str = "half"
    icon: str = ""
    scripts: tuple[str, ...] = field(default=())


navigation: Registry[NavigationEntry] = Registry("navigation")
todo_sources: Registry[TodoSource] = Registry("todo_sources")
dashboard_cards: Registry[DashboardCard] = Registry("dashboard_cards")

#: Groups of the side navigation in their order.
GROUPS = ("工作", "七项机制", "考核表彰", "组织与设置")


def todos_of(actor: Actor, sources: Iterable[TodoSource] | None = None) -> list[Todo]:
    """Everything that waits for this post, the nearest due date first."""
    chosen = list(todo_sources if sources is None else sources)
    look_up_together(
        look_up for source in chosen if source.ahead for look_up in source.ahead(actor)
    )
    answers = ask_together([source.find(actor) for source in chosen])
    found = [todo for todos in answers for todo in todos]
    return sorted(found, key=lambda todo: (todo.due_on is None, todo.due_on or date.max))
