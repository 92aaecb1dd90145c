from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from gongjian.commons.questionnaires.models import AnswerSheet
from gongjian.commons.questionnaires.scoring import Given
from gongjian.foundation.calendar.working_days import working_deadline
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict
from orgs.models import Post
from seminars.documents import proceedings_values, produce_proceedings, produce_results
from seminars.enums import AssignmentState, CallState, UptakeState
from seminars.indicators import ADOPTED, CONCLUDED, WRITTEN, measure
from seminars.models import Award, Paper, ReviewAssignment
from seminars.queries import judges_of, standings
from seminars.services.calls import close_call
from seminars.services.judging import (
    add_expert,
    assign_evenly,
    assign_one,
    conflict_of,
    decline_review,
    finish_review,
    remark_on,
    remove_expert,
    reopen_review,
    save_review,
)
from seminars.services.papers import Author, make_blind
from seminars.services.results import (
    announce_call,
    answer_objection,
    award_call,
    back_to_review,
    change_prize,
    confirm_uptake,
    object_to,
    rank_call,
    refuse_uptake,
)
from tests.factories.seminars import (
    OPINION,
    call_of,
    handed_in,
    judge_all,
    judge_of,
    judged,
    reviewing,
    uptake_of,
)
from tests.seminars.conftest import finished, wrong

# --- conflicts and balance -------------------------------------------------------------------


def closed_with(cast, *papers) -> tuple:
    call = call_of(cast)
    made = [handed_in(cast, call, actor) for actor in papers]
    close_call(call, actor=cast.office, reason="收齐。")
    call.refresh_from_db()
    for paper in made:
        make_blind(paper, actor=cast.office, words=[])
        paper.refresh_from_db()
    return call, made


def test_nobody_judges_the_own_house(cast):
    call, [paper] = closed_with(cast, cast.secretary)
    cases = {
        "同单位": cast.hongqi,
        "上级": cast.dongfeng,
        "再上级": cast.qinghe,
    }
    for name, unit in cases.items():
        _, expert = judge_of(cast, call, name, unit)
        assert conflict_of(expert, paper)
        with wrong("应当回避"):
            assign_one(paper, expert, actor=cast.office)
    for name, unit in {"外请": None, "别县": cast.yunshan, "邻居": cast.xinghuo}.items():
        _, expert = judge_of(cast, call, name, unit)
        assert conflict_of(expert, paper) == ""
    _, same = judge_of(cast, call, "赵春梅")
    with pytest.raises(DomainError, match="同名"):
        assign_one(paper, same, actor=cast.office, reason="没有别人。")


def test_co_authors_units_count_as_well(cast):
    call = call_of(cast)
    paper = handed_in(
        cast, call, authors=[Author(cast.hongqi.pk, "甲某"), Author(cast.nanlu.pk, "乙某")]
    )
    _, expert = judge_of(cast, call, "南麓的", cast.nanlu)
    assert conflict_of(expert, paper) == "与作者同单位"


def test_an_override_leaves_its_reason(cast):
    from gongjian.foundation.audit.trail import history_of

    call, [paper] = closed_with(cast, cast.secretary)
    _, expert = judge_of(cast, call, "上级", cast.dongfeng)
    assign_one(paper, expert, actor=cast.office, reason="全市只有他懂这一行。")
    last = history_of(call).first()
    assert "上下级关系" in last.reason
    assert "只有他懂" in last.reason


def test_papers_are_given_out_evenly_and_never_taken_away(cast):
    call, papers = closed_with(cast, cast.secretary, cast.neighbour, cast.township, cast.county)
    experts = [judge_of(cast, call, f"评委{number}")[1] for number in range(4)]
    _, near = judge_of(cast, call, "近的", cast.qinghe)
    done = assign_evenly(call, actor=cast.office)
    assert (done.made, done.short) == (8, [])
    loads = [expert.assignments.count() for expert in experts]
    assert loads == [2, 2, 2, 2]
    assert near.assignments.count() == 0
    before = set(ReviewAssignment.objects.values_list("paper", "expert"))
    assert assign_evenly(call, actor=cast.office).made == 0
    assert set(ReviewAssignment.objects.values_list("paper", "expert")) == before
    with pytest.raises(StateConflict, match="已分到论文"):
        remove_expert(experts[0], actor=cast.office)
    assert len(papers) == 4


def test_too_few_judges_are_told_by_code(cast):
    call, [paper] = closed_with(cast, cast.secretary)
    judge_of(cast, call, "一个")
    done = assign_evenly(call, actor=cast.office)
    assert (done.made, done.short) == (1, [paper.code])


def test_only_a_judges_post_can_be_chosen(cast):
    with wrong("评委"):
        add_expert(
            call_of(cast),
            actor=cast.office,
            post=Post.objects.get(pk=cast.secretary.post_id),
            name="赵春梅",
            works_at=None,
        )


# --- reviewing -------------------------------------------------------------------------------


def test_a_judge_keeps_finishes_and_is_asked_again(cast):
    call, [judge, other] = reviewing(cast)
    row = ReviewAssignment.objects.filter(expert__post=judge.post_id).first()
    first = call.criteria.questions.first()
    kept = save_review(row, actor=judge, answers={first.pk: Given("4")}, opinion="")
    with wrong("评语"):
        finish_review(kept, actor=judge)
    save_review(row, actor=judge, answers={}, opinion=OPINION)
    with pytest.raises(DomainError, match="没有答"):
        finish_review(row, actor=judge)
    with pytest.raises(NotPermitted):
        save_review(row, actor=other, answers={}, opinion="")
    done = judged(row, judge, 6, 2)
    assert done.score == Decimal("52.00")  # 1 × 40 + 0.2 × 60
    with pytest.raises(StateConflict):
        save_review(row, actor=judge, answers={first.pk: Given("1")}, opinion=OPINION)
    reopen_review(done, actor=cast.office, reason="评语和分数不一致，请再看。")
    assert judged(row, judge, 6, 6).score == Decimal("100.00")


def test_a_sheet_does_not_say_whose_paper_it_is_about(cast):
    _, [judge, _] = reviewing(cast)
    row = ReviewAssignment.objects.filter(expert__post=judge.post_id).first()
    save_review(row, actor=judge, answers={}, opinion="")
    assert AnswerSheet.objects.get().unit_id == cast.city.pk


def test_a_judge_steps_back_and_another_is_found(cast):
    call, [judge, _] = reviewing(cast)
    row = ReviewAssignment.objects.filter(expert__post=judge.post_id).first()
    with pytest.raises(DomainError, match="理由"):
        decline_review(row, actor=judge, reason="")
    decline_review(row, actor=judge, reason="认得出是哪个单位写的。")
    assert assign_evenly(call, actor=cast.office).short == [row.paper.code]
    judge_of(cast, call, "新的")
    assert assign_evenly(call, actor=cast.office).made == 1
    assert standings(call)[0].declined + standings(call)[1].declined == 1


def test_judges_talk_by_letters_after_their_own_word(cast):
    _, [judge, other] = reviewing(cast)
    mine = ReviewAssignment.objects.filter(expert__post=judge.post_id).first()
    with pytest.raises(NotPermitted, match="先提交"):
        remark_on(mine.paper, actor=judge, text="我看不错。", assignment=mine)
    mine = judged(mine, judge, 5, 5)
    theirs = judged(
        ReviewAssignment.objects.get(paper=mine.paper, expert__post=other.post_id), other, 3, 3
    )
    first = remark_on(mine.paper, actor=judge, text="做法新。", assignment=mine)
    second = remark_on(mine.paper, actor=other, text="数据少。", assignment=theirs)
    office = remark_on(mine.paper, actor=cast.office, text="请各位再看。")
    assert {first.speaker, second.speaker, office.speaker} == {"评委甲", "评委乙", "办公室"}


def test_who_stands_far_from_the_others_is_shown(cast):
    call, judges = reviewing(cast, judges=3)
    judge_all(call, judges, lambda paper, number: 2 if number == 2 else 5)
    for row in standings(call):
        assert row.far == [judges[2].person_name]
        assert row.is_wide
    leans = {row.expert.name: row.lean for row in judges_of(call)}
    assert leans[judges[2].person_name] == Decimal("-40.00")
    assert leans[judges[0].person_name] == Decimal("20.00")


# --- prizes ----------------------------------------------------------------------------------


def ranked(cast, marks=None):
    call, judges = reviewing(cast, tiers=(("一等奖", 1), ("二等奖", 1)))
    judge_all(call, judges, marks or (lambda paper, number: 5 if "红旗" in paper.title else 4))
    return rank_call(call, actor=cast.office)


def test_ranking_waits_for_every_judge(cast):
    call, judges = reviewing(cast)
    with pytest.raises(DomainError, match="还有4份评审"):
        rank_call(call, actor=cast.office)
    judge_all(call, judges, lambda paper, number: 5)
    assert rank_call(call, actor=cast.office).state == CallState.RANKED


def test_prizes_follow_the_points(cast):
    call = ranked(cast)
    rows = {
        award.paper.unit.name: (award.rank, str(award.tier), award.score)
        for award in Award.objects.filter(call=call)
    }
    assert rows == {
        "红旗村": (1, "一等奖", Decimal("80.00")),
        "星火机械公司": (2, "二等奖", Decimal("60.00")),
    }
    back_to_review(call, actor=cast.office, reason="有一份需要重评。")
    assert rank_call(call, actor=cast.office).state == CallState.RANKED
    assert Award.objects.filter(call=call).count() == 2


def test_another_prize_needs_a_reason_and_a_place(cast):
    call = ranked(cast)
    first, second = Award.objects.filter(call=call).order_by("rank")
    with wrong("名额"):
        change_prize(second, actor=cast.office, tier=first.tier, reason="更好。")
    with wrong("理由"):
        change_prize(first, actor=cast.office, tier=None, reason=" ")
    change_prize(first, actor=cast.office, tier=None, reason="作者申请放弃评奖。")
    change_prize(second, actor=cast.office, tier=call.tiers.first(), reason="依次递补。")
    second.refresh_from_db()
    assert str(second.tier) == "一等奖"
    with pytest.raises(NotPermitted):
        change_prize(second, actor=cast.secretary, tier=None, reason="不好。")


def test_the_notice_lasts_five_working_days_and_every_objection_is_answered(cast):
    call = ranked(cast)
    with wrong("5个工作日"):
        announce_call(call, actor=cast.office, until=working_deadline(today(), 4))
    until = working_deadline(today(), 5)
    call = announce_call(call, actor=cast.office, until=until)
    first = Award.objects.filter(call=call).order_by("rank").first()
    with wrong("10 个字"):
        object_to(first, actor=cast.neighbour, unit=cast.xinghuo, text="不服")
    objection = object_to(
        first, actor=cast.neighbour, unit=cast.xinghuo, text="这篇去年在别处发表过，应当核实。"
    )
    with pytest.raises(DomainError, match="期满后"):
        award_call(call, actor=cast.leader)
    with time_machine.travel(until + timedelta(days=1)):
        with pytest.raises(StateConflict, match="公示期"):
            object_to(first, actor=cast.neighbour, unit=cast.xinghuo, text="再提一次异议试试看。")
        with pytest.raises(DomainError, match="还有异议"):
            award_call(call, actor=cast.leader)
        answer_objection(
            objection, actor=cast.office, is_upheld=True, answer="经查去年确已在省刊发表。"
        )
        with pytest.raises(StateConflict, match="已经处理"):
            answer_objection(
                objection, actor=cast.office, is_upheld=False, answer="再处理一次看看行不行。"
            )
        with pytest.raises(NotPermitted):
            award_call(call, actor=cast.office)
        call = award_call(call, actor=cast.leader)
    first.refresh_from_db()
    assert first.tier is None
    assert "异议成立" in first.reason
    assert call.state == CallState.AWARDED


def awarded(cast):
    call = ranked(cast)
    until = working_deadline(today(), 5)
    call = announce_call(call, actor=cast.office, until=until)
    with time_machine.travel(until + timedelta(days=1)):
        return award_call(call, actor=cast.leader)


def test_proceedings_hold_the_prize_papers_in_order(cast):
    call = awarded(cast)
    values = proceedings_values(call)
    assert [paper["prize"] for paper in values["papers"]] == ["一等奖", "二等奖"]
    file = finished(produce_proceedings({"call": call.pk}))
    import io

    import pdfplumber

    with pdfplumber.open(io.BytesIO(file.content)) as pdf:
        texts = [page.extract_text() for page in pdf.pages]
    assert "获奖论文集" in texts[0]
    contents = texts[1].replace(" ", "")
    # The page that the contents name is the page on which the paper begins.
    for paper in values["papers"]:
        line = next(row for row in contents.splitlines() if paper["title"][:4] in row)
        page = int(line.rsplit(line.rstrip("0123456789"), 1)[-1])
        assert paper["title"] in texts[page - 1].replace(" ", "").replace("\n", "")


def test_the_summary_is_a_workbook_of_all_papers(cast):
    import io

    import python_calamine

    call = ranked(cast)
    file = finished(produce_results({"call": call.pk}))
    rows = python_calamine.load_workbook(io.BytesIO(file.content)).get_sheet_by_index(0).to_python()
    assert [row[9] for row in rows[1:]] != []
    assert {row[10] for row in rows[1:]} == {"一等奖", "二等奖"}


# --- uptake ----------------------------------------------------------------------------------


def test_adopted_is_what_the_adopting_unit_says(cast, year_period):
    call = awarded(cast)
    paper = Paper.objects.get(call=call, unit=cast.hongqi)
    uptake = uptake_of(cast, paper)
    with pytest.raises(NotPermitted):
        confirm_uptake(uptake, actor=cast.secretary)
    with wrong("已经登记过"):
        uptake_of(cast, paper)
    figures = {row.unit_id: row.value for row in measure([ADOPTED], [cast.hongqi.pk], year_period)}
    assert figures == {cast.hongqi.pk: 0}
    uptake = confirm_uptake(uptake, actor=cast.county)
    assert uptake.state == UptakeState.CONFIRMED
    units = [cast.hongqi.pk, cast.qinghe.pk, cast.yunshan.pk]
    figures = {row.unit_id: row.value for row in measure([ADOPTED], units, year_period)}
    assert figures == {cast.hongqi.pk: 1, cast.qinghe.pk: 1, cast.yunshan.pk: 0}
    [written] = measure([WRITTEN], [cast.city.pk], year_period)
    assert written.value == 2
    [none] = measure([CONCLUDED], [cast.hongqi.pk], year_period)
    assert none.value is None


def test_a_unit_may_say_that_it_did_not(cast):
    call = awarded(cast)
    uptake = uptake_of(cast, Paper.objects.get(call=call, unit=cast.hongqi))
    uptake = refuse_uptake(uptake, actor=cast.county, reason="只参考了一部分，没有写进办法。")
    assert uptake.state == UptakeState.REFUSED
    assert ReviewAssignment.objects.filter(state=AssignmentState.ASKED).count() == 0
