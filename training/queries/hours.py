"""Hours: of a half-day, missed by a person, allowed by the rule of one seventh."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone

from gongjian.commons.rolls.enums import THERE, Attendance
from gongjian.commons.rolls.models import Roll, RollMark, RollSession
from training.enums import Half
from training.models import Lesson, TrainingClass

#: 《干部教育培训工作条例》: leave may in principle not exceed this part of all hours.
RULE = "请假累计一般不得超过总学时的七分之一，超过的应予退学。"
PART = 7
NOON, DUSK = 12, 18


def words(value: Decimal) -> str:
    """``4``, ``4.5``: without the zeros that the column keeps."""
    return f"{value.normalize():f}"


def half_of(lesson_start_hour: int) -> Half:
    if lesson_start_hour < NOON:
        return Half.MORNING
    return Half.AFTERNOON if lesson_start_hour < DUSK else Half.EVENING


def label_of(lesson: Lesson) -> str:
    return f"{lesson.day.month}月{lesson.day.day}日{Half(lesson.half).label}"


def half_days(training_class: TrainingClass) -> dict[str, list[Lesson]]:
    """Lessons by half-day, in the order of time; one half-day is called once."""
    found: dict[str, list[Lesson]] = defaultdict(list)
    for lesson in training_class.lessons.select_related("teacher", "room").order_by("starts_at"):
        found[label_of(lesson)].append(lesson)
    return dict(found)


def roll_of(training_class: TrainingClass) -> Roll | None:
    return Roll.objects.filter(
        subject_kind=training_class._meta.label_lower, subject_id=training_class.pk
    ).first()


def session_hours(
    training_class: TrainingClass, sessions: Iterable[RollSession]
) -> dict[int, Decimal]:
    """Hours of each called half-day, by the lessons that lie in it."""
    by_label = {
        label: sum((lesson.hours for lesson in lessons), Decimal(0))
        for label, lessons in half_days(training_class).items()
    }
    return {session.pk: by_label.get(session.label, Decimal(0)) for session in sessions}


@dataclass(slots=True)
class Tally:
    """One person's hours in a class."""

    total: Decimal
    attended: Decimal = Decimal(0)
    leave: Decimal = Decimal(0)
    absent: Decimal = Decimal(0)
    unmarked: int = 0

    @property
    def missed(self) -> Decimal:
        return self.leave + self.absent

    @property
    def allowed(self) -> Decimal:
        return (self.total / PART).quantize(Decimal("0.1"), ROUND_HALF_UP)

    @property
    def is_over(self) -> bool:
        return self.missed * PART > self.total

    @property
    def is_near(self) -> bool:
        """Yellow from two thirds of the limit on."""
        return not self.is_over and self.missed * PART * 3 >= self.total * 2 and self.missed > 0


def tallies(training_class: TrainingClass) -> dict[tuple[int, str], Tally]:
    """Hours of everybody on the roll, by unit and name."""
    roll = roll_of(training_class)
    if roll is None:
        return {}
    sessions = list(roll.sessions.all())
    hours = session_hours(training_class, sessions)
    total = sum(hours.values(), Decimal(0))
    marks: Mapping[tuple[int, int], RollMark] = {
        (mark.member_id, mark.session_id): mark
        for mark in RollMark.objects.filter(session__roll=roll)
    }
    now = timezone.now()
    found: dict[tuple[int, str], Tally] = {}
    for member in roll.members.all():
        tally = Tally(total=total)
        for session in sessions:
            mark = marks.get((member.pk, session.pk))
            if mark is None:
                tally.unmarked += session.starts_at <= now
            elif mark.attendance in THERE and not mark.substitute:
                tally.attended += hours[session.pk]
            elif mark.attendance == Attendance.LEAVE:
                tally.leave += hours[session.pk]
            else:
                tally.absent += hours[session.pk]
        found[member.unit_id, member.name] = tally
    return found
