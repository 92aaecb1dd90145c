from __future__ import annotations

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.shelves import ProducedFile, Production
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.counts import ask_together
from publicity.contributions import build_card, find_todos
from publicity.documents import produce_review
from publicity.enums import PlacementState
from publicity.models import Campaign, Outlet, Placement, PlannedCoverage
from publicity.reminders import coverage_near, office_waits
from publicity.services.register import release_placement, send_back_placement
from publicity.services.reviews import make_review, save_public_page
from tests.factories.publicity import (
    campaign_of,
    entry_of,
    filed,
    outlet_of,
    verified,
)


def todos_for(actor):
    return ask_together([find_todos(actor)])[0]


def titles_for(actor):
    return [todo.title for todo in todos_for(actor)]


pytestmark = pytest.mark.django_db


def url(name: str, *args: object) -> str:
    return reverse(f"publicity:{name}", args=args)


def text(answer) -> str:
    return answer.content.decode()


def produced(production: Production) -> ProducedFile:
    """Run a report to its end, as the worker does."""
    while True:
        try:
            next(production)
        except StopIteration as end:
            return end.value


def review_of(cast):
    days = {"starts_on": today() - timedelta(days=9), "ends_on": today()}
    return make_review(actor=cast.office, title="媒体看党工共建", **days)


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("publicity:placement_list", 10),
        ("publicity:outlet_list", 10),
        ("publicity:campaign_list", 10),
        ("publicity:pressreview_list", 10),
    ],
)
def test_a_list_asks_as_much_for_three_rows_as_for_one(
    cast, sign_in, django_assert_max_num_queries, name, queries, rows
):
    for number in range(rows):
        verified(cast, title=f"报道{number}")
        outlet_of(cast, f"报{number}")
        campaign_of(cast, title=f"策划{number}")
        review_of(cast)
    client = sign_in(cast.office)
    client.get(reverse(name))
    with django_assert_max_num_queries(queries):
        client.get(reverse(name))


def test_a_secretary_enters_a_report(cast, sign_in):
    outlet = outlet_of(cast)
    client = sign_in(cast.secretary)
    form = {
        "unit": cast.hongqi.pk, "title": "板凳会", "outlet": outlet.pk, "genre": "news",
        "origin": "own", "published_on": today().isoformat(),
        "shares": "红旗村 60\n星火机械公司 40",
    }  # fmt: skip
    wrong = client.post(url("placement_create"), {**form, "shares": "红旗村 60\n没有村 40"})
    assert "没有这个单位" in text(wrong)
    wrong = client.post(url("placement_create"), {**form, "shares": "红旗村 60"})
    assert "合计应为 100%" in text(wrong)
    client.post(url("placement_create"), form)
    placement = Placement.objects.get()
    assert placement.shares.count() == 2
    page = text(client.get(placement.get_absolute_url()))
    assert "还差剪报" in page
    client.post(url("placement_edit", placement.pk), {**form, "title": "板凳会开了", "shares": ""})
    placement.refresh_from_db()
    assert (placement.title, placement.shares.count()) == ("板凳会开了", 1)
    answer = client.post(url("placement_step", placement.pk, "file"), {"reason": ""})
    assert "请先上传剪报" in text(answer)


@pytest.mark.parametrize("actor", ["neighbour", "other_county", "stranger", "auditor"])
def test_strangers_find_nothing(cast, sign_in, actor):
    placement = filed(cast)
    campaign = campaign_of(cast, is_running=False)
    client = sign_in(getattr(cast, actor))
    for address in (
        placement.get_absolute_url(),
        url("placement_edit", placement.pk),
        url("placement_step", placement.pk, "verify"),
        url("placement_family", placement.pk),
        url("placement_release", placement.pk),
        campaign.get_absolute_url(),
        url("coverage_plan", campaign.pk),
        url("plannedcoverage_step", campaign.coverages.get().pk, "arrange"),
        *([] if actor == "stranger" else [url("public_page"), url("pressreview_create")]),
    ):
        assert client.get(address).status_code == 404, address


def test_the_office_plans_and_keeps_outlets(cast, sign_in):
    client = sign_in(cast.office)
    client.post(
        url("outlet_create"),
        {"name": "示范日报", "medium": "party_press", "level": "city", "aliases": "日报、党报"},
    )
    outlet = Outlet.objects.get()
    assert outlet.aliases == ["日报", "党报"]
    assert "日报、党报" in text(client.get(url("outlet_edit", outlet.pk)))
    days = {"starts_on": today().isoformat(), "ends_on": (today() + timedelta(9)).isoformat()}
    client.post(
        url("campaign_create"), {"title": "集中宣传", "theme": "建会", "goal": "讲清楚。", **days}
    )
    campaign = Campaign.objects.get()
    answer = client.post(url("campaign_step", campaign.pk, "start"), {"reason": ""})
    assert answer.status_code == 409
    plan = {"topic": "一天", "unit": cast.hongqi.pk, "medium": "press", "level": "city"}
    wrong = client.post(
        url("coverage_plan", campaign.pk), {**plan, "due_on": (today() + timedelta(30)).isoformat()}
    )
    assert "起止日期之内" in text(wrong)
    client.post(url("coverage_plan", campaign.pk), {**plan, "due_on": today().isoformat()})
    client.post(url("campaign_step", campaign.pk, "start"), {"reason": ""})
    coverage = PlannedCoverage.objects.get()
    assert sign_in(cast.secretary).get(campaign.get_absolute_url()).status_code == 200
    secretary = sign_in(cast.secretary)
    secretary.post(url("plannedcoverage_step", coverage.pk, "arrange"), {"reason": "已约记者"})
    assert "已约记者" in text(secretary.get(campaign.get_absolute_url()))
    client = sign_in(cast.office)
    client.post(url("plannedcoverage_step", coverage.pk, "drop"), {"reason": "版面取消"})
    assert "版面取消" in text(client.get(campaign.get_absolute_url()))


def test_a_pasted_sheet_shows_what_is_wrong_in_its_cell(cast, sign_in):
    outlet_of(cast)
    client = sign_in(cast.office)
    line = f"红旗村\t甲\t示范日报\t{today()}\n没有村\t乙\t示范日报\t{today()}"
    answer = client.post(url("placement_paste"), {"rows": line})
    assert answer.status_code == 422
    assert "没有这个单位" in text(answer)
    assert not Placement.objects.exists()
    client.post(url("placement_paste"), {"rows": line.splitlines()[0]})
    assert Placement.objects.count() == 1


def test_statistics_and_workbooks(cast, sign_in):
    verified(cast, theme="职工之家")
    client = sign_in(cast.office)
    for way, word in (
        ("medium", "党报党刊"), ("level", "市级"), ("unit", "红旗村"),
        ("theme", "职工之家"), ("quarter", "第一季度"),
    ):  # fmt: skip
        assert word in text(client.get(url("statistics"), {"by": way})), way
    assert client.get(url("statistics"), {"by": "rank"}).status_code == 404
    for name in ("statistics_export", "placement_export"):
        answer = client.get(url(name))
        assert answer.content.startswith(b"PK")


def test_the_press_review_is_printed(cast, sign_in):
    verified(cast, excerpt="老槐树下开会。")
    client = sign_in(cast.office)
    client.post(
        url("pressreview_create"),
        {
            "title": "剪报", "starts_on": (today() - timedelta(9)).isoformat(),
            "ends_on": today().isoformat(),
        },
    )  # fmt: skip
    review = review_of(cast)
    assert "老槐树下开会" in text(client.get(review.get_absolute_url()))
    client.post(url("pressreview_print", review.pk))
    assert ReportJob.objects.filter(kind="publicity.review").exists()
    assert produced(produce_review({"review": review.pk})).content.startswith(b"%PDF")


def test_the_public_page_is_the_same_for_everybody(cast, sign_in):
    address = url("public", "9900")
    assert Client().get(address).status_code == 404
    placement = verified(cast, excerpt="老槐树下开会。", link="https://example.org/a")
    verified(cast, title="没有公开的报道")
    save_public_page(actor=cast.office, values={"is_open": True})
    client = sign_in(cast.office)
    refused = client.post(url("placement_release", placement.pk), {})
    assert "请先核对并勾选" in text(refused)
    client.post(url("placement_release", placement.pk), {"agreed": "on"})
    answer = Client().get(address)
    page = text(answer)
    assert "老槐树下开会" in page
    assert "没有公开的报道" not in page
    for private in ("红旗村", "赵春梅", "csrf"):
        assert private not in page, private
    assert answer["Cache-Control"] == "public, max-age=300"
    assert not answer.cookies
    # A stranger of another region who is signed in reads the very same.
    assert text(sign_in(cast.stranger).get(address)) == page
    client = sign_in(cast.office)
    client.post(url("placement_hide", placement.pk))
    assert "老槐树下开会" not in text(Client().get(address))


def test_todos_reminders_and_the_card(cast):
    assert build_card(cast.office) is None
    campaign = campaign_of(cast)
    coverage = campaign.coverages.get()
    assert titles_for(cast.secretary) == ["宣传任务：板凳会上的新会员"]
    assert [one.subject_id for one in coverage_near(coverage.due_on)] == [coverage.pk]
    placement = filed(cast, coverage=coverage)
    assert todos_for(cast.secretary) == []
    assert list(coverage_near(coverage.due_on)) == []
    assert titles_for(cast.office) == ["核实 1 篇宣传刊播"]
    later = timezone.localdate() + timedelta(days=14)
    assert [one.subject_id for one in office_waits(later)] == [placement.pk]
    assert list(office_waits(today())) == []
    send_back_placement(placement, actor=cast.office, reason="缺日期")
    assert "补充宣传刊播" in todos_for(cast.secretary)[0].title
    release_placement(verified(cast, title="乙"), actor=cast.office, is_released=True)
    card = build_card(cast.office)
    assert card["tally"]["verified"] == 1
    drawn = render_to_string("publicity/_card.html", {"data": card})
    assert '<b class="digits">1</b>' in drawn


def test_a_draft_stays_with_its_unit(cast, sign_in):
    draft = entry_of(cast, with_proof=False)
    assert draft.state == PlacementState.DRAFT
    assert sign_in(cast.township).get(draft.get_absolute_url()).status_code == 404
    assert sign_in(cast.secretary).get(draft.get_absolute_url()).status_code == 200
