"""Demo stages ``assessment`` and ``commendation``: a run, its decision, the list, the document."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

from assessments.documents import draft_circular
from assessments.enums import CommendationKind
from assessments.models import CommendationList, Run, Scheme, SchemeItem, UnitScore
from assessments.queries import units_to_judge
from assessments.services.commendations import decide_commendation, draft_commendation
from assessments.services.defaults import scheme_from_defaults
from assessments.services.judging import enter_judged_scores
from assessments.services.objections import open_notice
from assessments.services.runs import decide_run, propose_grades, publish_run, run_assessment
from assessments.services.schemes import publish_scheme
from gongjian.demo.people import actor_named
from gongjian.foundation.calendar.periods import ensure_year
from gongjian.foundation.kernel.dates import today
from orgs.models import Tenant


def assess(tenant: Tenant, say: object) -> None:
    """Publish a scheme, enter the judges' marks, run it and propose the grades."""
    if Scheme.objects.exists():
        return
    office = actor_named(tenant, "office")
    year = today().year
    scheme = scheme_from_defaults(
        ensure_year(year), actor=office, title=f"{year}年度党工共建目标任务考核方案"
    )
    scheme = publish_scheme(scheme, actor=office)
    chance = random.Random(3)  # noqa: S311 -- demo data, the same each time
    for item in SchemeItem.objects.filter(scheme=scheme, method="judged"):
        scores = {
            member.unit_id: (Decimal(chance.randint(78, 97)), "")
            for member in units_to_judge(item, office)
        }
        enter_judged_scores(item, actor=office, scores=scores)
    run = run_assessment(scheme, actor=office)
    propose_grades(run, actor=office)


def commend(tenant: Tenant, say: object) -> None:
    """Decide and publish the result, decide the list, draft its document."""
    office, leader = actor_named(tenant, "office"), actor_named(tenant, "leader")
    if CommendationList.objects.exists():
        return
    run = Run.objects.latest("pk")
    run = decide_run(run, actor=leader)
    run = open_notice(run, actor=office, starts_on=today() - timedelta(days=14))
    run = publish_run(run, actor=office)
    best = UnitScore.objects.filter(run=run, decided_grade="excellent")
    commendation = draft_commendation(
        run,
        actor=office,
        values={
            "title": f"关于表扬{today().year}年度党工共建先进集体的通报",
            "kind": CommendationKind.PRAISE,
        },
        picks=dict.fromkeys(best.values_list("pk", flat=True), ""),
    )
    commendation = decide_commendation(commendation, actor=leader)
    draft_circular(commendation, actor=office)
