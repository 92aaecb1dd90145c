"""The words of reminders: the office's own or the usual ones, with places that are filled."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from gongjian.commons.notices.models import Notice
from gongjian.commons.notices.services import find_due
from gongjian.commons.notices.shelf import reminder_rules
from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.dates import SHANGHAI
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from responsibilities.models import ReminderWording
from responsibilities.queries.wording import written_words
from responsibilities.services.wording import forget_wording, write_wording
from responsibilities.wording import BY_KEY, SAMPLE, USUAL, fault_of, fill, said
from tests.factories.returns import make_due, open_quarter
from tests.factories.wording import make_wording

#: A Friday; three working days before it is Tuesday.
DUE = date(2026, 9, 18)


def at(day: date):
    return time_machine.travel(
        datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI), tick=False
    )


@pytest.fixture(autouse=True)
def new_year():
    with at(date(2026, 1, 5)):
        yield


# --- texts --------------------------------------------------------------------------------


@pytest.mark.parametrize("wording", USUAL, ids=lambda wording: wording.key)
def test_the_usual_words_use_known_places_and_stages_that_exist(wording):
    assert not fault_of(wording.title, wording.places)
    assert not fault_of(wording.body, wording.places)
    assert set(wording.places) <= SAMPLE.keys()
    rule = next(rule for rule in reminder_rules if rule.key == wording.rule)
    assert wording.stage in rule.stages


def test_every_stage_of_these_rules_has_words():
    rules = {wording.rule for wording in USUAL}
    stages = {
        (rule.key, stage) for rule in reminder_rules if rule.key in rules for stage in rule.stages
    }
    assert stages == {(wording.rule, wording.stage) for wording in USUAL}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{期间}报表", ""),
        ("{ 期间 }报表", ""),
        ("{季度}报表", "这里没有“{季度}”，可以用：{单位}、{期间}、{截止日}"),
        ("{期间报表", "大括号没有成对"),
        ("期间}报表", "大括号没有成对"),
        ("{{期间}}", "大括号没有成对"),
    ],
)
def test_a_text_is_refused_with_what_may_be_written(text, message):
    found = fault_of(text, BY_KEY["return_due.0"].places)
    assert found.startswith(message) if message else found == ""


@given(st.text(max_size=40), st.dictionaries(st.sampled_from(sorted(SAMPLE)), st.text(max_size=20)))
def test_filling_never_fails_and_a_value_is_not_filled_again(text, values):
    fill(text, values)
    assert fill("{单位}", {"单位": "{期间}", "期间": "x"}) == "{期间}"


def test_without_words_of_its_own_the_usual_ones_stand():
    title, body = said({}, "responsibilities.return_due", "+1", {**SAMPLE})
    assert title == "2026年第三季度报表已逾期，请尽快报送"
    assert body.startswith("截止日期是2026年10月15日。")


# --- services -----------------------------------------------------------------------------


def test_a_reminder_goes_out_in_the_offices_words(cast):
    make_wording(cast)
    period, _ = open_quarter(cast)
    make_due(period, DUE)
    with at(date(2026, 9, 15)):
        assert find_due(date(2026, 9, 15)) > 0

    sent = Notice.objects.filter(rule="responsibilities.return_due", post__unit=cast.hongqi)
    assert {notice.title for notice in sent} == {f"红旗村：{period}报表请于2026年9月18日前报送"}
    assert {notice.body for notice in sent} == {"联系电话见通知。"}


def test_new_words_change_nothing_that_was_sent_and_send_nothing_again(cast):
    period, _ = open_quarter(cast)
    make_due(period, DUE)
    find_due(date(2026, 9, 15))
    before = list(Notice.objects.order_by("pk").values_list("pk", "title"))
    make_wording(cast)
    find_due(date(2026, 9, 15))
    assert list(Notice.objects.order_by("pk").values_list("pk", "title")) == before


def test_words_are_written_over_and_forgotten_with_a_trail(cast):
    make_wording(cast)
    make_wording(cast, title="请报送{期间}报表")
    assert ReminderWording.objects.count() == 1
    assert written_words()["responsibilities.return_due", "-3"][0] == "请报送{期间}报表"

    forget_wording("return_due.-3", actor=cast.office)
    forget_wording("return_due.-3", actor=cast.office)
    assert written_words() == {}
    labels = TrailEntry.objects.filter(action__startswith="responsibilities.wording")
    assert [entry.label for entry in labels.order_by("pk")] == [
        "修改提醒用语",
        "修改提醒用语",
        "恢复默认用语",
    ]


@pytest.mark.parametrize(
    ("texts", "field", "message"),
    [
        ({"title": " "}, "title", "请填写标题"),
        ({"title": "{季度}"}, "title", "这里没有"),
        ({"body": "{"}, "body", "大括号没有成对"),
    ],
)
def test_wrong_words_are_refused_beside_their_field(cast, texts, field, message):
    with pytest.raises(FieldErrors) as refused:
        make_wording(cast, **texts)
    assert message in refused.value.errors[field][0]


def test_only_the_office_words_reminders(cast):
    for actor in (cast.county, cast.secretary, cast.leader):
        with pytest.raises(NotPermitted):
            write_wording("return_due.0", actor=actor, title="请报送", body="")
    with pytest.raises(StateConflict):
        write_wording("return_due.never", actor=cast.office, title="请报送", body="")


# --- pages --------------------------------------------------------------------------------


def test_the_office_writes_looks_and_goes_back(sign_in, cast):
    client = sign_in(cast.office)
    listed = client.get("/responsibilities/wording/")
    assert "截止前 3 个工作日，发给填报人" in listed.content.decode()
    address = "/responsibilities/wording/return_due.-3/"
    assert "请在{截止日}前报送{期间}报表" in client.get(address).content.decode()

    seen = client.post(f"{address}preview/", {"title": "{单位}请报", "body": ""})
    assert "红旗村请报" in seen.content.decode()
    seen = client.post(f"{address}preview/", {"title": "{谁}请报", "body": ""})
    assert "这里没有“{谁}”" in seen.content.decode()
    assert ReminderWording.objects.count() == 0

    refused = client.post(address, {"title": "{谁}", "body": "", "once_key": "a"})
    assert refused.status_code == 422
    client.post(address, {"title": "{单位}请报{期间}表", "body": "", "once_key": "b"})
    assert "红旗村请报2026年第三季度表" in client.get("/responsibilities/wording/").content.decode()
    client.post(f"{address}forget/", {"once_key": "c"})
    assert ReminderWording.objects.count() == 0


def test_nobody_else_opens_the_words(sign_in, cast):
    for actor in (cast.county, cast.secretary):
        assert sign_in(actor).get("/responsibilities/wording/").status_code == 404
    assert sign_in(cast.office).get("/responsibilities/wording/no.such/").status_code == 404
