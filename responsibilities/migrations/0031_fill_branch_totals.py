"""Branches of the totals kept so far, from which nodes read at once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import migrations

COUNTS = ("expected", "included", "workers_expected", "workers_included", "handed_in", "on_time")
LISTS = (
    "sums",
    "counts",
    "numerators",
    "denominators",
    "maxima",
    "year_sums",
    "year_counts",
)
STEP = 4

# One mark a bucket: the worker reckons the years of first quarters as it does now,
# without the alarm that a difference found at night would raise.
MARKS = """
INSERT INTO responsibilities_rollupmark (tenant_id, unit_number, period_number, path)
SELECT DISTINCT ON (o.tenant_id, o.period_id, o.bucket)
  o.tenant_id, o.unit_id, o.period_id, o.path_at
FROM responsibilities_obligation o ORDER BY o.tenant_id, o.period_id, o.bucket, o.id
"""


def fill(apps: Any, schema_editor: Any) -> None:
    bucket = apps.get_model("responsibilities", "RollupBucket")
    branch = apps.get_model("responsibilities", "RollupBranch")
    totals: dict[tuple[Any, ...], dict[str, Any]] = {}
    own = ("tenant_id", "period_id", "form_id", "basis", "path")
    for row in bucket.objects.values(*own, *COUNTS, *LISTS).iterator():
        for end in range(2 * STEP, len(row["path"]) + 1, STEP):
            key = (*(row[name] for name in own[:-1]), row["path"][:end])
            held = totals.setdefault(key, {"is_kept": False})
            held["is_kept"] |= end < len(row["path"])
            add(held, row)
    branch.objects.bulk_create(
        [
            branch(**dict(zip(own, key, strict=True)), **{n: held[n] for n in (*COUNTS, *LISTS)})
            for key, held in totals.items()
            if held["is_kept"]
        ],
        batch_size=500,
    )


def add(held: dict[str, Any], row: dict[str, Any]) -> None:
    for name in COUNTS:
        held[name] = held.get(name, 0) + row[name]
    for name in LISTS:
        act = max if name == "maxima" else _plus
        mine = held.get(name)
        held[name] = (
            list(row[name])
            if mine is None
            else [act(a, b) for a, b in zip(mine, row[name], strict=True)]
        )


def _plus(first: Decimal, second: Decimal) -> Decimal:
    return first + second


class Migration(migrations.Migration):
    dependencies = [("responsibilities", "0030_branch_totals")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL(MARKS, migrations.RunSQL.noop),
    ]
