"""What if the weights, caps or lines were others: a run reckoned again, nothing saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assessments.enums import Grade, Method
from assessments.extras import with_extras
from assessments.models import PeerGroup, Run, SchemeItem, ScoreSheet
from assessments.queries import Member, quarter_of
from assessments.scoring import Thresholds, score_unit
from assessments.services.computing import Scored
from assessments.services.writing import place
from assessments.sheets import stored_reading
from assessments.verdicts import verdict_of

#: More units than this are not reckoned while a page waits.
MOST_UNITS = 3000


@dataclass(frozen=True, slots=True)
class Supposition:
    """Rules that are tried: item → weight, and the rest of the grading."""

    weights: Mapping[int, Decimal]
    thresholds: Thresholds
    bonus_cap: Decimal | None


@dataclass(frozen=True, slots=True)
class Moved:
    """One unit before and after."""

    unit_name: str
    before: Decimal | None
    after: Decimal | None
    rank_before: int | None
    rank_after: int | None
    grade_before: str
    grade_after: str

    @property
    def change(self) -> Decimal | None:
        if self.before is None or self.after is None:
            return None
        return self.after - self.before

    @property
    def climb(self) -> int | None:
        if self.rank_before is None or self.rank_after is None:
            return None
        return self.rank_before - self.rank_after

    @property
    def is_regraded(self) -> bool:
        return self.grade_before != self.grade_after


def suppose(run: Run, group: PeerGroup, supposition: Supposition) -> list[Moved]:
    """The group's ranking under other rules, by the figures that the run has frozen."""
    scores = list(run.unit_scores.filter(peer_group=group).order_by("pk")[:MOST_UNITS])
    sheets = dict(
        ScoreSheet.objects.filter(
            run=run, unit_id__in=[score.unit_id for score in scores]
        ).values_list("unit_id", "lines")
    )
    items = {item.pk: item for item in SchemeItem.objects.filter(scheme=run.scheme_id)}
    full, quarter = Decimal(run.scheme.full_score), quarter_of(run)
    supposed = []
    for score in scores:
        member = Member(score.unit_id, score.unit_name, group.pk)
        supposed.append(
            _again(member, sheets.get(score.unit_id, []), items, supposition, (full, quarter))
        )
    placed = place(supposed, supposition.thresholds, full)
    labels = dict(Grade.choices)
    moved = []
    for score, one in zip(scores, supposed, strict=True):
        rank, _, grade = placed[score.unit_id]
        moved.append(
            Moved(
                unit_name=score.unit_name,
                before=score.total,
                after=one.total,
                rank_before=score.rank,
                rank_after=rank,
                grade_before=str(labels.get(score.grade, "—")),
                grade_after=str(labels.get(grade, "—")),
            )
        )
    return sorted(moved, key=lambda row: (row.rank_after or len(moved) + 1, row.unit_name))


def _again(
    member: Member,
    stored: Sequence[Sequence[Any]],
    items: Mapping[int, SchemeItem],
    supposition: Supposition,
    frame: tuple[Decimal, int],
) -> Scored:
    """One unit's total from its stored figures; bonus, penalty and veto stay as they were."""
    full, quarter = frame
    weights, verdicts, extras, limits = [], [], [], []
    for row in stored:
        item = items.get(row[0])
        if item is None:
            continue
        if item.is_extra:
            if item.method == Method.VETO and item.parameters.get("effect") == "limit":
                limits.append(str(item.parameters["grade"]))
            elif row[3] is not None:
                extras.append(Decimal(row[3]))
            continue
        weight = supposition.weights.get(item.pk)
        if item.is_tracked or not weight:
            continue
        weights.append(weight)
        reading = stored_reading(row, quarter)
        verdicts.append(verdict_of(item.method, item.parameters, reading, weight))
    lines, base = score_unit(weights, verdicts, full)
    heaviest = sorted(range(len(lines)), key=lambda at: (-weights[at], at))
    return Scored(
        member=member,
        base=base,
        total=with_extras(base, extras, supposition.bonus_cap),
        tie_break=tuple(int((lines[at].score or 0) * 100) for at in heaviest),
        limits=tuple(limits),
        is_barred=False,
        limit_note="",
        lines="",
    )
