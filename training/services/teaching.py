"""The timetable: who teaches what where; nobody and no room twice at one time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from orgs.services import demand_valid
from training.authority import MANAGE_TRAINING
from training.enums import SCHEDULING, ClassState
from training.models import Lesson, Room, Teacher, TrainingClass
from training.queries.hours import half_of
from training.services.planning import demand_manager, lock_class


@transaction.atomic
def keep_teacher(teacher: Teacher | None, *, actor: Actor, values: Mapping[str, Any]) -> Teacher:
    """A teacher of the register, new or changed."""
    _demand_any(actor)
    teacher = teacher or Teacher()
    for name, value in values.items():
        setattr(teacher, name, value)
    demand_valid(teacher)
    teacher.save()
    record("training.teacher.kept", teacher, actor=actor, label="登记师资")
    return teacher


@transaction.atomic
def keep_room(room: Room | None, *, actor: Actor, values: Mapping[str, Any]) -> Room:
    _demand_any(actor)
    room = room or Room()
    for name, value in values.items():
        setattr(room, name, value)
    demand_valid(room)
    room.save()
    record("training.room.kept", room, actor=actor, label="登记教室")
    return room


def _demand_any(actor: Actor) -> None:
    if not actor.may(MANAGE_TRAINING):
        raise NotPermitted("师资和教室由办班单位登记，请与其联系。")


@transaction.atomic
def put_lesson(
    training_class: TrainingClass,
    *,
    actor: Actor,
    values: Mapping[str, Any],
    lesson: Lesson | None = None,
) -> Lesson:
    """Write a line of the timetable. Teacher and room are locked: two clerks cannot both win."""
    demand_manager(actor, training_class.unit)
    training_class = lock_class(training_class)
    _demand_changeable(training_class, lesson)
    lesson = lesson or Lesson(training_class=training_class)
    for name, value in values.items():
        setattr(lesson, name, value)
    start, end = timezone.localtime(lesson.starts_at), timezone.localtime(lesson.ends_at)
    lesson.day, lesson.half = start.date(), half_of(start.hour)
    if not training_class.starts_on <= start.date() <= training_class.ends_on:
        raise FieldErrors({"starts_at": "上课时间应在开班到结班的日期之内，请改正。"})
    if start.date() != end.date():
        raise FieldErrors({"ends_at": "一节课应在同一天内结束，请分成两节。"})
    # In the order of keys within each table, always teachers first.
    if lesson.teacher_id:
        Teacher.objects.select_for_update(of=("self",)).get(pk=lesson.teacher_id)
    if lesson.room_id:
        Room.objects.select_for_update(of=("self",)).get(pk=lesson.room_id)
    demand_valid(lesson)
    _demand_free(lesson)
    lesson.save()
    record(
        "training.class.lesson_put", training_class, actor=actor,
        label=f"排课：{lesson.topic}"[:60],
    )  # fmt: skip
    return lesson


def _demand_changeable(training_class: TrainingClass, lesson: Lesson | None) -> None:
    if training_class.state not in {*SCHEDULING, ClassState.RUNNING}:
        raise StateConflict("班次已经结班或取消，课表不能再改。")
    if training_class.state in {ClassState.LISTED, ClassState.RUNNING} and lesson is None:
        raise StateConflict(
            "名单确定以后名册按课表的半天建立，不能再加课；可以改课题、授课人和教室。"
        )


def _demand_free(lesson: Lesson) -> None:
    """Refuse a clash, and say with what."""
    overlapping = Lesson.objects.filter(
        starts_at__lt=lesson.ends_at, ends_at__gt=lesson.starts_at
    ).exclude(pk=lesson.pk)
    overlapping = overlapping.exclude(training_class__state=ClassState.CANCELLED)
    errors: dict[str, str] = {}
    for field, label, found in (
        ("starts_at", "本班", overlapping.filter(training_class=lesson.training_class_id)),
        ("teacher", "授课人", overlapping.filter(teacher_id=lesson.teacher_id or 0)),
        ("room", "教室", overlapping.filter(room_id=lesson.room_id or 0)),
    ):
        other = found.select_related("training_class").first()
        if other is not None:
            errors[field] = (
                f"{label}这一时间已有安排：{other.training_class}“{other.topic}”"
                f"（{other.when_words}），请换时间或另选。"
            )
    if lesson.room and lesson.room.seats < lesson.training_class.capacity and "room" not in errors:
        errors["room"] = (
            f"{lesson.room}只有{lesson.room.seats}个座位，本班{lesson.training_class.capacity}人，"
            "请换教室。"
        )
    if errors:
        raise FieldErrors(errors)


@transaction.atomic
def edit_lesson(lesson: Lesson, *, actor: Actor, values: Mapping[str, Any]) -> Lesson:
    """Change a line; once the roll stands it may not leave its half-day."""
    locked = Lesson.objects.select_for_update(of=("self",))
    held = locked.select_related("training_class__unit").get(pk=lesson.pk)
    if held.training_class.state in {ClassState.LISTED, ClassState.RUNNING}:
        start = timezone.localtime(values["starts_at"])
        if (start.date(), half_of(start.hour)) != (held.day, held.half):
            raise FieldErrors({"starts_at": "名册已按半天建立，只能在同一半天内调整时间。"})
        if values["hours"] != held.hours:
            raise FieldErrors({"hours": "名册已经建立，学时不能再改。"})
    return put_lesson(held.training_class, actor=actor, values=values, lesson=held)


@transaction.atomic
def drop_lesson(lesson: Lesson, *, actor: Actor) -> TrainingClass:
    training_class = lesson.training_class
    demand_manager(actor, training_class.unit)
    training_class = lock_class(training_class)
    if training_class.state not in {ClassState.PLANNED, ClassState.OPEN}:
        raise StateConflict("名单确定以后名册按课表建立，不能再删课。")
    topic = lesson.topic
    lesson.delete()
    record(
        "training.class.lesson_dropped",
        training_class,
        actor=actor,
        label=f"删除课程：{topic}"[:60],
    )
    return training_class
