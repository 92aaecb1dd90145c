"""An assessment of 100,000 units by forty items of every method."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.db import connection, transaction

from assessments.models import Scheme
from assessments.services import (
    add_item,
    create_peer_group,
    create_scheme,
    publish_scheme,
    run_assessment,
    set_weights,
)
from bench.hierarchy import big_tenant
from bench.measure import Result
from gongjian.commons.indicators.shelf import Figure, IndicatorSource, indicator_sources
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.calendar.periods import ensure_year
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.queries import system_actor

ITEMS = 40
_KEY = "bench"
_RULES: tuple[tuple[str, dict[str, object]], ...] = (
    ("proportional", {"full_at": "95"}),
    ("proportional", {}),
    ("timed", {"schedule": ["25", "50", "75", "100"]}),
    ("inverse", {"full_at": "6"}),
    ("pass", {"full_at": "70"}),
    ("stepped", {"steps": [{"from": "80", "percent": "100"}, {"from": "60", "percent": "60"}]}),
    ("band", {"low": "20", "high": "60"}),
    ("shortfall", {"base": "60", "points": "0.1"}),
)


def _figure(place: int, code: str, unit_id: int) -> Figure:
    """Rates and counts as units have them, the same in every round of the bench."""
    seed = unit_id * 7919 + place * 104_729
    if place % 2:
        bottom = 1 + seed % 60
        top = Decimal(seed // 60 % (bottom + 1))
        return Figure(code, unit_id, None, top, Decimal(bottom), source="季度报表")
    value, target = Decimal(seed % 120), Decimal(40 + seed // 120 % 40)
    return Figure(code, unit_id, value, target=target, source="季度报表")


def _measure(codes: Sequence[str], unit_ids: Sequence[int], period: Period) -> list[Figure]:
    return [
        _figure(int(code[1:]), code, unit_id)
        for code in codes
        for unit_id in unit_ids
        if (unit_id + int(code[1:])) % 11  # every eleventh is 不适用
    ]


def _scheme(actor: Actor) -> Scheme:
    group = create_peer_group(actor=actor, values={"name": "测速组", "level": "grassroots"})
    scheme = create_scheme(
        actor=actor, values={"title": "测速", "period": ensure_year(2026), "full_score": 100}
    )
    items = []
    for place in range(ITEMS):
        method, parameters = _RULES[place % len(_RULES)]
        values = {
            "code": f"X{place:02d}",
            "name": f"项目{place}",
            "dimension": f"维度{place % 5}",
            "source_key": _KEY,
            "indicator_code": f"X{place:02d}",
            "method": method,
            "parameters": parameters,
            "order": place + 1,
        }
        items.append(add_item(scheme, actor=actor, values=values))
    weights = {(item.pk, group.pk): Decimal(100) / ITEMS for item in items}
    return publish_scheme(set_weights(scheme, actor=actor, weights=weights), actor=actor)


def measure() -> Iterator[Result]:
    tenant = big_tenant()
    source = IndicatorSource(_KEY, "测速", offer=list, measure=_measure)
    indicator_sources.register(source)
    with tenant_scope(tenant.pk), transaction.atomic():
        actor = system_actor(tenant)
        scheme = _scheme(actor)
        start, used = time.perf_counter(), time.process_time()
        run = run_assessment(scheme, actor=actor)
        taken, cpu = time.perf_counter() - start, time.process_time() - used
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT sum(jsonb_array_length(lines)) FROM assessments_scoresheet"
                " WHERE run_id = %s",
                [run.pk],
            )
            lines = cursor.fetchone()[0]
        transaction.set_rollback(True)
    name = f"assessment of {run.unit_count:,} units × {ITEMS} items"
    yield Result(name, taken, "s", None, 60)
    yield Result("  of it in Python", cpu, "s", None, None)
    yield Result("  lines written", float(lines), "", None, None)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Result("  largest memory of the process", peak, "MB", None, 900)
