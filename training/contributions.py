"""What training puts on the shelves: navigation, to-dos, the card, the subject of rolls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from gongjian.commons.rolls.shelf import RollSubject, roll_subjects
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.web.shelves import (
    DashboardCard,
    NavigationEntry,
    Todo,
    TodoSource,
    dashboard_cards,
    navigation,
    todo_sources,
)
from training.authority import (
    APPROVE_SIGN_UP,
    APPROVE_TRAINING,
    MANAGE_TRAINING,
    SIGN_UP,
    VIEW_TRAINING,
)
from training.enums import HELD, SEATED, ClassState
from training.models import TrainingClass
from training.queries.classes import (
    classes_for,
    late_files,
    leaves_to_decide,
    open_quotas,
    plans_to_approve,
    sign_ups_to_approve,
)
from training.queries.hours import words

MOST_TODOS = 5

navigation.register(
    NavigationEntry(
        key="training.list",
        label="干部培训",
        group="七项机制",
        url_name="training:class_list",
        icon="school",
        permission=VIEW_TRAINING,
        order=40,
    )
)


def find_todos(actor: Actor) -> Sequence[Todo]:
    """Plans and sign-ups to approve, places to fill, leave to decide, classes to close."""
    todos: list[Todo] = []
    if actor.may(APPROVE_TRAINING):
        todos += [
            Todo(title=f"批准{plan}", url=plan.get_absolute_url(), icon="circle-check")
            for plan in plans_to_approve(actor)[:MOST_TODOS]
        ]
        todos += [
            Todo(title=f"审批材料不全的说明：{item}", url=item.get_absolute_url(), icon="archive")
            for item in late_files(actor)[:MOST_TODOS]
        ]
    if actor.may(APPROVE_SIGN_UP):
        todos += [
            Todo(
                title=f"批准{item.trainee.name}参加{item.training_class}",
                url=item.get_absolute_url(),
                note=item.unit.name,
                due_on=item.training_class.apply_by,
                icon="user-check",
            )
            for item in sign_ups_to_approve(actor)[:MOST_TODOS]
        ]
    if actor.may(SIGN_UP):
        todos += _places_to_fill(actor)
    if actor.may(MANAGE_TRAINING):
        todos += _organizing(actor)
    return todos


def _places_to_fill(actor: Actor) -> list[Todo]:
    return [
        Todo(
            title=f"培训报名：{quota.training_class}",
            url=quota.training_class.get_absolute_url(),
            note=f"本单位名额{quota.places}个",
            due_on=quota.training_class.apply_by,
            icon="school",
        )
        for quota in open_quotas(actor)[:MOST_TODOS]
        if quota.training_class.apply_by >= today()
    ]


def _organizing(actor: Actor) -> list[Todo]:
    found = [
        Todo(
            title=f"{item.enrolment.trainee.name}请假待批",
            url=item.enrolment.training_class.get_absolute_url(),
            note=f"{words(item.hours)}学时",
            icon="clock",
        )
        for item in leaves_to_decide(actor)[:MOST_TODOS]
    ]
    over = (
        TrainingClass.objects.within(actor.scope(MANAGE_TRAINING))
        .filter(state__in=[ClassState.RUNNING, ClassState.FINISHED], ends_on__lte=today())
        .order_by("ends_on")
    )
    found += [
        Todo(
            title=f"{'办理结班' if item.state == ClassState.RUNNING else '补齐材料归档'}：{item}",
            url=item.get_absolute_url(),
            icon="archive",
        )
        for item in over[:MOST_TODOS]
    ]
    return found


todo_sources.register(TodoSource("training", "干部培训", find_todos))


def build_card(actor: Actor) -> Mapping[str, Any] | None:
    """The next class, and how many were held this year."""
    classes = classes_for(actor)
    coming = (
        classes.filter(ends_on__gte=today())
        .exclude(state__in=[ClassState.CANCELLED, ClassState.PLANNED])
        .order_by("starts_on", "pk")
        .first()
    )
    held = classes.filter(state__in=HELD, ends_on__year=today().year).count()
    if coming is None and not held:
        return None
    seats = coming.enrolments.filter(state__in=SEATED).count() if coming is not None else 0
    return {"coming": coming, "held": held, "seats": seats}


dashboard_cards.register(
    DashboardCard(
        key="training.next",
        title="干部培训",
        template="training/_card.html",
        build=build_card,
        permission=VIEW_TRAINING,
        order=64,
        width="third",
        icon="school",
    )
)
roll_subjects.register(
    RollSubject(
        key="training.trainingclass",
        url=lambda pk: reverse("training:trainingclass_detail", args=[pk]),
    )
)
