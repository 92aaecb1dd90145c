from __future__ import annotations

import pytest
from django.urls import reverse

from gongjian.commons.notices.models import Notice
from responsibilities.models import Consolidation, Obligation, QuarterlyReturn
from responsibilities.services.review import accept_return, submit_consolidation
from responsibilities.services.rollup import recompute
from tests.factories.returns import make_form, open_quarter, submitted


def url(name: str, *args: object) -> str:
    return reverse(f"responsibilities:{name}", args=args)


@pytest.fixture
def waiting(cast) -> QuarterlyReturn:
    period, _ = open_quarter(cast)
    return submitted(cast, cast.hongqi, period, cast.secretary)


def test_only_the_direct_superior_reviews(cast, sign_in, waiting):
    assert "红旗村" in sign_in(cast.township).get(url("review_list")).content.decode()
    assert "红旗村" not in sign_in(cast.county).get(url("review_list")).content.decode()
    assert sign_in(cast.secretary).get(url("review_list")).status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("secretary", 200),
        ("township", 200),
        ("county", 200),
        ("office", 200),
        ("neighbour", 404),
        ("other_county", 404),
        ("administrator", 404),
        ("stranger", 404),
    ],
)
def test_a_return_is_seen_by_its_line_only(cast, sign_in, waiting, who, status):
    client = sign_in(getattr(cast, who))
    assert client.get(url("quarterlyreturn_detail", waiting.pk)).status_code == status


def test_looking_is_told_by_the_open_page_and_stops_the_withdrawal(cast, sign_in, waiting):
    client = sign_in(cast.township)
    client.get(url("quarterlyreturn_detail", waiting.pk))
    waiting.refresh_from_db()
    assert waiting.seen_at is None

    client.post(url("return_seen", waiting.pk))

    answer = sign_in(cast.secretary).post(url("quarterlyreturn_step", waiting.pk, "withdraw"))
    assert answer.status_code == 409
    assert "已经查看" in answer.content.decode()


def test_a_return_is_sent_back_with_a_pin_and_the_unit_is_told(cast, sign_in, waiting):
    answer = sign_in(cast.township).post(
        url("return_decide", waiting.pk), {"decision": "send_back", "pins[Z203]": "与花名册不符"}
    )

    assert answer.status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == "sent_back"
    assert waiting.pins.get().cell == "Z203"
    assert Notice.objects.filter(rule="responsibilities.return_sent_back").exists()
    sheet = sign_in(cast.secretary).get(url("return_fill", waiting.obligation_id))
    assert "与花名册不符" in sheet.content.decode()


def test_sending_back_without_a_word_is_refused_and_the_page_stays(cast, sign_in, waiting):
    answer = sign_in(cast.township).post(
        url("return_decide", waiting.pk), {"decision": "send_back", "reason": ""}
    )

    assert answer.status_code == 422
    assert "请写明退回理由" in answer.content.decode()


def test_the_second_reviewer_is_told_that_it_is_done(cast, sign_in, waiting):
    accept_return(waiting, actor=cast.township)

    answer = sign_in(cast.township).post(url("return_decide", waiting.pk), {"decision": "accept"})

    assert answer.status_code == 409


def test_many_are_accepted_after_a_preview(cast, sign_in, waiting):
    second = submitted(cast, cast.xinghuo, waiting.period, cast.neighbour)
    accept_return(second, actor=cast.township)
    client = sign_in(cast.township)
    ids = {"ids": [waiting.pk, second.pk]}

    preview = client.post(url("accept_many"), ids).content.decode()
    client.post(url("accept_many"), {**ids, "confirmed": "1"})

    assert "不会通过" in preview
    waiting.refresh_from_db()
    assert waiting.state == "accepted"


def test_progress_names_who_is_missing(cast, sign_in, waiting):
    page = sign_in(cast.county).get(url("progress")).content.decode()

    assert "星火机械公司" in page
    assert "1/3 家" in page
    assert sign_in(cast.secretary).get(url("progress")).status_code == 404


def test_another_branch_is_not_found(cast, sign_in, waiting):
    client = sign_in(cast.county)
    assert client.get(url("progress"), {"unit": cast.yunshan.pk}).status_code == 404
    assert client.get(url("rollup"), {"unit": cast.yunshan.pk}).status_code == 404


def test_urging_twice_a_day_tells_once(cast, sign_in, waiting):
    client = sign_in(cast.office)
    for _ in range(2):
        client.post(url("progress_urge"), {"unit": cast.city.pk})

    urged = Notice.objects.filter(rule="responsibilities.urged")
    owed = Obligation.objects.filter(unit=cast.xinghuo).values_list("pk", flat=True)
    assert urged.filter(subject_id__in=owed).count() == 1


def test_totals_show_what_is_in_them(cast, sign_in, waiting):
    accept_return(waiting, actor=cast.township)
    assert "待汇总" in sign_in(cast.township).get(url("rollup")).content.decode()
    recompute()

    page = sign_in(cast.township).get(url("rollup"), {"section": "Z2"}).content.decode()

    assert "1/2 家" in page
    assert "发展会员数" in page


def test_totals_go_up_a_level_and_are_accepted(cast, sign_in, waiting):
    accept_return(waiting, actor=cast.township)

    sign_in(cast.township).post(url("consolidation_submit", waiting.period_id))
    held = Consolidation.objects.get(unit=cast.dongfeng)
    page = sign_in(cast.county).get(url("consolidation_detail", held.pk))
    sign_in(cast.county).post(url("consolidation_step", held.pk, "accept"))

    assert "1/2 家" in page.content.decode()
    held.refresh_from_db()
    assert held.state == "accepted"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_work_list_costs_the_same(cast, sign_in, django_assert_num_queries, rows):
    form = make_form(cast)
    for ordinal in range(1, rows + 1):
        period, _ = open_quarter(cast, form=form, ordinal=ordinal)
        submitted(cast, cast.hongqi, period, cast.secretary)
    client = sign_in(cast.township)
    address = reverse("responsibilities:review_list")
    client.get(address)

    with django_assert_num_queries(8):
        client.get(address)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_totals_costs_the_same(cast, sign_in, django_assert_num_queries, rows):
    form = make_form(cast)
    for ordinal in range(1, rows + 1):
        period, _ = open_quarter(cast, form=form, ordinal=ordinal)
        row = submitted(cast, cast.hongqi, period, cast.secretary)
        accept_return(row, actor=cast.township)
        submit_consolidation(cast.dongfeng, period=period, form=form, actor=cast.township)
    client = sign_in(cast.county)
    address = reverse("responsibilities:consolidation_list")
    client.get(address)

    with django_assert_num_queries(6):
        client.get(address)
