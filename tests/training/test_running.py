"""A class from its plan to its archived file: clashes, roll, leave, results, evaluation, papers."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from gongjian.commons.questionnaires.models import AnswerSheet
from gongjian.commons.questionnaires.scoring import Given
from gongjian.commons.rolls.enums import Attendance
from gongjian.commons.rolls.models import RollMark
from gongjian.commons.rolls.queries import expected_at, member_code, turnout
from gongjian.commons.rolls.services import Mark, call_roll, scan_member, strike_member
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.tenancy.scope import tenant_scope
from tests.factories import training as made
from training.enums import ClassState
from training.models import Certificate, Enrolment, Lesson, TrainingClass
from training.queries.closing import evaluation_of, missing_pieces
from training.queries.hours import roll_of, tallies
from training.queries.people import own_trainee, untrained, years_of
from training.queries.verification import verify
from training.services.closing import (
    archive_class,
    explain_late,
    grant_late,
    issue_certificates,
    note_other,
    revoke_certificate,
    write_papers,
)
from training.services.enrolling import expel
from training.services.planning import approve_plan, open_class, submit_plan, write_cost
from training.services.running import (
    ask_leave,
    evaluate,
    evaluate_on_paper,
    finish_class,
    grant_leave,
    settle_list,
    start_class,
    write_scores,
)
from training.services.teaching import drop_lesson, edit_lesson


def test_a_class_opens_only_under_an_approved_plan_within_its_money(cast):
    plan = made.plan_of(cast, budget=Decimal(20000))
    with pytest.raises(DomainError, match="还没有班次"):
        submit_plan(plan, actor=cast.office)
    training_class = made.planned(cast, plan)
    with pytest.raises(DomainError, match="超过计划预算"):
        submit_plan(plan, actor=cast.office)
    with pytest.raises(DomainError, match="没有批准"):
        open_class(training_class, actor=cast.office)
    plan = made.edit(cast, plan, budget=Decimal(30000))
    plan = submit_plan(plan, actor=cast.office)
    with pytest.raises(NotPermitted):
        approve_plan(plan, actor=cast.office)
    assert approve_plan(plan, actor=cast.leader).approved_by == cast.leader.label
    assert open_class(training_class, actor=cast.office).state == "open"
    with pytest.raises(FieldErrors) as refused:
        made.planned(cast, plan, title="加办一期")
    assert "只剩" in refused.value.errors["budget"][0]


def test_nobody_teaches_and_no_room_is_used_twice_at_one_time(cast):
    plan = made.plan_of(cast)
    first, second = made.planned(cast, plan), made.planned(cast, plan, title="第二期")
    someone, place = made.teacher(cast), made.room(cast)
    made.lesson(cast, first, teacher=someone, room=place)
    with pytest.raises(FieldErrors) as refused:
        made.lesson(cast, second, hour=10, teacher=someone, room=place)
    assert "授课人这一时间已有安排" in refused.value.errors["teacher"][0]
    assert "教室这一时间已有安排" in refused.value.errors["room"][0]
    with pytest.raises(FieldErrors) as refused:
        made.lesson(cast, first, hour=11)
    assert "本班这一时间已有安排" in refused.value.errors["starts_at"][0]
    small = made.room(cast, "小会议室", seats=10)
    with pytest.raises(FieldErrors, match="更正"):
        made.lesson(cast, second, room=small)
    # Side by side is no clash.
    assert made.lesson(cast, second, hour=12, teacher=someone, room=place).half == "afternoon"
    with pytest.raises(FieldErrors):
        made.lesson(cast, second, day=5)


def test_the_settled_list_makes_a_sheet_for_each_half_day(cast):
    training_class = made.opened(cast)
    with pytest.raises(DomainError, match="课表"):
        settle_list(training_class, actor=cast.office)
    made.lesson(cast, training_class)
    with pytest.raises(DomainError, match="没有录取"):
        settle_list(training_class, actor=cast.office)
    made.signed_up(cast, training_class)
    made.lesson(cast, training_class, hour=14)
    made.lesson(cast, training_class, hour=17, topic="分组研讨", hours=Decimal(1))
    training_class = settle_list(training_class, actor=cast.office)
    assert [session.label[-2:] for session in made.sessions_of(training_class)] == ["上午", "下午"]
    with pytest.raises(DomainError, match="到期再办理开班"):
        start_class(training_class, actor=cast.office)
    lesson = training_class.lessons.first()
    with pytest.raises(StateConflict):
        drop_lesson(lesson, actor=cast.office)
    values = {name: getattr(lesson, name) for name in made.LESSON_FIELDS}
    assert edit_lesson(lesson, actor=cast.office, values={**values, "topic": "新课题"}).pk
    later = {"starts_at": lesson.starts_at + timedelta(days=1)}
    with pytest.raises(FieldErrors, match="更正"):
        edit_lesson(Lesson.objects.get(pk=lesson.pk), actor=cast.office, values={**values, **later})


def test_leave_goes_to_one_seventh_of_all_hours_and_no_further(cast):
    training_class = made.opened(cast, days=4)
    made.signed_up(cast, training_class)
    training_class = start_class(made.listed(cast, training_class, days=4), actor=cast.office)
    enrolment = training_class.enrolments.get()
    sessions = made.sessions_of(training_class)
    # 32 hours: one seventh is 4.6, so one half-day of 4 goes, two do not.
    with pytest.raises(NotPermitted):
        ask_leave(enrolment, actor=cast.neighbour, kind="sick", reason="就医",
                  sessions=[sessions[0].pk])  # fmt: skip
    with pytest.raises(FieldErrors):
        ask_leave(enrolment, actor=cast.secretary, kind="sick", reason="就医", sessions=[])
    one = ask_leave(enrolment, actor=cast.secretary, kind="sick", reason="就医",
                    sessions=[sessions[0].pk])  # fmt: skip
    assert one.hours == 4
    with pytest.raises(NotPermitted):
        grant_leave(one, actor=cast.secretary)
    grant_leave(one, actor=cast.office)
    mark = RollMark.objects.get()
    assert (mark.attendance, mark.remark, mark.session_id) == ("leave", "病假", sessions[0].pk)
    two = ask_leave(enrolment, actor=cast.secretary, kind="private", reason="家事",
                    sessions=[sessions[1].pk])  # fmt: skip
    with pytest.raises(DomainError, match="七分之一"):
        grant_leave(two, actor=cast.office)
    tally = next(iter(tallies(training_class).values()))
    assert (tally.missed, tally.is_near, tally.is_over) == (4, True, False)
    with pytest.raises(DomainError, match="请假没有批复"):
        finish_class(training_class, actor=cast.office)


@pytest.mark.parametrize(
    ("missed", "result", "hours"),
    [(0, "completed", 32), (1, "completed", 28), (2, "incomplete", 24)],
)  # fmt: skip
def test_results_follow_from_the_roll(cast, missed, result, hours):
    training_class = made.opened(cast, days=4)
    made.signed_up(cast, training_class)
    training_class = start_class(made.listed(cast, training_class, days=4), actor=cast.office)
    made.called(cast, training_class, {"赵春梅": ["absent"] * missed + ["present"] * (8 - missed)})
    finish_class(training_class, actor=cast.office)
    enrolment = training_class.enrolments.get()
    assert (enrolment.state, enrolment.hours) == (result, hours)
    assert ("七分之一" in enrolment.result_reason) == (result == "incomplete")


def test_a_failed_examination_keeps_the_certificate_back(cast):
    training_class = made.opened(cast)
    made.signed_up(cast, training_class, name="甲")
    made.signed_up(cast, training_class, name="乙")
    training_class = made.running(cast, training_class)
    made.called(cast, training_class)
    one, two = training_class.enrolments.order_by("turn")
    with pytest.raises(FieldErrors):
        write_scores(training_class, actor=cast.office, scores={one.pk: Decimal(101)})
    scores = {one.pk: Decimal(59), two.pk: Decimal(60)}
    assert write_scores(training_class, actor=cast.office, scores=scores) == 2
    training_class = finish_class(training_class, actor=cast.office)
    assert list(training_class.enrolments.order_by("turn").values_list("state", flat=True)) == [
        "incomplete", "completed",
    ]  # fmt: skip
    assert len(issue_certificates(training_class, actor=cast.office)) == 1


def test_a_class_does_not_end_before_every_half_day_was_called(cast):
    training_class = made.running(cast)
    with pytest.raises(StateConflict, match="没有登记"):
        finish_class(training_class, actor=cast.office)
    assert TrainingClass.objects.get(pk=training_class.pk).state == ClassState.RUNNING


def test_who_leaves_the_class_is_not_absent_afterwards_and_who_comes_late_not_before(cast):
    training_class = made.opened(cast, capacity=2)
    for name in "甲乙丙":
        made.signed_up(cast, training_class, name=name)
    training_class = made.listed(cast, training_class, past=False)
    first = training_class.enrolments.order_by("turn").first()
    expel(first, actor=cast.office, reason="未报到")
    # 丙 waited and stands on the roll now.
    session = made.sessions_of(training_class)[0]
    assert sorted(expected_at(session).values_list("name", flat=True)) == ["丙", "乙"]
    assert turnout(session).expected == 2
    with pytest.raises(StateConflict):
        strike_member(
            roll_of(training_class).members.get(name="甲"), actor=cast.office, reason="再"
        )


def test_the_code_on_the_signed_sheet_finds_its_person_and_no_other(cast):
    training_class = made.running(cast)
    session = made.sessions_of(training_class)[0]
    member = roll_of(training_class).members.get()
    code = member_code(member)
    assert scan_member(session, actor=cast.office, code=code) == member
    assert session.marks.get().attendance == "present"
    for wrong in ("", "1-2-3", code[:-1] + ("1" if code[-1] != "1" else "2"), f"9{code}"):
        with pytest.raises(FieldErrors):
            scan_member(session, actor=cast.office, code=wrong)
    with pytest.raises(NotPermitted):
        scan_member(session, actor=cast.secretary, code=code)
    call_roll(session, actor=cast.office, marks={member.pk: Mark(Attendance.LEFT_EARLY)})
    assert turnout(session).there == 1


def evaluated(cast, *, minimum: int = 3):
    training_class = made.opened(cast)
    for name in ("赵春梅", "李平", "王芳"):
        made.signed_up(cast, training_class, name=name)
    training_class = made.with_questionnaire(cast, training_class, minimum=minimum)
    return made.finished(cast, TrainingClass.objects.get(pk=training_class.pk))


def answers(training_class, value: str = "4") -> dict[int, Given]:
    return {training_class.questionnaire.questions.first().pk: Given(value)}


def test_evaluation_is_anonymous_once_and_shown_from_the_minimum_on(cast):
    training_class = evaluated(cast)
    evaluate(training_class, actor=cast.secretary, answers=answers(training_class))
    with pytest.raises(StateConflict):
        evaluate(training_class, actor=cast.secretary, answers=answers(training_class))
    with pytest.raises(NotPermitted, match="本班学员"):
        evaluate(training_class, actor=cast.neighbour, answers=answers(training_class))
    sheet = AnswerSheet.objects.get()
    assert (sheet.respondent, sheet.respondent_user) == ("", None)
    assert sheet.unit_id == cast.city.pk, "the unit of the person would name who it was"
    assert evaluation_of(training_class).is_withheld
    assert evaluation_of(training_class).questions == []
    for value in "53":
        evaluate_on_paper(training_class, actor=cast.office, answers=answers(training_class, value))
    results = evaluation_of(training_class)
    assert (results.sheets, results.questions[0].average) == (3, Decimal(4))
    with pytest.raises(DomainError, match="不能多于应评人数3"):
        evaluate_on_paper(training_class, actor=cast.office, answers=answers(training_class))


def test_certificates_are_numbered_verified_and_revoked_with_a_reason(cast):
    training_class = evaluated(cast)
    with pytest.raises(NotPermitted):
        issue_certificates(training_class, actor=cast.secretary)
    made_now = issue_certificates(training_class, actor=cast.office)
    numbers = [item.number for item in made_now]
    assert numbers == sorted(set(numbers))
    assert numbers[0].endswith("第0001号")
    with pytest.raises(DomainError, match="不必重复发证"):
        issue_certificates(training_class, actor=cast.office)
    one = made_now[0]
    seen = verify(one.code.lower())
    assert seen.is_valid
    assert list(map(list, seen.printed)) == one.printed
    assert verify("9999-AAAA-AAAA") is None
    assert verify("no code") is None
    with pytest.raises(DomainError, match="理由"):
        revoke_certificate(one, actor=cast.office, reason="")
    revoke_certificate(one, actor=cast.office, reason="替课查实")
    seen = verify(one.code)
    assert (seen.is_valid, seen.revoked_reason) == (False, "替课查实")
    # A new one may follow, with a number of its own.
    assert issue_certificates(training_class, actor=cast.office)[0].number not in numbers


def test_a_second_valid_certificate_is_refused_by_the_database(cast):
    one = issue_certificates(evaluated(cast), actor=cast.office)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.create(
            enrolment=one.enrolment, number="另一号", code="另一码", issued_on=today()
        )


def complete(cast, training_class) -> TrainingClass:
    for value in "543":
        evaluate_on_paper(training_class, actor=cast.office, answers=answers(training_class, value))
    issue_certificates(training_class, actor=cast.office)
    write_cost(
        training_class, actor=cast.office,
        values={"kind": "board", "planned": Decimal(100), "spent": Decimal(90), "note": ""},
    )  # fmt: skip
    return write_papers(
        training_class, actor=cast.office, values={"opening": "领导讲话", "summary": "顺利"}
    )


def test_only_a_complete_file_is_archived_and_what_is_missing_is_named(cast):
    training_class = evaluated(cast)
    with pytest.raises(DomainError) as refused:
        archive_class(training_class, actor=cast.office)
    for name in ("开班议程", "教学评价", "结业证书", "经费决算", "办班小结"):
        assert name in refused.value.message
    assert "课程表" not in refused.value.message
    complete(cast, training_class)
    assert missing_pieces(TrainingClass.objects.get(pk=training_class.pk)) == []
    assert archive_class(training_class, actor=cast.office).state == "archived"
    with pytest.raises(StateConflict):
        write_papers(training_class, actor=cast.office, values={"summary": "改"})


def test_gaps_are_closed_over_only_with_an_explanation_and_consent(cast):
    training_class = evaluated(cast)
    training_class = explain_late(training_class, actor=cast.office, reason="评价表遗失")
    with pytest.raises(DomainError, match="材料还缺"):
        archive_class(training_class, actor=cast.office)
    with pytest.raises(NotPermitted):
        grant_late(training_class, actor=cast.office)
    grant_late(training_class, actor=cast.leader)
    assert archive_class(training_class, actor=cast.office).state == "archived"


def test_hours_stand_in_the_record_and_training_elsewhere_is_told_once(cast):
    training_class = evaluated(cast)
    trainee = own_trainee(cast.secretary)
    assert years_of(trainee)[0].hours == 16
    values = {
        "title": "示范班", "organizer": "省委党校", "hours": Decimal(24),
        "starts_on": training_class.starts_on, "ends_on": training_class.starts_on,
    }  # fmt: skip
    given = {"actor": cast.secretary, "name": "赵春梅", "duty": "", "values": values}
    note_other(cast.hongqi, **given)
    assert years_of(trainee)[0].hours == 40
    with pytest.raises(FieldErrors), transaction.atomic():
        note_other(cast.hongqi, **given)
    with pytest.raises(NotPermitted):
        note_other(cast.xinghuo, **given)


def test_who_was_not_trained_for_years_is_named_within_the_reach(cast):
    names = {term.user.person_name for term in untrained(cast.office, years=2)}
    assert {"赵春梅", "孙国强", "郑卫东", "吴建国"} <= names
    evaluated(cast)
    names = {term.user.person_name for term in untrained(cast.office, years=2)}
    assert "赵春梅" not in names
    assert "孙国强" in names
    assert {term.user.person_name for term in untrained(cast.neighbour, years=2)} == {"郑卫东"}
    TrainingClass.objects.update(ends_on=today() - timedelta(days=800),
                                 starts_on=today() - timedelta(days=801),
                                 apply_by=today() - timedelta(days=801))  # fmt: skip
    terms = {term.user.person_name: term for term in untrained(cast.office, years=2)}
    assert terms["赵春梅"].last_on == today() - timedelta(days=800)
    assert "赵春梅" not in {t.user.person_name for t in untrained(cast.office, years=3)}


def test_another_tenant_sees_nothing(cast):
    training_class = evaluated(cast)

    with tenant_scope(cast.elsewhere.pk):
        assert not TrainingClass.objects.filter(pk=training_class.pk).exists()
        assert not Enrolment.objects.exists()
