"""The chain on screen, as unit, office, second reviewer and leader see it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from assessments.models import Objection
from assessments.services import raise_objection
from gongjian.foundation.tenancy.models import OutboxMessage
from tests.assessments.test_chain import (  # noqa: F401 -- fixtures
    reviewed,
    scheme,
    second,
    to_notice,
)
from tests.factories.assessments import make_reviews

FRAGMENT = {"HX-Request": "true"}


def body(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def test_from_the_self_assessment_to_the_second_signature(cast, scheme, second, sign_in):  # noqa: F811
    office = sign_in(cast.office)
    office.post(reverse("assessments:scheme_reviews", args=[scheme.pk]))
    review = scheme.reviews.get(unit=cast.dongfeng)
    item = scheme.items.get(code="A02")

    unit = sign_in(cast.township)
    page = body(unit.get(review.get_absolute_url()))
    assert reverse("assessments:unit_review_self", args=[review.pk]) in page
    unit.post(
        reverse("assessments:unit_review_self", args=[review.pk]),
        {"note": "经党委审核", f"v_{item.pk}": "39", f"n_{item.pk}": "补办一人"},
    )
    review.refresh_from_db()
    assert (review.state, review.self_note) == ("self_assessed", "经党委审核")

    for actor in (cast.office, second):
        client = sign_in(actor)
        form = body(client.get(reverse("assessments:unit_review_sign", args=[review.pk])))
        assert "补办一人" in form
        client.post(reverse("assessments:unit_review_sign", args=[review.pk]), {})
    review.refresh_from_db()
    assert review.state == "reviewed"


def test_the_sample_is_drawn_and_checked_on_screen(cast, reviewed, sign_in):  # noqa: F811
    office = sign_in(cast.office)
    office.post(
        reverse("assessments:scheme_sample", args=[reviewed.pk]), {"percent": "100", "seed": "7"}
    )
    review = reviewed.reviews.get(unit=cast.nanlu)
    assert "随机抽取" in body(office.get(review.get_absolute_url()))
    address = reverse("assessments:unit_review_recheck", args=[review.pk])
    assert "请填写复核意见" in office.post(address, {"note": ""}).content.decode()
    office.post(address, {"note": "现场核对无误"})
    review.refresh_from_db()
    assert review.state == "rechecked"


def test_notice_objection_and_answer_on_screen(cast, scheme, sign_in):  # noqa: F811
    run = to_notice(scheme, cast)
    score = run.unit_scores.get(unit=cast.dongfeng)
    unit = sign_in(cast.township)
    assert "还有 5 个工作日" in body(unit.get(run.get_absolute_url()))
    assert "提出异议" in body(unit.get(score.get_absolute_url()))
    unit.post(
        reverse("assessments:objection_create", args=[score.pk]),
        {"text": "漏计两名会员", "item": scheme.items.get(code="A02").pk},
    )
    objection = Objection.objects.get()
    other = sign_in(cast.other_county)
    assert other.get(objection.get_absolute_url()).status_code == 404
    leader = sign_in(cast.leader)
    assert "漏计两名会员" in body(leader.get(objection.get_absolute_url()))
    leader.post(
        reverse("assessments:objection_decide", args=[objection.pk]),
        {"outcome": "uphold", "value": "40", "decision": "经核对属实"},
    )
    run.refresh_from_db()
    assert run.state == "withdrawn"
    assert OutboxMessage.objects.filter(task="assessments.rescore_scheme").count() == 1
    page = body(sign_in(cast.office).get(run.get_absolute_url()))
    assert "这次结果已撤回" in page


def test_the_joint_review_is_recorded(cast, scheme, sign_in):  # noqa: F811
    from assessments.services import run_assessment

    run = run_assessment(scheme, actor=cast.office)
    office = sign_in(cast.office)
    office.post(
        reverse("assessments:run_meeting", args=[run.pk]),
        {"held_on": "2026-01-05", "text": "五部门联审，没有异议。"},
    )
    assert "五部门联审" in body(office.get(run.get_absolute_url()))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_review_list_costs_the_same(cast, scheme, sign_in, rows, django_assert_num_queries):  # noqa: F811
    reviews = make_reviews(scheme, cast.office)
    for review in reviews[rows:]:
        review.delete()
    client = sign_in(cast.office)
    with django_assert_num_queries(6):
        page = client.get(reverse("assessments:unit_review_list"), headers=FRAGMENT)
    assert body(page).count("待自评</span>") == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_the_objection_list_costs_the_same(cast, scheme, sign_in, rows, django_assert_num_queries):  # noqa: F811
    run = to_notice(scheme, cast)
    score = run.unit_scores.get(unit=cast.dongfeng)
    for number in range(rows):
        raise_objection(score, actor=cast.township, text=f"第{number}件")
    client = sign_in(cast.leader)
    with django_assert_num_queries(6):
        page = client.get(reverse("assessments:objection_list"), headers=FRAGMENT)
    assert body(page).count("待复核</span>") == rows
