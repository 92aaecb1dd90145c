"""Reading dispatches, issues and cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from bulletins.authority import EDIT_DISPATCH, MAKE_ISSUE, REVIEW_ISSUE, VIEW_DISPATCH
from bulletins.enums import WITH_UNIT, CommissionState, DispatchState, IssueState
from bulletins.models import CommissionTask, Dispatch, DispatchAuthor, Issue
from bulletins.text import likeness, pairs
from gongjian.foundation.kernel.actor import Actor, Reach
from gongjian.foundation.kernel.dates import today

#: From this share of common pairs on, two pieces say the same.
ALIKE = 0.5
#: Pieces of the last twelve months are compared.
LOOK_BACK = timedelta(days=366)
_MOST_COMPARED = 3000


def readable_dispatches(actor: Actor) -> QuerySet[Dispatch]:
    """Own drafts; what was sent, of all in reach; joint pieces for every author's unit.

    A draft is the unit's own business: neither the superior nor the desk sees it.
    """
    scope = actor.scope(VIEW_DISPATCH)
    if scope is None:
        return Dispatch.objects.none()
    sent = Dispatch.objects.within(scope).exclude(state=DispatchState.DRAFT)
    inside = Q(pk__in=sent.values("pk"))
    if scope.reach is Reach.TENANT:
        # The same rows, without reading all of them first.
        inside = ~Q(state=DispatchState.DRAFT)
    mine = Q(unit=actor.unit_id)
    joint = Exists(DispatchAuthor.objects.filter(dispatch=OuterRef("pk"), unit=actor.unit_id))
    return Dispatch.objects.filter(inside | mine | (joint & ~Q(state=DispatchState.DRAFT)))


def readable_issues(actor: Actor) -> QuerySet[Issue]:
    """Printed issues for every reader; those in the making for who makes and reviews them."""
    issues = Issue.objects.all()
    if actor.may(MAKE_ISSUE) or actor.may(REVIEW_ISSUE):
        return issues
    return issues.filter(state=IssueState.SENT_OUT)


def desk_dispatches(actor: Actor) -> QuerySet[Dispatch]:
    """What the desk reads: everything that was ever sent."""
    return Dispatch.objects.within(actor.scope(EDIT_DISPATCH)).exclude(state=DispatchState.DRAFT)


@dataclass(frozen=True, slots=True)
class Alike:
    """An earlier piece that says much the same."""

    dispatch: Dispatch
    percent: int


def alike_to(dispatch: Dispatch, *, most: int = 5) -> list[Alike]:
    """Pieces of the last year that share most of their words, the likest first."""
    own = pairs(dispatch.plain)
    if len(own) < 20:
        return []
    rows = (
        Dispatch.objects.exclude(pk=dispatch.pk)
        .exclude(state__in=[DispatchState.DRAFT, DispatchState.WITHDRAWN])
        .filter(sent_at__date__gte=today() - LOOK_BACK)
        .select_related("unit")
        .order_by("-sent_at", "-pk")[:_MOST_COMPARED]
    )
    found = [
        Alike(row, round(100 * share))
        for row in rows
        if (share := likeness(own, pairs(row.plain))) >= ALIKE
    ]
    return sorted(found, key=lambda one: -one.percent)[:most]


def open_tasks_by_unit() -> dict[int, int]:
    """Commissions each unit carries now; shown before another is asked."""
    rows = (
        CommissionTask.objects.filter(state__in=[CommissionState.ASKED, CommissionState.ACCEPTED])
        .order_by()
        .values_list("unit_id")
        .annotate(count=Count("pk"))
    )
    return dict(rows)


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the pieces of a reach within a year."""

    sent: int
    adopted: int
    reserved: int
    declined: int
    waiting: int

    @property
    def percent(self) -> int | None:
        return round(100 * self.adopted / self.sent) if self.sent else None


def tally(dispatches: QuerySet[Dispatch], year: int) -> Tally:
    of_year = dispatches.filter(sent_at__year=year).exclude(state=DispatchState.WITHDRAWN)
    counts = of_year.aggregate(
        sent=Count("pk"),
        adopted=Count("pk", filter=Q(state=DispatchState.ADOPTED)),
        reserved=Count("pk", filter=Q(state=DispatchState.RESERVED)),
        declined=Count("pk", filter=Q(state=DispatchState.DECLINED)),
        waiting=Count("pk", filter=Q(state__in=[DispatchState.SENT, DispatchState.EDITING])),
    )
    return Tally(**counts)


def with_unit(dispatches: QuerySet[Dispatch], unit_id: int | None) -> Sequence[Dispatch]:
    """Pieces a unit has to finish."""
    return list(dispatches.filter(unit=unit_id, state__in=WITH_UNIT).order_by("-pk")[:5])
