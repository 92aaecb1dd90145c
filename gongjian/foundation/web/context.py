"""What every page shows around its content: navigation, actor, unread notices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.counts import count_all
from gongjian.foundation.web.requests import wants_fragment
from gongjian.foundation.web.shelves import GROUPS, NavigationEntry, navigation

#: Set by apps above: other posts of the same person, and the notices not yet read.
post_choices: list[Callable[[HttpRequest], list[Any]]] = []
unread: list[Callable[[Actor], QuerySet[Any]]] = []


@dataclass(frozen=True, slots=True)
class NavigationItem:
    label: str
    url: str
    icon: str
    badge: str
    is_current: bool


@dataclass(slots=True)
class NavigationGroup:
    label: str
    items: list[NavigationItem] = field(default_factory=list)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of ``web/base.html``; costs nothing where only a fragment is asked for."""
    context: dict[str, Any] = {
        "product_name": "党工共建",
        "theme": _cookie(request, "theme", ("auto", "light", "dark")),
        "size": _cookie(request, "size", ("normal", "large")),
        "actor": None,
    }
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or wants_fragment(request):
        context["actor"] = actor
        return context
    # Each template rendered with the request asks anew: the table of a list, its filter.
    known: dict[str, Any] | None = getattr(request, "shell_context", None)
    if known is not None:
        return known
    # Error pages are rendered after the view's transaction, all others within it.
    within: AbstractContextManager[Any] = (
        nullcontext() if connection.in_atomic_block else transaction.atomic()
    )
    with within:
        entries = [entry for entry in navigation if actor.may(entry.permission)]
        counted = [entry for entry in entries if entry.waiting is not None]
        # The bell and every badge in one statement: they stand on each page.
        counts = count_all(
            [find(actor) for find in unread]
            + [entry.waiting(actor) for entry in counted if entry.waiting is not None]
        )
        waiting = dict(zip((entry.key for entry in counted), counts[len(unread) :], strict=True))
        groups, tabs = _navigation(request, entries, waiting)
        context |= {
            "actor": actor,
            "navigation": groups,
            "tabs": tabs,
            "posts": [post for choices in post_choices for post in choices(request)],
            "unread_notices": sum(counts[: len(unread)]),
        }
    request.shell_context = context  # type: ignore[attr-defined]
    return context


def _cookie(request: HttpRequest, name: str, allowed: tuple[str, ...]) -> str:
    value = request.COOKIES.get(name, "")
    return value if value in allowed else allowed[0]


def _navigation(
    request: HttpRequest, entries: list[NavigationEntry], waiting: Mapping[str, int]
) -> tuple[list[NavigationGroup], list[NavigationItem]]:
    groups = {label: NavigationGroup(label) for label in GROUPS}
    tabs: list[NavigationItem] = []
    current = _current(request, entries)
    for entry in sorted(entries, key=lambda entry: (entry.order, entry.key)):
        item = NavigationItem(
            label=entry.label,
            url=reverse(entry.url_name),
            icon=entry.icon,
            badge=entry.badge(waiting.get(entry.key, 0)),
            is_current=entry.key == current,
        )
        groups[entry.group].items.append(item)
        if entry.in_tabs and len(tabs) < 5:
            tabs.append(item)
    return [group for group in groups.values() if group.items], tabs


def _current(request: HttpRequest, entries: list[NavigationEntry]) -> str:
    """Key of the entry whose address is the longest beginning of this one."""
    best, length = "", 0
    for entry in entries:
        try:
            url = reverse(entry.url_name)
        except NoReverseMatch:  # pragma: no cover -- a shelf test forbids it
            continue
        fits = request.path == url if url == "/" else request.path.startswith(url)
        if fits and len(url) > length:
            best, length = entry.key, len(url)
    return best
