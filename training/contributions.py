"""What training puts on the shelves: navigation, to-dos, the card, the subject of rolls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from gongjian.commons.rolls.shelf import RollSubject, roll_subjects
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.counts import Asking
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
#: What a class that has ended still needs.
_NEXT = {ClassState.RUNNING: "办理结班", ClassState.FINISHED: "补齐材料归档"}

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


def find_todos(actor: Actor) -> Asking[Sequence[Todo]]:
    """Plans and sign-ups to approve, places to fill, leave to decide, classes to close."""
    approves, manages = actor.may(APPROVE_TRAINING), actor.may(MANAGE_TRAINING)
    quotas = open_quotas(actor).filter(training_class__apply_by__gte=today())
    plans, files, sign_ups, places, leaves, over = yield [
        plans_to_approve(actor)[:MOST_TODOS] if approves else None,
        late_files(actor)[:MOST_TODOS] if approves else None,
        sign_ups_to_approve(actor)[:MOST_TODOS] if actor.may(APPROVE_SIGN_UP) else None,
        quotas[:MOST_TODOS] if actor.may(SIGN_UP) else None,
        leaves_to_decide(actor)[:MOST_TODOS] if manages else None,
        _over(actor)[:MOST_TODOS] if manages else None,
    ]
    return [
        *(
            Todo(title=f"批准{plan}", url=plan.get_absolute_url(), icon="circle-check")
            for plan in plans
        ),
        *(
            Todo(title=f"审批材料不全的说明：{item}", url=item.get_absolute_url(), icon="archive")
            for item in files
        ),
        *(
            Todo(
                title=f"批准{item.trainee.name}参加{item.training_class}",
                url=item.get_absolute_url(),
                note=item.unit.name,
                due_on=item.training_class.apply_by,
                icon="user-check",
            )
            for item in sign_ups
        ),
        *(
            Todo(
                title=f"培训报名：{quota.training_class}",
                url=quota.training_class.get_absolute_url(),
                note=f"本单位名额{quota.places}个",
                due_on=quota.training_class.apply_by,
                icon="school",
            )
            for quota in places
        ),
        *(
            Todo(
                title=f"{item.enrolment.trainee.name}请假待批",
                url=item.enrolment.training_class.get_absolute_url(),
                note=f"{words(item.hours)}学时",
                icon="clock",
            )
            for item in leaves
        ),
        *(
            Todo(
                title=f"{_NEXT[ClassState(item.state)]}：{item}",
                url=item.get_absolute_url(),
                icon="archive",
            )
            for item in over
        ),
    ]


def _over(actor: Actor) -> QuerySet[TrainingClass]:
    """Classes that have ended and are not filed yet."""
    return (
        TrainingClass.objects.within(actor.scope(MANAGE_TRAINING))
        .filter(state__in=[ClassState.RUNNING, ClassState.FINISHED], ends_on__lte=today())
        .order_by("ends_on")
    )


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
