from __future__ import annotations

import pytest
from django.urls import reverse

from assessments.services import add_offered_items, create_scheme
from gongjian.foundation.calendar.periods import ensure_year


@pytest.fixture
def draft(cast, figures):
    return create_scheme(
        actor=cast.office,
        values={"title": "浏览器里写的方案", "period": ensure_year(2026), "full_score": 100},
    )


def edit(client, item, rule):
    return client.post(
        reverse("assessments:item_edit", args=[item.pk]),
        {
            "code": item.code,
            "name": item.name,
            "dimension": item.dimension,
            "method": "text",
            "mode": "scored",
            "missing": "zero",
            "order": "10",
            "rule_text": rule,
        },
    )


def test_a_rule_is_written_as_a_sentence(cast, draft, sign_in):
    (item,) = add_offered_items(draft, actor=cast.office, keys=["fake/A02"])
    client = sign_in(cast.office)
    assert edit(client, item, "应召开4次，每少1次扣0.5分，扣完为止").status_code == 302
    item.refresh_from_db()
    assert (item.method, item.parameters) == ("shortfall", {"base": "4", "points": "0.5"})
    form = client.get(reverse("assessments:item_edit", args=[item.pk])).content.decode()
    assert "应达到4，每少1扣0.5分，扣完为止。" in form


def test_a_sentence_that_cannot_be_reckoned_says_how_to_say_it(cast, draft, sign_in):
    (item,) = add_offered_items(draft, actor=cast.office, keys=["fake/A02"])
    answer = edit(sign_in(cast.office), item, "视情况给分")
    assert answer.status_code == 422
    assert "可以这样写" in answer.content.decode()
    item.refresh_from_db()
    assert item.method == "proportional"


@pytest.mark.parametrize(
    ("rule", "method"),
    [
        ("国家级加5分，省级加3分，最多加6分", "bonus"),
        ("通报批评扣2分", "penalty"),
        ("发生重大事故的，一票否决", "veto"),
        ("看工作实效", "judged"),
    ],
)
def test_items_without_figures(cast, draft, sign_in, rule, method):
    sign_in(cast.office).post(
        reverse("assessments:item_create", args=[draft.pk]),
        {"code": "K1", "name": "项目", "dimension": "其他", "order": "10", "rule_text": rule},
    )
    assert draft.items.get().method == method


def test_the_notice_is_five_days_or_none(cast, draft, sign_in):
    client = sign_in(cast.office)
    values = {"excellent_from": "90", "good_from": "80", "qualified_from": "60"}
    address = reverse("assessments:grade_rule", args=[draft.pk])
    short = client.post(address, {**values, "excellent_quota": "20", "notice_days": "3"})
    assert "公示不少于 5 个工作日" in short.content.decode()
    client.post(address, {**values, "excellent_quota": "20", "notice_days": "7", "bonus_cap": "5"})
    rule = draft.grade_rules.get()
    assert (rule.notice_days, rule.bonus_cap) == (7, 5)
