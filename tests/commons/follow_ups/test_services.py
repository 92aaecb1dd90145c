from __future__ import annotations

from contextlib import contextmanager
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import connection, transaction

from gongjian.commons.follow_ups.enums import FollowUpState
from gongjian.commons.follow_ups.models import FollowUp, FollowUpExtension, FollowUpNote
from gongjian.commons.follow_ups.services.assigning import (
    SourceReference,
    cancel_follow_up,
    edit_follow_up,
    hand_over,
    issue_follow_up,
    open_follow_up,
    resume_follow_up,
    suspend_follow_up,
)
from gongjian.commons.follow_ups.services.handling import (
    ask_extension,
    clear_follow_up,
    decide_extension,
    escalate_follow_up,
    look_back,
    name_handler,
    note_follow_up,
    receive_follow_up,
    reopen_follow_up,
    report_follow_up,
    return_follow_up,
    take_back_report,
    urge_follow_up,
)
from gongjian.commons.follow_ups.services.resting import resume_due
from gongjian.commons.follow_ups.shelf import FollowUpSource, follow_up_sources
from gongjian.commons.indicators.shelf import indicator_sources
from gongjian.commons.notices.models import Notice
from gongjian.commons.search.queries import find
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.tenancy.scope import tenant_scope
from tests.factories.cast import build_cast
from tests.factories.follow_ups import cleared, draft, in_hand, issued, reported


def told(item: FollowUp, act: str) -> bool:
    return Notice.objects.filter(rule=f"follow_ups.{act}", subject_id=item.pk).exists()


@contextmanager
def refused(words: str):
    """A refusal beside a field, in these words."""
    with pytest.raises(FieldErrors) as caught:
        yield
    assert words in str(caught.value.errors)


# --- giving out -----------------------------------------------------------------------


def test_a_draft_takes_no_number_and_tells_nobody(cast):
    item = draft(cast)

    assert (item.number, item.state) == ("", FollowUpState.DRAFT)
    assert not Notice.objects.exists()


def test_numbers_run_on_within_the_year_and_start_anew_in_the_next(cast):
    with time_machine.travel("2026-12-30 10:00 +0800", tick=False):
        first, second = issued(cast), issued(cast)
    with time_machine.travel("2027-01-04 10:00 +0800", tick=False):
        third = issued(cast)

    assert [first.number, second.number] == ["督〔2026〕1号", "督〔2026〕2号"]
    assert third.number == "督〔2027〕1号"


def test_an_issued_matter_tells_the_unit_and_its_helpers(cast):
    item = issued(cast, helpers=[cast.xinghuo, cast.hongqi])

    posts = set(Notice.objects.values_list("post_id", flat=True))
    assert {cast.secretary.post_id, cast.union_chair.post_id, cast.neighbour.post_id} <= posts
    assert [helper.unit for helper in item.helpers.all()] == [cast.xinghuo]


@pytest.mark.parametrize(
    ("who", "unit", "allowed"),
    [
        ("office", "hongqi", True),
        ("county", "dongfeng", True),
        ("county", "hongqi", False),  # 一级抓一级
        ("county", "nanlu", False),
        ("township", "hongqi", True),
        ("secretary", "hongqi", False),
        ("leader", "hongqi", False),
    ],
)
def test_matters_are_given_one_level_down_and_by_the_office_to_all(cast, who, unit, allowed):
    values = {"title": "事项", "requirement": "办好", "due_on": today() + timedelta(days=9)}
    actor = getattr(cast, who)

    if allowed:
        opened = open_follow_up(getattr(cast, unit), actor=actor, giver=cast.city, values=values)
        assert opened.pk
        return
    with pytest.raises(NotPermitted, match="不能向"):
        open_follow_up(getattr(cast, unit), actor=actor, giver=cast.city, values=values)


def test_a_day_that_has_passed_is_refused_beside_its_field(cast):
    with pytest.raises(FieldErrors) as caught:
        draft(cast, due_on=today() - timedelta(days=1))

    assert list(caught.value.errors) == ["due_on"]


def test_a_closed_unit_is_given_nothing(cast):
    cast.hongqi.closed_on = today()

    with refused("已撤销"):
        draft(cast, cast.hongqi)


def test_what_was_issued_is_not_edited_any_more(cast):
    item = draft(cast)
    edit_follow_up(item, actor=cast.office, values={"title": "新名称"}, helpers=[cast.xinghuo])
    item.refresh_from_db()
    assert (item.title, item.helpers.count()) == ("新名称", 1)
    item = issue_follow_up(item, actor=cast.office)

    with pytest.raises(StateConflict, match="已经交办"):
        edit_follow_up(item, actor=cast.office, values={"title": "再改"}, helpers=[])


def test_a_matter_goes_to_another_unit_which_signs_for_itself(cast):
    item = in_hand(cast)

    item = hand_over(
        item,
        actor=cast.office,
        unit=cast.xinghuo,
        due_on=today() + timedelta(days=20),
        reason="职责在企业",
    )

    assert (item.unit, item.state, item.handler) == (cast.xinghuo, FollowUpState.ISSUED, "")
    with pytest.raises(NotPermitted):
        receive_follow_up(item, actor=cast.secretary)
    assert receive_follow_up(item, actor=cast.neighbour).state == FollowUpState.IN_HAND


def test_a_cancelled_matter_keeps_its_number(cast):
    item = cancel_follow_up(issued(cast), actor=cast.office, reason="重复交办")

    assert item.number
    assert issued(cast).serial == item.serial + 1
    with pytest.raises(DomainError, match="理由"):
        cancel_follow_up(issued(cast), actor=cast.office, reason=" ")


def test_what_was_put_off_comes_back_on_its_day_with_the_days_it_rested(cast):
    with time_machine.travel("2026-09-01 09:00 +0800", tick=False):
        item = in_hand(cast, due_on=today() + timedelta(days=20))
        item = suspend_follow_up(
            item, actor=cast.office, until=today() + timedelta(days=7), reason="等待资金"
        )
        assert resume_due() == 0
    due = item.due_on

    with time_machine.travel("2026-09-08 06:40 +0800", tick=False):
        assert (resume_due(), resume_due()) == (1, 0)

    item.refresh_from_db()
    assert (item.state, item.due_on) == (FollowUpState.IN_HAND, due + timedelta(days=7))


def test_a_matter_can_be_taken_up_before_its_day(cast):
    item = suspend_follow_up(
        in_hand(cast), actor=cast.office, until=today() + timedelta(days=7), reason="等待"
    )
    assert resume_follow_up(item, actor=cast.office).suspended_until is None
    with refused("今天以后"):
        suspend_follow_up(item, actor=cast.office, until=today(), reason="等待")


# --- acting ---------------------------------------------------------------------------


def test_who_signs_is_the_handler_until_another_is_named(cast):
    item = in_hand(cast)
    assert item.handler == "赵春梅"

    assert name_handler(item, actor=cast.secretary, handler="孙国强").handler == "孙国强"
    with pytest.raises(NotPermitted, match="主办"):
        name_handler(item, actor=cast.neighbour, handler="郑卫东")


def test_a_report_needs_a_result(cast):
    with refused("怎么办的"):
        report_follow_up(in_hand(cast), actor=cast.secretary, result="  ")


def test_a_report_is_verified_and_the_unit_is_told(cast):
    item = clear_follow_up(reported(cast), actor=cast.office)

    assert (item.state, item.cleared_by[:4]) == (FollowUpState.CLEARED, "示范市办")
    assert item.look_back_on == today() + timedelta(days=90)
    assert told(item, "reported")
    assert told(item, "cleared")


def test_nobody_verifies_his_own_report(cast):
    # The office's own matter (帮扶清单): reported by 陈静, so 陈静 may not clear it.
    item = reported(cast, by=cast.office, unit=cast.city)

    with pytest.raises(DomainError, match="须由另一个人核验"):
        clear_follow_up(item, actor=cast.office)
    assert clear_follow_up(item, actor=cast.leader).state == FollowUpState.CLEARED


def test_a_report_is_taken_back_before_it_is_verified(cast):
    item = take_back_report(reported(cast), actor=cast.secretary)

    assert (item.state, item.reported_at) == (FollowUpState.IN_HAND, None)
    with pytest.raises(StateConflict):
        take_back_report(cleared(cast), actor=cast.secretary)


def test_a_poor_report_goes_back_with_a_reason_and_may_come_again(cast):
    item = return_follow_up(reported(cast), actor=cast.office, reason="缺验收单")
    assert (item.state, item.return_count) == (FollowUpState.RETURNED, 1)
    item = report_follow_up(item, actor=cast.secretary, result="已补验收单")
    item = return_follow_up(item, actor=cast.office, reason="照片不清")

    assert item.return_count == 2
    mine = Notice.objects.filter(rule="follow_ups.returned", post_id=cast.secretary.post_id)
    assert mine.count() == 2


def test_trouble_that_comes_back_is_the_same_matter_once_more(cast):
    item = cleared(cast)

    item = reopen_follow_up(
        item, actor=cast.office, due_on=today() + timedelta(days=10), reason="活动室又闲置"
    )

    assert (item.state, item.recurrence_count) == (FollowUpState.ISSUED, 1)
    assert item.cleared_at is None
    item = receive_follow_up(item, actor=cast.secretary)
    item = report_follow_up(item, actor=cast.secretary, result="已恢复开放")
    item = look_back(clear_follow_up(item, actor=cast.office), actor=cast.office)
    assert item.state == FollowUpState.LOOKED_BACK


# --- more time ------------------------------------------------------------------------


def test_a_granted_extension_moves_the_day_and_keeps_the_first_one(cast):
    item = in_hand(cast)
    first = item.due_on
    extension = ask_extension(
        item, actor=cast.secretary, until=first + timedelta(days=15), reason="材料晚到"
    )
    assert told(item, "extension_asked")

    decide_extension(extension, actor=cast.office, granted=True, reply="同意")

    item.refresh_from_db()
    assert (item.due_on, item.first_due_on) == (first + timedelta(days=15), first)
    with pytest.raises(StateConflict):
        decide_extension(extension, actor=cast.office, granted=False, reply="再想想")


def test_an_extension_after_the_day_is_refused_with_the_reason(cast):
    with time_machine.travel("2026-09-01 09:00 +0800", tick=False):
        item = in_hand(cast, due_on=today() + timedelta(days=10))
    with time_machine.travel("2026-09-11 23:00 +0800", tick=False):
        later = today() + timedelta(days=9)
        assert ask_extension(item, actor=cast.secretary, until=later, reason="当天仍可申请")
    FollowUpExtension.objects.all().delete()

    with (
        time_machine.travel("2026-09-12 00:30 +0800", tick=False),
        pytest.raises(DomainError, match="延期须在到期前申请"),
    ):
        ask_extension(item, actor=cast.secretary, until=later, reason="晚了")


def test_an_extension_says_why_and_until_later_than_now(cast):
    item = in_hand(cast)

    with pytest.raises(FieldErrors) as caught:
        ask_extension(item, actor=cast.secretary, until=item.due_on, reason="")

    assert set(caught.value.errors) == {"until", "reason"}


def test_one_extension_waits_at_a_time_and_goes_with_the_report(cast):
    item = in_hand(cast)
    later = item.due_on + timedelta(days=5)
    ask_extension(item, actor=cast.secretary, until=later, reason="一")
    with refused("等待批复"), transaction.atomic():
        ask_extension(item, actor=cast.secretary, until=later, reason="二")

    report_follow_up(item, actor=cast.secretary, result="提前办好了")

    assert [row.state for row in item.extensions.all()] == ["withdrawn"]


# --- words ----------------------------------------------------------------------------


def test_a_unit_is_urged_once_a_day(cast):
    with time_machine.travel("2026-09-01 09:00 +0800", tick=False):
        item = in_hand(cast)
        urge_follow_up(item, actor=cast.office, text="请抓紧")
        with pytest.raises(StateConflict, match="一天只催办一次"):
            urge_follow_up(item, actor=cast.leader)
    with time_machine.travel("2026-09-02 09:00 +0800", tick=False):
        urge_follow_up(item, actor=cast.leader)

    item.refresh_from_db()
    assert item.urge_count == 2
    with pytest.raises(StateConflict, match="不需催办"):
        urge_follow_up(reported(cast), actor=cast.office)


def test_progress_is_the_units_and_opinions_are_everybodys(cast):
    item = in_hand(cast, helpers=[cast.xinghuo])

    assert note_follow_up(item, actor=cast.secretary, text="已进场").kind == "progress"
    assert note_follow_up(item, actor=cast.neighbour, text="已送材料").kind == "progress"
    assert note_follow_up(item, actor=cast.leader, text="要快").kind == "comment"
    with pytest.raises(NotPermitted):
        note_follow_up(item, actor=cast.other_county, text="看看")
    with pytest.raises(FieldErrors):
        note_follow_up(item, actor=cast.secretary, text=" ")


def test_a_unit_that_is_stuck_asks_the_giver(cast):
    item = in_hand(cast)
    escalate_follow_up(item, actor=cast.secretary, text="产权不清，请协调自然资源部门")

    assert told(item, "escalated")
    assert FollowUpNote.objects.get().get_kind_display() == "提请协调"


# --- sources --------------------------------------------------------------------------


def test_the_source_is_told_of_every_move(cast, monkeypatch):
    heard = []
    source = FollowUpSource(
        "orgs.unit", "单位", url=lambda pk: f"/{pk}", changed=lambda item: heard.append(item.state)
    )
    monkeypatch.setattr(follow_up_sources, "get", lambda key: source)

    item = cleared(cast, source=SourceReference.of(cast.hongqi))

    assert item.source_label == "红旗村"
    assert heard == ["issued", "in_hand", "reported", "cleared"]


# --- races ----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("second", "values"), [(return_follow_up, {"reason": "不行"}), (clear_follow_up, {})]
)
def test_of_two_verifiers_at_once_one_is_told_that_the_other_was_quicker(second, values):
    with transaction.atomic():
        cast = build_cast()
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        item = reported(cast)
    gate, answers = Barrier(2), []

    def verify(act, actor, **values):
        try:
            with tenant_scope(cast.tenant.pk), transaction.atomic():
                gate.wait(5)
                answers.append(act(item, actor=actor, **values).state)
        except StateConflict as error:
            answers.append(str(error))
        finally:
            connection.close()

    threads = [
        Thread(target=verify, args=(clear_follow_up, cast.office)),
        Thread(target=verify, args=(second, cast.leader), kwargs=values),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    states = [answer for answer in answers if answer in {"cleared", "returned"}]
    refusals = [answer for answer in answers if answer not in {"cleared", "returned"}]
    assert len(states) == 1
    assert "已于" in refusals[0]


@pytest.mark.django_db(transaction=True)
def test_matters_issued_at_once_take_numbers_without_gap_or_double():
    with transaction.atomic():
        cast = build_cast()
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        items = [draft(cast) for _ in range(6)]
    gate = Barrier(6)

    def give(item):
        try:
            with tenant_scope(cast.tenant.pk), transaction.atomic():
                gate.wait(5)
                issue_follow_up(item, actor=cast.office)
        finally:
            connection.close()

    threads = [Thread(target=give, args=(item,)) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    with tenant_scope(cast.tenant.pk), transaction.atomic():
        serials = sorted(FollowUp.objects.values_list("serial", flat=True))
    assert serials == [1, 2, 3, 4, 5, 6]


# --- what was asked for and what is shown elsewhere -----------------------------------


def test_a_request_for_more_time_goes_with_the_matter_that_was_called_off(cast):
    item = in_hand(cast)
    until = item.due_on + timedelta(days=9)
    extension = ask_extension(item, actor=cast.secretary, until=until, reason="等款。")
    cancel_follow_up(item, actor=cast.office, reason="不再需要。")
    extension.refresh_from_db()
    assert (extension.state, extension.reply) == ("refused", "事项已撤销。")


def test_rates_count_what_was_due_in_the_period_for_a_unit_and_all_below(cast):
    source = indicator_sources["follow_ups"]
    with time_machine.travel("2026-08-03 09:00 +0800", tick=False):
        days = {
            name: issued(cast, due_on=date(2026, 8, day))
            for name, day in (("in_time", 20), ("late", 10), ("open", 15))
        }
        issued(cast, due_on=date(2026, 10, 15))
        for name in ("in_time", "late"):
            receive_follow_up(days[name], actor=cast.secretary)
    with time_machine.travel("2026-08-14 09:00 +0800", tick=False):
        for name in ("in_time", "late"):
            done = report_follow_up(
                FollowUp.objects.get(pk=days[name].pk), actor=cast.secretary, result="办了。"
            )
            clear_follow_up(done, actor=cast.office)
    with time_machine.travel("2026-09-02 09:00 +0800", tick=False):
        quarter = Period(starts_on=date(2026, 7, 1), ends_on=date(2026, 9, 30))
        codes = [offered.code for offered in source.offer()]
        units = [cast.hongqi.pk, cast.qinghe.pk, cast.yunshan.pk]
        figures = {
            (figure.code, figure.unit_id): (figure.numerator, figure.denominator)
            for figure in source.measure(codes, units, quarter)
        }
    for unit in (cast.hongqi, cast.qinghe):
        assert figures["follow_ups.cleared", unit.pk] == (2, 3)
        assert figures["follow_ups.in_time", unit.pk] == (1, 3)
    assert figures["follow_ups.cleared", cast.yunshan.pk] == (None, None)


def test_matters_are_found_by_who_may_read_them(cast):
    item = in_hand(cast, title="整修驿站围墙")
    note_follow_up(item, actor=cast.secretary, text="已联系砌砖师傅。")

    def found(actor, words):
        return {one.source.key: len(one.hits) for one in find(actor, words)}

    for actor in (cast.office, cast.secretary):
        assert found(actor, "围墙")["follow_ups.followup"] == 1
        assert found(actor, "砌砖师傅")["follow_ups.followup"] == 1
    assert "follow_ups.followup" not in found(cast.other_county, "围墙")
    draft(cast, title="拟建围墙")
    assert found(cast.secretary, "拟建围墙") == {}
