"""Giving places. The machine gives them, in the order of turns, under the lock of the class."""

from __future__ import annotations

from gongjian.commons.rolls.models import Roll
from gongjian.commons.rolls.services import expect_member
from gongjian.foundation.kernel.dates import long_date
from gongjian.foundation.tenancy.scope import require_tenant_id
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Tenant
from orgs.queries import system_actor
from training.enums import ENROLLING, ClassState
from training.models import Enrolment, TrainingClass
from training.queries.places import Places, waiting_in_turn
from training.services.telling import tell_unit


def fill_places(training_class: TrainingClass) -> list[Enrolment]:
    """Book who waits as long as there is room, the earliest first.

    The class must be locked by the caller. Somebody without room under the
    quota of the own unit does not hold up those behind.
    """
    if training_class.state not in ENROLLING:
        return []
    places = Places(training_class)
    booked = []
    for enrolment in waiting_in_turn(training_class):
        if places.has_room(enrolment.unit.path):
            booked.append(give_place(enrolment, training_class))
            places.take(enrolment.unit.path)
    return booked


def give_place(enrolment: Enrolment, training_class: TrainingClass) -> Enrolment:
    """Book one; from the final list on the person also stands on the roll."""
    waited = enrolment.state == "waiting"
    machine = system_actor(Tenant.objects.get(pk=require_tenant_id()))
    enrolment = advance(enrolment, "book", actor=machine, at=enrolment.unit)
    if training_class.state == ClassState.LISTED:
        roll = Roll.objects.filter(
            subject_kind=training_class._meta.label_lower, subject_id=training_class.pk
        ).first()
        if roll is not None:
            expect_member(
                roll, actor=machine, unit=enrolment.unit, name=enrolment.trainee.name,
                duty=enrolment.trainee.duty, capacity="学员",
            )  # fmt: skip
    head = "候补录取" if waited else "已录取"
    tell_unit(
        enrolment, act=f"booked-{enrolment.turn}",
        title=f"{head}：{enrolment.trainee.name}参加{training_class}",
        body=f"{long_date(training_class.starts_on)}报到，{training_class.place}。",
    )  # fmt: skip
    return enrolment


def put_in_turn(enrolment: Enrolment, training_class: TrainingClass) -> Enrolment:
    """The next turn of a locked class: a place when there is room, else the wait-list.

    Nobody passes those who already wait for the same place.
    """
    training_class.last_turn += 1
    training_class.save(update_fields=["last_turn"])
    enrolment.turn = training_class.last_turn
    enrolment.save(update_fields=["turn"])
    places = Places(training_class)
    if places.has_room(enrolment.unit.path):
        return give_place(enrolment, training_class)
    machine = system_actor(Tenant.objects.get(pk=require_tenant_id()))
    enrolment = advance(enrolment, "wait", actor=machine, at=enrolment.unit)
    tell_unit(
        enrolment, act=f"waiting-{enrolment.turn}",
        title=f"列入候补：{enrolment.trainee.name}参加{training_class}",
        body="名额已满，有空额时按次序自动录取。",
    )  # fmt: skip
    return enrolment
