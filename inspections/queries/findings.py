"""Reads of findings: what came back, how much is cleared in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import TruncDate

from gongjian.foundation.tenancy.models import TenantQuerySet
from inspections.enums import CLEARED_FINDINGS, OPEN_FINDINGS, FindingState
from inspections.models import Finding

#: What a later finding can repeat: everything that was taken for a problem.
_REAL = frozenset({*OPEN_FINDINGS, *CLEARED_FINDINGS, FindingState.SOLVED, FindingState.NOTED})


def earlier_like(finding: Finding) -> Finding | None:
    """The latest finding of the same question at the same unit, of an earlier visit.

    By the words of the question: a new version of the checklist asks the same.
    """
    if finding.question is None:
        return None
    found: Finding | None = (
        Finding.objects.filter(
            unit_id=finding.unit_id, question__text=finding.question.text, state__in=_REAL
        )
        .exclude(visit_id=finding.visit_id)
        .order_by("-pk")
        .first()
    )
    return found


@dataclass(frozen=True, slots=True)
class FindingFigures:
    """Figures of a set of findings; rates as numerator and denominator."""

    found: int
    solved_there: int
    notified: int
    open: int
    overdue: int
    cleared: int
    due: int
    in_time: int
    cleared_ever: int
    recurred: int

    @property
    def clearance(self) -> str:
        return _percent(self.cleared, self.notified)

    @property
    def punctuality(self) -> str:
        return _percent(self.in_time, self.due)

    @property
    def recurrence(self) -> str:
        return _percent(self.recurred, self.cleared_ever)


def _percent(part: int, whole: int) -> str:
    return f"{part / whole * 100:.1f}%" if whole else "—"


CLEARED_EVER = Q(state__in=CLEARED_FINDINGS) | Q(recurrence_count__gt=0)
#: Over findings made by ``annotated``.
CAME_BACK = Q(recurrence_count__gt=0) | Q(came_again=True)


def counts(day: Any) -> dict[str, Any]:
    """Aggregates by name; for the whole or by unit."""
    out = Q(notice__isnull=False) & ~Q(state=FindingState.CALLED_OFF)
    due = out & (Q(follow_up__due_on__lte=day) | Q(state__in=CLEARED_FINDINGS))
    # Asked for in time and verified: the waiting of the verifier is not the unit's.
    in_time = Q(state__in=CLEARED_FINDINGS) & Q(reported_on__lte=F("follow_up__due_on"))
    return {
        "found": Count("pk", filter=~Q(state=FindingState.DISMISSED)),
        "solved_there": Count("pk", filter=Q(state=FindingState.SOLVED)),
        "notified": Count("pk", filter=out),
        "open": Count("pk", filter=Q(state__in=OPEN_FINDINGS)),
        "overdue": Count(
            "pk",
            filter=Q(
                state__in=[FindingState.NOTIFIED, FindingState.IN_HAND], follow_up__due_on__lt=day
            ),
        ),
        "cleared": Count("pk", filter=Q(state__in=CLEARED_FINDINGS)),
        "due": Count("pk", filter=due),
        "in_time": Count("pk", filter=in_time),
        "cleared_ever": Count("pk", filter=CLEARED_EVER),
        "recurred": Count("pk", filter=CLEARED_EVER & CAME_BACK),
    }


def annotated(findings: TenantQuerySet[Finding]) -> TenantQuerySet[Finding]:
    again = Finding.objects.filter(repeats=OuterRef("pk")).exclude(state=FindingState.DISMISSED)
    made: TenantQuerySet[Finding] = findings.annotate(
        reported_on=TruncDate("follow_up__reported_at"), came_again=Exists(again)
    )
    return made


def figures(findings: TenantQuerySet[Finding], day: Any) -> FindingFigures:
    return FindingFigures(**annotated(findings).aggregate(**counts(day)))


def figures_by(
    findings: TenantQuerySet[Finding], key: str, day: Any
) -> Sequence[tuple[Any, FindingFigures]]:
    rows: Sequence[Mapping[str, Any]] = (
        annotated(findings).values(key).annotate(**counts(day)).order_by("-found", key)
    )
    return [(row[key], FindingFigures(**{name: row[name] for name in counts(day)})) for row in rows]
