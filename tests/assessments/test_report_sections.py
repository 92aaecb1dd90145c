"""The chapter on the assessment, and the peer groups that reports may be about."""

from __future__ import annotations

from decimal import Decimal

from assessments.models import PeerGroup, UnitScore
from assessments.report_sections import build, covers, offer_groups, read_group
from assessments.services import run_assessment
from gongjian.commons.documents.reporting.content import Chart, Listing, Shape, Words
from gongjian.commons.documents.reporting.subjects import Extent, Subject
from tests.assessments.test_documents import result
from tests.factories.assessments import make_group, make_official, make_scheme
from tests.factories.returns import make_quarter

__all__ = ["result"]


def listings(section) -> dict[str, Listing]:
    return {block.title: block for block in section.blocks if isinstance(block, Listing)}


def tenant(cast) -> Subject:
    return Subject(Extent.TENANT, "示范市", cast.city, make_quarter(2026, 4))


def test_the_tenant_sees_groups_grades_and_the_leading_units(cast, result):
    section = build(tenant(cast))

    figures = {line.label: line.value for line in section.headlines}
    assert figures["参加考核（家）"] == "3"
    ring = next(b for b in section.blocks if isinstance(b, Chart) and b.shape is Shape.RING)
    assert sum(value for value in ring.series[0].values) == 3
    (group,) = listings(section)["各可比组考核情况"].rows
    assert group[:3] == ["乡镇街道", 3, 3]
    totals = list(
        UnitScore.objects.filter(run=result).order_by("rank").values_list("unit_name", "total")
    )
    ranking = listings(section)["乡镇街道组前10名"].rows
    assert [(row[1], row[2]) for row in ranking] == totals
    assert group[3] == sum(total for _, total in totals) / 3


def test_the_weakest_items_come_first(cast, result):
    rows = listings(build(tenant(cast)))["得分率较低的指标"].rows
    # 90, 100 and 50 of a hundred make eighty percent; the other item is full.
    assert [(row[0], row[3].quantize(Decimal("0.01"))) for row in rows] == [
        ("应建工会组建率", Decimal("80.00")),
        ("新发展会员数", Decimal("100.00")),
    ]


def test_a_unit_sees_its_items_beside_the_mean_of_its_group(cast, result):
    section = build(Subject(Extent.UNIT, "南麓镇", cast.nanlu, make_quarter(2026, 4)))

    figures = {line.label: line.value for line in section.headlines}
    assert figures["乡镇街道组名次"] == "3/3"
    rows = {row[0]: row for row in listings(section)["各项指标得分"].rows}
    assert rows["应建工会组建率"][3:] == [Decimal("30.00"), Decimal(50)]
    assert "50" in rows["应建工会组建率"][1]
    labels = [one.label for b in section.blocks if isinstance(b, Chart) for one in b.series]
    assert labels == ["南麓镇", "组内平均"]
    assert "东风镇" not in str(section)
    advice = [b.text for b in section.blocks if isinstance(b, Words) if "提分建议" in b.text]
    assert "“应建工会组建率”" in advice[0]


def test_a_county_sees_the_units_right_below_it(cast, result):
    section = build(Subject(Extent.UNIT, "清河县", cast.qinghe, make_quarter(2026, 4)))
    rows = listings(section)["下级单位考核情况"].rows
    assert {row[0] for row in rows} == {"东风镇", "西城街道"}
    assert section.headlines == []


def test_a_group_is_ranked_in_full(cast, result):
    key = str(PeerGroup.objects.get().pk)
    group = read_group(key)
    assert offer_groups() == [(key, "乡镇街道")]
    assert set(group.unit_ids) == {cast.dongfeng.pk, cast.xicheng.pk, cast.nanlu.pk}
    section = build(Subject(Extent.GROUP, "乡镇街道组", cast.city, make_quarter(2026, 4), group))
    assert [row[0] for row in listings(section)["组内得分和名次"].rows] == ["1", "2", "3"]
    assert read_group("x") is None
    assert read_group("999999999") is None


def test_what_is_not_published_is_kept_from_the_unit_and_open_to_the_tenant(cast, figures):
    for unit in (cast.dongfeng, cast.xicheng, cast.nanlu):
        figures.give("A01", unit.pk, None, numerator="9", denominator="10", target="100")
    scheme = make_scheme(cast.office, [make_group(cast.office)])
    run = run_assessment(scheme, actor=cast.office)
    unit = Subject(Extent.UNIT, "南麓镇", cast.nanlu, make_quarter(2026, 4))
    assert build(unit) is None
    assert build(tenant(cast)) is None
    assert not covers(scheme.period)

    make_official(run, office=cast.office, leader=cast.leader, published=False)
    assert build(tenant(cast)) is not None
    assert build(unit) is None
    assert covers(scheme.period)


def test_last_years_result_is_not_this_years(cast, result):
    assert build(Subject(Extent.TENANT, "示范市", cast.city, make_quarter(2025, 4))) is None
