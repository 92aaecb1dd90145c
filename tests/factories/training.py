"""Training for tests, brought to its states by the services."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal

from django.db.models import F

from gongjian.commons.questionnaires.enums import Purpose, QuestionKind
from gongjian.commons.questionnaires.services.designing import (
    add_question,
    create_questionnaire,
    publish_version,
)
from gongjian.commons.rolls.enums import Attendance
from gongjian.commons.rolls.models import RollSession
from gongjian.commons.rolls.services import Mark, call_roll, call_the_rest
from gongjian.foundation.kernel.dates import SHANGHAI, today
from training.models import (
    Certificate,
    Cost,
    Enrolment,
    Leave,
    Lesson,
    OtherTraining,
    Quota,
    Room,
    Teacher,
    Trainee,
    TrainingClass,
    TrainingPlan,
)
from training.queries.hours import roll_of
from training.services.enrolling import nominate
from training.services.planning import (
    approve_plan,
    draft_plan,
    edit_plan,
    open_class,
    plan_class,
    set_quotas,
    submit_plan,
)
from training.services.running import (
    choose_questionnaire,
    finish_class,
    settle_list,
    start_class,
)
from training.services.teaching import keep_room, keep_teacher, put_lesson

MADE = (
    TrainingPlan, TrainingClass, Quota, Teacher, Room, Lesson, Cost, Trainee, Enrolment, Leave,
    Certificate, OtherTraining,
)  # fmt: skip
#: The first day of a planned class lies so many days ahead, and its year is that day's.
AHEAD = 10


def first_day():
    return today() + timedelta(days=AHEAD)


def plan_of(cast, **values) -> TrainingPlan:
    given = {"year": first_day().year, "aim": "提高党工共建工作能力。", "budget": Decimal(90000)}
    return draft_plan(cast.city, actor=cast.office, values={**given, **values})


def planned(cast, plan: TrainingPlan | None = None, *, days: int = 2, **values) -> TrainingClass:
    start = first_day()
    given = {
        "title": "基层工会主席培训班", "audience": "基层工会主席", "aim": "党建带工建政策解读。",
        "starts_on": start, "ends_on": start + timedelta(days=days - 1), "apply_by": today(),
        "place": "市委党校", "capacity": 30, "budget": Decimal(30000), "region": "inside",
    }  # fmt: skip
    plan = plan or plan_of(cast)
    return plan_class(plan, actor=cast.office, values={**given, **values})


def approved(cast, plan: TrainingPlan) -> TrainingPlan:
    return approve_plan(submit_plan(plan, actor=cast.office), actor=cast.leader)


def opened(cast, *, quotas=None, plan: TrainingPlan | None = None, **values) -> TrainingClass:
    """Taking sign-ups; ``quotas`` by unit."""
    fresh = plan is None
    plan = plan or plan_of(cast)
    training_class = planned(cast, plan, **values)
    if fresh:
        approved(cast, plan)
    if quotas:
        set_quotas(
            training_class,
            actor=cast.office,
            places={unit.pk: count for unit, count in quotas.items()},
        )
    return open_class(TrainingClass.objects.get(pk=training_class.pk), actor=cast.office)


def signed_up(cast, training_class, unit=None, name="赵春梅", actor=None) -> Enrolment:
    """Approved in the same act, as the office of the region reaches the city alone."""
    unit = unit or cast.hongqi
    return nominate(
        training_class, actor=actor or cast.township, unit=unit, name=name, duty="党支部书记"
    )


def lesson(cast, training_class, *, day: int = 0, hour: int = 9, topic="党建带工建", **values):
    start = datetime.combine(training_class.starts_on + timedelta(days=day), time(hour), SHANGHAI)
    given = {
        "topic": topic, "form": "专题讲座", "starts_at": start,
        "ends_at": start + timedelta(hours=2, minutes=30), "hours": Decimal(4),
        "teacher": None, "room": None,
    }  # fmt: skip
    return put_lesson(training_class, actor=cast.office, values={**given, **values})


def teacher(cast, name="何教授") -> Teacher:
    values = {"name": name, "employer": "市委党校", "title": "教授", "is_invited": False}
    return keep_teacher(None, actor=cast.office, values=values)


def room(cast, name="第一教室", seats=60) -> Room:
    return keep_room(None, actor=cast.office, values={"name": name, "seats": seats})


def timetable(cast, training_class, *, days: int = 2) -> None:
    """A morning and an afternoon a day, of four hours each."""
    for day in range(days):
        for hour in (9, 14):
            lesson(cast, training_class, day=day, hour=hour, topic=f"第{day + 1}天{hour}时课")


def evaluation(cast, *, minimum: int = 3):
    values = {
        "title": "培训教学评价", "purpose": Purpose.EVALUATION, "is_anonymous": True,
        "minimum_sample": minimum,
    }  # fmt: skip
    form = create_questionnaire(actor=cast.office, values=values)
    version = form.versions.get()
    for text, kind in (("教学内容", QuestionKind.SCALE), ("意见建议", QuestionKind.TEXT)):
        add_question(
            version, actor=cast.office,
            values={"text": text, "kind": kind, "is_required": kind == QuestionKind.SCALE},
        )  # fmt: skip
    return publish_version(version, actor=cast.office)


def to_the_past(training_class: TrainingClass, *, days: int = AHEAD + 5) -> TrainingClass:
    """Put the whole class back by so many days, as if they had gone by."""
    back = timedelta(days=days)
    TrainingClass.objects.filter(pk=training_class.pk).update(
        starts_on=F("starts_on") - back, ends_on=F("ends_on") - back, apply_by=F("apply_by") - back
    )
    Lesson.objects.filter(training_class=training_class).update(
        starts_at=F("starts_at") - back, ends_at=F("ends_at") - back, day=F("day") - back
    )
    return TrainingClass.objects.get(pk=training_class.pk)


def listed(cast, training_class: TrainingClass | None = None, *, days: int = 2, past: bool = True):
    """The list is settled; the class lies in the past unless it is said otherwise."""
    training_class = training_class or opened(cast)
    if not training_class.enrolments.exists():
        signed_up(cast, training_class)
    timetable(cast, training_class, days=days)
    if past:
        training_class = to_the_past(training_class)
    return settle_list(training_class, actor=cast.office)


def running(cast, training_class: TrainingClass | None = None) -> TrainingClass:
    return start_class(listed(cast, training_class), actor=cast.office)


def called(cast, training_class, exceptions=None) -> None:
    """Everybody there but those named: name → attendance of every half-day, or list of them."""
    roll = roll_of(training_class)
    for place, session in enumerate(roll.sessions.all()):
        marks = {}
        for name, said in (exceptions or {}).items():
            attendance = said[place] if isinstance(said, list) else said
            member = roll.members.get(name=name)
            marks[member.pk] = Mark(Attendance(attendance))
        if marks:
            call_roll(session, actor=cast.office, marks=marks)
        call_the_rest(session, actor=cast.office)


def finished(cast, training_class: TrainingClass | None = None) -> TrainingClass:
    training_class = running(cast, training_class)
    called(cast, training_class)
    return finish_class(training_class, actor=cast.office)


def with_questionnaire(cast, training_class, *, minimum: int = 3) -> TrainingClass:
    version = evaluation(cast, minimum=minimum)
    return choose_questionnaire(training_class, actor=cast.office, version=version)


def sessions_of(training_class) -> list[RollSession]:
    return list(roll_of(training_class).sessions.all())


LESSON_FIELDS = ("topic", "form", "starts_at", "ends_at", "hours", "teacher", "room")


def edit(cast, plan: TrainingPlan, **values) -> TrainingPlan:
    return edit_plan(plan, actor=cast.office, values=values)
