from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from gongjian.commons.documents.models import ReportJob
from gongjian.commons.honours.models import Honour
from gongjian.commons.notices.models import Notice
from gongjian.foundation.calendar.working_days import working_deadline
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.counts import ask_together
from seminars.contributions import build_card, find_todos
from seminars.enums import CallState, PaperState, SeminarState, TopicState, UptakeState
from seminars.models import (
    Award,
    Call,
    Expert,
    Invitation,
    Objection,
    Paper,
    ReviewAssignment,
    Seminar,
    StudyTopic,
    Uptake,
)
from seminars.services.results import rank_call
from tests.factories.seminars import (
    BODY,
    OPINION,
    approved_topic,
    call_of,
    criteria_of,
    handed_in,
    judge_all,
    judge_of,
    paper_of,
    reviewing,
    seminar_of,
    topic_of,
    uptake_of,
)


def todos_for(actor):
    return ask_together([find_todos(actor)])[0]


def titles_for(actor):
    return [todo.title for todo in todos_for(actor)]


def url(name: str, *args: object) -> str:
    return reverse(f"seminars:{name}", args=args)


def text(answer) -> str:
    return answer.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    "name",
    [
        "seminars:topic_list",
        "seminars:call_list",
        "seminars:paper_list",
        "seminars:seminar_list",
        "seminars:uptake_list",
    ],
)
def test_a_list_asks_as_much_for_three_rows_as_for_one(
    cast, sign_in, django_assert_max_num_queries, name, rows
):
    for number in range(rows):
        topic_of(cast, title=f"课题{number}")
        call = call_of(cast, title=f"征文{number}")
        uptake_of(cast, handed_in(cast, call))
        seminar_of(cast, title=f"会{number}")
    client = sign_in(cast.office)
    client.get(reverse(name))
    with django_assert_max_num_queries(10):
        client.get(reverse(name))


@pytest.mark.parametrize("papers", [1, 3])
def test_a_judges_list_asks_as_much_for_three_rows_as_for_one(
    cast, sign_in, django_assert_max_num_queries, papers
):
    writers = (cast.secretary, cast.neighbour, cast.county)[:papers]
    _, [judge, _] = reviewing(cast, papers=writers)
    client = sign_in(judge)
    client.get(reverse("seminars:review_list"))
    with django_assert_max_num_queries(10):
        client.get(reverse("seminars:review_list"))


def topic_form(**values) -> dict[str, str]:
    return {
        "title": "同步换届研究", "leader": "赵春梅", "members": "", "question": "两次换届。",
        "method": "走访。", "outcome": "报告", **values,
    }  # fmt: skip


def test_a_topic_from_application_to_extension(cast, sign_in):
    client = sign_in(cast.secretary)
    client.post(url("topic_create"), topic_form())
    topic = StudyTopic.objects.get()
    client.post(url("topic_edit", topic.pk), topic_form(title="改了"))
    client.post(url("studytopic_step", topic.pk, "apply"), {"reason": ""})
    assert client.get(url("topic_approve", topic.pk)).status_code == 404
    client = sign_in(cast.office)
    day = today() + timedelta(days=90)
    client.post(url("topic_approve", topic.pk), {"level": "key", "due_on": day, "reason": ""})
    topic.refresh_from_db()
    assert (topic.state, topic.title) == (TopicState.APPROVED, "改了")
    client = sign_in(cast.secretary)
    page = text(client.get(topic.get_absolute_url()))
    assert "填写开题报告" in page
    client.post(url("topic_report", topic.pk), {"text": "已经做好准备。" * 8})
    client.post(
        url("topic_extend", topic.pk), {"until": day + timedelta(days=9), "reason": "调研推迟。"}
    )
    client = sign_in(cast.office)
    client.post(url("topic_answer", topic.pk), {"answer": "no", "reason": "按期完成。"})
    client.post(url("studytopic_step", topic.pk, "open"), {"reason": ""})
    topic.refresh_from_db()
    assert (topic.state, topic.due_on) == (TopicState.OPENED, day)
    assert "不同意延期" in text(client.get(topic.get_absolute_url()))


def test_a_draft_is_its_units_alone(cast, sign_in):
    topic = topic_of(cast)
    paper = paper_of(cast, call_of(cast))
    for actor in (cast.office, cast.county, cast.neighbour, cast.stranger):
        client = sign_in(actor)
        assert client.get(topic.get_absolute_url()).status_code == 404
        assert client.get(paper.get_absolute_url()).status_code == 404
    client = sign_in(cast.secretary)
    assert client.get(topic.get_absolute_url()).status_code == 200
    assert client.get(paper.get_absolute_url()).status_code == 200


def call_form(cast, **values) -> dict[str, object]:
    return {
        "title": "理论研讨征文", "guide": "换届", "closes_on": today(), "corrections_until": "",
        "shortest": 20, "longest": 900, "unit_quota": 2, "experts_each": 2,
        "drops_extremes": "on", "criteria": criteria_of(cast).pk, "tiers": "一等奖 1\n二等奖：2名",
        **values,
    }  # fmt: skip


def test_prizes_are_typed_as_people_write_them(cast, sign_in):
    client = sign_in(cast.office)
    client.post(url("call_create"), call_form(cast))
    call = Call.objects.get()
    assert list(call.tiers.values_list("label", "places")) == [("一等奖", 1), ("二等奖", 2)]
    for tiers, words in (("一等奖", "第1行看不懂"), ("一等奖 1\n一等奖 2", "重复")):
        answer = client.post(url("call_edit", call.pk), call_form(cast, tiers=tiers))
        assert answer.status_code == 422
        assert words in text(answer)
    client.post(url("call_edit", call.pk), call_form(cast, title="改了"))
    client.post(url("call_step", call.pk, "open"), {"reason": ""})
    call.refresh_from_db()
    assert (call.state, call.title) == (CallState.OPEN, "改了")
    assert Notice.objects.filter(post=cast.secretary.post_id, title__contains="征文").exists()


def paper_form(**values) -> dict[str, object]:
    return {
        "title": "同步换届的做法", "kind": "survey", "topic": "", "authors": "赵春梅",
        "abstract": "", "body": BODY, **values,
    }  # fmt: skip


def _hand_in(cast, sign_in, call: Call) -> Paper:
    client = sign_in(cast.secretary)
    client.post(url("paper_create", call.pk), paper_form(authors="赵春梅\n郑卫东 星火机械公司"))
    paper = Paper.objects.get()
    assert [(row.name, row.unit.name) for row in paper.authors.all()] == [
        ("赵春梅", "红旗村"), ("郑卫东", "星火机械公司"),
    ]  # fmt: skip
    answer = client.post(url("paper_write", paper.pk), paper_form(authors="甲 没有的单位"))
    assert "没有叫“没有的单位”的单位" in text(answer)
    client.post(
        url("paper_write", paper.pk),
        paper_form(title="改了题目", revision="1", authors="赵春梅\n郑卫东 星火机械公司"),
    )
    client.post(url("paper_step", paper.pk, "submit"), {"reason": ""})
    paper.refresh_from_db()
    assert (paper.state, paper.title) == (PaperState.SUBMITTED, "改了题目")
    return paper


def _give_out(cast, sign_in, call: Call, paper: Paper) -> list:
    client = sign_in(cast.office)
    actors = [judge_of(cast, call, f"评委{number}")[0] for number in range(2)]
    judge_of(cast, call, "多余的")
    client.post(url("expert_remove", Expert.objects.get(name="多余的").pk))
    client.post(url("call_step", call.pk, "close"), {"reason": "收齐。"})
    page = text(client.get(url("paper_blind", paper.pk)))
    assert "赵春梅（作者姓名）" in page
    client.post(url("paper_blind", paper.pk), {"words": ["红旗"], "more": "四次会"})
    copy = text(client.get(url("paper_blind", paper.pk))).split('<div class="card-body prose">')[1]
    assert "四次会" not in copy
    client.post(url("assign_all", call.pk))
    client.post(url("call_step", call.pk, "review"), {"reason": ""})
    return actors


def _judge(sign_in, call: Call, actors: list) -> None:
    questions = [question.pk for question in call.criteria.questions.all()]
    for actor in actors:
        client = sign_in(actor)
        row = ReviewAssignment.objects.get(expert__post=actor.post_id)
        marks = {f"q{pk}": "5" for pk in questions}
        client.post(url("review_detail", row.pk), {**marks, "opinion": "好", "act": "keep"})
        answer = client.post(url("review_detail", row.pk), {**marks, "opinion": "好"})
        assert answer.status_code == 422
        client.post(url("review_detail", row.pk), {**marks, "opinion": OPINION})
        client.post(url("review_speak", row.pk), {"text": "建议给二等奖。"})
        assert "建议给二等奖" in text(client.get(row.get_absolute_url()))


def _announce(cast, sign_in, call: Call, paper: Paper) -> None:
    client = sign_in(cast.office)
    assert "80.00" in text(client.get(url("paper_judging", paper.pk)))
    client.post(url("paper_judging", paper.pk), {"text": "请各位核对。"})
    client.post(url("call_step", call.pk, "rank"), {"reason": ""})
    award = Award.objects.get()
    client.post(
        url("prize_change", award.pk),
        {"tier": call.tiers.last().pk, "reason": "评议认为应为二等奖。"},
    )
    client.post(url("call_announce", call.pk), {"until": working_deadline(today(), 5)})
    client = sign_in(cast.neighbour)
    page = text(client.get(call.get_absolute_url()))
    assert "评议认为应为二等奖" in page
    assert "评委0" not in page
    client.post(url("award_object", award.pk), {"text": "与去年的材料雷同，请核实。"})
    sign_in(cast.office).post(
        url("objection_answer", Objection.objects.get().pk),
        {"decision": "no", "answer": "经比对，重合不足一成，维持原结果。"},
    )


def test_from_paper_to_prize_in_the_browser_of_each(cast, sign_in):
    call = call_of(cast)
    paper = _hand_in(cast, sign_in, call)
    _judge(sign_in, call, _give_out(cast, sign_in, call, paper))
    _announce(cast, sign_in, call, paper)
    with time_machine.travel(working_deadline(today(), 5) + timedelta(days=1)):
        sign_in(cast.leader).post(url("call_step", call.pk, "award"), {"reason": ""})
    call.refresh_from_db()
    assert call.state == CallState.AWARDED
    client = sign_in(cast.office)
    client.post(url("results_export", call.pk))
    client.post(url("proceedings", call.pk))
    client.post(url("certificates", call.pk))
    kinds = set(ReportJob.objects.values_list("kind", flat=True))
    assert kinds == {"seminars.results", "seminars.proceedings", "honours.certificates"}
    honours = list(Honour.objects.order_by("number"))
    assert [row.person for row in honours] == ["赵春梅", "郑卫东"]
    assert all(row.title == "二等奖：改了题目" for row in honours)
    page = text(sign_in(cast.secretary).get(paper.get_absolute_url()))
    assert OPINION in page
    assert "评委0" not in page


def test_handing_out_by_hand_and_asking_again(cast, sign_in):
    call, judges = reviewing(cast)
    paper = Paper.objects.filter(call=call).first()
    _, third = judge_of(cast, call, "第三位")
    client = sign_in(cast.office)
    client.post(url("assign_one", paper.pk), {"expert": third.pk, "reason": ""})
    assert paper.assignments.count() == 3
    row = ReviewAssignment.objects.filter(expert__post=judges[0].post_id).first()
    client = sign_in(judges[0])
    client.post(url("reviewassignment_step", row.pk, "decline"), {"reason": "认得作者。"})
    row.refresh_from_db()
    assert row.state == "declined"
    other = ReviewAssignment.objects.filter(expert__post=judges[1].post_id).first()
    marks = {f"q{pk}": "5" for pk in call.criteria.questions.values_list("pk", flat=True)}
    sign_in(judges[1]).post(url("review_detail", other.pk), {**marks, "opinion": OPINION})
    client = sign_in(cast.office)
    client.post(url("review_reopen", other.pk, "reopen"), {"reason": "分数和评语不符。"})
    other.refresh_from_db()
    assert other.state == "asked"


def test_a_judge_has_no_other_door(cast, sign_in):
    call, [judge, _] = reviewing(cast)
    topic = approved_topic(cast)
    paper = Paper.objects.filter(call=call).first()
    client = sign_in(judge)
    for address in (
        url("topic_list"), topic.get_absolute_url(), url("call_list"), call.get_absolute_url(),
        url("paper_list"), paper.get_absolute_url(), url("paper_blind", paper.pk),
        url("paper_judging", paper.pk), url("uptake_list"), url("seminar_list"),
    ):  # fmt: skip
        assert client.get(address).status_code == 404, address
    others = ReviewAssignment.objects.exclude(expert__post=judge.post_id).first()
    assert client.get(others.get_absolute_url()).status_code == 404


def test_a_seminar_from_programme_to_record(cast, sign_in):
    client = sign_in(cast.office)
    client.post(
        url("seminar_create"),
        {
            "title": "研讨会", "call": "", "place": "会议室", "notice": "",
            "starts_at": "2026-01-10T09:00", "ends_at": "2026-01-10T11:00",
        },
    )  # fmt: skip
    seminar = Seminar.objects.get()
    assert client.get(url("seminar_edit", seminar.pk)).status_code == 200
    answer = client.post(url("seminar_invite", seminar.pk), {"units": [cast.hongqi.pk]})
    assert "还没有议程" in text(answer)
    for title in ("开场", "发言", "小结"):
        client.post(url("item_add", seminar.pk), {"title": title, "speaker": "", "minutes": 10})
    items = list(seminar.items.all())
    client.post(url("item_move", items[2].pk, "up"))
    client.post(url("item_remove", items[1].pk))
    assert [item.title for item in seminar.items.all()] == ["开场", "小结"]
    client.post(url("seminar_invite", seminar.pk), {"units": [cast.hongqi.pk, cast.xinghuo.pk]})
    row = Invitation.objects.get(unit=cast.hongqi)
    assert sign_in(cast.neighbour).get(url("invitation_answer", row.pk)).status_code == 404
    client = sign_in(cast.secretary)
    assert "回复研讨会" in str(titles_for(cast.secretary))
    client.post(
        url("invitation_answer", row.pk), {"reply": "coming", "name": "赵春梅", "duty": "书记"}
    )
    client = sign_in(cast.office)
    answer = client.post(url("seminar_step", seminar.pk, "hold"), {"reason": ""})
    assert "还没有签到名册" in text(answer)
    sheet = client.post(url("seminar_roll", seminar.pk), follow=True)
    assert "赵春梅" in text(sheet)
    answer = client.post(url("seminar_step", seminar.pk, "hold"), {"reason": ""})
    assert "还有 1 处没有登记" in text(answer)
    from gongjian.commons.rolls.enums import Attendance
    from gongjian.commons.rolls.models import RollSession
    from gongjian.commons.rolls.services import Mark, call_roll

    session = RollSession.objects.get()
    member = session.roll.members.get()
    call_roll(session, actor=cast.office, marks={member.pk: Mark(Attendance.PRESENT)})
    client.post(url("seminar_record", seminar.pk), {"text": "会上讨论了三个问题。"})
    client.post(url("seminar_step", seminar.pk, "hold"), {"reason": ""})
    seminar.refresh_from_db()
    assert seminar.state == SeminarState.HELD
    assert "会上讨论了三个问题" in text(client.get(seminar.get_absolute_url()))
    client.post(url("programme_print", seminar.pk))
    assert ReportJob.objects.filter(kind="seminars.programme").exists()


def test_prize_papers_come_onto_the_programme_once(cast, sign_in):
    call, judges = reviewing(cast)
    judge_all(call, judges, lambda paper, number: 5)
    rank_call(call, actor=cast.office)
    Call.objects.filter(pk=call.pk).update(state=CallState.AWARDED)
    seminar = seminar_of(cast, call=call)
    client = sign_in(cast.office)
    client.post(url("prize_papers", seminar.pk))
    client.post(url("prize_papers", seminar.pk))
    assert seminar.items.exclude(paper=None).count() == Award.objects.exclude(tier=None).count()


def test_uptake_told_and_confirmed_on_screen(cast, sign_in):
    paper = handed_in(cast, call_of(cast))
    client = sign_in(cast.secretary)
    client.post(
        url("uptake_tell", paper.pk),
        {
            "unit": cast.qinghe.pk, "kind": "rule", "document": "办法", "document_number": "",
            "adopted_on": today(), "what": "提前换届的手续。",
        },
    )  # fmt: skip
    uptake = Uptake.objects.get()
    assert "确认是否采纳" in str(titles_for(cast.county))
    assert sign_in(cast.other_county).get(uptake.get_absolute_url()).status_code == 404
    client = sign_in(cast.county)
    client.post(url("uptake_step", uptake.pk, "confirm"), {"reason": ""})
    uptake.refresh_from_db()
    assert uptake.state == UptakeState.CONFIRMED
    assert "确认人" in text(client.get(uptake.get_absolute_url()))


def test_the_card_tells_each_what_concerns_them(cast):
    call = call_of(cast)
    handed_in(cast, call)
    assert build_card(cast.office)["papers"] == 1
    assert build_card(cast.secretary) == {"call": call, "papers": None, "mine": 1, "quota": 2}
    assert "处理" not in str(todos_for(cast.secretary))
