"""Designing, answering, anonymity."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gongjian.commons.questionnaires.enums import VersionState
from gongjian.commons.questionnaires.models import AnswerSheet, Participation
from gongjian.commons.questionnaires.queries import results_about
from gongjian.commons.questionnaires.scoring import Given
from gongjian.commons.questionnaires.services.answering import (
    answer_anonymously,
    open_sheet,
    reopen_sheet,
    save_answers,
    submit_sheet,
)
from gongjian.commons.questionnaires.services.designing import (
    add_question,
    create_questionnaire,
    draft_next,
    edit_question,
    edit_questionnaire,
    move_question,
    publish_version,
    remove_question,
)
from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from tests.factories.questionnaires import CHOICE, SCALE, YES_NO, by_position, checklist

GOOD = ("yes", "5", "齐全", "120")


def answered(cast, version, *values):
    sheet = open_sheet(version, actor=cast.office, subject=cast.hongqi, unit=cast.hongqi)
    pairs = zip(by_position(version), values, strict=False)
    save_answers(sheet, actor=cast.office, changes={pk: Given(text) for pk, text in pairs})
    return sheet


def test_a_published_version_never_changes_and_the_next_begins_with_its_questions(cast):
    version = checklist(cast)
    question = version.questions.first()
    with pytest.raises(StateConflict, match="新的版本"):
        edit_question(question, actor=cast.office, values={"text": "别的"})
    with pytest.raises(StateConflict, match="新的版本"):
        remove_question(question, actor=cast.office)

    following = draft_next(version.questionnaire, actor=cast.office)
    assert [item.text for item in following.questions.all()] == [
        item.text for item in version.questions.all()
    ]
    with pytest.raises(StateConflict, match="编制中"):
        draft_next(version.questionnaire, actor=cast.office)
    publish_version(following, actor=cast.office)
    version.refresh_from_db()
    assert version.state == VersionState.RETIRED
    assert version.questions.count() == 4


def test_an_empty_version_is_not_published(cast):
    made = create_questionnaire(actor=cast.office, values={"title": "空表"})
    with pytest.raises(DomainError, match="还没有题目"):
        publish_version(made.versions.get(), actor=cast.office)


def test_only_the_office_designs(cast):
    with pytest.raises(NotPermitted):
        create_questionnaire(actor=cast.county, values={"title": "县里的表"})


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({**CHOICE, "options": [{"label": "一", "score": 1}]}, "options"),
        ({**CHOICE, "options": [{"label": "一"}, {"label": "一"}]}, "options"),
        ({**CHOICE, "options": [{"label": "一"}, {"label": "二"}]}, "options"),
        ({"text": "人数", "kind": "number", "weight": 5}, "weight"),
        ({**YES_NO, "finding_on": ["差"]}, "finding_on"),
        ({**SCALE, "note_on": ["6"]}, "note_on"),
        ({"text": "人数", "kind": "number", "minimum": 5, "maximum": 1}, "maximum"),
    ],
)
def test_a_question_that_makes_no_sense_is_not_kept(cast, values, field):
    made = create_questionnaire(actor=cast.office, values={"title": "检查表"})
    with pytest.raises(FieldErrors) as refused:
        add_question(made.versions.get(), actor=cast.office, values=values)
    assert field in refused.value.errors


def test_questions_move_and_close_their_gaps(cast):
    made = create_questionnaire(actor=cast.office, values={"title": "检查表"})
    version = made.versions.get()
    first, _, third = (
        add_question(version, actor=cast.office, values={"text": text}) for text in "甲乙丙"
    )
    move_question(third, actor=cast.office, up=True)
    move_question(first, actor=cast.office, up=True)
    assert "".join(item.text for item in version.questions.all()) == "甲丙乙"
    remove_question(third, actor=cast.office)
    assert [item.position for item in version.questions.all()] == [1, 2]


def test_a_sheet_is_scored_when_it_is_submitted_and_closed_after_that(cast):
    sheet = answered(cast, checklist(cast), "yes", "3", "有缺", "120")
    sheet = submit_sheet(sheet, actor=cast.office)
    # 10 of 10, 5 of 10, 10 of 20
    assert sheet.score == Decimal("62.50")
    with pytest.raises(StateConflict, match="已经提交"):
        save_answers(sheet, actor=cast.office, changes={})
    sheet = reopen_sheet(sheet, actor=cast.office, reason="花名册已补")
    assert (sheet.score, sheet.is_submitted) == (None, False)


def test_a_gap_or_a_missing_note_or_finding_stops_the_submission(cast):
    strict = checklist(cast, {**YES_NO, "note_on": ["no"]}, {**YES_NO, "finding_on": ["no"]}, SCALE)
    sheet = answered(cast, strict, "no", "no")
    with pytest.raises(DomainError, match="第3题没有答；第1题要写说明；第2题要记下"):
        submit_sheet(sheet, actor=cast.office)
    first, second, third = by_position(strict)
    save_answers(
        sheet,
        actor=cast.office,
        changes={first: Given("no", note="未换届"), third: Given("5")},
    )
    assert submit_sheet(sheet, actor=cast.office, found=[second]).score is not None


def test_two_inspectors_do_not_overwrite_each_other(cast):
    version = checklist(cast)
    first, second, *_ = by_position(version)
    sheet = answered(cast, version, "yes")
    saved = save_answers(
        sheet, actor=cast.leader, changes={first: Given("no"), second: Given("2")}, base={}
    )
    assert saved.conflicts[first][0].value == "yes"
    assert "陈静" in saved.conflicts[first][1]
    assert set(saved.stored) == {second}
    again = save_answers(
        sheet, actor=cast.leader, changes={first: Given("no")}, base={first: Given("yes")}
    )
    assert again.stored[first].value == "no"


def test_bad_answers_are_told_and_the_others_stored(cast):
    version = checklist(cast)
    first, second, _, number = by_position(version)
    sheet = open_sheet(version, actor=cast.office, subject=cast.hongqi, unit=cast.hongqi)
    saved = save_answers(
        sheet,
        actor=cast.office,
        changes={first: Given(is_na=True), second: Given("9"), number: Given("3"), 0: Given("1")},
    )
    assert set(saved.errors) == {first, second, 0}
    assert set(saved.stored) == {number}


def anonymous(cast, **values):
    return checklist(
        cast,
        SCALE,
        title="培训评价",
        purpose="evaluation",
        is_anonymous=True,
        minimum_sample=3,
        **values,
    )


def test_anonymous_results_wait_for_the_minimum_sample(cast):
    version = anonymous(cast)
    (question,) = by_position(version)
    people = (cast.secretary, cast.union_chair, cast.neighbour)
    for number, actor in enumerate(people, start=1):
        assert results_about(version, cast.city).is_withheld
        assert results_about(version, cast.city).questions == []
        answer_anonymously(
            version,
            actor=actor,
            subject=cast.city,
            unit=cast.city,
            answers={question: Given(str(number))},
        )
    results = results_about(version, cast.city)
    assert results.questions[0].average == Decimal("2.00")
    assert results.average == Decimal("25.00")


def test_nothing_of_an_anonymous_sheet_points_to_its_person(cast):
    version = anonymous(cast)
    (question,) = by_position(version)
    before = TrailEntry.objects.count()
    for actor in (cast.neighbour, cast.secretary, cast.union_chair):
        answer_anonymously(
            version, actor=actor, subject=cast.city, unit=cast.city, answers={question: Given("4")}
        )
    assert TrailEntry.objects.count() == before
    assert {(sheet.respondent, sheet.respondent_user) for sheet in AnswerSheet.objects.all()} == {
        ("", None)
    }
    people = Participation.objects.get().people
    assert people == sorted(people)
    with pytest.raises(StateConflict, match="已经填过"):
        answer_anonymously(
            version,
            actor=cast.secretary,
            subject=cast.city,
            unit=cast.city,
            answers={question: Given("1")},
        )
    with pytest.raises(FieldErrors, match="更正") as refused:
        edit_questionnaire(version.questionnaire, actor=cast.office, values={"is_anonymous": False})
    assert "is_anonymous" in refused.value.errors


def test_an_anonymous_sheet_is_taken_whole_or_not_at_all(cast):
    version = anonymous(cast)
    with pytest.raises(DomainError, match="第1题没有答"):
        answer_anonymously(
            version, actor=cast.secretary, subject=cast.city, unit=cast.city, answers={}
        )
    assert not AnswerSheet.objects.exists()
    assert not Participation.objects.filter(people__contains=[cast.secretary.user_id]).exists()
    with pytest.raises(StateConflict, match="匿名"):
        open_sheet(version, actor=cast.office, subject=cast.city, unit=cast.city)


def test_a_floor_for_the_minimum_sample(cast):
    with pytest.raises(FieldErrors):
        create_questionnaire(
            actor=cast.office,
            values={"title": "评价", "is_anonymous": True, "minimum_sample": 2},
        )
