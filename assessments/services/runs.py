"""Runs: computing, proposing, deciding and publishing of an assessment."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from assessments.authority import RUN_ASSESSMENT
from assessments.enums import Grade, RunState, SchemeState
from assessments.models import Run, Scheme, SchemeItem, UnitScore
from assessments.queries import (
    Member,
    bonus_cap_of,
    cases_of,
    findings_that_count,
    groups_of,
    marks_of,
    members_of,
    quarter_of,
    thresholds_of,
    weights_of,
)
from assessments.scoring import quota_of
from assessments.services.announcing import ANNOUNCE_TASK
from assessments.services.computing import Figures, Rules, Scored, Scorer
from assessments.services.holding import demand, hold
from assessments.services.writing import write_scores, write_sheets
from gongjian.commons.indicators.shelf import Figure, indicator_sources
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import DomainError, FieldErrors
from gongjian.foundation.tenancy.outbox import enqueue
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Unit

COMPUTE_TASK = "assessments.compute_run"
#: Units up to which a run is computed while the page waits.
_INLINE = 2000
#: A run that is not computed by then has lost its worker and blocks nobody.
_PATIENCE = timedelta(minutes=30)
#: Units measured, scored and written at a time.
PORTION = 4000


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


@transaction.atomic
def compute_run(run: Run, *, actor: Actor) -> Run:
    """Measure, score, rank and grade all units of the scheme's groups.

    Every source is asked once for a portion of units and all codes; sheets and
    totals are written in batches. A run already computed is returned as it is,
    so the job may be delivered twice.
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
    rules = Rules(
        items=list(scheme.items.all()),
        weights=weights_of(scheme),
        marks=marks_of(scheme),
        cases=cases_of(scheme, run.as_of),
        full=Decimal(scheme.full_score),
        quarter=quarter_of(run),
        bonus_cap=bonus_cap_of(scheme),
    )
    digest = hashlib.sha256()
    inputs = _inputs(scheme, rules, members)
    digest.update(json.dumps(inputs, ensure_ascii=False, sort_keys=True).encode())
    scored = _score_all(run, rules, members, digest)
    write_scores(run, scored, thresholds_of(scheme), rules.full)
    inputs["unjudged"] = _unjudged(rules, members)
    run.inputs, run.unit_count = inputs, len(scored)
    run.save(update_fields=["inputs", "unit_count"])
    # The trail keeps the fingerprint; the inputs stand on the run itself.
    return advance(run, "finish", actor=actor, at=None, changes={"input_hash": digest.hexdigest()})


def _score_all(run: Run, rules: Rules, members: Sequence[Member], digest: Any) -> list[Scored]:
    """Score all units in portions, writing their sheets on the way."""
    scorer = Scorer(rules)
    results: list[Scored] = []
    for start in range(0, len(members), PORTION):
        part = members[start : start + PORTION]
        unit_ids = [member.unit_id for member in part]
        figures = verified(measure(rules.items, unit_ids, run.scheme), rules.items, run.scheme)
        scored = list(scorer.score(part, figures))
        for one in scored:
            digest.update(f"{one.member.unit_id}|{one.lines}".encode())
        write_sheets(run, scored)
        for one in scored:
            one.lines = ""  # written; a large tenant's lines do not fit into memory
        results += scored
    return results


def measure(items: Sequence[SchemeItem], unit_ids: Sequence[int], scheme: Scheme) -> Figures:
    """Ask each source once."""
    codes: dict[str, list[str]] = defaultdict(list)
    for item in items:
        if item.source_key:
            codes[item.source_key].append(item.indicator_code)
    figures: dict[tuple[str, str], dict[int, Figure]] = defaultdict(dict)
    for key in sorted(codes):
        source = indicator_sources.get(key)
        if source is None:
            raise DomainError(f"数据来源“{key}”已不可用，请修订考核方案后再测算。")
        for figure in source.measure(codes[key], unit_ids, scheme.period):
            figures[key, figure.code][figure.unit_id] = figure
    return figures


def verified(figures: Figures, items: Sequence[SchemeItem], scheme: Scheme) -> Figures:
    """Let the values that reviewers found stand in place of the units' figures."""
    keys = {item.code: (item.source_key, item.indicator_code) for item in items}
    corrected = {key: dict(units) for key, units in figures.items()}
    for found in findings_that_count(scheme):
        key = keys.get(found.code)
        if key is None or not key[0] or found.unit_id not in corrected.get(key, {}):
            continue
        corrected[key][found.unit_id] = replace(
            corrected[key][found.unit_id],
            value=found.value,
            numerator=None,
            denominator=None,
            source=f"{found.stage}核定：{found.note}"[:200],
        )
    return corrected


def _inputs(scheme: Scheme, rules: Rules, members: Sequence[Member]) -> dict[str, Any]:
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
        "ledger": sum(len(cases) for mine in rules.cases.values() for cases in mine.values()),
    }


def _unjudged(rules: Rules, members: Sequence[Member]) -> dict[str, int]:
    """Judged item → units without any mark."""
    return {
        item.name: missing
        for item in rules.items
        if item.is_judged
        for missing in [
            sum(
                (item.pk, member.group_id) in rules.weights
                and not rules.marks.get((item.pk, member.unit_id))
                for member in members
            )
        ]
        if missing
    }


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
