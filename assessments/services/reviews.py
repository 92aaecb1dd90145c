"""自评 → 初评 by two → sample re-check. What reviewers find replaces the unit's figure."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from decimal import Decimal
from statistics import fmean, pstdev

from django.db import transaction

from assessments.authority import REVIEW_UNIT, RUN_ASSESSMENT, SELF_ASSESS
from assessments.enums import FindingStage, ReviewState, SchemeState
from assessments.models import Finding, SampleDraw, Scheme, SchemeItem, UnitReview, UnitScore
from assessments.models.chain import LEAST_REVIEWERS
from assessments.queries import groups_of, members_of
from assessments.services.holding import demand, hold
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import DomainError, FieldErrors
from gongjian.foundation.workflow.lifecycle import advance

#: Item → (value or None to leave the figure, remark)
Findings = Mapping[int, tuple[Decimal | None, str]]
#: Beyond so many standard deviations from its group's mean a unit is looked at anyway.
_UNUSUAL = 2
_LARGEST_SEED = 2**31 - 1


@transaction.atomic
def open_reviews(scheme: Scheme, *, actor: Actor) -> int:
    """Ask all units of the scheme's groups for their self-assessment; asking twice adds none."""
    demand(actor, RUN_ASSESSMENT, "布置自评")
    scheme = hold(scheme, SchemeState.PUBLISHED, act="布置自评")
    there = set(scheme.reviews.values_list("unit_id", flat=True))
    rows = [
        UnitReview(scheme=scheme, unit_id=member.unit_id)
        for member in members_of(groups_of(scheme))
        if member.unit_id not in there
    ]
    UnitReview.objects.bulk_create(rows, batch_size=1000)
    if rows:
        record("assessments.reviews.opened", scheme, actor=actor, label=f"布置自评 {len(rows)} 家")
    return len(rows)


@transaction.atomic
def self_assess(
    review: UnitReview, *, actor: Actor, findings: Findings, note: str = ""
) -> UnitReview:
    """The unit's own word. It is compared with what reviewers find and never counts itself."""
    demand(actor, SELF_ASSESS, "报送自评", at=review.unit)
    review = hold(review, ReviewState.WAITING, act="报送自评")
    _write(review, FindingStage.SELF, findings, actor)
    return advance(
        review, "submit", actor=actor, at=review.unit, changes={"self_note": note.strip()[:1000]}
    )


@transaction.atomic
def return_self(review: UnitReview, *, actor: Actor, reason: str = "") -> UnitReview:
    """Send the self-assessment back; signatures given so far are void."""
    _demand_distance(review, actor)
    return advance(
        review, "return", actor=actor, at=review.unit, reason=reason, changes={"reviewers": []}
    )


@transaction.atomic
def sign_review(review: UnitReview, *, actor: Actor, findings: Findings) -> UnitReview:
    """Sign the first review. The second signature of another person concludes it."""
    demand(actor, REVIEW_UNIT, "初评")
    review = hold(review, ReviewState.SELF_ASSESSED, act="初评")
    _demand_distance(review, actor)
    if any(post_id == actor.post_id for post_id, _ in review.reviewers):
        raise DomainError("您已签认过这家单位的初评，须由考核组另一人签认。")
    _write(review, FindingStage.REVIEW, findings, actor)
    review.reviewers = [*review.reviewers, [actor.post_id, actor.label]]
    review.save(update_fields=["reviewers"])
    record("assessments.review.signed", review, actor=actor, label="签认初评")
    if len(review.reviewers) >= LEAST_REVIEWERS:
        review = advance(review, "pass", actor=actor, at=review.unit)
    return review


@transaction.atomic
def recheck(review: UnitReview, *, actor: Actor, findings: Findings, note: str) -> UnitReview:
    """Check a sampled unit on the spot (抽查复核)."""
    demand(actor, REVIEW_UNIT, "抽查复核")
    review = hold(review, ReviewState.REVIEWED, act="抽查复核")
    _demand_distance(review, actor)
    if not review.is_sampled:
        raise DomainError("这家单位没有抽中，不用复核。")
    if not note.strip():
        raise FieldErrors({"note": "请填写复核意见。"})
    _write(review, FindingStage.RECHECK, findings, actor)
    return advance(
        review, "recheck", actor=actor, at=review.unit, changes={"recheck_note": note.strip()[:500]}
    )


def _demand_distance(review: UnitReview, actor: Actor) -> None:
    """Nobody reviews the own unit (回避)."""
    if actor.post_id is None:
        raise DomainError("初评和复核须以考核组成员的职务办理，请切换职务。")
    if actor.unit_id == review.unit_id:
        raise DomainError("考核组成员须回避本单位，请由其他成员办理。")


def _write(review: UnitReview, stage: FindingStage, findings: Findings, actor: Actor) -> None:
    items = {item.pk: item for item in SchemeItem.objects.filter(scheme=review.scheme_id)}
    errors: dict[str, str] = {}
    for item_id, (value, note) in findings.items():
        item = items.get(item_id)
        if item is None:
            raise DomainError("有项目不在考核方案里，请刷新后重新填写。")
        if value is not None and item.is_judged:
            errors[f"v_{item_id}"] = "这个项目由评委评分，不能核定数值。"
        elif value is not None and value < 0:
            errors[f"v_{item_id}"] = "数值不能小于 0，请更正。"
        elif value is not None and stage != FindingStage.SELF and not note.strip():
            errors[f"n_{item_id}"] = "改动数值的，请写明依据。"
    if errors:
        raise FieldErrors(errors)
    for item_id, (value, note) in findings.items():
        if value is None and not note.strip():
            continue
        Finding.objects.update_or_create(
            review=review,
            item_id=item_id,
            stage=stage,
            defaults={
                "value": value,
                "note": note.strip()[:300],
                "by_label": actor.label[:200],
            },
        )


@transaction.atomic
def draw_sample(
    scheme: Scheme, *, actor: Actor, percent: int, seed: int | None = None
) -> SampleDraw:
    """Draw units for the re-check: a random share by a recorded seed, and all outliers.

    The same seed draws the same units from the same list, so the draw can be
    repeated by anybody who doubts it.
    """
    demand(actor, RUN_ASSESSMENT, "抽取复核单位")
    scheme = hold(scheme, SchemeState.PUBLISHED, act="抽取复核单位")
    if not 1 <= percent <= 100:
        raise FieldErrors({"percent": "抽查比例应在 1 到 100 之间，请更正。"})
    if scheme.draws.exists():
        raise DomainError("这份方案已经抽取过复核单位，不能重抽。")
    waiting = scheme.reviews.exclude(state=ReviewState.REVIEWED).count()
    reviewed = list(
        scheme.reviews.filter(state=ReviewState.REVIEWED)
        .order_by("unit_id")
        .values_list("unit_id", flat=True)
    )
    if waiting or not reviewed:
        raise DomainError(f"还有 {waiting} 家没有完成初评，全部初评后才能抽取。")
    if seed is None:
        seed = random.SystemRandom().randint(1, _LARGEST_SEED)
    drawn = drawn_by(seed, reviewed, percent)
    unusual = {unit_id: why for unit_id, why in outliers_of(scheme).items() if unit_id in reviewed}
    draw = SampleDraw.objects.create(
        scheme=scheme,
        seed=seed,
        percent=percent,
        units=drawn,
        outliers=sorted(unusual),
        by_label=actor.label[:200],
    )
    reviews = scheme.reviews.select_for_update()
    reviews.filter(unit_id__in=drawn).update(is_sampled=True, sample_reason="随机抽取")
    for unit_id, why in sorted(unusual.items()):
        reviews.filter(unit_id=unit_id).update(is_sampled=True, sample_reason=why)
    record(
        "assessments.sample.drawn",
        scheme,
        actor=actor,
        label=f"抽取复核 {len({*drawn, *unusual})} 家",
        after={"seed": seed, "percent": percent},
    )
    return draw


def drawn_by(seed: int, unit_ids: Sequence[int], percent: int) -> list[int]:
    """The units that a seed draws: the share rounded up, at least one."""
    count = max(1, -(-len(unit_ids) * percent // 100))
    return sorted(random.Random(seed).sample(sorted(unit_ids), count))  # noqa: S311 -- repeatable


def outliers_of(scheme: Scheme) -> dict[int, str]:
    """Units far from their group's mean, and those that claimed more than was found."""
    found: dict[int, str] = {}
    run = scheme.runs.order_by("-number").first()
    groups: dict[int, list[tuple[int, float]]] = {}
    rows = UnitScore.objects.filter(run=run, total__isnull=False)
    for group_id, unit_id, total in rows.values_list("peer_group_id", "unit_id", "total"):
        groups.setdefault(group_id, []).append((unit_id, float(total or 0)))
    for members in groups.values():
        totals = [points for _, points in members]
        mean, spread = fmean(totals), pstdev(totals)
        for unit_id, points in members:
            if spread and abs(points - mean) > _UNUSUAL * spread:
                found[unit_id] = f"得分 {points:.2f} 与本组平均 {mean:.2f} 相差悬殊"
    return found | _inflated(scheme)


def _inflated(scheme: Scheme) -> dict[int, str]:
    """Units whose own word was reduced in the first review (虚高)."""
    claimed: dict[tuple[int, int], Decimal] = {}
    reduced: dict[int, str] = {}
    rows = Finding.objects.filter(review__scheme=scheme, value__isnull=False).select_related(
        "review", "item"
    )
    for row in rows.filter(stage=FindingStage.SELF):
        if row.value is not None:
            claimed[row.review_id, row.item_id] = row.value
    for row in rows.filter(stage=FindingStage.REVIEW):
        claim = claimed.get((row.review_id, row.item_id))
        if claim is not None and row.value is not None and claim > row.value:
            reduced[row.review.unit_id] = f"“{row.item.name}”自评高于初评核定"
    return reduced
