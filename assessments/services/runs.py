"""Runs: computing, proposing, deciding and publishing of an assessment."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from assessments.authority import RUN_ASSESSMENT
from assessments.enums import Grade, RunState, SchemeState
from assessments.models import Run, Scheme, SchemeItem, ScoreLine, UnitScore
from assessments.queries import (
    Member,
    groups_of,
    marks_of,
    members_of,
    thresholds_of,
    weights_of,
)
from assessments.scoring import (
    Line,
    Reading,
    Standing,
    Verdict,
    grades_of,
    quota_of,
    ranks_of,
    score_unit,
    verdict_of,
)
from assessments.services.announcing import ANNOUNCE_TASK
from assessments.services.holding import demand, hold
from gongjian.commons.indicators.shelf import Figure, indicator_sources
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import DomainError, FieldErrors
from gongjian.foundation.kernel.numbers import round_half_up
from gongjian.foundation.tenancy.outbox import enqueue
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Unit

COMPUTE_TASK = "assessments.compute_run"
#: Units up to which a run is computed while the page waits.
_INLINE = 2000
#: A run that is not computed by then has lost its worker and blocks nobody.
_PATIENCE = timedelta(minutes=30)
_BATCH = 2000
_STORED = Decimal("0.0001")
_NOT_JUDGED_TEXT = "只跟踪，不计分"

#: (source key, indicator code, unit) → figure
Figures = dict[tuple[str, str, int], Figure]


@transaction.atomic
def run_assessment(scheme: Scheme, *, actor: Actor, as_of: date | None = None) -> Run:
    """Compute a scheme now. Each run is a new one; what was published stays as it was."""
    return compute_run(open_run(scheme, actor=actor, as_of=as_of), actor=actor)


@transaction.atomic
def start_run(scheme: Scheme, *, actor: Actor) -> Run:
    """Compute at once where that takes a second, else ask a worker to."""
    run = open_run(scheme, actor=actor)
    if Unit.objects.count() <= _INLINE:
        return compute_run(run, actor=actor)
    enqueue(COMPUTE_TASK, run_id=run.pk)
    return run


@transaction.atomic
def open_run(scheme: Scheme, *, actor: Actor, as_of: date | None = None) -> Run:
    """Take a number for a run that is still to be computed."""
    demand(actor, RUN_ASSESSMENT, "组织考核测算")
    scheme = hold(scheme, SchemeState.PUBLISHED, act="测算")
    recently = timezone.now() - _PATIENCE
    if scheme.runs.filter(state=RunState.RUNNING, created_at__gt=recently).exists():
        raise DomainError("上一次测算还没有算完，请稍候再试。")
    last = scheme.runs.aggregate(last=Max("number"))["last"] or 0
    run = Run.objects.create(scheme=scheme, number=last + 1, as_of=as_of or scheme.period.as_of)
    record("assessments.run.opened", run, actor=actor, label="开始测算")
    return run


@dataclass(frozen=True, slots=True)
class _Rules:
    """The frozen rules of a run."""

    items: Sequence[SchemeItem]
    weights: Mapping[tuple[int, int], Decimal]
    marks: Mapping[tuple[int, int], tuple[Decimal, ...]]
    figures: Figures
    full: Decimal

    def items_for(self, group_id: int) -> list[SchemeItem]:
        """Items worth points in the group, and those that are only tracked."""
        return [
            item
            for item in self.items
            if (item.pk, group_id) in self.weights or not item.may_carry_weight
        ]


@transaction.atomic
def compute_run(run: Run, *, actor: Actor) -> Run:
    """Measure, score, rank and grade all units of the scheme's groups.

    Every source is asked once for all units and codes; lines and totals are
    written in batches. A run already computed is returned as it is, so the
    job may be delivered twice.
    """
    demand(actor, RUN_ASSESSMENT, "组织考核测算")
    run = (
        Run.objects.select_for_update(of=("self",)).select_related("scheme__period").get(pk=run.pk)
    )
    if run.state != RunState.RUNNING:
        return run
    scheme = run.scheme
    groups = groups_of(scheme)
    members = members_of(groups)
    if not members:
        raise DomainError("可比组里没有单位，请先检查可比组的条件。")
    items = list(scheme.items.all())
    rules = _Rules(
        items=items,
        weights=weights_of(scheme),
        marks=marks_of(scheme),
        figures=_measure(items, [member.unit_id for member in members], scheme),
        full=Decimal(scheme.full_score),
    )
    digest = hashlib.sha256()
    inputs = _inputs(scheme, rules, members)
    digest.update(json.dumps(inputs, ensure_ascii=False, sort_keys=True).encode())
    scores = _score_all(run, rules, members, digest)
    _place(scores, rules, scheme)
    UnitScore.objects.bulk_create(scores, batch_size=_BATCH)
    run.inputs, run.unit_count = inputs, len(scores)
    run.save(update_fields=["inputs", "unit_count"])
    # The trail keeps the fingerprint; the inputs stand on the run itself.
    return advance(run, "finish", actor=actor, at=None, changes={"input_hash": digest.hexdigest()})


def _measure(items: Sequence[SchemeItem], unit_ids: Sequence[int], scheme: Scheme) -> Figures:
    """Ask each source once."""
    codes: dict[str, list[str]] = defaultdict(list)
    for item in items:
        if item.source_key:
            codes[item.source_key].append(item.indicator_code)
    figures: Figures = {}
    for key in sorted(codes):
        source = indicator_sources.get(key)
        if source is None:
            raise DomainError(f"数据来源“{key}”已不可用，请修订考核方案后再测算。")
        for figure in source.measure(codes[key], unit_ids, scheme.period):
            figures[key, figure.code, figure.unit_id] = figure
    return figures


def _inputs(scheme: Scheme, rules: _Rules, members: Sequence[Member]) -> dict[str, Any]:
    """Rules and tree that the run stands on, in plain values."""
    codes = {item.pk: item.code for item in rules.items}
    counts: dict[int, int] = defaultdict(int)
    for member in members:
        counts[member.group_id] += 1
    return {
        "scheme": scheme.pk,
        "version": scheme.version,
        "full_score": scheme.full_score,
        "period": [scheme.period.starts_on.isoformat(), scheme.period.ends_on.isoformat()],
        "items": [
            {
                "code": item.code,
                "source": item.source_key,
                "indicator": item.indicator_code,
                "method": item.method,
                "mode": item.mode,
                "parameters": item.parameters,
            }
            for item in rules.items
        ],
        "weights": sorted(
            [codes[item_id], group_id, str(weight)]
            for (item_id, group_id), weight in rules.weights.items()
        ),
        "groups": sorted([group_id, count] for group_id, count in counts.items()),
    }


def _score_all(run: Run, rules: _Rules, members: Sequence[Member], digest: Any) -> list[UnitScore]:
    """Write the lines of all units and return their totals, unsaved."""
    by_group = {
        group_id: rules.items_for(group_id)
        for group_id in sorted({member.group_id for member in members})
    }
    lines: list[ScoreLine] = []
    scores: list[UnitScore] = []
    for member in members:
        written, total = _score_one(run, rules, member, by_group[member.group_id])
        for line in written:
            digest.update(
                f"{line.unit_id}|{line.item_id}|{line.value}|{line.target}|{line.formula}".encode()
            )
        lines += written
        if len(lines) >= _BATCH:
            ScoreLine.objects.bulk_create(lines, batch_size=_BATCH)
            lines = []
        score = UnitScore(
            run=run,
            unit_id=member.unit_id,
            unit_name=member.name,
            peer_group_id=member.group_id,
            total=total,
        )
        # Only for the tie-break below; not a column.
        score.tie_break = _tie_break(written)  # type: ignore[attr-defined]
        scores.append(score)
    ScoreLine.objects.bulk_create(lines, batch_size=_BATCH)
    return scores


def _tie_break(lines: Sequence[ScoreLine]) -> tuple[Decimal, ...]:
    heaviest = sorted(lines, key=lambda line: (-line.weight, line.item_id))
    return tuple(line.score or Decimal(0) for line in heaviest if line.weight)


def _score_one(
    run: Run, rules: _Rules, member: Member, items: Sequence[SchemeItem]
) -> tuple[list[ScoreLine], Decimal | None]:
    figures = [
        rules.figures.get((item.source_key, item.indicator_code, member.unit_id)) for item in items
    ]
    verdicts = [
        _verdict(item, figure, rules.marks.get((item.pk, member.unit_id), ()))
        for item, figure in zip(items, figures, strict=True)
    ]
    weights = [rules.weights.get((item.pk, member.group_id), Decimal(0)) for item in items]
    results, total = score_unit(weights, verdicts, rules.full)
    lines = [
        _line(run, member, item, figure, weight, result)
        for item, figure, weight, result in zip(items, figures, weights, results, strict=True)
    ]
    return lines, total


def _verdict(item: SchemeItem, figure: Figure | None, marks: tuple[Decimal, ...]) -> Verdict:
    if not item.may_carry_weight:
        return Verdict(None, _NOT_JUDGED_TEXT)
    return verdict_of(item.method, item.parameters, _reading(figure, marks))


def _reading(figure: Figure | None, marks: tuple[Decimal, ...]) -> Reading:
    if figure is None:
        return Reading(marks=marks, found=False)
    return Reading(
        value=figure.value,
        target=figure.target,
        numerator=figure.numerator,
        denominator=figure.denominator,
        marks=marks,
    )


def _line(
    run: Run,
    member: Member,
    item: SchemeItem,
    figure: Figure | None,
    weight: Decimal,
    result: Line,
) -> ScoreLine:
    source = "评委评分" if item.is_judged else ""
    value = None
    if figure is not None:
        source = figure.source
        value = figure.value
        if figure.denominator and figure.numerator is not None:
            value = figure.numerator / figure.denominator * 100
        if figure.as_of is not None:
            source = f"{source}（截至 {figure.as_of:%Y-%m-%d}）"
    return ScoreLine(
        run=run,
        unit_id=member.unit_id,
        item=item,
        value=_stored(value),
        target=_stored(figure.target) if figure else None,
        numerator=_stored(figure.numerator) if figure else None,
        denominator=_stored(figure.denominator) if figure else None,
        weight=weight,
        effective_weight=result.effective_weight,
        score=result.score,
        formula=result.formula[:500],
        advice=result.advice[:200],
        source=source[:200],
    )


def _stored(value: Decimal | None) -> Decimal | None:
    return None if value is None else round_half_up(value, _STORED)


def _place(scores: Sequence[UnitScore], rules: _Rules, scheme: Scheme) -> None:
    """Give ranks and grades inside each peer group."""
    thresholds = thresholds_of(scheme)
    groups: dict[int, list[UnitScore]] = defaultdict(list)
    for score in scores:
        groups[score.peer_group_id].append(score)
    for group in groups.values():
        assessed = {score.unit_id: score.total for score in group if score.total is not None}
        ranks = ranks_of(assessed)
        grades = grades_of(
            [
                Standing(score.unit_id, score.total, score.tie_break)  # type: ignore[attr-defined]
                for score in group
                if score.total is not None
            ],
            thresholds,
            rules.full,
        )
        for score in group:
            score.rank = ranks.get(score.unit_id)
            score.group_size = len(assessed)
            score.grade = grades.get(score.unit_id, "")


@transaction.atomic
def propose_grades(
    run: Run,
    *,
    actor: Actor,
    grades: Mapping[int, tuple[str, str]] | None = None,
    reason: str = "",
) -> Run:
    """Put grades before the leading group (等次建议); unit score → (grade, reason).

    Units not named keep the computed grade. Another grade than the computed one
    needs a reason, and 优秀 stays within the quota of each peer group.
    """
    demand(actor, RUN_ASSESSMENT, "提出等次建议")
    run = hold(run, RunState.COMPUTED, act="提出等次建议")
    given = grades or {}
    scores = list(run.unit_scores.filter(total__isnull=False).select_related("peer_group"))
    errors: dict[str, str] = {}
    for score in scores:
        grade, why = given.get(score.pk, (score.grade, ""))
        if grade not in Grade.values:
            errors[f"grade_{score.pk}"] = "请选择等次。"
        elif grade != score.grade and not why.strip():
            errors[f"reason_{score.pk}"] = "与测算等次不同，请填写理由。"
        score.proposed_grade, score.reason = grade, why.strip()[:300]
    if errors:
        raise FieldErrors(errors)
    _check_quota(scores, thresholds_of(run.scheme).quota_percent)
    # One statement for the many that keep their grade, then the few that do not.
    run.unit_scores.filter(total__isnull=False).update(proposed_grade=F("grade"), reason="")
    named = [score for score in scores if score.proposed_grade != score.grade or score.reason]
    UnitScore.objects.bulk_update(named, ["proposed_grade", "reason"], batch_size=500)
    return advance(run, "propose", actor=actor, at=None, reason=reason)


def _check_quota(scores: Sequence[UnitScore], percent: Decimal) -> None:
    sizes: dict[Any, int] = defaultdict(int)
    chosen: dict[Any, int] = defaultdict(int)
    for score in scores:
        sizes[score.peer_group] += 1
        chosen[score.peer_group] += score.proposed_grade == Grade.EXCELLENT
    for group, count in chosen.items():
        quota = quota_of(sizes[group], percent)
        if count > quota:
            raise DomainError(
                f"“{group}”优秀名额为 {quota} 家，建议了 {count} 家，请减少 {count - quota} 家。"
            )


@transaction.atomic
def send_back_run(run: Run, *, actor: Actor, reason: str = "") -> Run:
    """Return the proposal to the office with the leading group's remarks."""
    return advance(run, "send_back", actor=actor, at=None, reason=reason)


@transaction.atomic
def decide_run(run: Run, *, actor: Actor, reason: str = "") -> Run:
    """Make the proposed grades the official result (审定)."""
    run = advance(run, "decide", actor=actor, at=None, reason=reason)
    run.unit_scores.update(decided_grade=F("proposed_grade"))
    return run


@transaction.atomic
def publish_run(run: Run, *, actor: Actor, reason: str = "") -> Run:
    """Open the official result to the units (公布) and have them told."""
    run = advance(run, "publish", actor=actor, at=None, reason=reason)
    enqueue(ANNOUNCE_TASK, run_id=run.pk)
    return run
