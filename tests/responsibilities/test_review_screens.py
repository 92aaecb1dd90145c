from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from gongjian.foundation.kernel.dates import today
from responsibilities.models import QuarterlyReturn, ReviewDelegation, ReviewPhrase
from responsibilities.services.review import accept_return, send_back_return
from responsibilities.services.review_turns import escalate_return
from tests.factories.returns import make_due, make_form, open_quarter, submitted
from tests.factories.review import make_delegation, make_phrase


def url(name: str, *args: object) -> str:
    return reverse(f"responsibilities:{name}", args=args)


@pytest.fixture
def waiting(cast) -> QuarterlyReturn:
    period, _ = open_quarter(cast)
    return submitted(cast, cast.hongqi, period, cast.secretary)


@pytest.fixture
def two(cast, waiting) -> tuple[QuarterlyReturn, QuarterlyReturn]:
    return waiting, submitted(cast, cast.xinghuo, waiting.period, cast.neighbour)


def names_on(client, **filters: str) -> set[str]:
    page = client.get(url("review_list"), filters).content.decode()
    return {name for name in ("红旗村", "星火机械公司") if f">{name}</a>" in page}


def test_the_list_shows_what_waits_and_counts_the_states(cast, sign_in, two):
    accept_return(two[0], actor=cast.township)
    client = sign_in(cast.township)

    assert names_on(client) == {"星火机械公司"}
    assert names_on(client, state="accepted") == {"红旗村"}
    assert names_on(client, state="all") == {"红旗村", "星火机械公司"}
    page = client.get(url("review_list")).content.decode()
    assert '待审核 <b class="digits">1</b>' in page
    assert '全部 <b class="digits">2</b>' in page


def test_filters_find_odd_late_corrected_and_long_waiting(cast, sign_in, two):
    client = sign_in(cast.township)
    first, second = (QuarterlyReturn.objects.filter(pk=row.pk) for row in two)
    first.update(findings={"Z203": "与以往相差较大"})
    assert names_on(client, odd="on") == {"红旗村"}
    second.update(returned_values=two[1].values)
    assert names_on(client, resubmitted="on") == {"星火机械公司"}
    first.update(submitted_at=timezone.now() - timedelta(days=4))
    assert names_on(client, waited="3") == {"红旗村"}
    assert names_on(client, late="on") == set()
    make_due(two[0].period, today() - timedelta(days=1))
    assert names_on(client, late="on") == {"红旗村", "星火机械公司"}
    assert names_on(client, words="星火") == {"星火机械公司"}
    assert names_on(client, level="county") == set()


def test_a_decision_leads_to_the_next_of_the_filtered_list(cast, sign_in, two):
    client = sign_in(cast.township)
    start = client.get(url("review_start"), {"state": "submitted"})
    assert start.url == f"{url('quarterlyreturn_detail', two[0].pk)}?state=submitted"

    decide = f"{url('return_decide', two[0].pk)}?state=submitted"
    answer = client.post(decide, {"decision": "accept"})
    assert answer.url == f"{url('quarterlyreturn_detail', two[1].pk)}?state=submitted"

    answer = client.post(url("return_decide", two[1].pk), {"decision": "accept"})
    assert answer.url == url("review_list")


def test_odd_returns_are_accepted_only_when_ticked(cast, sign_in, two):
    finding = "与以往相差较大（上期 9）"
    QuarterlyReturn.objects.filter(pk=two[0].pk).update(findings={"Z203": finding})
    client = sign_in(cast.township)
    ids = [row.pk for row in two]

    preview = client.post(url("accept_many"), {"ids": ids}).content.decode()

    assert finding in preview
    assert "情况属实" in preview
    assert f'type="hidden" name="ids" value="{two[1].pk}"' in preview
    assert f'type="checkbox" name="ids" value="{two[0].pk}"' in preview

    client.post(url("accept_many"), {"ids": [two[1].pk], "confirmed": "1"})
    states = {row.unit.name: row.state for row in QuarterlyReturn.objects.select_related("unit")}
    assert states == {"红旗村": "submitted", "星火机械公司": "accepted"}


def test_nothing_chosen_is_said_and_nothing_done(cast, sign_in, waiting):
    answer = sign_in(cast.township).post(url("accept_many"), follow=True)
    assert "请先勾选" in answer.content.decode()


def test_a_unit_sees_its_story_but_not_its_peers(cast, sign_in, two):
    page = sign_in(cast.secretary).get(url("quarterlyreturn_detail", two[0].pk)).content.decode()

    assert "全过程" in page
    assert "审核通过</button>" not in page
    assert "星火机械公司" not in page


def test_questions_and_answers_stand_on_the_page_of_both(cast, sign_in, waiting):
    address = url("return_ask", waiting.pk)
    sign_in(cast.township).post(address, {"text": "含劳务派遣吗？"})
    client = sign_in(cast.secretary)
    assert "含劳务派遣吗？" in client.get(waiting.get_absolute_url()).content.decode()
    client.post(address, {"text": "不含。"})
    assert "不含。" in sign_in(cast.township).get(waiting.get_absolute_url()).content.decode()
    answer = client.post(address, {"text": ""}, follow=True)
    assert "请写下要问或要答的内容" in answer.content.decode()
    assert sign_in(cast.neighbour).post(address, {"text": "好奇"}).status_code == 404


def test_a_turn_is_taken_on_a_page_that_asks_the_reason(cast, sign_in, waiting):
    client = sign_in(cast.township)
    assert (
        client.post(url("return_turn", waiting.pk, "escalate"), {"reason": ""}).status_code == 422
    )
    client.post(url("return_turn", waiting.pk, "escalate"), {"reason": "口径有争议"})
    assert client.get(url("return_turn", waiting.pk, "escalate")).status_code == 404

    page = sign_in(cast.county).get(url("quarterlyreturn_detail", waiting.pk)).content.decode()
    assert "口径有争议" in page
    assert "交回下级审核" in page
    client = sign_in(cast.county)
    client.post(url("return_decide", waiting.pk), {"decision": "accept"})
    client.post(url("return_turn", waiting.pk, "unaccept"), {"reason": "误点"})
    waiting.refresh_from_db()
    assert waiting.state == "submitted"


def test_taking_over_is_asked_first(cast, sign_in, waiting):
    QuarterlyReturn.objects.filter(pk=waiting.pk).update(reviewer_post_id=cast.county.post_id)
    client = sign_in(cast.township)
    assert "接手" in client.get(url("quarterlyreturn_detail", waiting.pk)).content.decode()
    assert "党工共建办主任" in client.get(url("return_take_over", waiting.pk)).content.decode()
    client.post(url("return_take_over", waiting.pk))
    waiting.refresh_from_db()
    assert waiting.reviewer_post_id == cast.township.post_id
    assert sign_in(cast.county).get(url("return_take_over", waiting.pk)).status_code == 404


def test_the_correction_stands_beside_what_was_returned(cast, sign_in, waiting):
    row = send_back_return(waiting, actor=cast.township, reason="", remarks={"Z203": "请核对"})
    from responsibilities.services.returns import save_cells, submit_return

    save_cells(row, actor=cast.secretary, changes={"Z203": "15"}, base={})
    submit_return(row, actor=cast.secretary)

    page = sign_in(cast.township).get(url("quarterlyreturn_detail", row.pk)).content.decode()

    assert "补正对照" in page
    assert "<del>12</del>" in page
    desk = sign_in(cast.township).get("/").content.decode()
    assert "复核 1 份补正后的报表" in desk


def test_review_is_handed_over_and_taken_back_on_screen(cast, sign_in, waiting):
    client = sign_in(cast.township)
    day = today().isoformat()
    values = {"starts_on": day, "ends_on": day, "reason": "外出学习"}
    wrong = client.post(url("delegation_create"), {**values, "receiver": "0"})
    assert wrong.status_code == 422
    client.post(url("delegation_create"), {**values, "receiver": cast.county.appointment_id})
    delegation = ReviewDelegation.objects.get()
    assert "周海燕" in client.get(url("delegation_list")).content.decode()
    client.post(url("delegation_end", delegation.pk))
    delegation.refresh_from_db()
    assert delegation.ended_on == today()
    assert sign_in(cast.secretary).get(url("delegation_list")).status_code == 404
    assert sign_in(cast.county).get(url("delegation_end", delegation.pk)).status_code == 404


def test_phrases_are_kept_on_screen_by_the_office(cast, sign_in, waiting):
    client = sign_in(cast.office)
    client.post(url("phrase_create"), {"text": "请附花名册。", "sort_order": "0"})
    phrase = ReviewPhrase.objects.get()
    page = sign_in(cast.township).get(url("quarterlyreturn_detail", waiting.pk)).content.decode()
    assert "请附花名册。" in page
    sign_in(cast.office).post(url("phrase_remove", phrase.pk))
    phrase.refresh_from_db()
    assert not phrase.is_active
    assert sign_in(cast.township).get(url("phrase_create")).status_code == 404


def test_strangers_find_nothing(cast, sign_in, waiting):
    for who in (cast.secretary, cast.other_county, cast.stranger):
        client = sign_in(who)
        for name in ("return_decide", "return_take_over", "return_seen"):
            assert client.post(url(name, waiting.pk)).status_code == 404
        assert client.post(url("return_turn", waiting.pk, "escalate")).status_code == 404
    escalate_return(waiting, actor=cast.township, reason="争议")
    answer = sign_in(cast.township).post(url("return_decide", waiting.pk), {"decision": "accept"})
    assert answer.status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_delegations_costs_the_same(cast, sign_in, django_assert_num_queries, rows):
    for place in range(rows):
        make_delegation(cast.township, cast.county, days=0, start_in=place)
    client = sign_in(cast.township)
    address = reverse("responsibilities:delegation_list")
    client.get(address)

    with django_assert_num_queries(6):
        client.get(address)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_phrases_costs_the_same(cast, sign_in, django_assert_num_queries, rows):
    for place in range(rows):
        make_phrase(cast, f"意见{place}。")
    client = sign_in(cast.office)
    address = reverse("responsibilities:phrase_list")
    client.get(address)

    with django_assert_num_queries(6):
        client.get(address)


@pytest.mark.parametrize("rows", [1, 3])
def test_one_return_costs_the_same_however_long_its_list(
    cast, sign_in, django_assert_num_queries, rows
):
    form = make_form(cast)
    for ordinal in range(1, rows + 1):
        period, _ = open_quarter(cast, form=form, ordinal=ordinal)
        row = submitted(cast, cast.hongqi, period, cast.secretary)
    client = sign_in(cast.township)
    client.get(row.get_absolute_url())

    with django_assert_num_queries(11):
        client.get(row.get_absolute_url())
