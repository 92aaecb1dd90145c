from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from gongjian.commons.rolls.enums import Attendance
from gongjian.commons.rolls.queries import missed_sessions, turnout
from gongjian.commons.rolls.services import Mark, call_roll, close_roll
from gongjian.foundation.audit.trail import history_of
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from tests.factories.rolls import member_of, roll_of, session_of

PRESENT = Mark(Attendance.PRESENT)


@pytest.fixture
def sheet(cast):
    roll = roll_of(cast)
    names = ["周正明", "林晓燕", "高建国"]
    return roll, session_of(cast, roll), [member_of(cast, roll, name) for name in names]


def test_the_turnout_counts_a_substitute_as_there_but_not_in_person(cast, sheet):
    roll, session, (first, second, _) = sheet
    marks = {
        first.pk: Mark(Attendance.LATE, substitute="王立新"),
        second.pk: Mark(Attendance.LEAVE),
    }
    assert call_roll(session, actor=cast.office, marks=marks) == 2
    counted = turnout(session)
    assert (counted.expected, counted.there, counted.substituted) == (3, 1, 1)
    assert (counted.leave, counted.absent, counted.unmarked) == (1, 0, 1)
    assert missed_sessions(roll) == {first.pk: 1, second.pk: 1}


def test_a_correction_is_one_mark_with_its_history(cast, sheet):
    roll, session, (first, *_) = sheet
    call_roll(session, actor=cast.office, marks={first.pk: Mark(Attendance.ABSENT)})
    assert call_roll(session, actor=cast.office, marks={first.pk: PRESENT}) == 1
    assert call_roll(session, actor=cast.office, marks={first.pk: PRESENT}) == 0
    assert session.marks.get().attendance == Attendance.PRESENT
    called = [event for event in history_of(roll) if event.action == "rolls.roll.called"]
    assert len(called) == 2


def test_only_the_organizer_keeps_the_roll(cast, sheet):
    _, session, (first, *_) = sheet
    with pytest.raises(NotPermitted, match="由组织单位"):
        call_roll(session, actor=cast.secretary, marks={first.pk: PRESENT})


def test_nobody_attends_before_the_sitting_has_begun(cast, sheet):
    roll, _, (first, *_) = sheet
    later = session_of(cast, roll, starts_at=timezone.now() + timedelta(days=1))
    with pytest.raises(StateConflict, match="尚未开始"):
        call_roll(later, actor=cast.office, marks={first.pk: PRESENT})
    assert call_roll(later, actor=cast.office, marks={first.pk: Mark(Attendance.LEAVE)}) == 1


def test_the_longest_names_fit_the_history(cast, sheet):
    roll, session, _ = sheet
    session.label = "上" * 40
    session.save()
    longest = member_of(cast, roll, "周" * 40)
    assert call_roll(session, actor=cast.office, marks={longest.pk: PRESENT}) == 1


def test_who_is_on_leave_sends_no_substitute(cast, sheet):
    _, session, (first, *_) = sheet
    with pytest.raises(FieldErrors):
        call_roll(
            session,
            actor=cast.office,
            marks={first.pk: Mark(Attendance.LEAVE, substitute="王立新")},
        )
    assert not session.marks.exists()


def test_a_person_of_another_roll_is_refused(cast, sheet):
    _, session, _ = sheet
    stranger = member_of(cast, roll_of(cast, cast.city))
    with pytest.raises(FieldErrors):
        call_roll(session, actor=cast.office, marks={stranger.pk: PRESENT})


def test_one_name_of_a_unit_stands_once(cast, sheet):
    roll, _, _ = sheet
    with pytest.raises(FieldErrors):
        member_of(cast, roll, "周正明")


def test_a_roll_is_sealed_when_complete_and_then_stays(cast, sheet):
    roll, session, members = sheet
    with pytest.raises(StateConflict, match="还有 3 处"):
        close_roll(roll, actor=cast.office)
    marks = {member.pk: PRESENT for member in members}
    call_roll(session, actor=cast.office, marks=marks)
    assert close_roll(roll, actor=cast.office).closed_at is not None
    with pytest.raises(StateConflict, match="已经封存"):
        call_roll(session, actor=cast.office, marks=marks)
