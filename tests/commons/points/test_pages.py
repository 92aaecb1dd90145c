from __future__ import annotations

import io
from decimal import Decimal

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from gongjian.commons.indicators.shelf import indicator_sources
from gongjian.commons.points.enums import RulesState
from gongjian.commons.points.models import PointAccount, PointEntry, PointRules
from gongjian.commons.points.reckoning import Share
from gongjian.commons.points.services.rulebooks import draft_rules
from gongjian.foundation.calendar.periods import ensure_year
from gongjian.foundation.kernel.dates import today
from tests.factories.points import MECHANISM, RULES, fact_of, rules_in_force


@pytest.fixture
def noted(cast):
    rules_in_force(cast)
    fact_of(cast, cast.hongqi)
    fact_of(cast, cast.xinghuo, level="province", title="=1+1 食堂")
    return PointAccount.objects.get(unit=cast.hongqi, mechanism=MECHANISM)


def text_of(response) -> str:
    return response.content.decode()


def posted(**changes) -> dict[str, str]:
    """The page of the rules as a browser sends it, one row in each table."""
    data = {
        "title": "信息报送积分办法", "basis": "", "once_per": "level", "keep": "2",
        "split": "ratio", "ratio": "3：2", "report_within": "7",
        "awards-0-label": "省级采用", "awards-0-kind": "adoption", "awards-0-level": "province",
        "awards-0-outlet_class": "", "awards-0-amount": "10",
        "awards-1-kind": "submission", "awards-1-label": "", "awards-1-amount": "",
        "factors-0-trait": "reprint", "factors-0-times": "0.5",
        "caps-0-span": "month", "caps-0-kind": "", "caps-0-amount": "10",
        "consequences-0-span": "year", "consequences-0-trigger": "failed_commissions",
        "consequences-0-limit": "2", "consequences-0-effect": "zero",
        "consequences-0-amount": "", "consequences-0-label": "",
    }  # fmt: skip
    for name in ("awards", "factors", "caps", "consequences"):
        data |= {f"{name}-TOTAL_FORMS": "2", f"{name}-INITIAL_FORMS": "0"}
    return data | changes


def test_a_unit_goes_straight_to_its_own_account_and_reads_every_sentence(sign_in, cast, noted):
    client = sign_in(cast.secretary)
    answer = client.get(reverse("points:account_list"), follow=True)
    assert answer.redirect_chain[-1][0] == noted.get_absolute_url()
    page = text_of(answer)
    assert "同一稿件只计最高一项，本项不计分" in page
    assert "省级采用 10 分" in page
    assert "冲正记录" in page
    assert "更正</a>" not in page


def test_a_neighbour_and_another_region_find_no_account(sign_in, cast, noted):
    url = noted.get_absolute_url()
    for actor in (cast.neighbour, cast.other_county, cast.stranger):
        assert sign_in(actor).get(url).status_code == 404
    assert sign_in(cast.county).get(url).status_code == 200


def test_the_list_is_in_the_order_of_the_tree_and_cannot_be_ranked(sign_in, cast, noted):
    page = text_of(sign_in(cast.office).get(reverse("points:account_list")))
    assert "不排名" in page
    assert "sort=total" not in page
    assert "sort=-total" not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_cost_the_same_for_one_row_and_three(sign_in, cast, rows, django_assert_num_queries):
    rules_in_force(cast)
    for unit in [cast.hongqi, cast.xinghuo, cast.dongfeng][:rows]:
        fact_of(cast, unit, family=f"p{unit.pk}", shares=[Share(unit.pk)])
    client = sign_in(cast.office)
    client.get(reverse("points:account_list"))
    with django_assert_num_queries(7):
        client.get(reverse("points:account_list"))
    with django_assert_num_queries(6):
        client.get(reverse("points:rules_list"))


def test_the_office_corrects_with_a_reason(sign_in, cast, noted):
    client = sign_in(cast.office)
    url = reverse("points:account_adjust", args=[noted.pk])
    refused = client.post(url, {"amount": "", "reason": ""})
    assert refused.status_code == 422
    answer = client.post(url, {"amount": "-2", "reason": "重复登记"}, follow=True)
    assert "办公室更正：重复登记" in text_of(answer)
    noted.refresh_from_db()
    assert noted.total == 8
    assert sign_in(cast.secretary).get(url).status_code == 404


def test_the_workbook_adds_up_and_holds_no_formula(sign_in, cast, noted):
    answer = sign_in(cast.secretary).get(reverse("points:account_workbook", args=[noted.pk]))
    content = b"".join(answer.streaming_content)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    body = [row for row in rows[2:] if row[0]]
    assert sum(row[3] for row in body) == rows[-1][3] == 10
    assert {"冲正", "已冲正", "有效"} == {row[5] for row in body}
    assert any(row[1] == "=1+1 食堂" for row in body)


def test_rules_are_drafted_written_tried_and_put_in_force(sign_in, cast, noted):
    client = sign_in(cast.office)
    answer = client.post(
        reverse("points:rules_create"),
        {"mechanism": MECHANISM, "year": today().year, "title": "新办法"},
        follow=True,
    )
    draft = PointRules.objects.get(state=RulesState.DRAFT)
    assert answer.redirect_chain[-1][0] == reverse("points:rules_edit", args=[draft.pk])
    assert 'value="省级采用"' in text_of(answer)
    page = text_of(
        client.post(reverse("points:rules_edit", args=[draft.pk]), posted(), follow=True)
    )
    for sentence in (
        "“转载”的，按 0.5 倍计分。",
        "同一稿件在同一层级只计一次，计最高 2 项，分值累加。",
        "合写的稿件按署名次序 3:2 分配，其后的作者不计分。",
        "每月最多计 10 分。",
        "事项发生后 7 天内报送的才计分。",
        "一年内约稿 2 次未完成的，该时段得分清零。",
    ):
        assert sentence in page
    assert "采用，省级" in page
    tried = text_of(client.get(reverse("points:rules_try", args=[draft.pk])))
    assert "红旗村" in tried
    before = PointEntry.objects.count()
    client.post(reverse("points:pointrules_step", args=[draft.pk, "enforce"]), {"reason": ""})
    draft.refresh_from_db()
    assert draft.state == RulesState.IN_FORCE
    assert PointEntry.objects.count() == before
    assert client.get(reverse("points:rules_edit", args=[draft.pk])).status_code == 404
    answer = client.post(reverse("points:rules_revise", args=[draft.pk]), {}, follow=True)
    second = PointRules.objects.get(state=RulesState.DRAFT)
    assert answer.redirect_chain[-1][0] == reverse("points:rules_edit", args=[second.pk])
    client.post(reverse("points:rules_discard", args=[second.pk]), {})
    assert not PointRules.objects.filter(pk=second.pk).exists()


def test_what_is_wrong_stands_on_its_row_and_nothing_typed_is_lost(sign_in, cast, noted):
    draft = draft_rules(MECHANISM, actor=cast.office, year=today().year, title="草案", data=RULES)
    client = sign_in(cast.office)
    url = reverse("points:rules_edit", args=[draft.pk])
    wrong = {"awards-0-amount": "十分", "keep": "0", "caps-0-amount": "-3"}
    answer = client.post(url, posted(**wrong))
    page = text_of(answer)
    assert answer.status_code == 422
    assert "请填写数字，例如 5 或 0.5。" in page
    assert "请填写 1 至 20 之间的整数。" in page
    assert "不能小于 0，请改正。" in page
    assert 'value="十分"' in page
    draft.refresh_from_db()
    assert draft.data == RULES
    more = text_of(client.post(url, posted(more="1", **wrong)))
    assert "awards-6-label" in more
    assert 'value="十分"' in more


def test_units_read_the_rules_in_force_and_no_draft(sign_in, cast, noted):
    draft = draft_rules(MECHANISM, actor=cast.office, year=today().year, title="草案", data=RULES)
    client = sign_in(cast.secretary)
    rules = PointRules.objects.get(state=RulesState.IN_FORCE)
    page = text_of(client.get(rules.get_absolute_url()))
    assert "同一稿件只计最高一项。" in page
    assert "试算" not in page
    assert client.get(draft.get_absolute_url()).status_code == 404
    assert client.get(reverse("points:rules_list")).status_code == 404
    assert client.get(reverse("points:rules_try", args=[rules.pk])).status_code == 404


def test_points_are_shown_to_assessments_as_restricted(cast, noted):
    source = indicator_sources["points"]
    offered = {row.code: row for row in source.offer()}
    assert offered[f"points.{MECHANISM}"].mode == "restricted"
    year = ensure_year(today().year)
    figures = source.measure([f"points.{MECHANISM}"], [cast.hongqi.pk, cast.city.pk], year)
    assert {row.unit_id: row.value for row in figures} == {
        cast.hongqi.pk: Decimal(10),
        cast.city.pk: None,
    }
    assert "信息报送积分办法" in figures[0].source
