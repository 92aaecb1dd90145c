"""The agenda beyond vetting: internal and standing items, referral upwards, papers, rank, calls."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from django.urls import reverse
from django.utils import timezone

from gongjian.commons.evidence.queries import find_place, place_of
from gongjian.commons.evidence.services.keeping import add_reference
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.indicators.shelf import indicator_sources
from gongjian.commons.notices.models import Notice
from gongjian.commons.rolls.documents import sheet_values
from gongjian.commons.rolls.models import RollMark
from gongjian.commons.rolls.services import call_the_rest
from gongjian.commons.search.queries import find
from gongjian.foundation.calendar.periods import ensure_quarter
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from meetings.documents import build_minutes, pack_values, produce_pack
from meetings.models import AgendaItem, Meeting, Phrase
from meetings.queries import appearances_of, checks_before, items_for, readable_items
from meetings.reminders import items_due, minutes_waiting, sitting_soon
from meetings.services.agenda import (
    edit_item,
    prefill_agenda,
    propose_item,
    refer_item,
    vet_item,
    vet_the_rest,
    withdraw_item,
)
from meetings.services.convening import (
    add_member,
    answer_notice,
    edit_meeting,
    edit_member,
    invite_also,
    move_member,
    open_series,
    plan_meeting,
    remove_member,
    roll_of,
    set_phrases,
)
from meetings.services.sitting import (
    close_meeting,
    distribute_minutes,
    keep_record,
    open_meeting,
    settle_item,
)
from tests.factories import meetings as made
from tests.factories.evidence import attached
from tests.meetings.test_meetings import closed, issued


def county_meeting(cast, *, days: int = 5) -> Meeting:
    """A sitting of the county's own leading group."""
    series = open_series(
        cast.qinghe,
        actor=cast.county,
        values={"name": "清河县联席会议", "host": "周海燕", "place": "县委会议室"},
    )
    for unit, name, capacity in ((cast.qinghe, "周海燕", "chair"), (cast.hongqi, "王立", "member")):
        add_member(series, actor=cast.county, unit=unit, name=name, capacity=capacity)
    return plan_meeting(series, actor=cast.county, starts_at=timezone.now() + timedelta(days=days))


def test_an_internal_item_stays_between_the_convener_and_the_unit_it_is_of(cast, sign_in):
    meeting = made.calling(cast)
    kept = propose_item(
        meeting, actor=cast.office, unit=cast.city,
        values={"title": "内部人事安排", "is_internal": True},
    )  # fmt: skip
    kept = vet_item(kept, actor=cast.office, verdict="accept")
    made.accepted(cast, meeting)
    meeting = made.sitting(cast, meeting)
    keep_record(kept, actor=cast.office, text="内部讨论的内容。", revision=0)
    settle_item(kept, actor=cast.office, outcome="discuss")
    made.resolved(cast, meeting)
    made.called(cast, meeting)
    meeting = close_meeting(meeting, actor=cast.office)

    assert kept in items_for(cast.office, meeting)
    assert kept not in items_for(cast.secretary, meeting)
    assert not readable_items(cast.secretary).filter(pk=kept.pk).exists()
    assert "内部" not in build_minutes(meeting).body
    assert "内部" not in str(pack_values(meeting))
    assert "内部人事安排" in str(pack_values(meeting, internal=True))
    client = sign_in(cast.secretary)
    assert "内部" not in client.get(meeting.get_absolute_url()).content.decode()
    assert client.get(kept.get_absolute_url()).status_code == 404
    place = find_place("meetings.agendaitem", kept.pk)
    assert place is not None
    assert not place.may_read(cast.secretary)
    assert [hit for found in find(cast.secretary, "内部人事") for hit in found.hits] == []


def test_only_the_convener_says_that_an_item_is_internal_or_stands_for_ever(cast):
    meeting = made.calling(cast)
    item = propose_item(
        meeting, actor=cast.secretary, unit=cast.hongqi,
        values={"title": "甲", "is_internal": True, "recurs": True},
    )  # fmt: skip
    assert (item.is_internal, item.recurs) == (False, False)
    item = edit_item(
        item, actor=cast.secretary, values={"title": "乙", "minutes": 15, "recurs": True}
    )
    assert (item.title, item.minutes, item.recurs) == ("乙", 15, False)
    with pytest.raises(FieldErrors):
        edit_item(item, actor=cast.secretary, values={"minutes": 0})
    vet_item(item, actor=cast.office, verdict="accept")
    with pytest.raises(NotPermitted):
        edit_item(item, actor=cast.secretary, values={"title": "丙"})
    assert edit_item(item, actor=cast.office, values={"recurs": True}).recurs


def test_a_proposal_is_taken_back_by_its_unit_until_it_is_vetted(cast):
    meeting = made.calling(cast)
    first = propose_item(meeting, actor=cast.secretary, unit=cast.hongqi, values={"title": "甲"})
    with pytest.raises(NotPermitted):
        withdraw_item(first, actor=cast.county)
    assert withdraw_item(first, actor=cast.secretary).state == "withdrawn"
    second = propose_item(meeting, actor=cast.secretary, unit=cast.hongqi, values={"title": "乙"})
    second = vet_item(second, actor=cast.office, verdict="write")
    with pytest.raises(StateConflict):
        withdraw_item(second, actor=cast.secretary)


def test_what_stands_for_ever_comes_again_and_is_no_relapse(cast):
    meeting = made.calling(cast)
    item = made.accepted(cast, meeting, "通报指标进度")
    edit_item(item, actor=cast.office, values={"recurs": True, "minutes": 20})
    meeting = made.sitting(cast, meeting)
    settle_item(meeting.items.get(), actor=cast.office, outcome="discuss")
    made.called(cast, meeting)
    close_meeting(meeting, actor=cast.office)
    coming = made.calling(cast, meeting.series, days=40)
    (again,) = prefill_agenda(coming, actor=cast.office)
    assert (again.title, again.appearance, again.minutes, again.recurs) == (
        "通报指标进度", 1, 20, True,
    )  # fmt: skip
    assert prefill_agenda(coming, actor=cast.office) == []


def test_a_county_refers_an_item_upwards_and_the_answer_comes_back(cast):
    city = made.calling(cast)
    own = county_meeting(cast)
    item = propose_item(
        own, actor=cast.county, unit=cast.qinghe, values={"title": "平台企业不愿建会"}
    )
    with pytest.raises(NotPermitted):
        refer_item(item, actor=cast.other_county, to=city)
    referred = refer_item(item, actor=cast.county, to=city)
    assert (referred.unit, referred.source_label) == (cast.qinghe, "清河县提请")
    with pytest.raises(StateConflict, match="已经提请"):
        refer_item(item, actor=cast.county, to=city)

    vet_item(referred, actor=cast.office, verdict="accept")
    city = made.sitting(cast, city)
    made.resolved(cast, city, referred, title="由市总工会约谈平台企业")
    for left in city.items.filter(state="accepted"):
        settle_item(left, actor=cast.office, outcome="discuss")
    made.called(cast, city)
    close_meeting(city, actor=cast.office)

    later = plan_meeting(
        own.series, actor=cast.county, starts_at=timezone.now() + timedelta(days=30)
    )
    answers = [row for row in prefill_agenda(later, actor=cast.county) if "答复" in row.title]
    assert [row.title for row in answers] == ["提请事项的答复：平台企业不愿建会"]
    assert "由市总工会约谈平台企业" in answers[0].body
    assert [row.pk for row in appearances_of(answers[0])] == [item.pk]
    assert not [row for row in prefill_agenda(later, actor=cast.county) if "答复" in row.title]


def test_papers_of_an_item_are_bound_behind_the_pack_in_their_order(cast, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    meeting = made.calling(cast)
    item = made.accepted(cast, meeting)
    blank = BytesIO()
    with pikepdf.new() as paper:
        paper.add_blank_page()
        paper.add_blank_page()
        paper.save(blank)
    attached(item, cast.office, name="现场情况.pdf", content=blank.getvalue())
    add_reference(
        ("meetings.agendaitem", item.pk, ""),
        actor=cast.office,
        values={"title": "验收单", "whereabouts": "县总工会档案室"},
    )

    values = pack_values(meeting)
    papers = [(row["number"], row["where"]) for row in values["items"][0]["papers"]]
    assert papers == [("1-1", "附后"), ("1-2", "县总工会档案室")]
    production = produce_pack({"meeting": meeting.pk, "internal": True})
    with pytest.raises(StopIteration) as end:
        while True:
            next(production)
    made_file = end.value.value
    with pikepdf.open(BytesIO(made_file.content)) as pack:
        assert len(pack.pages) >= 3


def test_members_are_changed_moved_and_taken_off(cast):
    series = made.series_of(cast)
    chair, county, village = series.members.all()
    move_member(village, actor=cast.office, step=-1)
    assert [row.name for row in series.members.all()] == ["李明远", "王立", "周海燕"]
    edit_member(county, actor=cast.office, values={"name": "赵敏", "capacity": "informed"})
    remove_member(village, actor=cast.office)
    with pytest.raises(StateConflict, match="已被移出"):
        remove_member(village, actor=cast.office)
    with pytest.raises(NotPermitted):
        remove_member(chair, actor=cast.county)
    meeting = made.noticed(cast, made.calling(cast, series))
    assert [row.name for row in meeting.invitations.all()] == ["李明远"]


def test_whom_the_minutes_inform_is_not_called_and_gets_a_copy(cast):
    series = made.series_of(cast)
    add_member(series, actor=cast.office, unit=cast.xinghuo, name="工会", capacity="informed")
    meeting = issued(cast, made.calling(cast, series))
    meeting = distribute_minutes(meeting, actor=cast.office)
    assert not meeting.invitations.filter(unit=cast.xinghuo).exists()
    units = set(meeting.copies.values_list("unit_id", flat=True))
    # Those called, the helper of the resolution, and who is to be informed.
    assert units == {
        cast.city.pk,
        cast.qinghe.pk,
        cast.hongqi.pk,
        cast.dongfeng.pk,
        cast.xinghuo.pk,
    }


def test_announced_substitutes_and_leave_stand_in_the_roll_before_anybody_asks(cast):
    meeting = made.noticed(cast)
    by_unit = {row.unit_id: row for row in meeting.invitations.all()}
    answer_notice(
        by_unit[cast.hongqi.pk], actor=cast.secretary, reply="substitute", substitute="赵敏"
    )
    answer_notice(by_unit[cast.qinghe.pk], actor=cast.county, reply="leave", reason="出国")
    session = roll_of(meeting).sessions.get()
    assert "赵敏（代王立）" in str(sheet_values(session))
    begun = timezone.now() - timedelta(minutes=30)
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=begun)
    meeting.refresh_from_db()
    open_meeting(meeting, actor=cast.office)
    leave = RollMark.objects.get()
    assert (leave.attendance, leave.remark) == ("leave", "出国")
    session.refresh_from_db()
    assert call_the_rest(session, actor=cast.office) == 2
    assert RollMark.objects.get(member__unit=cast.hongqi).substitute == "赵敏"


def test_a_meeting_does_not_begin_before_its_day_and_the_roll_moves_with_it(cast):
    meeting = made.noticed(cast)
    with pytest.raises(DomainError, match="还没有到开会的日子"):
        open_meeting(meeting, actor=cast.office)
    later = meeting.starts_at + timedelta(days=2)
    edit_meeting(
        meeting,
        actor=cast.office,
        values={"starts_at": later, "ends_at": later + timedelta(hours=1)},
    )
    assert roll_of(meeting).sessions.get().starts_at == later
    assert Notice.objects.filter(rule="meetings.moved").exists()


def test_who_reports_on_an_item_is_called_to_this_sitting_alone(cast):
    meeting = made.calling(cast)
    with pytest.raises(StateConflict, match="发出会议通知以后"):
        invite_also(meeting, actor=cast.office, unit=cast.xinghuo, name="孙磊")
    meeting = made.noticed(cast, meeting)
    invite_also(meeting, actor=cast.office, unit=cast.xinghuo, name="孙磊", duty="主席")
    assert roll_of(meeting).members.filter(unit=cast.xinghuo).exists()
    assert not meeting.series.members.filter(unit=cast.xinghuo).exists()
    with pytest.raises(FieldErrors):
        invite_also(meeting, actor=cast.office, unit=cast.xinghuo, name="孙磊")
    with pytest.raises(NotPermitted):
        invite_also(meeting, actor=cast.county, unit=cast.xinghuo, name="周明")


def test_the_check_before_the_notice_names_what_is_missing(cast):
    meeting = made.calling(cast)
    item = made.proposed(cast, meeting, minutes=200)
    unmet = [check.label for check in checks_before(meeting) if not check.is_met]
    assert unmet == ["议题全部审定"]
    vet_item(item, actor=cast.office, verdict="accept")
    assert "议题用时不超过会议时间" in [
        check.label for check in checks_before(meeting) if not check.is_met
    ]
    meeting = made.noticed(cast, meeting)
    last = checks_before(meeting)[-1]
    assert (last.label, last.is_met, last.note) == (
        "过半数成员参加", False, "应到2人，参加0人，未回复2人",
    )  # fmt: skip
    answer_notice(meeting.invitations.get(unit=cast.qinghe), actor=cast.county, reply="attend")
    answer_notice(meeting.invitations.get(unit=cast.city), actor=cast.office, reply="attend")
    assert checks_before(Meeting.objects.get(pk=meeting.pk))[-1].is_met


def test_phrases_are_kept_as_they_are_written(cast):
    assert (
        set_phrases(cast.city, actor=cast.office, lines=["会议强调，", "", " 会议强调， ", "乙"])
        == 2
    )
    assert list(Phrase.objects.values_list("text", flat=True)) == ["会议强调，", "乙"]
    with pytest.raises(FieldErrors):
        set_phrases(cast.city, actor=cast.office, lines=[str(number) for number in range(31)])
    with pytest.raises(NotPermitted):
        set_phrases(cast.city, actor=cast.county, lines=["丙"])


def test_indicators_of_meetings_by_hand(cast):
    """One of four sittings held in its quarter; two of three there; one of two in time."""
    meeting = made.sitting(cast)
    matter = made.resolved(cast, meeting).follow_up
    second = made.resolved(cast, meeting, meeting.items.get(), title="落实经费").follow_up
    made.called(cast, meeting)
    RollMark.objects.filter(member__unit=cast.hongqi).update(attendance="absent")
    close_meeting(meeting, actor=cast.office)
    now = timezone.now()
    FollowUp.objects.filter(pk=matter.pk).update(due_on=today(), state="cleared", reported_at=now)
    FollowUp.objects.filter(pk=second.pk).update(due_on=today(), state="in_hand")
    quarter = ensure_quarter(today().year, (today().month + 2) // 3)
    codes = ["meetings.held", "meetings.attended", "meetings.in_time"]
    units = [cast.city.pk, cast.qinghe.pk, cast.hongqi.pk]
    found = {
        (row.code, row.unit_id): row
        for row in indicator_sources["meetings"].measure(codes, units, quarter)
    }
    assert found["meetings.held", cast.city.pk].value == 100
    assert found["meetings.held", cast.qinghe.pk].value is None
    assert found["meetings.attended", cast.qinghe.pk].value == 100
    assert found["meetings.attended", cast.hongqi.pk].value == 0
    assert found["meetings.in_time", cast.hongqi.pk].numerator == 1
    assert found["meetings.in_time", cast.qinghe.pk].value == 50
    assert "应2" in found["meetings.in_time", cast.city.pk].source


def test_reminders_say_each_thing_to_those_who_owe_it(cast):
    meeting = made.calling(cast)
    Meeting.objects.filter(pk=meeting.pk).update(items_due_on=today())
    propose_item(meeting, actor=cast.secretary, unit=cast.hongqi, values={"title": "甲"})
    (due,) = items_due(today())
    assert str(meeting) in due.title
    posts = set(due.post_ids)
    assert cast.county.post_id in posts
    assert cast.secretary.post_id not in posts
    vet_item(AgendaItem.objects.get(), actor=cast.office, verdict="accept")
    meeting = made.noticed(cast, meeting)
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=timezone.now() + timedelta(hours=1))
    (soon,) = sitting_soon(today())
    assert "议题：甲" in soon.body
    done = closed(cast, made.calling(cast, made.series_of(cast, "另一例会")))
    assert list(minutes_waiting(today())) == []
    Meeting.objects.filter(pk=done.pk).update(
        starts_at=timezone.now() - timedelta(days=16), ends_at=timezone.now() - timedelta(days=15)
    )
    (waiting,) = minutes_waiting(today())
    assert "纪要还没有印发" in waiting.title


def test_the_place_of_evidence_follows_the_item(cast):
    meeting = made.calling(cast)
    item = made.proposed(cast, meeting)
    place = place_of(item)
    assert place.may_add(cast.office)
    assert place.may_add(cast.secretary)
    assert not place.may_read(cast.neighbour)
    vet_item(item, actor=cast.office, verdict="accept")
    item.refresh_from_db()
    assert not place_of(item).may_add(cast.secretary)


def test_the_rest_is_accepted_in_one_go(cast, sign_in):
    meeting = made.calling(cast)
    for title in ("甲", "乙"):
        made.proposed(cast, meeting, title)
    client = sign_in(cast.office)
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert "其余2项全部上会" in page
    url = reverse("meetings:vet_rest", args=[meeting.pk])
    assert "甲；乙" in client.get(url).content.decode()
    client.post(url)
    assert set(meeting.items.values_list("state", flat=True)) == {"accepted"}
    with pytest.raises(StateConflict, match="没有待审定"):
        vet_the_rest(meeting, actor=cast.office)


def test_the_words_of_the_record_are_the_conveners_until_the_minutes_are_out(cast, sign_in):
    meeting = made.sitting(cast)
    item = meeting.items.get()
    keep_record(item, actor=cast.office, text="尚未定稿的话。", revision=0)
    for actor, sees in ((cast.office, True), (cast.secretary, False)):
        client = sign_in(actor)
        for url in (meeting.get_absolute_url(), item.get_absolute_url()):
            assert ("尚未定稿" in client.get(url).content.decode()) is sees
