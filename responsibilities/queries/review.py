"""Reads of the reviewer: what waits for a post, and what a return is measured against."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from gongjian.foundation.kernel.actor import PATH_STEP, Actor, Reach
from gongjian.foundation.kernel.masking import masked
from gongjian.foundation.kernel.once import once_a_page
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.tenancy.together import LookUp, look_up_together
from orgs.models import Appointment, Unit
from orgs.queries import ancestor_paths, current_appointments
from responsibilities.authority import REVIEW_RETURN
from responsibilities.checks import first_texts
from responsibilities.enums import ConsolidationState, ReturnState, Severity
from responsibilities.models import (
    Consolidation,
    Obligation,
    QuarterlyReturn,
    ReturnRemark,
    ReviewDelegation,
    ReviewPhrase,
)
from responsibilities.queries.findings import findings_of
from responsibilities.queries.joint import awaiting
from responsibilities.queries.returns import (
    peer_values,
    reviewers_of,
)

#: Peers needed before a median says anything.
ENOUGH_PEERS = 3
#: Offered until the office has written phrases of its own.
PHRASES = (
    "与上季相差较大，请核对原因。",
    "与花名册不符，请核对。",
    "部分大于总数，请更正。",
    "请补充说明变化原因。",
    "单位口径有误，请按填表说明更正。",
)
Values = Sequence[Decimal | None]


def reviewable(actor: Actor) -> TenantQuerySet[QuarterlyReturn]:
    """Returns this actor decides on: those of direct children, and those escalated to him.

    A return that was escalated leaves the list of the reviewer below, so that
    no two levels decide on the same one.
    """
    scope = actor.scope(REVIEW_RETURN)
    rows = QuarterlyReturn.objects.get_queryset()
    if scope is None:
        return rows.none()
    if scope.reach is not Reach.CHILDREN:
        lifted = Q(review_place__isnull=True) | Q(review_place__path__under=scope.path)
        return rows.within(scope).filter(lifted)
    depth = len(scope.path) // PATH_STEP + 1
    return rows.filter(
        Q(review_place__isnull=True, unit__depth=depth) | Q(review_place__depth=depth),
        unit__path__under=scope.path,
    )


def may_review(actor: Actor, quarterly_return: QuarterlyReturn) -> bool:
    """Tell whether the decision on this return is the actor's, whatever its state."""
    return actor.may(REVIEW_RETURN, at=quarterly_return.review_unit)


def waiting_for(actor: Actor) -> TenantQuerySet[QuarterlyReturn]:
    """Submitted returns that the actor is to decide on."""
    return awaiting(reviewable(actor).filter(state=ReturnState.SUBMITTED), actor)  # type: ignore[no-any-return]


def corrected_for(actor: Actor) -> TenantQuerySet[QuarterlyReturn]:
    """Corrections that came straight back to this post, which returned them."""
    waiting = waiting_for(actor).filter(reviewer_post_id=actor.post_id or 0)
    return waiting.filter(returned_values__isnull=False)


def oddities_of(quarterly_return: QuarterlyReturn) -> dict[str, str]:
    """Soft findings by code, explained or not: what a reviewer looks at first."""
    if quarterly_return.is_nil:
        return {}
    return first_texts(findings_of(quarterly_return), Severity.SOFT)


def resubmission_posts(quarterly_return: QuarterlyReturn) -> list[int]:
    """Who is told of a correction: whoever returned it, else all who may decide.

    Work follows the post: when nobody holds the returner's post any more, the
    others of its unit are told instead.
    """
    posts = reviewers_of(quarterly_return.review_unit)
    returner = quarterly_return.reviewer_post_id
    return [returner] if returner in posts else posts


def consolidation_above(quarterly_return: QuarterlyReturn) -> Consolidation | None:
    """Totals handed up that this accepted return is part of."""
    if quarterly_return.accepted_at is None:
        return None
    return (
        Consolidation.objects.filter(
            unit__path__in=ancestor_paths(quarterly_return.unit.path)[:-1],
            period_id=quarterly_return.period_id,
            form_id=quarterly_return.form_id,
            state__in=[ConsolidationState.SUBMITTED, ConsolidationState.ACCEPTED],
            submitted_at__gte=quarterly_return.accepted_at,
        )
        .select_related("unit", "period")
        .order_by("-unit__depth")
        .first()
    )


def peer_medians(quarterly_return: QuarterlyReturn) -> dict[str, Decimal]:
    """Median of each cell among the units beside this one; none below three peers."""
    peers = peer_values(quarterly_return)
    medians: dict[str, Decimal] = {}
    for cell in quarterly_return.form.layout():
        known = [number for values in peers if (number := values[cell.slot]) is not None]
        if len(known) >= ENOUGH_PEERS:
            medians[cell.code] = Decimal(statistics.median(known))
    return medians


def changed_slots(before: Values | None, now: Values) -> list[int]:
    """Slots whose value differs; none when there is nothing to compare with."""
    if before is None:
        return []
    return [slot for slot, value in enumerate(now) if slot < len(before) and before[slot] != value]


def phrases_for(actor: Actor) -> list[str]:
    """Remarks to choose from: what this person wrote last, then the tenant's list."""
    look_up_together(phrases_ahead(actor))
    last = list(dict.fromkeys(_written(actor)))[:3]
    return list(dict.fromkeys([*last, *(_kept() or PHRASES)]))


def phrases_ahead(actor: Actor) -> list[LookUp]:
    return [
        LookUp(_written, (actor,), _last_remarks(actor), list),
        LookUp(_kept, (), _kept_phrases(), list),
    ]


@once_a_page
def _written(actor: Actor) -> list[str]:
    return list(_last_remarks(actor))


@once_a_page
def _kept() -> list[str]:
    return list(_kept_phrases())


def _last_remarks(actor: Actor) -> QuerySet[Any]:
    recent = ReturnRemark.objects.filter(author=actor.label[:200]).order_by("-pk")
    return recent.values_list("text", flat=True)[:30]


def _kept_phrases() -> QuerySet[Any]:
    return ReviewPhrase.objects.filter(is_active=True).values_list("text", flat=True)


def receivers_for(unit: Unit) -> list[Appointment]:
    """Terms whose holders may stand in for a reviewer of this unit.

    Nobody below the unit: who files to it may not review for it.
    """
    beside = Q(post__unit__parent_id=unit.parent_id) if unit.parent_id else Q(post__unit=unit)
    near = beside | Q(post__unit__path__in=ancestor_paths(unit.path))
    terms = current_appointments().filter(near).exclude(post__role="review_delegate")
    return list(terms.order_by("-post__unit__depth", "post__unit__path", "pk")[:100])


def running_delegations() -> TenantQuerySet[ReviewDelegation]:
    return ReviewDelegation.objects.filter(ended_on__isnull=True)  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Outsider:
    """A unit whose return is not in the totals that were handed up, and whom to call."""

    unit: Unit
    standing: str
    look: str
    contacts: tuple[str, ...]


def outsiders_of(consolidation: Consolidation, limit: int = 200) -> list[Outsider]:
    """Units below that are not in these totals: the next hand-up takes them in.

    Contacts are asked in one statement, their telephones masked; the list of calls shows them.
    """
    handed_up = consolidation.submitted_at
    if handed_up is None:
        return []
    inside = QuarterlyReturn.objects.filter(
        obligation_id=OuterRef("pk"), state=ReturnState.ACCEPTED, accepted_at__lte=handed_up
    )
    owed = list(
        Obligation.objects.filter(
            unit__path__under=consolidation.unit.path,
            period_id=consolidation.period_id,
            is_exempt=False,
        )
        .exclude(Exists(inside))
        .select_related("unit")
        .prefetch_related("returns")
        .order_by("unit__path")[:limit]
    )
    contacts = _contacts_of([obligation.unit_id for obligation in owed])
    found = []
    for obligation in owed:
        row = next(iter(obligation.returns.all()), None)
        standing, look = "未报", "missing"
        if row is not None and row.state == ReturnState.ACCEPTED:
            standing, look = "上报后通过", "info"
        elif row is not None and row.first_submitted_at is not None:
            standing, look = row.get_state_display(), row.state
        held = tuple(contacts.get(obligation.unit_id, ()))
        found.append(Outsider(obligation.unit, standing, look, held))
    return found


def _contacts_of(unit_ids: Sequence[int]) -> dict[int, list[str]]:
    terms = current_appointments().filter(
        post__unit_id__in=unit_ids, post__role__in=["secretary", "union_chair"]
    )
    found: dict[int, list[str]] = {}
    for term in terms:
        phone = f" {masked(term.user.work_phone)}" if term.user.work_phone else ""
        words = f"{term.post.title} {term.user.person_name}{phone}"
        found.setdefault(term.post.unit_id, []).append(words)
    return found
