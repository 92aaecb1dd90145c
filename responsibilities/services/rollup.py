"""Keeping the totals: the worker that follows the marks, and the nightly check of everything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from gongjian.commons.notices.services import notify
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import PATH_STEP, Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.scope import require_tenant_id
from orgs.enums import Role
from orgs.models import Post, Tenant
from orgs.queries import system_actor
from responsibilities.enums import Basis
from responsibilities.models import RollupBranch, RollupBucket, RollupMark
from responsibilities.queries.bucket_sql import (
    COUNTS,
    EVERYTHING,
    LISTS,
    PLACES,
    Cut,
    Quarter,
    branch_text,
    parameters,
    select,
)
from responsibilities.queries.dashboard import all_rounds, year_up_to

#: First key of the advisory lock; the second is the tenant.
_LOCK = 7302
#: Marks taken in one transaction: their buckets are done in well under a second.
BATCH = 20_000

# By a range of ids: the planner never knows how long the queue is just now, and a list
# of ids would be looked up one by one in an empty-looking table.
# Deleted marks are known by their content; what their transactions wrote is seen by
# every later statement. A change that commits after this leaves a mark of its own.
_CLAIM = """
WITH claimed AS (
  DELETE FROM responsibilities_rollupmark WHERE tenant_id = %(tenant)s AND id <= (
    SELECT max(id) FROM (
      SELECT id FROM responsibilities_rollupmark WHERE tenant_id = %(tenant)s
      ORDER BY id LIMIT %(limit)s) oldest)
  RETURNING unit_number, period_number, path
)
SELECT unit_number, period_number, path FROM claimed
"""

# The year of a later quarter holds this one's figures, wherever the unit stood by then. All
# places where it stood count: an obligation that is new takes its unit's year away from the
# place of the one before, which nothing else would mark.
_PLACES = """
WITH mark AS (
  SELECT DISTINCT * FROM unnest(%(units)s::bigint[], %(periods)s::bigint[], %(paths)s::text[])
    AS m(unit_id, period_id, path)
), later AS (
  SELECT m.unit_id, m.path, q.id AS period_id, q.starts_on, q.year, q.kind
  FROM mark m
  JOIN calendar_period p ON p.tenant_id = %(tenant)s AND p.id = m.period_id
  JOIN calendar_period q ON q.tenant_id = %(tenant)s AND q.id = ANY(%(opened)s)
    AND q.year = p.year AND q.starts_on >= p.starts_on
    AND q.kind = p.kind AND (p.kind <> 'special' OR q.id = p.id)
)
SELECT DISTINCT l.period_id, left(l.path, greatest(length(l.path) - 4, 0)) FROM later l
UNION
SELECT DISTINCT l.period_id, o.bucket FROM later l
JOIN responsibilities_obligation o ON o.tenant_id = %(tenant)s AND o.unit_id = l.unit_id
JOIN calendar_period p ON p.tenant_id = o.tenant_id AND p.id = o.period_id
WHERE p.year = l.year AND p.starts_on <= l.starts_on AND p.kind = l.kind
  AND (p.kind <> 'special' OR p.id = l.period_id)
"""

#: Until the end of the transaction: groups stay in memory instead of being sorted on disk.
_ROOM = "SET LOCAL work_mem = '256MB'"
BASES = tuple(Basis)
_COLUMNS = (*COUNTS, *LISTS)
# What differs is found by reading, which may use several processes; an upsert of all
# would lock and log the rows that are right. One worker a tenant writes (see the lock).
# Lists travel as text: their numbers need not become objects on the way.
_COMPARE = """
SELECT held.id, fresh.basis, coalesce(fresh.place, held.path), {texts}
FROM ({select}) fresh
FULL JOIN (
  SELECT b.* FROM responsibilities_rollupbucket b
  WHERE b.tenant_id = %(tenant)s AND b.period_id = %(period_0)s AND {where}
) held ON held.form_id = %(form_0)s AND held.basis = fresh.basis AND held.path = fresh.place
WHERE held.id IS NULL OR fresh.basis IS NULL OR ({held}) IS DISTINCT FROM ({fresh})
"""
_STORE = """
INSERT INTO responsibilities_rollupbucket
  (tenant_id, period_id, form_id, basis, path, computed_at, {columns})
SELECT %(tenant)s, %(period_0)s, %(form_0)s, f.basis, f.place, now(), {values}
FROM unnest({lists}) AS f(basis, place, {columns})
ON CONFLICT (tenant_id, period_id, basis, form_id, path) DO UPDATE
SET computed_at = now(), {updates}
"""
# What is there already is written over by its key: an upsert would try to insert each first.
_CHANGE = """
UPDATE responsibilities_rollupbucket b SET computed_at = now(), {changes}
FROM unnest(%(new_id)s::bigint[], {lists}) AS f(id, {columns})
WHERE b.tenant_id = %(tenant)s AND b.id = f.id
"""
_CASTS = {name: "numeric[]" if name not in {"counts", "year_counts"} else "int[]" for name in LISTS}


def recompute(limit: int = BATCH) -> int:
    """Bring the totals up to the marks and return how many marks were done.

    Safe to run at any time and any number of times: where another worker of
    the tenant is at it, that one does the marks, or the next tick.
    """
    done = 0
    while (batch := _recompute_batch(limit)) > 0:
        done += batch
        if batch < limit:
            break
    return done


@transaction.atomic
def _recompute_batch(limit: int) -> int:
    tenant_id = require_tenant_id()
    with connection.cursor() as cursor:
        # A statement of its own: the next ones must see what was committed before the lock.
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK, tenant_id])
        if cursor.fetchone() != (True,):
            return 0
        cursor.execute(_CLAIM, {"tenant": tenant_id, "limit": limit})
        marks = cursor.fetchall()
    if marks:
        quarters = all_rounds()
        dirty = _dirty_places(marks, quarters)
        held = RollupBucket.objects.filter(period__in=dirty).order_by()
        begun = set(held.values_list("period_id", flat=True).distinct())
        for period_id, places in dirty.items():
            # A period just opened takes over the year of units that owe nothing in it.
            cut = PLACES if period_id in begun else EVERYTHING
            _write(year_up_to(quarters, period_id), cut, places)
    return len(marks)


def _dirty_places(
    marks: Sequence[tuple[int, int, str]], quarters: Sequence[Quarter]
) -> dict[int, list[str]]:
    units, periods, paths = zip(*marks, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            _PLACES,
            {
                "tenant": require_tenant_id(),
                "units": list(units),
                "periods": list(periods),
                "paths": list(paths),
                "opened": [quarter.period.pk for quarter in quarters],
            },
        )
        found: dict[int, list[str]] = {}
        for period_id, place in cursor:
            found.setdefault(period_id, []).append(place)
    return found


def _write(year: Sequence[Quarter], cut: Cut, places: Iterable[str] = ()) -> int:
    """Write the totals of one period anew and return how many were not as they should be."""
    named = parameters(year, BASES, require_tenant_id()) | {"places": list(places)}
    compare = _COMPARE.format(
        select=select(year, cut, BASES),
        texts=", ".join(f"fresh.{name}::text" for name in _COLUMNS),
        fresh=", ".join(f"fresh.{name}" for name in _COLUMNS),
        held=", ".join(f"held.{name}" for name in _COLUMNS),
        where="TRUE" if cut is EVERYTHING else "b.path = ANY(%(places)s)",
    )
    with connection.cursor() as cursor:
        cursor.execute(_ROOM)
        cursor.execute(compare, named)
        rows = cursor.fetchall()
        gone = [held for held, basis, *_ in rows if basis is None]
        wrong = [row for row in rows if row[1] is not None]
        if gone:
            RollupBucket.objects.filter(pk__in=gone).delete()
        if changed := [(held, *row) for held, _, _, *row in wrong if held is not None]:
            _change(cursor, named, changed)
        if missing := [row for held, *row in wrong if held is None]:
            _store(cursor, named, missing)
        return len(rows) + _write_branches(
            cursor, year[-1], None if cut is EVERYTHING else {row[2] for row in rows}
        )


def _write_branches(cursor: CursorWrapper, quarter: Quarter, changed: set[str] | None) -> int:
    """Add the buckets up to the branches above those that changed, or to all of them."""
    of_period = {"period": quarter.period, "form": quarter.form}
    held = set(RollupBranch.objects.filter(**of_period).order_by().values_list("path", flat=True))
    if changed is None:
        buckets = RollupBucket.objects.filter(**of_period).order_by()
        changed = set(buckets.values_list("path", flat=True).distinct()) | held
    # No node stands above the root, so nobody reads its branch.
    paths = {
        path[:end] for path in changed for end in range(2 * PATH_STEP, len(path), PATH_STEP)
    } | (changed & held)
    if not paths:
        return 0
    named: dict[str, Any] = {
        "tenant": require_tenant_id(),
        "period": quarter.period.pk,
        "form": quarter.form.pk,
        "paths": sorted(paths),
        "lengths": sorted({len(path) for path in paths}),
    }
    cursor.execute(branch_text(quarter), named)
    (count,) = cursor.fetchone()
    return int(count)


def _change(cursor: CursorWrapper, named: Mapping[str, Any], rows: Sequence[Any]) -> None:
    names = ("id", *_COLUMNS)
    cursor.execute(
        _CHANGE.format(
            columns=", ".join(_COLUMNS),
            changes=", ".join(
                f"{name} = f.{name}::{_CASTS.get(name, 'bigint')}" for name in _COLUMNS
            ),
            lists=", ".join(f"%(new_{name})s::text[]" for name in _COLUMNS),
        ),
        {**named, **_columns(names, rows)},
    )


def _columns(names: Sequence[str], rows: Sequence[Any]) -> dict[str, list[Any]]:
    parts = zip(*rows, strict=True)
    return {f"new_{name}": list(part) for name, part in zip(names, parts, strict=True)}


def _store(
    cursor: CursorWrapper, named: Mapping[str, Any], rows: Sequence[tuple[str, ...]]
) -> None:
    names = ("basis", "place", *_COLUMNS)
    cursor.execute(
        _STORE.format(
            columns=", ".join(_COLUMNS),
            values=", ".join(f"f.{name}::{_CASTS.get(name, 'bigint')}" for name in _COLUMNS),
            lists=", ".join(f"%(new_{name})s::text[]" for name in names),
            updates=", ".join(f"{name} = excluded.{name}" for name in _COLUMNS),
        ),
        {**named, **_columns(names, rows)},
    )


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh of everything found."""

    periods: int
    drifted: int


@transaction.atomic
def refresh_all(*, year: int | None = None) -> Refreshed:
    """Reckon the totals of a year from the returns and count those that were wrong.

    None ever should be: the marks are done first. A difference is put right,
    written to the trail and told to the administrators.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, require_tenant_id()])
    recompute()
    quarters = all_rounds()
    newest = max((quarter.period.year for quarter in quarters), default=0)
    chosen = [row for row in quarters if row.period.year == (year or newest)]
    drifted = sum(_write(year_up_to(quarters, row.period.pk), EVERYTHING) for row in chosen)
    if drifted:
        _alarm(drifted)
    return Refreshed(periods=len(chosen), drifted=drifted)


def _alarm(drifted: int) -> None:
    tenant = Tenant.objects.get(pk=require_tenant_id())
    actor: Actor = system_actor(tenant)
    entry = record(
        "responsibilities.totals.drifted",
        tenant,
        actor=actor,
        label="汇总数核对不符，已更正",
        after={"buckets": drifted},
    )
    posts = Post.objects.filter(role=Role.TENANT_ADMINISTRATOR)
    notify(
        rule="responsibilities.totals_drifted",
        subject=tenant,
        stage=f"{today():%Y%m%d}-{entry.pk}",
        post_ids=list(posts.order_by("pk").values_list("pk", flat=True)),
        title=f"夜间核对发现 {drifted} 处汇总数与报表不符，已按报表更正",
        body="汇总数应始终与报表一致。请把这条提醒转给系统维护人员查明原因。",
    )


def waiting_marks() -> int:
    """Changes that the totals do not hold yet, for tests and operators."""
    return RollupMark.objects.count()
