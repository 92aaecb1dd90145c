"""Reads of the seminars: what a unit may see, how a call stands, how judges judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from gongjian.foundation.kernel.actor import Actor
from seminars.authority import MANAGE_CALL, VIEW_PAPER
from seminars.enums import AssignmentState, CallState, PaperState
from seminars.models import Award, Call, Expert, Paper, ReviewAssignment
from seminars.ranking import WIDE, counted, is_far, mean_of, spread_of

#: Calls whose result everybody reads.
SHOWN = (CallState.NOTICE, CallState.AWARDED)


def papers_for(actor: Actor) -> QuerySet[Paper]:
    """Papers an actor reads: the own units', those of authors of the own unit; all for the office.

    A unit's draft is the unit's alone, for the office as well.
    """
    scope = actor.scope(VIEW_PAPER)
    if scope is None:
        return Paper.objects.none()
    rows = Paper.objects.select_related("unit", "call")
    own = Q(unit=actor.unit_id) | Q(authors__unit=actor.unit_id)
    if actor.may(MANAGE_CALL):
        return rows.filter(Q(unit=actor.unit_id) | ~Q(state=PaperState.DRAFT)).distinct()
    within = Paper.objects.within(scope).exclude(state=PaperState.DRAFT).values("pk")
    return rows.filter(own | Q(pk__in=within)).distinct()


@dataclass(frozen=True, slots=True)
class PaperStanding:
    """How far the judging of one paper is."""

    paper: Paper
    judges: int
    done: int
    declined: int
    mean: Decimal | None
    spread: Decimal | None
    #: Judges whose points stand far from the others'.
    far: Sequence[str]

    @property
    def is_wide(self) -> bool:
        return self.spread is not None and self.spread >= WIDE


def standings(call: Call) -> list[PaperStanding]:
    papers = (
        Paper.objects.filter(call=call, state=PaperState.BLINDED)
        .select_related("unit")
        .order_by("code")
    )
    given: dict[int, list[ReviewAssignment]] = {}
    for row in ReviewAssignment.objects.filter(paper__call=call).select_related("expert"):
        given.setdefault(row.paper_id, []).append(row)
    return [_standing(paper, given.get(paper.pk, []), call) for paper in papers]


def _standing(paper: Paper, rows: Sequence[ReviewAssignment], call: Call) -> PaperStanding:
    scored = [(row, row.score) for row in rows if row.score is not None]
    scores = [score for _, score in scored]
    far = [row.expert.name for row, score in scored if is_far(score, scores)]
    declined = sum(row.state == AssignmentState.DECLINED for row in rows)
    return PaperStanding(
        paper,
        judges=len(rows) - declined,
        done=sum(row.state == AssignmentState.DONE for row in rows),
        declined=declined,
        mean=mean_of(counted(scores, drops_extremes=call.drops_extremes)),
        spread=spread_of(scores),
        far=far,
    )


@dataclass(frozen=True, slots=True)
class JudgeStanding:
    """One judge: how much is done, and whether the points run high or low."""

    expert: Expert
    given: int
    done: int
    mean: Decimal | None
    #: Mean of the judge less the mean of all judges of the same papers.
    lean: Decimal | None

    @property
    def lean_size(self) -> Decimal:
        return abs(self.lean or Decimal(0))


def judges_of(call: Call) -> list[JudgeStanding]:
    rows = list(
        ReviewAssignment.objects.filter(paper__call=call).exclude(state=AssignmentState.DECLINED)
    )
    by_paper: dict[int, list[Decimal]] = {}
    for row in rows:
        if row.score is not None:
            by_paper.setdefault(row.paper_id, []).append(row.score)
    found = []
    for expert in call.experts.select_related("works_at", "post"):
        own = [row for row in rows if row.expert_id == expert.pk]
        points = [(row.paper_id, row.score) for row in own if row.score is not None]
        differences = [
            score - (mean_of(by_paper[paper]) or score)
            for paper, score in points
            if len(by_paper[paper]) > 1
        ]
        found.append(
            JudgeStanding(
                expert,
                given=len(own),
                done=sum(row.state == AssignmentState.DONE for row in own),
                mean=mean_of([score for _, score in points]),
                lean=mean_of(differences),
            )
        )
    return found


def results_of(call: Call) -> QuerySet[Award]:
    return (
        Award.objects.filter(call=call)
        .select_related("paper__unit", "tier")
        .prefetch_related("paper__authors__unit", "objections__unit")
        .order_by("rank", "paper__code")
    )


@dataclass(frozen=True, slots=True)
class Tally:
    papers: int
    awarded: int
    adopted: int


def tally(call: Call) -> Tally:
    counted_ = Paper.objects.filter(call=call).aggregate(
        papers=Count(
            "pk", filter=~Q(state__in=[PaperState.DRAFT, PaperState.WITHDRAWN]), distinct=True
        ),
        awarded=Count("awards", filter=Q(awards__tier__isnull=False), distinct=True),
        adopted=Count("uptakes", filter=Q(uptakes__state="confirmed"), distinct=True),
    )
    return Tally(**counted_)
