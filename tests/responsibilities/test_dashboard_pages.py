"""The dashboard of a node as its readers meet it."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from gongjian.foundation.kernel.dates import today
from orgs.models import Unit
from responsibilities.agenda import red_indicators
from responsibilities.models import AnnualPlan, Indicator, Target
from responsibilities.services.review import accept_return
from responsibilities.services.rollup import recompute
from tests.factories.returns import make_due, open_quarter, submitted

PAGE = reverse("responsibilities:node_dashboard")
EXPORT = reverse("responsibilities:node_dashboard_export")


def promise(unit: Unit, code: str, value: int) -> None:
    """A target that was handed down for the year."""
    plan, _ = AnnualPlan.objects.get_or_create(
        year=2026, defaults={"title": "2026年度方案", "state": "approved"}
    )
    Target.objects.create(
        plan=plan,
        indicator=Indicator.objects.get(code=code),
        unit=unit,
        value=Decimal(value),
        issued_value=Decimal(value),
        state="acknowledged",
    )


@pytest.fixture
def filled(cast):
    """The third quarter: 红旗村 accepted with 12 recruited, 星火公司 waits for review with 30."""
    period, _ = open_quarter(cast)
    row = submitted(cast, cast.hongqi, period, cast.secretary)
    accept_return(row, actor=cast.township)
    submitted(cast, cast.xinghuo, period, cast.neighbour, Z203="30")
    promise(cast.city, "Z203", 100)
    promise(cast.qinghe, "Z203", 80)
    promise(cast.dongfeng, "Z203", 50)
    recompute()
    return period


def text_of(client, path: str = PAGE, **asked) -> str:
    answer = client.get(path, asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_before_anything_is_open_the_page_says_what_to_do(cast, sign_in):
    assert "还没有开启任何季度的填报" in text_of(sign_in(cast.office))


def test_tiles_coverage_and_the_red_list(cast, sign_in, filled):
    text = text_of(sign_in(cast.office))
    assert "1/4 家" in text
    assert "15.0%" in text  # 150 of 1,000 workers
    # 12 of 80 is 15 %, sixty points behind three quarters of the year.
    assert "滞后" in text
    assert "60 个百分点" in text
    assert "数据截至" in text


def test_the_switch_counts_what_waits_for_review(cast, sign_in, filled):
    client = sign_in(cast.office)
    assert "52.5%" not in text_of(client)
    text = text_of(client, all="1")
    assert "2/4 家" in text
    assert "52.5%" in text  # (12 + 30) of 80


def test_one_drills_down_a_level_at_a_time(cast, sign_in, filled):
    client = sign_in(cast.office)
    text = text_of(client)
    link = f"unit={cast.qinghe.pk}&amp;period={filled.pk}"
    assert link in text
    county = text_of(client, unit=str(cast.qinghe.pk))
    assert "东风镇" in county
    assert "云山区" not in county
    township = text_of(client, unit=str(cast.dongfeng.pk))
    assert "红旗村" in township
    assert "星火机械公司" in township
    # A unit with nobody below shows itself.
    assert "1/1 家" in text_of(client, unit=str(cast.hongqi.pk))


def test_a_day_of_the_past_shows_what_had_been_accepted(cast, sign_in, filled):
    yesterday = (today() - timedelta(days=1)).isoformat()
    text = text_of(sign_in(cast.office), as_of=yesterday)
    assert "0/4 家" in text
    assert "以前已通过" in text
    assert "1/4 家" in text_of(sign_in(cast.office), as_of="nonsense")


def test_reach_ends_at_the_own_branch(cast, sign_in, filled):
    client = sign_in(cast.county)
    assert "清河县" in text_of(client)
    assert client.get(PAGE, {"unit": cast.yunshan.pk}).status_code == 404
    assert client.get(EXPORT, {"unit": cast.yunshan.pk}).status_code == 404
    assert sign_in(cast.secretary).get(PAGE).status_code == 404
    assert sign_in(cast.stranger).get(PAGE, {"unit": cast.city.pk}).status_code == 404
    text_of(sign_in(cast.leader))
    text_of(sign_in(cast.viewer))


def test_timeliness_counts_those_who_missed_the_day(cast, sign_in, filled):
    make_due(filled, today() - timedelta(days=1))
    recompute()
    # Nobody was in time any more: both were handed in today, a day late.
    text = text_of(sign_in(cast.office), all="1")
    assert "已报 2/4 家" in text


def test_the_workbook_holds_what_the_page_shows(cast, sign_in, filled):
    answer = sign_in(cast.office).get(EXPORT, {"all": "1"})
    assert answer.status_code == 200
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.sheet_names == ["下级情况", "完成进度", "滞后清单", "趋势"]
    rows = book.get_sheet_by_name("下级情况").to_python()
    county = next(row for row in rows if row[0] == "清河县")
    assert county[1:6] == [3, 2, 66.7, 100, 2]
    assert rows[-1][0] == "合计"
    course = book.get_sheet_by_name("完成进度").to_python()
    assert ["清河县", 52.5, "滞后"] in course


@pytest.mark.usefixtures("django_assert_num_queries")
def test_the_number_of_statements_does_not_grow_with_the_tree(cast, sign_in, filled):
    client = sign_in(cast.office)
    text_of(client)
    counts = []
    for node in (cast.city, cast.qinghe, cast.dongfeng, cast.hongqi):
        with CaptureQueriesContext(connection) as captured:
            text_of(client, unit=str(node.pk))
        # What the page asks itself; session, person and post are asked by every page.
        own = [
            row["sql"]
            for row in captured.captured_queries
            if "responsibilities_" in row["sql"] or 'FROM "orgs_unit"' in row["sql"]
        ]
        counts.append(len(own))
    assert counts == [7, 7, 7, 7]


def test_a_meeting_is_told_which_indicators_are_red_and_of_whom(cast, filled):
    (matter,) = red_indicators(cast.city.path)
    assert matter.title == "指标滞后：发展会员数（1家）"
    assert "清河县（完成15.0%）" in matter.body
    assert matter.kind == "responsibilities.indicator"
    assert red_indicators(cast.yunshan.path) == []
