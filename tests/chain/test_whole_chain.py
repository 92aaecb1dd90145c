"""The main job on a real region: 1,379 units, from the plan to the printed report.

Everything is written by the services as people would write it, and every figure
is compared with plain SQL over ``parent_id``, which knows nothing of the paths,
forms and shelves the product reckons with.
"""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pdfplumber
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.documents import request_unit_report
from assessments.models import Run, UnitScore
from assessments.queries import lines_of
from assessments.services import (
    add_offered_items,
    create_peer_group,
    create_scheme,
    publish_scheme,
    run_assessment,
    set_weights,
)
from gongjian.commons.documents.files import read_file
from gongjian.commons.documents.reports import run_report
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.calendar.periods import ensure_quarter, ensure_year
from gongjian.foundation.kernel.actor import Actor, Reach
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.import_services import import_units
from orgs.imports import read_units
from orgs.models import Unit
from orgs.queries import root_unit, system_actor
from responsibilities.authority import (
    APPROVE_PLAN,
    FILE_ON_BEHALF,
    FILL_RETURN,
    REVIEW_RETURN,
    SUBMIT_RETURN,
)
from responsibilities.enums import Mode
from responsibilities.models import (
    AnnualPlan,
    Indicator,
    Obligation,
    QuarterlyReturn,
    ReturnForm,
    Target,
)
from responsibilities.queries.returns import progress_of
from responsibilities.queries.rollup import totals, yearly_values
from responsibilities.services.allocation import (
    Share,
    allocate,
    issue_subtree,
    propose_allocation,
)
from responsibilities.services.library import load_indicator_library
from responsibilities.services.obligations import draft_form, open_period, publish_form
from responsibilities.services.planning import approve_plan, create_plan, set_regional_values
from responsibilities.services.returns import save_cells, start_return, submit_return
from responsibilities.services.review import accept_many
from tests.factories.orgs import TenantFactory

REAL_FILE = Path(settings.BASE_DIR).parent / "shared/data/divisions-3305.csv"
CODES = ("Z201", "Z202", "Z203", "Z204")
DIVIDED = {"Z203": 20_000, "Z204": 3_001}
WEIGHTS = {"Z203": Decimal(60), "Z204": Decimal(40)}
#: One in so many returns is still with its reviewer when totals are drawn.
LEFT_WAITING = 100
#: Statements of one autosave with the submission after it, without those of the trail.
STATEMENTS = 10

# Sums of the accepted returns below each unit, walking from child to parent.
SUMS = """
WITH RECURSIVE up(unit, leaf) AS (
  SELECT id, id FROM orgs_unit
  UNION ALL
  SELECT u.parent_id, up.leaf FROM up JOIN orgs_unit u ON u.id = up.unit
  WHERE u.parent_id IS NOT NULL
)
SELECT up.unit, sum(r.values[%s]), count(*), count(*) FILTER (WHERE r.state = 'accepted')
FROM up JOIN responsibilities_quarterlyreturn r ON r.unit_id = up.leaf
WHERE r.state = 'accepted' OR %s GROUP BY up.unit
"""
SCORES = """
SELECT h.unit_id, i.indicator_code,
    round(least((l ->> 4)::numeric / (l ->> 5)::numeric, 1) * (l ->> 1)::numeric, 2),
    (l ->> 3)::numeric
FROM assessments_scoresheet h CROSS JOIN LATERAL jsonb_array_elements(h.lines) l
JOIN assessments_schemeitem i ON i.id = (l ->> 0)::bigint
WHERE h.run_id = %s AND (l ->> 5)::numeric > 0
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not REAL_FILE.exists(), reason="真实区划数据 divisions-3305.csv 不在旁边"),
]


@pytest.fixture
def region(db):
    tenant = TenantFactory(name="湖州市", code="3305")
    with tenant_scope(tenant.pk):
        yield tenant


def broad_actor(tenant) -> Actor:
    """One who may do what the whole cast may do, in every place; for reckoning, not for people."""
    actor = system_actor(tenant)
    everywhere = (APPROVE_PLAN, FILL_RETURN, SUBMIT_RETURN, REVIEW_RETURN)
    grants = {**actor.grants, **dict.fromkeys(everywhere, Reach.TENANT)}
    # Who may file on behalf does so for every unit that is not his own.
    grants.pop(FILE_ON_BEHALF)
    return replace(actor, grants=grants, person_name="测试")


def sql(text: str, *values) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall()


def tell_planner() -> None:
    """What autovacuum does for committed rows; here all stands in one transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE orgs_unit, responsibilities_target, responsibilities_obligation, "
            "responsibilities_quarterlyreturn"
        )


def hand_down(actor: Actor) -> AnnualPlan:
    """Divide both values evenly over counties and townships, and issue them."""
    load_indicator_library(actor=actor)
    chosen = Indicator.objects.filter(code__in=DIVIDED)
    chosen.update(mode=Mode.SCORED)
    plan = create_plan(
        actor=actor, values={"year": 2026, "title": "2026年党工共建工作方案"}, indicators=chosen
    )
    wanted = {row.pk: Decimal(DIVIDED[row.code]) for row in chosen}
    set_regional_values(plan, actor=actor, values=wanted)
    plan = approve_plan(plan, actor=actor)
    for level in ("prefecture", "county"):
        targets = Target.objects.filter(plan=plan, unit__level=level)
        for target in targets.select_related("unit", "indicator", "plan"):
            below = list(Unit.objects.filter(parent=target.unit).order_by("path"))
            parts = propose_allocation(
                "evenly",
                total=target.value,
                reserve=Decimal(0),
                shares=[Share() for _ in below],
            )
            values = {unit.pk: part for unit, part in zip(below, parts, strict=True)}
            allocate(target, actor=actor, values=values)
    root = root_unit()
    assert root is not None
    issue_subtree(root, plan=plan, actor=actor)
    return plan


def open_quarter(actor: Actor) -> tuple[Period, ReturnForm]:
    form = draft_form(
        actor=actor,
        title="党工共建工作季度报表",
        indicators=Indicator.objects.filter(code__in=CODES).order_by("code"),
    )
    form = publish_form(form, actor=actor)
    period = ensure_quarter(2026, 3)
    period.opens_on = min(period.opens_on, today())
    period.due_on = today() + timedelta(days=8)
    period.save()
    open_period(period, form=form, actor=actor)
    return period, form


def file_all(actor: Actor) -> tuple[list[int], int]:
    """Start, fill and submit every return; hand back the keys and the worst count of statements."""
    filed, worst = [], 0
    owed = Obligation.objects.select_related("unit", "form", "period").order_by("pk")
    for place, obligation in enumerate(owed):
        row = start_return(obligation, actor=actor)
        changes = {
            "Z201": str(100 + place % 400),
            "Z202": str(80 + place % 300 if place % 400 >= 300 else 80 + place % 20),
            "Z203": str(place % 37),
            "Z204": str(place % 5),
        }
        # Far from the units beside it, as generated numbers are: that wants a remark.
        remarks = dict.fromkeys(changes, "情况属实")
        if place % 200:
            save_cells(row, actor=actor, changes=changes, base={}, remarks=remarks, rated=False)
            submit_return(row, actor=actor)
        else:
            with CaptureQueriesContext(connection) as captured:
                save_cells(row, actor=actor, changes=changes, base={}, remarks=remarks, rated=False)
                submit_return(row, actor=actor)
            counted = [
                entry["sql"]
                for entry in captured
                if "audit_trailentry" not in entry["sql"] and "SAVEPOINT" not in entry["sql"]
            ]
            worst = max(worst, len(counted))
        filed.append(row.pk)
    return filed, worst


def assess(actor: Actor) -> Run:
    groups = [
        create_peer_group(actor=actor, values={"name": name, "level": level})
        for name, level in (("区县", "county"), ("乡镇街道", "township"))
    ]
    scheme = create_scheme(
        actor=actor,
        values={"title": "2026年考核方案", "period": ensure_year(2026), "full_score": 100},
    )
    keys = [f"responsibilities/{code}" for code in WEIGHTS]
    items = add_offered_items(scheme, actor=actor, keys=keys)
    weights = {(item.pk, group.pk): WEIGHTS[item.code] for item in items for group in groups}
    set_weights(scheme, actor=actor, weights=weights)
    return run_assessment(publish_scheme(scheme, actor=actor), actor=actor)


def check_targets(plan: AnnualPlan) -> None:
    for code, value in DIVIDED.items():
        rows = sql(
            "SELECT u.level, sum(t.issued_value), count(*), bool_and(t.state = 'issued')"
            " FROM responsibilities_target t JOIN orgs_unit u ON u.id = t.unit_id"
            " JOIN responsibilities_indicator i ON i.id = t.indicator_id"
            " WHERE t.plan_id = %s AND i.code = %s AND t.parent_id IS NOT NULL GROUP BY u.level",
            plan.pk,
            code,
        )
        assert {level for level, *_ in rows} == {"county", "township"}
        for level, total, count, issued in rows:
            assert (total, issued) == (value, True)
            assert count == Unit.objects.filter(level=level).count()


def check_totals(period: Period, form: ReturnForm) -> None:
    units = list(Unit.objects.order_by("path"))
    values = yearly_values(units, period)
    for cell in form.layout():
        known = {unit: total for unit, total, *_ in sql(SUMS, cell.slot + 1, False)}
        found = {pk: value for (pk, code), value in values.items() if code == cell.code}
        assert found == known
    counts = {unit: (count, accepted) for unit, _, count, accepted in sql(SUMS, 1, True)}
    for unit in units:
        if unit.level == "grassroots":
            continue
        total, lines = totals(unit, period, form)
        assert (total.expected, total.included) == counts[unit.pk]
        assert total.values == {
            cell.code: values.get((unit.pk, cell.code)) for cell in form.layout()
        }
        for line in lines:
            assert line.expected == counts[line.unit.pk][0]


def check_run(run: Run) -> None:
    below = Unit.objects.filter(level__in=["county", "township"]).count()
    assert UnitScore.objects.filter(run=run).count() == below
    sums = {
        code: {unit: total for unit, total, *_ in sql(SUMS, CODES.index(code) + 1, False)}
        for code in WEIGHTS
    }
    lines = [
        (score.unit_id, line)
        for score in run.unit_scores.select_related("run__scheme__period")
        for line in lines_of(score)
    ]
    assert len(lines) == 2 * below
    for unit_id, line in lines:
        assert line.value == sums[line.item.indicator_code][unit_id]
    recomputed = sql(SCORES, run.pk)
    assert len(recomputed) == 2 * below
    wrong = [row for row in recomputed if row[2] != row[3]]
    assert wrong == []


def test_a_real_region_from_the_plan_to_the_report(region, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    actor = broad_actor(region)
    outcome = import_units(read_units(REAL_FILE.read_bytes()).rows, actor=actor, dry_run=False)
    assert outcome.created == 1378
    assert Unit.objects.count() == 1379

    tell_planner()
    check_targets(hand_down(actor))

    period, form = open_quarter(actor)
    tell_planner()
    assert Obligation.objects.count() == 1301
    filed, worst = file_all(actor)
    tell_planner()
    assert worst <= STATEMENTS
    chosen = [pk for place, pk in enumerate(filed) if place % LEFT_WAITING]
    done, refused = accept_many(chosen, actor=actor)
    assert (done, refused) == (len(chosen), [])
    assert QuarterlyReturn.objects.filter(state="submitted").count() == 1301 - len(chosen)
    root = root_unit()
    progress = progress_of(root, period)
    assert (progress.expected, progress.handed_in, progress.accepted) == (1301, 1301, len(chosen))
    check_totals(period, form)

    run = assess(actor)
    check_run(run)
    best = UnitScore.objects.filter(run=run).order_by("-total", "pk").first()
    job = request_unit_report(best, actor=actor)
    job = run_report(job.pk)
    with pdfplumber.open(io.BytesIO(read_file(job.file))) as pdf:
        text = "".join(page.extract_text() for page in pdf.pages)
    assert best.unit_name in text.replace("\n", "")
    assert f"{best.total:.2f}" in text
