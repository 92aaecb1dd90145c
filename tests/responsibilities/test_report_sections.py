"""The chapter on returns and targets: figures of a node, of a unit alone, of a group."""

from __future__ import annotations

from decimal import Decimal

from gongjian.commons.documents.reporting.content import Chart, Listing, Section, Words
from gongjian.commons.documents.reporting.subjects import Extent, Group, Subject
from gongjian.foundation.calendar.periods import ensure_year
from orgs.models import Unit
from responsibilities.report_sections import build, covers
from responsibilities.services.review import accept_return
from responsibilities.services.rollup import recompute
from tests.factories.returns import make_quarter, open_quarter, submitted
from tests.responsibilities.test_dashboard_pages import filled, promise

__all__ = ["filled"]


def listings(section: Section) -> dict[str, Listing]:
    return {block.title: block for block in section.blocks if isinstance(block, Listing)}


def charts(section: Section) -> dict[str, Chart]:
    return {block.title: block for block in section.blocks if isinstance(block, Chart)}


def headlines(section: Section) -> dict[str, str]:
    return {line.label: line.value for line in section.headlines}


def of(unit: Unit, period, extent: Extent = Extent.UNIT) -> Subject:
    return Subject(extent, unit.name, unit, period)


def test_the_tenant_is_shown_branch_by_branch_with_its_sum(cast, filled):
    section = build(of(cast.city, filled, Extent.TENANT))

    assert headlines(section)["应报（家）"] == "4"
    assert headlines(section)["已报率"] == "50%"
    assert headlines(section)["计入职工占比"] == "15%"
    rows = listings(section)["各单位报送和达标情况"].rows
    assert [row[0] for row in rows] == ["清河县", "云山区", "合计"]
    assert [row[1] for row in rows] == [3, 1, 4]
    assert [row[5] for row in rows] == [1, 0, 1]
    chart = charts(section)["各单位报送情况"]
    assert list(chart.labels) == ["清河县", "云山区"]
    assert list(chart.series[0].values) == [Decimal("66.7"), Decimal("0.0")]


def test_targets_stand_against_the_course_of_the_year(cast, filled):
    section = build(of(cast.qinghe, filled))
    (title, listing), *_ = [
        (title, listing)
        for title, listing in listings(section).items()
        if title.startswith("年度目标完成情况")
    ]
    assert "时间进度75%" in title
    # 12 of 80 is 15 %, sixty points behind three quarters of the year.
    assert listing.rows[0][2:] == [Decimal(80), Decimal(12), Decimal("15.0"), "滞后"]
    chart = charts(section)["年度目标完成率与时间进度"]
    assert [list(one.values) for one in chart.series] == [[Decimal("15.0")], [Decimal(75)]]
    words = next(block for block in section.blocks if isinstance(block, Words))
    assert "落后较多" in words.text


def test_a_unit_with_nobody_below_reports_on_itself(cast, filled):
    section = build(of(cast.hongqi, filled))
    assert headlines(section)["应报（家）"] == "1"
    assert "各单位报送和达标情况" not in listings(section)


def test_the_figures_do_not_leak_from_a_neighbour(cast, filled):
    section = build(of(cast.yunshan, filled))
    shown = str(section)
    assert "南麓镇" in shown
    assert "清河县" not in shown
    assert "红旗村" not in shown


def test_earlier_quarters_make_a_trend(cast):
    earlier, form = open_quarter(cast, ordinal=2)
    accept_return(submitted(cast, cast.hongqi, earlier, cast.secretary), actor=cast.township)
    period, _ = open_quarter(cast, form=form)
    accept_return(
        submitted(cast, cast.hongqi, period, cast.secretary, Z203="20"), actor=cast.township
    )
    promise(cast.hongqi, "Z203", 50)
    recompute()
    trend = next(
        chart
        for title, chart in charts(build(of(cast.hongqi, period))).items()
        if title.endswith("历期变化")
    )
    assert list(trend.series[0].values) == [Decimal(12), Decimal(20)]
    assert trend.highest is None


def test_a_period_without_returns_says_nothing(cast, filled):
    other = make_quarter(2026, 4)
    assert build(of(cast.city, other, Extent.TENANT)) is None
    assert covers(filled)
    assert not covers(other)


def test_a_year_is_reported_by_its_last_opened_quarter(cast, filled):
    year = ensure_year(2026)
    section = build(of(cast.city, year, Extent.TENANT))
    assert headlines(section)["应报（家）"] == "4"
    assert str(filled) in next(b.text for b in section.blocks if isinstance(b, Words))


def test_a_group_is_shown_unit_by_unit(cast, filled):
    group = Group("1", "县区", (cast.qinghe.pk, cast.yunshan.pk))
    section = build(Subject(Extent.GROUP, "县区组", cast.city, filled, group))

    assert headlines(section)["单位（家）"] == "2"
    rows = {row[0]: row for row in listings(section)["组内各单位报送和达标情况"].rows}
    assert set(rows) == {"清河县", "云山区"}
    # 12 of 80; 云山区 has no target and is not counted as behind.
    assert rows["清河县"][2:] == [1, 0, Decimal("15.0")]
    assert rows["云山区"][2:] == [0, 0, None]
    (title,) = [title for title in listings(section) if title.startswith("组内各项目标")]
    (row,) = listings(section)[title].rows
    assert row[1:] == [Decimal(80), Decimal(12), Decimal("15.0"), "0/1"]
