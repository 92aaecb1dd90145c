"""Reads of schemes, groups, results and of what the indicator shelf offers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Q, Sum

from assessments.authority import DECIDE_ASSESSMENT, RUN_ASSESSMENT
from assessments.enums import (
    OFFICIAL,
    OPEN_TO_UNITS,
    EntryState,
    FindingStage,
    Grade,
    Mode,
    RunState,
)
from assessments.extras import Case
from assessments.models import (
    CommendationList,
    Finding,
    GradeRule,
    ItemWeight,
    JudgedScore,
    LedgerEntry,
    PeerGroup,
    PeerGroupUnit,
    Run,
    Scheme,
    SchemeItem,
    ScoreSheet,
    UnitScore,
)
from assessments.scoring import Thresholds, quota_of
from assessments.sheets import ScoreLine, unpack
from gongjian.commons.indicators.shelf import Offered, indicator_sources
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.models import TenantQuerySet
from orgs.models import Unit

RESTRICTED_REASON = "按减负规定，开会、发文、刊稿、留痕、学时等不作为考核依据，只能查看，不能计分。"
TRACK_REASON = "这项指标只用于跟踪，不计分。"


@dataclass(frozen=True, slots=True)
class ShelfEntry:
    """An indicator that a mechanism offers, and why it may not be chosen."""

    source_key: str
    source_label: str
    offered: Offered

    @property
    def key(self) -> str:
        return f"{self.source_key}/{self.offered.code}"

    @property
    def refusal(self) -> str:
        return {Mode.RESTRICTED: RESTRICTED_REASON, Mode.TRACK: TRACK_REASON}.get(
            Mode(self.offered.mode), ""
        )


def shelf_entries() -> list[ShelfEntry]:
    """Everything the mechanisms can measure in this tenant."""
    return [
        ShelfEntry(source.key, source.label, offered)
        for source in indicator_sources
        for offered in source.offer()
    ]


@dataclass(frozen=True, slots=True)
class Member:
    """An open unit with the group it is compared in."""

    unit_id: int
    name: str
    group_id: int


def members_of(groups: Sequence[PeerGroup]) -> list[Member]:
    """Units of the groups, each in one group only: named ones first, then by rule in order."""
    named = dict(PeerGroupUnit.objects.filter(group__in=groups).values_list("unit_id", "group_id"))
    ordered = sorted(groups, key=lambda group: (group.sort_order, group.pk))
    units = Unit.objects.filter(closed_on__isnull=True, parent__isnull=False).order_by("path")
    members = []
    for pk, name, level, category in units.values_list("pk", "name", "level", "category"):
        group_id = named.get(pk) or next(
            (group.pk for group in ordered if _rule_covers(group, level, category)), None
        )
        if group_id is not None:
            members.append(Member(pk, name, group_id))
    return members


def _rule_covers(group: PeerGroup, level: str, category: str) -> bool:
    if not group.level and not group.categories:
        return False  # named units only
    return (not group.level or group.level == level) and (
        not group.categories or category in group.categories
    )


def weights_of(scheme: Scheme) -> dict[tuple[int, int], Decimal]:
    """(item, group) → weight."""
    rows = ItemWeight.objects.filter(item__scheme=scheme)
    return {
        (item_id, group_id): weight
        for item_id, group_id, weight in rows.values_list("item_id", "peer_group_id", "weight")
    }


def groups_of(scheme: Scheme) -> list[PeerGroup]:
    """Groups that carry weights in the scheme."""
    return list(
        PeerGroup.objects.filter(weights__item__scheme=scheme)
        .distinct()
        .order_by("sort_order", "pk")
    )


def weight_sums(scheme: Scheme) -> dict[int, Decimal]:
    """Group → sum of its weights."""
    rows = (
        ItemWeight.objects.filter(item__scheme=scheme)
        .values("peer_group_id")
        .order_by("peer_group_id")
        .annotate(total=Sum("weight"))
    )
    return {row["peer_group_id"]: row["total"] for row in rows}


def thresholds_of(scheme: Scheme) -> Thresholds:
    rule = GradeRule.objects.filter(scheme=scheme).first() or GradeRule(scheme=scheme)
    return Thresholds(
        excellent=rule.excellent_from,
        good=rule.good_from,
        qualified=rule.qualified_from,
        quota_percent=rule.excellent_quota,
    )


def bonus_cap_of(scheme: Scheme) -> Decimal | None:
    return GradeRule.objects.filter(scheme=scheme).values_list("bonus_cap", flat=True).first()


def marks_of(scheme: Scheme) -> dict[tuple[int, int], tuple[Decimal, ...]]:
    """(item, unit) → marks of all judges."""
    found: dict[tuple[int, int], list[Decimal]] = defaultdict(list)
    rows = JudgedScore.objects.filter(item__scheme=scheme).order_by("pk")
    for item_id, unit_id, score in rows.values_list("item_id", "unit_id", "score"):
        found[item_id, unit_id].append(score)
    return {key: tuple(values) for key, values in found.items()}


def units_to_judge(item: SchemeItem, actor: Actor) -> list[Member]:
    """Units that the item is worth points for, without the judge's own (回避)."""
    groups = list(PeerGroup.objects.filter(weights__item=item))
    return [member for member in members_of(groups) if member.unit_id != actor.unit_id]


def own_marks(item: SchemeItem, actor: Actor) -> dict[int, JudgedScore]:
    """What this judge has given so far, by unit. Other judges' marks are not shown."""
    if actor.post_id is None:
        return {}
    rows = JudgedScore.objects.filter(item=item, post_id=actor.post_id)
    return {row.unit_id: row for row in rows}


def visible_runs(actor: Actor) -> TenantQuerySet[Run]:
    """Runs this post may open: work in progress for office and leader, else published ones."""
    runs = Run.objects.select_related("scheme", "scheme__period")
    if actor.may(RUN_ASSESSMENT):
        return runs  # type: ignore[return-value]
    if actor.may(DECIDE_ASSESSMENT):
        return runs.exclude(state__in=[RunState.RUNNING, RunState.COMPUTED])  # type: ignore[return-value]
    return runs.filter(state__in=OPEN_TO_UNITS)  # type: ignore[return-value]


def visible_scores(actor: Actor, permission: str) -> TenantQuerySet[UnitScore]:
    """Totals within the post's reach, of runs it may open."""
    scores = UnitScore.objects.select_related("run__scheme__period", "peer_group", "unit")
    return scores.within(actor.scope(permission)).filter(  # type: ignore[attr-defined,no-any-return]
        run__in=visible_runs(actor).order_by().values("pk")
    )


def quarter_of(run: Run) -> int:
    """Quarter of the assessed year that the as-of date falls into."""
    period = run.scheme.period
    if run.as_of >= period.ends_on or run.as_of.year != period.ends_on.year:
        return 4
    return (run.as_of.month - 1) // 3 + 1


def lines_of(score: UnitScore) -> list[ScoreLine]:
    """The lines of one unit with formula and advice, in the order of the scheme."""
    sheet = ScoreSheet.objects.filter(run_id=score.run_id, unit_id=score.unit_id).first()
    if sheet is None:
        return []
    items = {item.pk: item for item in SchemeItem.objects.filter(scheme=score.run.scheme_id)}
    return unpack(sheet.lines, items, quarter_of(score.run))


_DIMENSION_SUMS = """
SELECT i.dimension, sum((l ->> 3)::numeric), sum((l ->> 2)::numeric)
FROM assessments_scoresheet s
JOIN assessments_unitscore u ON u.run_id = s.run_id AND u.unit_id = s.unit_id
CROSS JOIN LATERAL jsonb_array_elements(s.lines) l
JOIN assessments_schemeitem i ON i.id = (l ->> 0)::bigint
WHERE s.run_id = %s AND u.peer_group_id = %s AND (l ->> 2)::numeric > 0
GROUP BY i.dimension ORDER BY i.dimension
"""


def dimension_sums(run: Run, group_id: int) -> dict[str, tuple[Decimal, Decimal]]:
    """Dimension → points and weights of a whole peer group."""
    with connection.cursor() as cursor:
        cursor.execute(_DIMENSION_SUMS, [run.pk, group_id])
        return {name: (points, weight) for name, points, weight in cursor.fetchall()}


def cases_of(scheme: Scheme, as_of: date) -> dict[int, dict[int, list[Case]]]:
    """Unit → item → approved entries of the ledger that count on the day.

    Entries stay with their item's code when the scheme gets another version.
    """
    codes = {item.code: item.pk for item in scheme.items.all()}
    rows = LedgerEntry.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=as_of),
        item__scheme__title=scheme.title,
        item__scheme__period=scheme.period_id,
        state=EntryState.APPROVED,
        occurred_on__lte=as_of,
    ).order_by("pk")
    found: dict[int, dict[int, list[Case]]] = defaultdict(lambda: defaultdict(list))
    for unit_id, code, matter, level in rows.values_list(
        "unit_id", "item__code", "matter", "level"
    ):
        if code in codes:
            found[unit_id][codes[code]].append(Case(matter, level))
    return found


@dataclass(frozen=True, slots=True)
class GroupSummary:
    """A peer group inside a run: size, quota of 优秀 and how much of it is used."""

    group: PeerGroup
    size: int
    assessed: int
    quota: int
    excellent: int
    average: Decimal | None

    @property
    def is_ranked(self) -> bool:
        return self.assessed >= 3


def group_summaries(run: Run) -> list[GroupSummary]:
    """One line per peer group of a run."""
    percent = thresholds_of(run.scheme).quota_percent
    excellent = (
        Q(decided_grade=Grade.EXCELLENT)
        | Q(decided_grade="", proposed_grade=Grade.EXCELLENT)
        | Q(decided_grade="", proposed_grade="", grade=Grade.EXCELLENT)
    )
    rows = {
        row["peer_group_id"]: row
        for row in UnitScore.objects.filter(run=run)
        .values("peer_group_id")
        .order_by("peer_group_id")
        .annotate(
            size=Count("pk"),
            assessed=Count("total"),
            excellent=Count("pk", filter=excellent),
            points=Sum("total"),
        )
    }
    groups = PeerGroup.objects.filter(pk__in=list(rows)).order_by("sort_order", "pk")
    return [
        GroupSummary(
            group=group,
            size=row["size"],
            assessed=row["assessed"],
            quota=quota_of(row["assessed"], percent),
            excellent=row["excellent"],
            average=row["points"] / row["assessed"] if row["assessed"] else None,
        )
        for group in groups
        for row in [rows[group.pk]]
    ]


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed for one unit between two runs; None where it was not assessed."""

    unit_id: int
    unit_name: str
    before: Decimal | None
    after: Decimal | None
    rank_before: int | None
    rank_after: int | None

    @property
    def change(self) -> Decimal | None:
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


def former_run(run: Run) -> Run | None:
    """The run of the same scheme before this one."""
    earlier = Run.objects.filter(scheme_id=run.scheme_id, number__lt=run.number)
    return earlier.select_related("scheme").order_by("-number").first()


def compare_runs(run: Run, former: Run) -> list[Difference]:
    """Units whose total or place differs between two runs of a scheme."""
    before, after = _totals(former), _totals(run)
    found = []
    for unit_id in sorted({*before, *after}):
        name, total, rank = after.get(unit_id) or before[unit_id]
        _, old_total, old_rank = before.get(unit_id, (name, None, None))
        if unit_id not in after:
            total, rank = None, None
        if (total, rank) != (old_total, old_rank):
            found.append(Difference(unit_id, name, old_total, total, old_rank, rank))
    return found


def _totals(run: Run) -> dict[int, tuple[str, Decimal | None, int | None]]:
    rows = UnitScore.objects.filter(run=run)
    return {
        unit_id: (name, total, rank)
        for unit_id, name, total, rank in rows.values_list("unit_id", "unit_name", "total", "rank")
    }


def unjudged_items(run: Run) -> dict[str, int]:
    """Judged item → units without any mark; their weight was handed to other items."""
    return dict(run.inputs.get("unjudged", {}))


def official_runs() -> TenantQuerySet[Run]:
    return Run.objects.filter(state__in=OFFICIAL).select_related("scheme__period").order_by("-pk")  # type: ignore[return-value]


def dimension_totals(lines: Iterable[ScoreLine]) -> list[tuple[str, Decimal, Decimal]]:
    """Dimension, points, weight after redistribution; in the order of the scheme."""
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for line in lines:
        if line.effective_weight:
            score, weight = found.get(line.item.dimension, (Decimal(0), Decimal(0)))
            found[line.item.dimension] = (
                score + (line.score or Decimal(0)),
                weight + line.effective_weight,
            )
    return [(name, score, weight) for name, (score, weight) in found.items()]


def commendations() -> TenantQuerySet[CommendationList]:
    return CommendationList.objects.select_related("run__scheme").annotate(
        entry_count=Count("entries")
    )  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Verified:
    """A value found by reviewers, with where it was found and why."""

    unit_id: int
    code: str
    value: Decimal
    stage: str
    note: str


def findings_that_count(scheme: Scheme) -> list[Verified]:
    """Values of reviewers in the order in which later ones overrule earlier ones."""
    order = [FindingStage.REVIEW, FindingStage.RECHECK, FindingStage.OBJECTION]
    rows = Finding.objects.filter(
        review__scheme__title=scheme.title,
        review__scheme__period=scheme.period_id,
        stage__in=order,
        value__isnull=False,
    ).values_list("review__unit_id", "item__code", "value", "stage", "note", "pk")
    return [
        Verified(unit_id, code, value, str(FindingStage(stage).label), note)
        for unit_id, code, value, stage, note, _ in sorted(
            rows, key=lambda row: (order.index(FindingStage(row[3])), row[5])
        )
        if value is not None
    ]


def peer_groups() -> TenantQuerySet[PeerGroup]:
    return PeerGroup.objects.annotate(named_count=Count("named_units")).order_by("sort_order", "pk")  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Ranking:
    """An official result in short: some units of one run, by peer group and place."""

    run: Run
    scores: list[UnitScore]


def ranking_of(actor: Actor, permission: str, *, limit: int = 10) -> Ranking | None:
    """The latest official result of the units below the post, or of its own unit."""
    seen: TenantQuerySet[UnitScore] = visible_scores(actor, permission).filter(
        run__state__in=OFFICIAL
    )
    latest = seen.order_by("-run_id").first()
    if latest is None:
        return None
    scores = seen.filter(run_id=latest.run_id).order_by(
        "peer_group__sort_order", "peer_group_id", "rank", "-total", "pk"
    )
    below = list(scores.filter(unit__parent_id=actor.unit_id)[:limit])
    return Ranking(latest.run, below or list(scores[:limit]))
