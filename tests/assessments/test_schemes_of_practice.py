"""Five schemes of different shape, with results worked out by hand on paper."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from assessments.models import LedgerEntry
from assessments.queries import lines_of
from assessments.services import (
    add_item,
    create_scheme,
    publish_scheme,
    run_assessment,
    set_grade_rule,
    set_weights,
)
from gongjian.foundation.calendar.periods import ensure_year
from tests.factories.assessments import make_group


def scheme_of(cast, title, items, *, full=100, level="township", grade=None):
    """A published scheme; ``items`` are (code, method, parameters, weight or None)."""
    group = make_group(cast.office, title[:20], level)
    scheme = create_scheme(
        actor=cast.office,
        values={"title": title, "period": ensure_year(2026), "full_score": full},
    )
    weights = {}
    for order, (code, method, parameters, weight) in enumerate(items, start=1):
        item = add_item(
            scheme,
            actor=cast.office,
            values={
                "code": code,
                "name": f"项目{code}",
                "dimension": "工作",
                "source_key": "fake",
                "indicator_code": code,
                "method": method,
                "parameters": parameters,
                "order": order,
            },
        )
        if weight:
            weights[item.pk, group.pk] = Decimal(weight)
    set_weights(scheme, actor=cast.office, weights=weights)
    if grade:
        set_grade_rule(scheme, actor=cast.office, values=grade)
    return publish_scheme(scheme, actor=cast.office)


def happened(scheme, code, unit, matter, level=""):
    return LedgerEntry.objects.create(
        item=scheme.items.get(code=code),
        unit=unit,
        matter=matter,
        level=level,
        occurred_on=datetime.date(2026, 5, 6),
        evidence="有关文件",
        state="approved",
    )


def points(run, unit):
    score = run.unit_scores.get(unit=unit)
    return score, {line.item.code: line.score for line in lines_of(score)}


def test_county_union_of_a_hundred_points(cast, figures):
    """重点工作 80、日常工作 20：分档、缺项扣分、达标、按次扣分，另有加分和一票否决。"""
    steps = [
        {"from": "80", "points": "30"},
        {"from": "75", "points": "22.5"},
        {"from": "70", "points": "15"},
    ]
    levels = [
        {"level": "国家级", "points": "5"},
        {"level": "省级", "points": "3"},
        {"level": "市级", "points": "1"},
    ]
    scheme = scheme_of(
        cast,
        "县级工会考核",
        [
            ("A1", "stepped", {"steps": steps}, "30"),
            ("A2", "shortfall", {"points": "0.5"}, "30"),
            ("A3", "pass", {"base": "90"}, "20"),
            ("A4", "deduct", {"points": "1.5"}, "20"),
            ("B1", "bonus", {"levels": levels, "exclusive": True, "cap": "6"}, None),
            ("V1", "veto", {"effect": "limit", "grade": "qualified"}, None),
        ],
        level="county",
    )
    for unit, rate, held, registered, late in (
        (cast.qinghe, "38", "20", "90", "2"),
        (cast.yunshan, "42", "24", "89.9", "20"),
    ):
        figures.give("A1", unit.pk, None, numerator=rate, denominator="50")
        figures.give("A2", unit.pk, held, target="24")
        figures.give("A3", unit.pk, registered)
        figures.give("A4", unit.pk, late)
    happened(scheme, "B1", cast.qinghe, "双建经验", "省级")
    happened(scheme, "B1", cast.qinghe, "双建经验", "国家级")
    happened(scheme, "B1", cast.qinghe, "职工书屋", "省级")
    happened(scheme, "V1", cast.yunshan, "重大安全责任事故")

    run = run_assessment(scheme, actor=cast.office)

    # 38 ÷ 50 = 76 % → 22.5；少 4 次 → 30 － 2 = 28；达标 20；迟报 2 次 → 20 － 3 = 17。
    # 加分：双建经验只按国家级 5，职工书屋 3，合计 8，以 6 分为限。
    score, marks = points(run, cast.qinghe)
    assert marks == {
        "A1": Decimal("22.50"),
        "A2": Decimal("28.00"),
        "A3": Decimal("20.00"),
        "A4": Decimal("17.00"),
        "B1": Decimal("6.00"),
    }
    assert (score.base, score.total) == (Decimal("87.50"), Decimal("93.50"))
    assert (score.grade, score.is_barred) == ("excellent", False)
    # 84 % → 30；不少 → 30；未达标 0；扣完为止 0。一票否决：最高“合格”，而 60 分正好合格。
    score, marks = points(run, cast.yunshan)
    assert (marks["A4"], score.total) == (Decimal("0.00"), Decimal("60.00"))
    assert (score.grade, score.is_barred) == ("qualified", True)
    assert score.limit_note == "项目V1：重大安全责任事故"


def test_enterprise_of_a_thousand_points(cast, figures):
    """千分制企业考核：按比例（有底线）、反向比例、区间、超额加分、据实扣分。"""
    scheme = scheme_of(
        cast,
        "企业千分制考核",
        [
            ("E1", "proportional", {"full_at": "95", "floor": "60"}, "400"),
            ("E2", "inverse", {"full_at": "3"}, "250"),
            ("E3", "band", {"low": "1.5", "high": "2.5", "points": "40"}, "200"),
            ("E4", "band", {"high": "5"}, "150"),
            ("S1", "surplus", {"base": "100", "step": "10", "points": "2", "cap": "15"}, None),
            ("P1", "penalty", {"levels": [{"level": "通报批评", "points": "20"}]}, None),
        ],
        full=1000,
    )
    for code, value in (("E1", "82.5"), ("E2", "8"), ("E3", "3.25"), ("E4", "5"), ("S1", "137")):
        figures.give(code, cast.dongfeng.pk, value)
    for code, value in (("E1", "59.99"), ("E2", "3"), ("E3", "2"), ("E4", "5.01"), ("S1", "300")):
        figures.give(code, cast.xicheng.pk, value)
    happened(scheme, "P1", cast.dongfeng, "拖欠经费", "通报批评")

    run = run_assessment(scheme, actor=cast.office)

    # 400 × 82.5 ÷ 95 = 347.368… → 347.37；250 × 3 ÷ 8 = 93.75；
    # 超出上限 0.75 × 40 = 30 → 170；5 不高于 5 → 150；超 37 → 3.7 × 2 = 7.4；扣 20。
    score, marks = points(run, cast.dongfeng)
    assert marks == {
        "E1": Decimal("347.37"),
        "E2": Decimal("93.75"),
        "E3": Decimal("170.00"),
        "E4": Decimal("150.00"),
        "S1": Decimal("7.40"),
        "P1": Decimal("-20.00"),
    }
    assert (score.base, score.total) == (Decimal("761.12"), Decimal("748.52"))
    # 低于底线 0；250；200；0；超 200 → 40，以 15 分为限。
    score, marks = points(run, cast.xicheng)
    assert (marks["E1"], marks["E4"], marks["S1"]) == (0, 0, Decimal("15.00"))
    assert score.total == Decimal("465.00")


def test_township_with_what_does_not_apply(cast, figures):
    """乡镇考核：时序进度、完成率分档、缺一项扣 2 分；没有企业的乡镇权重折给其他项目。"""
    steps = [{"from": "100", "percent": "100"}, {"from": "80", "percent": "60"}]
    scheme = scheme_of(
        cast,
        "乡镇街道考核",
        [
            ("T1", "timed", {"schedule": ["20", "50", "75", "100"]}, "35"),
            ("T2", "stepped", {"steps": steps, "of": "target"}, "25"),
            ("T3", "shortfall", {"base": "8", "points": "2"}, "25"),
            ("T4", "proportional", {"full_at": "90"}, "15"),
        ],
    )
    figures.give("T1", cast.dongfeng.pk, "33", target="80")
    figures.give("T2", cast.dongfeng.pk, "44", target="50")
    figures.give("T3", cast.dongfeng.pk, "5")
    figures.give("T4", cast.dongfeng.pk, None, numerator="0", denominator="0")

    run = run_assessment(scheme, actor=cast.office, as_of=datetime.date(2026, 6, 30))

    # 15 分按 35：25：25 折给三项：41.176… 29.411… 29.411… → 41.18、29.41、29.41。
    # 第二季度应完成 80 × 50 % = 40：41.18 × 33 ÷ 40 = 33.9735 → 33.97。
    # 44 ÷ 50 = 88 % → 60 %：17.646 → 17.65。缺 3 项扣 6 分：29.41 × 19 ÷ 25 = 22.3516 → 22.35。
    score, marks = points(run, cast.dongfeng)
    assert marks == {
        "T1": Decimal("33.97"),
        "T2": Decimal("17.65"),
        "T3": Decimal("22.35"),
        "T4": None,
    }
    assert score.total == Decimal("73.97")


def test_new_organisations_with_a_limit_on_deductions(cast, figures):
    """两新组织：每低 1 个百分点扣 1 分（不足按一个算），单项最多扣 6 分，按次按比例扣分。"""
    scheme = scheme_of(
        cast,
        "两新组织考核",
        [
            ("N1", "shortfall", {"base": "95", "points": "1", "partial": "up"}, "40"),
            ("N2", "shortfall", {"base": "10", "points": "2", "most": "6"}, "30"),
            ("N3", "deduct", {"each": "15"}, "20"),
            (
                "N4",
                "shortfall",
                {"base": "12", "step": "3", "points": "5", "partial": "down"},
                "10",
            ),
        ],
    )
    figures.give("N1", cast.dongfeng.pk, None, numerator="61", denominator="66")
    figures.give("N2", cast.dongfeng.pk, "1")
    figures.give("N3", cast.dongfeng.pk, "3")
    figures.give("N4", cast.dongfeng.pk, "7")

    run = run_assessment(scheme, actor=cast.office)

    # 61 ÷ 66 = 92.42… %，少 2.57… → 按 3 个扣 3 分；少 9 项扣 18，最多扣 6；
    # 扣 45 % → 11；少 5，满 3 的只有一次 → 扣 5。
    _, marks = points(run, cast.dongfeng)
    assert marks == {
        "N1": Decimal("37.00"),
        "N2": Decimal("24.00"),
        "N3": Decimal("11.00"),
        "N4": Decimal("5.00"),
    }


def test_star_rating(cast, figures):
    """星级工会：不设名额，90 分以上最高一档；取消资格的只影响表彰，不影响等次。"""
    scheme = scheme_of(
        cast,
        "星级工会评定",
        [
            ("X1", "pass", {"base": "1"}, "50"),
            ("X2", "proportional", {"full_at": "100"}, "50"),
            ("V1", "veto", {"effect": "bar"}, None),
        ],
        grade={"excellent_quota": Decimal(100), "bonus_cap": Decimal(3)},
    )
    for unit, rate in ((cast.dongfeng, "80"), (cast.xicheng, "100"), (cast.nanlu, "79.98")):
        figures.give("X1", unit.pk, "1")
        figures.give("X2", unit.pk, rate)
    happened(scheme, "V1", cast.xicheng, "经费审查整改不到位")

    run = run_assessment(scheme, actor=cast.office)

    found = {
        score.unit_name: (score.total, score.grade, score.is_barred)
        for score in run.unit_scores.all()
    }
    assert found == {
        "东风镇": (Decimal("90.00"), "excellent", False),
        "西城街道": (Decimal("100.00"), "excellent", True),
        "南麓镇": (Decimal("89.99"), "good", False),
    }


@pytest.mark.parametrize("state", ["draft", "refused", "lifted"])
def test_only_approved_entries_count(cast, figures, state):
    scheme = scheme_of(
        cast,
        "加分考核",
        [
            ("X1", "pass", {"base": "1"}, "100"),
            ("B1", "bonus", {"levels": [{"level": "省级", "points": "3"}]}, None),
        ],
    )
    figures.give("X1", cast.dongfeng.pk, "1")
    entry = happened(scheme, "B1", cast.dongfeng, "首创做法", "省级")
    LedgerEntry.objects.filter(pk=entry.pk).update(state=state)
    score, _ = points(run_assessment(scheme, actor=cast.office), cast.dongfeng)
    assert score.total == Decimal("100.00")
