"""Topics, calls, papers and judges for tests, by the services."""

from __future__ import annotations

from datetime import timedelta

from gongjian.commons.questionnaires.models import QuestionnaireVersion
from gongjian.commons.questionnaires.scoring import Given
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from orgs.models import Post, Unit
from orgs.queries import actor_of
from seminars.models import Call, Expert, Paper, ReviewAssignment, Seminar, StudyTopic, Uptake
from seminars.services.calls import close_call, open_call, save_call, start_review
from seminars.services.events import add_item, save_seminar
from seminars.services.judging import add_expert, assign_evenly, finish_review, save_review
from seminars.services.papers import Author, make_blind, submit_paper, write_paper
from seminars.services.results import tell_uptake
from seminars.services.topics import apply_topic, approve_topic, write_topic
from tests.factories.orgs import seat
from tests.factories.questionnaires import checklist

BODY = (
    "<p>红旗村党支部书记赵春梅说，<strong>红旗</strong>村过去换届要开四次会。</p>"
    "<p>东风镇把两个组织的换届放在同一个月，会议减为两次，到会率提高两成。</p>"
    "<p>建议由县里统一明确提前换届的手续，写进年度安排。</p>"
)
OPINION = "问题抓得准，建议补充可比较的数据。"


def criteria_of(cast) -> QuestionnaireVersion:
    known = QuestionnaireVersion.objects.filter(questionnaire__purpose="review").first()
    return known or checklist(
        cast,
        {"text": "选题", "kind": "scale", "scale_top": 6, "weight": 40},
        {"text": "内容", "kind": "scale", "scale_top": 6, "weight": 60},
        title="论文评分标准",
        purpose="review",
    )


def topic_of(cast, *, leader: str = "赵春梅", **values) -> StudyTopic:
    return write_topic(
        None,
        actor=cast.secretary,
        unit=cast.hongqi,
        values={
            "title": "同步换届研究",
            "leader": leader,
            "question": "两次换届。",
            "method": "走访十个单位。",
            "outcome": "报告一篇",
            **values,
        },
    )


def approved_topic(cast, **values) -> StudyTopic:
    topic = apply_topic(topic_of(cast, **values), actor=cast.secretary)
    return approve_topic(topic, actor=cast.office, level="key", due_on=today() + timedelta(days=60))


def call_of(cast, *, is_open: bool = True, tiers=(("一等奖", 1), ("二等奖", 2)), **values) -> Call:
    call = save_call(
        None,
        actor=cast.office,
        values={
            "title": "理论研讨征文",
            "guide": "同步换届\n入会",
            "closes_on": today(),
            "shortest": 20,
            "longest": 500,
            "unit_quota": 2,
            "experts_each": 2,
            "criteria": criteria_of(cast),
            **values,
        },
        tiers=list(tiers),
    )
    return open_call(call, actor=cast.office) if is_open else call


def paper_of(cast, call: Call, actor: Actor | None = None, **values) -> Paper:
    actor = actor or cast.secretary
    unit = Unit.objects.get(pk=actor.unit_id)
    authors = values.pop("authors", [Author(unit.pk, actor.person_name)])
    return write_paper(
        None,
        actor=actor,
        call=call,
        unit=unit,
        values={"title": "同步换届的做法", "abstract": "一个村的做法。", "body": BODY, **values},
        authors=authors,
    )


def handed_in(cast, call: Call, actor: Actor | None = None, **values) -> Paper:
    actor = actor or cast.secretary
    return submit_paper(paper_of(cast, call, actor, **values), actor=actor)


def judge_of(cast, call: Call, name: str, works_at: Unit | None = None) -> tuple[Actor, Expert]:
    """A judge with a post of their own."""
    actor = actor_of(seat(cast.tenant, cast.city, "expert", "特邀评委", name), cast.tenant)
    expert = add_expert(
        call,
        actor=cast.office,
        post=Post.objects.get(pk=actor.post_id),
        name=name,
        works_at=works_at,
    )
    return actor, expert


def reviewing(cast, *, judges: int = 2, papers=None, **values):
    """A call before its judges; returns it with the judges as actors."""
    call = call_of(cast, experts_each=judges, **values)
    for actor in papers or (cast.secretary, cast.neighbour):
        handed_in(cast, call, actor, title=f"{actor.unit_name}的做法")
    found = [judge_of(cast, call, f"评委{number}")[0] for number in range(judges)]
    call = close_call(call, actor=cast.office, reason="稿件已经收齐。")
    for paper in Paper.objects.filter(call=call):
        make_blind(paper, actor=cast.office, words=[])
    assign_evenly(call, actor=cast.office)
    return start_review(call, actor=cast.office), found


def judged(assignment: ReviewAssignment, actor: Actor, *marks: int) -> ReviewAssignment:
    questions = list(assignment.paper.call.criteria.questions.all())
    answers = {
        question.pk: Given(str(mark)) for question, mark in zip(questions, marks, strict=True)
    }
    row = save_review(assignment, actor=actor, answers=answers, opinion=OPINION)
    return finish_review(row, actor=actor)


def judge_all(call: Call, judges, marks) -> None:
    """``marks`` by paper title and judge number, two criteria the same."""
    by_post = {actor.post_id: (number, actor) for number, actor in enumerate(judges)}
    for row in ReviewAssignment.objects.filter(paper__call=call).select_related(
        "expert", "paper__call__criteria"
    ):
        number, actor = by_post[row.expert.post_id]
        mark = marks(row.paper, number)
        judged(row, actor, mark, mark)


def seminar_of(cast, **values) -> Seminar:
    from django.utils import timezone

    begins = timezone.now() - timedelta(hours=3)
    seminar = save_seminar(
        None,
        actor=cast.office,
        organizer=cast.city,
        values={
            "title": "理论研讨会",
            "starts_at": begins,
            "ends_at": begins + timedelta(hours=2),
            "place": "三楼会议室",
            **values,
        },
    )
    add_item(seminar, actor=cast.office, values={"title": "开场", "speaker": "李明远"})
    return seminar


def uptake_of(cast, paper: Paper, unit: Unit | None = None) -> Uptake:
    return tell_uptake(
        paper,
        actor=cast.secretary,
        unit=unit or cast.qinghe,
        values={
            "kind": "rule",
            "document": "同步换届办法",
            "document_number": "清党工〔2026〕3号",
            "adopted_on": today(),
            "what": "提前换届的手续。",
        },
    )
