"""Dispatches and issues in the search."""

from __future__ import annotations

from django.db.models import QuerySet

from bulletins.authority import READ_ISSUE
from bulletins.models import Dispatch, Issue, IssueItem
from bulletins.queries import readable_dispatches, readable_issues
from bulletins.text import plain_of
from gongjian.commons.search.shelf import SearchSource, offer
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date


def _dispatch_words(dispatch: Dispatch) -> str:
    return f"{dispatch.title}\n{dispatch.plain}"


def _dispatch_about(dispatch: Dispatch) -> str:
    day = f"{dispatch.sent_at:%Y-%m-%d}" if dispatch.sent_at else ""
    parts = (dispatch.unit.name, dispatch.number, dispatch.get_state_display(), day)
    return "　".join(part for part in parts if part)


def _dispatches(actor: Actor) -> QuerySet[Dispatch]:
    return readable_dispatches(actor).select_related("unit")


def _issue_words(issue: Issue) -> str:
    parts = [str(issue), issue.topic, issue.editor_note]
    for item in issue.items.all():
        parts += [item.section, item.title, plain_of(item.body)]
    return "\n".join(part for part in parts if part)


def _issue_about(issue: Issue) -> str:
    day = long_date(issue.printed_on) if issue.printed_on else ""
    return "　".join(part for part in (issue.get_state_display(), day) if part)


def _issues(actor: Actor) -> QuerySet[Issue]:
    if not actor.may(READ_ISSUE):
        return Issue.objects.none()
    return readable_issues(actor).select_related("series").prefetch_related("items")


offer(
    SearchSource(
        key="bulletins.dispatch",
        label="信息稿件",
        model=Dispatch,
        text=_dispatch_words,
        readable=_dispatches,
        about=_dispatch_about,
        fields=frozenset({"title", "plain"}),
        order=10,
    )
)
offer(
    SearchSource(
        key="bulletins.issue",
        label="工运简报",
        model=Issue,
        text=_issue_words,
        readable=_issues,
        about=_issue_about,
        fields=frozenset({"topic", "editor_note", "number"}),
        parts=((IssueItem, "issue_id"),),
        order=20,
    )
)
