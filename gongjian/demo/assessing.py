"""Demo stages ``assessment`` and ``commendation``: a run, its decision, the list, the document."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

from assessments.documents import draft_circular
from assessments.enums import CommendationKind
from assessments.models import CommendationList, Run, Scheme, SchemeItem, UnitScore
from assessments.queries import units_to_judge
from assessments.rule_reading import read_rule
from assessments.services.commendations import decide_commendation, draft_commendation
from assessments.services.defaults import scheme_from_defaults
from assessments.services.judging import enter_judged_scores
from assessments.services.ledger import approve_case, enter_case
from assessments.services.objections import open_notice
from assessments.services.reviews import open_reviews
from assessments.services.runs import decide_run, propose_grades, publish_run, run_assessment
from assessments.services.schemes import add_item, publish_scheme
from gongjian.demo.people import actor_named
from gongjian.foundation.calendar.periods import ensure_year
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from orgs.enums import Level
from orgs.models import Tenant, Unit


def assess(tenant: Tenant, say: object) -> None:
    """Publish a scheme, enter the judges' marks, run it and propose the grades."""
    if Scheme.objects.exists():
        return
    office = actor_named(tenant, "office")
    year = today().year
    scheme = scheme_from_defaults(
        ensure_year(year), actor=office, title=f"{year}年度党工共建目标任务考核方案"
    )
    _add_extras(scheme, office)
    scheme = publish_scheme(scheme, actor=office)
    open_reviews(scheme, actor=office)
    _enter_cases(scheme, tenant)
    chance = random.Random(3)  # noqa: S311 -- demo data, the same each time
    for item in SchemeItem.objects.filter(scheme=scheme, method="judged"):
        scores = {
            member.unit_id: (Decimal(chance.randint(78, 97)), "")
            for member in units_to_judge(item, office)
        }
        enter_judged_scores(item, actor=office, scores=scores)
    run = run_assessment(scheme, actor=office)
    propose_grades(run, actor=office)


def _add_extras(scheme: Scheme, office: Actor) -> None:
    """A bonus and a veto as sentences, the way an office writes them."""
    for code, name, rule in (
        ("B01", "工作创新加分", "国家级加3分，省级加2分，市级加1分，同一事项不重复计分，最多加4分"),
        ("V01", "重大安全责任事故", "发生的，一票否决，等次最高评为“合格”，并取消表扬表彰资格"),
    ):
        method, parameters = read_rule(rule)
        values = {
            "code": code,
            "name": name,
            "dimension": "加分和一票否决",
            "method": method,
            "parameters": parameters,
            "order": 900,
        }
        add_item(scheme, actor=office, values=values)


def _enter_cases(scheme: Scheme, tenant: Tenant) -> None:
    """Two entries approved, one that waits for the leader."""
    office, leader = actor_named(tenant, "office"), actor_named(tenant, "leader")
    items = {item.code: item for item in scheme.items.filter(code__in=["B01", "V01"])}
    townships = list(Unit.objects.filter(level=Level.TOWNSHIP).order_by("path")[:4])
    cases = [
        ("B01", townships[0], "园区联合工会做法获推广", "省级", "省总工会简报第 18 期", True),
        ("V01", townships[1], "辖区企业发生较大安全事故", "", "市安委会事故调查报告", True),
        ("B01", townships[2], "职工书屋示范点", "市级", "市总工会命名文件", False),
    ]
    for code, unit, matter, level, evidence, is_approved in cases:
        entry = enter_case(
            actor=office,
            values={
                "item": items[code],
                "unit": unit,
                "matter": matter,
                "level": level,
                "occurred_on": scheme.period.starts_on + timedelta(days=75),
                "evidence": evidence,
            },
        )
        if is_approved:
            approve_case(entry, actor=leader)


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
