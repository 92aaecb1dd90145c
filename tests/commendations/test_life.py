from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction

from commendations.documents import build_decision, draft_decision, form_values
from commendations.enums import Holder, NominationState, ProgrammeKind, ProgrammeState
from commendations.models import Nomination
from commendations.queries import obstacles, standings
from commendations.reminders import closing
from commendations.services.nominating import (
    answer_objection,
    check_nomination,
    choose,
    give_opinion,
    hear_department,
    leave_out,
    object_to,
    recommend,
    return_nomination,
    send_nomination,
    take_back,
    write_nomination,
)
from commendations.services.programmes import (
    Ratio,
    allot,
    announce_programme,
    back_to_review,
    decide_programme,
    open_programme,
    save_category,
    save_programme,
    start_review,
)
from gongjian.commons.honours.models import Honour
from gongjian.commons.notices.models import Notice
from gongjian.foundation.calendar.working_days import working_deadline
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.tenancy.scope import tenant_scope
from tests.factories.cast import build_cast
from tests.factories.commendations import (
    DEEDS,
    category_of,
    chosen,
    honour_of,
    listed,
    nomination_of,
    opened,
    programme_of,
    recommended,
)


@contextmanager
def wrong(words: str):
    """What stands beside the field."""
    with pytest.raises(FieldErrors) as caught:
        yield
    assert words in str(caught.value.errors)


# --- setting up ------------------------------------------------------------------------------


def test_a_title_needs_its_approval_and_praise_does_not(cast):
    programme = programme_of(cast, kind=ProgrammeKind.HONOUR)
    category_of(cast, programme)
    with pytest.raises(DomainError, match="批准文号"):
        open_programme(programme, actor=cast.office)
    save_programme(
        programme, actor=cast.office, values={"approval_reference": "省表彰办〔2026〕8号"}
    )
    assert open_programme(programme, actor=cast.office).state == ProgrammeState.OPEN
    assert opened(cast, title="表扬")[0].state == ProgrammeState.OPEN


def test_never_more_places_than_there_are(cast):
    programme = programme_of(cast)
    category = category_of(cast, programme)
    with pytest.raises(DomainError, match="多1个"):
        allot(category, actor=cast.office, places={cast.qinghe.pk: 3, cast.yunshan.pk: 2})
    with wrong("已分配名额2个"):
        save_category(programme, category, actor=cast.office, values={"places": 1})
    with pytest.raises(NotPermitted):
        allot(category, actor=cast.county, places={cast.qinghe.pk: 1})
    with pytest.raises(DomainError, match="不存在"):
        allot(category, actor=cast.office, places={999_999: 1})


def test_nothing_is_sent_out_half_made(cast):
    programme = programme_of(cast)
    with pytest.raises(DomainError, match="还没有荣誉类别"):
        open_programme(programme, actor=cast.office)
    save_category(
        programme,
        None,
        actor=cast.office,
        values={"title": "先进集体", "holder": Holder.UNIT, "places": 2},
    )
    with pytest.raises(DomainError, match="还没有分配"):
        open_programme(programme, actor=cast.office)


def test_sent_out_only_the_last_day_moves_and_only_later(cast):
    programme, category = opened(cast)
    with pytest.raises(StateConflict, match="只能推迟"):
        save_programme(programme, actor=cast.office, values={"title": "改名"})
    with wrong("不能提前"):
        save_programme(
            programme, actor=cast.office, values={"closes_on": today() - timedelta(days=1)}
        )
    later = today() + timedelta(days=5)
    assert (
        save_programme(programme, actor=cast.office, values={"closes_on": later}).closes_on == later
    )
    with pytest.raises(StateConflict):
        allot(category, actor=cast.office, places={cast.qinghe.pk: 1})


# --- level by level --------------------------------------------------------------------------


def test_it_goes_up_level_by_level(cast):
    _, category = opened(cast)
    row = send_nomination(nomination_of(cast, category), actor=cast.secretary)
    assert Notice.objects.filter(post=cast.township.post_id, title__contains="请审核推荐").exists()
    with pytest.raises(DomainError, match="“东风镇”还没有签署"):
        recommend(row, actor=cast.county)
    with pytest.raises(StateConflict, match="现在由“东风镇”签署"):
        give_opinion(row, actor=cast.county, text="同意。")
    give_opinion(row, actor=cast.township, text="情况属实，同意。")
    with pytest.raises(NotPermitted):
        recommend(row, actor=cast.township)
    with pytest.raises(NotPermitted):
        recommend(row, actor=cast.other_county)
    row = recommend(row, actor=cast.county)
    assert (row.state, row.recommender_id) == (NominationState.RECOMMENDED, cast.qinghe.pk)
    organs = [opinion.organ for opinion in row.opinions.all()]
    assert organs == ["红旗村", "东风镇", "清河县"]


def test_sent_back_it_starts_anew(cast):
    _, category = opened(cast)
    row = recommended(cast, category)
    row = return_nomination(row, actor=cast.county, reason="请补充数据。")
    assert (row.state, row.recommender_id) == (NominationState.RETURNED, None)
    row = send_nomination(row, actor=cast.secretary)
    with pytest.raises(DomainError, match="“东风镇”还没有签署"):
        recommend(row, actor=cast.county)
    give_opinion(row, actor=cast.township, text="已补充，同意。")
    assert recommend(row, actor=cast.county).state == NominationState.RECOMMENDED


def test_taken_back_only_before_anybody_signed(cast):
    _, category = opened(cast)
    row = send_nomination(nomination_of(cast, category), actor=cast.secretary)
    row = take_back(row, actor=cast.secretary)
    row = send_nomination(row, actor=cast.secretary)
    give_opinion(row, actor=cast.township, text="同意。")
    with pytest.raises(StateConflict, match="已经签署"):
        take_back(row, actor=cast.secretary)


def test_the_quota_is_kept(cast):
    _, category = opened(cast, quota={cast.qinghe.pk: 1})
    recommended(cast, category)
    second = send_nomination(nomination_of(cast, category, cast.neighbour), actor=cast.neighbour)
    give_opinion(second, actor=cast.township, text="同意。")
    with pytest.raises(DomainError, match="名额1个已用完"):
        recommend(second, actor=cast.county)


def test_no_quota_above_no_nomination(cast):
    _, category = opened(cast, quota={cast.yunshan.pk: 1})
    with pytest.raises(DomainError, match="没有这项荣誉的推荐名额"):
        send_nomination(nomination_of(cast, category), actor=cast.secretary)


def test_a_person_has_a_name_and_a_unit_has_none(cast):
    _, category = opened(cast, holder=Holder.PERSON)
    with wrong("请填写姓名"):
        nomination_of(cast, category)
    row = nomination_of(
        cast, category, person=" 赵春梅 ", duty="书记", traits=["woman", "private", "x"]
    )
    assert (row.person, row.traits) == ("赵春梅", ["woman"])
    with wrong("已经申报过"):
        nomination_of(cast, category, person="赵春梅")
    _, units = opened(cast, title="集体的")
    assert nomination_of(cast, units, person="赵春梅").person == ""


def test_an_old_window_and_a_stranger_are_refused(cast):
    _, category = opened(cast)
    row = nomination_of(cast, category)
    values = {
        "category": row.category,
        "unit": cast.hongqi,
        "values": {"summary": "改", "deeds": DEEDS},
    }
    write_nomination(row, actor=cast.secretary, revision=1, **values)
    with wrong("别处保存过"):
        write_nomination(row, actor=cast.secretary, revision=1, **values)
    with pytest.raises(NotPermitted):
        write_nomination(row, actor=cast.neighbour, **values)
    with pytest.raises(DomainError, match="太短"):
        send_nomination(
            nomination_of(cast, category, cast.neighbour, deeds="短"), actor=cast.neighbour
        )


@pytest.mark.django_db(transaction=True)
def test_two_take_the_last_place_at_once(transactional_db):
    with transaction.atomic():
        cast = build_cast()
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        _, category = opened(cast, quota={cast.qinghe.pk: 1})
        rows = []
        for actor in (cast.secretary, cast.neighbour):
            row = send_nomination(nomination_of(cast, category, actor), actor=actor)
            give_opinion(row, actor=cast.township, text="同意。")
            rows.append(row)
    start, refused = threading.Barrier(2, timeout=20), []

    def take(row: Nomination) -> None:
        try:
            with tenant_scope(cast.tenant.pk), transaction.atomic():
                start.wait()
                recommend(row, actor=cast.county)
        except DomainError as error:
            refused.append(error.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[row]) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        assert Nomination.objects.filter(state=NominationState.RECOMMENDED).count() == 1
    assert len(refused) == 1
    assert "已用完" in refused[0]


# --- checks ----------------------------------------------------------------------------------


def test_an_open_rectification_asks_for_a_reason(cast):
    from gongjian.commons.follow_ups.enums import FollowUpKind
    from tests.factories.follow_ups import issued

    _, category = opened(cast)
    row = recommended(cast, category)
    issued(cast, unit=cast.hongqi, kind=FollowUpKind.RECTIFICATION, title="换届超期")
    [obstacle] = obstacles(row, today())
    assert "换届超期" in obstacle.words
    with wrong("例外理由"):
        check_nomination(row, actor=cast.office)
    row = check_nomination(row, actor=cast.office, exception="整改已完成，正在走核验手续。")
    assert row.exception.startswith("整改已完成")


def test_the_same_title_is_not_given_twice_within_the_years(cast):
    _, category = opened(cast)
    row = recommended(cast, category)
    honour_of(cast, awarded_on=today() - timedelta(days=366 * 6))
    assert obstacles(row, today()) == []
    honour_of(cast, awarded_on=today() - timedelta(days=400))
    assert "不重复授予" in obstacles(row, today())[0].words


def test_one_person_is_nominated_once(cast):
    _, category = opened(cast, holder=Holder.PERSON)
    row = recommended(cast, category, person="李平", traits=["frontline"])
    recommended(cast, category, cast.neighbour, person="李平", traits=[])
    assert "星火机械公司也推荐了“李平”" in obstacles(row, today())[0].words


def test_a_department_that_disagrees_is_final(cast):
    _, category = opened(cast)
    row = recommended(cast, category)
    hear_department(
        row, actor=cast.office, organ="纪检监察", verdict="refused", text="正在核查线索。",
        reference="示纪函3号",
    )  # fmt: skip
    with pytest.raises(DomainError, match="纪检监察不同意"):
        check_nomination(row, actor=cast.office, exception="特别优秀，破例推荐。")


def test_departments_are_heard_first(cast):
    _, category = opened(cast, departments=["纪检监察", "公安"])
    row = recommended(cast, category)
    with pytest.raises(DomainError, match="还没有纪检监察、公安的意见"):
        check_nomination(row, actor=cast.office)
    with wrong("写明原因"):
        hear_department(
            row, actor=cast.office, organ="公安", verdict="refused", text="", reference=""
        )
    for organ in ("纪检监察", "公安"):
        hear_department(
            row, actor=cast.office, organ=organ, verdict="agreed", text="", reference=""
        )
    assert check_nomination(row, actor=cast.office).state == NominationState.CHECKED


# --- list, notice, decision ------------------------------------------------------------------


def two_listed(cast, **values):
    programme, category = opened(cast, **values)
    rows = [chosen(cast, category), chosen(cast, category, cast.neighbour)]
    return listed(cast, programme, rows), category, rows


def test_the_list_is_within_places_and_proportions(cast):
    programme, category = opened(
        cast, ratios=[Ratio("private", "at_most", 20)], quota={cast.qinghe.pk: 2}
    )
    rows = [chosen(cast, category), chosen(cast, category, cast.neighbour)]
    programme = listed(cast, programme, rows)
    [standing] = standings(programme)
    assert (standing.chosen, standing.ratios[0].shown) == (2, "1/2（50.0%）")
    until = working_deadline(today(), 5)
    with pytest.raises(DomainError, match=r"非公企业不超过20%，现为1/2"):
        announce_programme(programme, actor=cast.office, until=until)
    leave_out(rows[1], actor=cast.office, reason="名额和比例限制。")
    assert (
        announce_programme(programme, actor=cast.office, until=until).state == ProgrammeState.NOTICE
    )
    with pytest.raises(StateConflict, match="名单现在不能改"):
        choose(rows[1], actor=cast.office)


def test_the_notice_objections_and_the_decision(cast):
    programme, _, rows = two_listed(cast)
    with wrong("5个工作日"):
        announce_programme(programme, actor=cast.office, until=today() + timedelta(days=1))
    until = working_deadline(today(), 5)
    programme = announce_programme(programme, actor=cast.office, until=until)
    rows[0].refresh_from_db()
    with wrong("10 个字"):
        object_to(rows[0], actor=cast.neighbour, text="不服", by="郑卫东", contact="")
    objection = object_to(
        rows[0], actor=cast.neighbour, text="去年受过处分，请组织核实。", by="郑卫东", contact="1"
    )
    with pytest.raises(DomainError, match="期满后"):
        decide_programme(programme, actor=cast.leader)
    with time_machine.travel(until + timedelta(days=1)):
        with pytest.raises(DomainError, match="还有异议"):
            decide_programme(programme, actor=cast.leader)
        answer_objection(
            objection, actor=cast.office, is_upheld=True, answer="经查属实，移出名单。"
        )
        with pytest.raises(StateConflict, match="已经处理"):
            answer_objection(
                objection, actor=cast.office, is_upheld=False, answer="再处理一次看看行不行。"
            )
        with pytest.raises(NotPermitted):
            decide_programme(programme, actor=cast.office)
        programme = decide_programme(programme, actor=cast.leader)
    honour = Honour.objects.get()
    assert (honour.unit_id, honour.title, honour.kind) == (cast.xinghuo.pk, "先进集体", "praise")
    assert honour.number.startswith("扬")
    assert honour.code


def test_after_an_upheld_objection_the_proportions_must_still_hold(cast):
    programme, _, rows = two_listed(cast, ratios=[Ratio("grassroots", "at_least", 50)])
    until = working_deadline(today(), 5)
    programme = announce_programme(programme, actor=cast.office, until=until)
    objection = object_to(
        rows[0], actor=cast.neighbour, text="材料与事实不符，请组织核实。", by="郑卫东", contact=""
    )
    answer_objection(objection, actor=cast.office, is_upheld=True, answer="经查属实，移出名单。")
    with time_machine.travel(until + timedelta(days=1)):
        with pytest.raises(DomainError, match="退回评审"):
            decide_programme(programme, actor=cast.leader)
        programme = back_to_review(programme, actor=cast.office, reason="补充名单，重新公示。")
    assert programme.state == ProgrammeState.REVIEW


def test_the_review_begins_with_somebody_and_early_with_a_reason(cast):
    programme, category = opened(cast)
    with pytest.raises(DomainError, match="还没有推荐对象"):
        start_review(programme, actor=cast.office, reason="齐了。")
    recommended(cast, category)
    with pytest.raises(DomainError, match="提前截止请填写理由"):
        start_review(programme, actor=cast.office)


def test_whoever_has_it_in_hand_is_reminded(cast):
    _, category = opened(cast)
    row = nomination_of(cast, category)
    [reminder] = closing(today())
    assert cast.secretary.post_id in reminder.post_ids
    send_nomination(row, actor=cast.secretary)
    [reminder] = closing(today())
    assert cast.township.post_id in reminder.post_ids


# --- papers ----------------------------------------------------------------------------------


def test_the_decision_names_everybody_in_the_order_of_the_divisions(cast):
    programme, _, rows = two_listed(cast)
    until = working_deadline(today(), 5)
    programme = announce_programme(programme, actor=cast.office, until=until)
    with pytest.raises(StateConflict, match="审定后"):
        draft_decision(programme, actor=cast.office)
    with time_machine.travel(until + timedelta(days=1)):
        programme = decide_programme(programme, actor=cast.leader)
    context = build_decision(programme)
    assert context.attachments[0].rows == [["1", "东风镇红旗村"], ["2", "星火机械公司"]]
    assert "予以通报表扬" in context.body
    document = draft_decision(programme, actor=cast.office)
    assert document.kind == "commendations.praise"
    assert len(rows) == 2


def test_the_form_bears_every_opinion(cast):
    _, category = opened(cast, holder=Holder.PERSON)
    row = recommended(cast, category, person="赵春梅", duty="书记", traits=["woman"])
    values = form_values(Nomination.objects.select_related("unit__parent").get(pk=row.pk))
    assert [one["organ"] for one in values["opinions"]] == ["红旗村", "东风镇", "清河县"]
    assert values["traits"] == "村和社区、女性"
