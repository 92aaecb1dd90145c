"""Which suggestions whom concerns, and their figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from django.db.models import Count, Q

from gongjian.commons.feedback.authority import ANSWER_SUGGESTION, VIEW_SUGGESTION
from gongjian.commons.feedback.enums import WAITING, Outcome, SuggestionKind, SuggestionState
from gongjian.commons.feedback.marks import mark_of
from gongjian.commons.feedback.models import Suggestion
from gongjian.foundation.kernel.actor import Actor, Scope
from gongjian.foundation.tenancy.models import TenantQuerySet


def written_by(actor: Actor) -> TenantQuerySet[Suggestion]:
    """With or without a name; of the account, whatever post it acts in."""
    if actor.user_id is None:
        return Suggestion.objects.get_queryset().none()
    return Suggestion.objects.get_queryset().filter(
        Q(author_id=actor.user_id) | Q(mark=mark_of(actor))
    )


def readable_by(actor: Actor) -> TenantQuerySet[Suggestion]:
    seen = Suggestion.objects.within(actor.scope(VIEW_SUGGESTION)).order_by()
    keys = written_by(actor).order_by().values("pk")
    return Suggestion.objects.get_queryset().filter(Q(pk__in=seen.values("pk")) | Q(pk__in=keys))


def waiting(actor: Actor) -> TenantQuerySet[Suggestion] | None:
    if not actor.may(ANSWER_SUGGESTION):
        return None
    return Suggestion.objects.within(actor.scope(ANSWER_SUGGESTION)).filter(state__in=WAITING)


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind of suggestion in figures."""

    label: str
    count: int
    waiting: int
    late: int
    answered: int
    adopted: int


@dataclass(frozen=True, slots=True)
class Figures:
    rows: Sequence[KindRow]
    count: int
    unnamed: int
    #: Days from the suggestion to its answer, the middle one; None without answers.
    days: float | None
    #: Answered within the term, of those answered; None without answers.
    in_time: int | None
    pages: Sequence[tuple[str, int]]


def figures(scope: Scope | None, *, year: int, on: date) -> Figures:
    """Figures of one year, as far as the scope reaches."""
    rows = Suggestion.objects.within(scope).filter(created_on__year=year).order_by()
    by_kind: dict[str, dict[str, Any]] = {
        row["kind"]: dict(row)
        for row in rows.values("kind").annotate(
            count=Count("pk"),
            waiting=Count("pk", filter=Q(state__in=WAITING)),
            late=Count("pk", filter=Q(state__in=WAITING, due_on__lt=on)),
            answered=Count("pk", filter=Q(state=SuggestionState.ANSWERED)),
            adopted=Count("pk", filter=Q(outcome__in=[Outcome.ADOPTED, Outcome.PARTLY])),
            unnamed=Count("pk", filter=~Q(mark="")),
        )
    }
    names = ("count", "waiting", "late", "answered", "adopted")
    answered = [
        (start, end, due)
        for start, end, due in rows.exclude(answered_on=None).values_list(
            "created_on", "answered_on", "due_on"
        )
        if end is not None
    ]
    taken = [(end - start).days for start, end, _ in answered]
    in_time = sum(end <= due for _, end, due in answered)
    pages = rows.exclude(page="").values("page").annotate(count=Count("pk"))
    return Figures(
        rows=[
            KindRow(label, *(by_kind.get(kind, {}).get(name, 0) for name in names))
            for kind, label in SuggestionKind.choices
        ],
        count=sum(row["count"] for row in by_kind.values()),
        unnamed=sum(row["unnamed"] for row in by_kind.values()),
        days=median(taken) if taken else None,
        in_time=round(100 * in_time / len(answered)) if answered else None,
        pages=list(pages.order_by("-count", "page").values_list("page", "count")[:10]),
    )
