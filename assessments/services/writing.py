"""Sheets and totals written by one statement a portion, with places and grades."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.db import connection

from assessments.models import Run
from assessments.scoring import Standing, Thresholds, grades_of, ranks_of
from assessments.services.computing import Scored
from gongjian.foundation.tenancy.scope import require_tenant_id

_SHEETS = """
INSERT INTO assessments_scoresheet (tenant_id, run_id, unit_id, lines)
SELECT %s, %s, unit_id, lines::jsonb
FROM unnest(%s::bigint[], %s::text[]) AS given (unit_id, lines)
"""
_SCORES = """
INSERT INTO assessments_unitscore (
    tenant_id, run_id, unit_id, unit_name, peer_group_id, base, total, rank, group_size,
    grade, proposed_grade, decided_grade, reason, is_barred, limit_note
)
SELECT %s, %s, unit_id, unit_name, peer_group_id, base, total, rank, group_size,
    grade, '', '', '', is_barred, limit_note
FROM unnest(
    %s::bigint[], %s::text[], %s::bigint[], %s::numeric[], %s::numeric[], %s::int[], %s::int[],
    %s::text[], %s::boolean[], %s::text[]
) AS given (
    unit_id, unit_name, peer_group_id, base, total, rank, group_size, grade, is_barred, limit_note
)
"""
_PORTION = 20_000


def write_sheets(run: Run, scored: Sequence[Scored]) -> None:
    units = [one.member.unit_id for one in scored]
    with connection.cursor() as cursor:
        cursor.execute(_SHEETS, [require_tenant_id(), run.pk, units, [one.lines for one in scored]])


def write_scores(run: Run, scored: Sequence[Scored], thresholds: Thresholds, full: Decimal) -> None:
    """Give places and grades inside each peer group and write the totals."""
    placed = place(scored, thresholds, full)
    for start in range(0, len(scored), _PORTION):
        part = scored[start : start + _PORTION]
        columns = zip(
            *(
                (
                    one.member.unit_id,
                    one.member.name,
                    one.member.group_id,
                    one.base,
                    one.total,
                    *placed[one.member.unit_id],
                    one.is_barred,
                    one.limit_note,
                )
                for one in part
            ),
            strict=True,
        )
        with connection.cursor() as cursor:
            cursor.execute(_SCORES, [require_tenant_id(), run.pk, *map(list, columns)])


def place(
    scored: Sequence[Scored], thresholds: Thresholds, full: Decimal
) -> dict[int, tuple[int | None, int, str]]:
    """Unit → place, size of its group and grade."""
    groups: dict[int, list[Scored]] = defaultdict(list)
    for one in scored:
        groups[one.member.group_id].append(one)
    found: dict[int, tuple[int | None, int, str]] = {}
    for group in groups.values():
        totals = {one.member.unit_id: one.total for one in group if one.total is not None}
        ranks = ranks_of(totals)
        standings = [
            Standing(one.member.unit_id, one.total, one.tie_break, one.limits)
            for one in group
            if one.total is not None
        ]
        grades = grades_of(standings, thresholds, full)
        for one in group:
            key = one.member.unit_id
            found[key] = (ranks.get(key), len(totals), str(grades.get(key, "")))
    return found
