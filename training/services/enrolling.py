"""Signing up: the unit names its people, its head lets them go, places are given in turn."""

from __future__ import annotations

from django.db import transaction

from gongjian.commons.rolls.models import RollMember
from gongjian.commons.rolls.services import strike_member
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.tenancy.scope import require_tenant_id
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Tenant, Unit
from orgs.queries import current_appointments, system_actor
from orgs.services import demand_valid
from training.authority import APPROVE_SIGN_UP, MANAGE_TRAINING, SIGN_UP
from training.enums import ENROLLING, LIVING, ClassState, EnrolmentState
from training.models import Enrolment, Trainee, TrainingClass
from training.services.places import fill_places, put_in_turn
from training.services.planning import lock_class
from training.services.telling import posts_of, tell_unit


def register_trainee(unit: Unit, *, name: str, duty: str = "") -> Trainee:
    """The person in the register, found again by unit and name; the post is kept up to date."""
    name = name.strip()
    trainee, created = Trainee.objects.get_or_create(
        unit=unit, name=name, defaults={"duty": duty.strip()}
    )
    if created:
        demand_valid(trainee)
    account = (
        current_appointments().filter(post__unit=unit, user__person_name=name).first()
        if trainee.user_ref is None
        else None
    )
    changed = []
    if account is not None:
        trainee.user_ref = account.user_id
        changed.append("user_ref")
    if duty.strip() and duty.strip() != trainee.duty:
        trainee.duty = duty.strip()
        changed.append("duty")
    if changed:
        trainee.save(update_fields=changed)
    return trainee


@transaction.atomic
def nominate(
    training_class: TrainingClass,
    *,
    actor: Actor,
    unit: Unit,
    name: str,
    duty: str = "",
    lodging: bool = False,
    note: str = "",
) -> Enrolment:
    """Name a person of a unit. Done by its head, it is approved in the same act."""
    if not actor.may(SIGN_UP, at=unit):
        raise NotPermitted(f"“{unit.name}”的人员由本单位报名，请与该单位联系。")
    training_class = lock_class(training_class)
    _demand_open(training_class)
    if not unit.path.startswith(training_class.unit.path):
        raise FieldErrors({"unit": f"这个班次面向{training_class.unit.name}所属单位。"})
    if not name.strip():
        raise FieldErrors({"name": "请填写姓名。"})
    trainee = register_trainee(unit, name=name, duty=duty)
    enrolment = Enrolment(
        training_class=training_class, trainee=trainee, unit=unit, lodging=lodging,
        note=note.strip(), nominated_by=actor.label[:200],
    )  # fmt: skip
    if training_class.enrolments.filter(
        trainee=trainee, state__in=[*LIVING, EnrolmentState.COMPLETED]
    ).exists():
        raise FieldErrors({"name": f"{trainee.name}已报名这个班次，不必重复报名。"})
    demand_valid(enrolment)
    enrolment.save()
    record("training.enrolment.nominated", enrolment, actor=actor, label="报名")
    if actor.may(APPROVE_SIGN_UP, at=unit):
        return _approve(enrolment, training_class, actor)
    tell_unit(
        enrolment, act="asked", title=f"请批准{trainee.name}参加{training_class}",
        body=f"{actor.label}报名，请于{long_date(training_class.apply_by)}前批准。",
    )  # fmt: skip
    return enrolment


def _demand_open(training_class: TrainingClass) -> None:
    if training_class.state != ClassState.OPEN:
        raise StateConflict(
            f"班次{training_class.get_state_display()}，现在不能报名；需要调整的，请与主办单位联系。"
        )
    if training_class.apply_by < today():
        raise DomainError(
            f"报名已于{long_date(training_class.apply_by)}截止；确需补报的，请主办单位延长报名截止。"
        )


@transaction.atomic
def approve_enrolment(enrolment: Enrolment, *, actor: Actor, reason: str = "") -> Enrolment:
    """批准: the person gets the next turn, and with it a place or a place in the queue."""
    if not actor.may(APPROVE_SIGN_UP, at=enrolment.unit):
        raise NotPermitted(f"由“{enrolment.unit.name}”负责人批准，请与其联系。")
    training_class = lock_class(enrolment.training_class)
    enrolment = Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment.pk)
    if enrolment.state != EnrolmentState.REQUESTED:
        raise StateConflict(f"这项报名{enrolment.get_state_display()}，请刷新后查看。")
    if training_class.state not in ENROLLING:
        raise StateConflict("班次已经开班或取消，不能再批准报名。")
    return _approve(enrolment, training_class, actor, reason)


def _approve(
    enrolment: Enrolment, training_class: TrainingClass, actor: Actor, reason: str = ""
) -> Enrolment:
    enrolment.approved_by = actor.label[:200]
    enrolment.save(update_fields=["approved_by"])
    record("training.enrolment.approved", enrolment, actor=actor, label="批准报名", reason=reason)
    return put_in_turn(enrolment, training_class)


@transaction.atomic
def decline_enrolment(enrolment: Enrolment, *, actor: Actor, reason: str) -> Enrolment:
    enrolment = advance(enrolment, "decline", actor=actor, at=enrolment.unit, reason=reason)
    tell_unit(
        enrolment, act="declined", title=f"未批准参加培训：{enrolment.trainee.name}", body=reason
    )
    return enrolment


@transaction.atomic
def cancel_enrolment(enrolment: Enrolment, *, actor: Actor, reason: str) -> Enrolment:
    """取消报名, until the class begins; the place goes to who waits longest."""
    training_class = lock_class(enrolment.training_class)
    if training_class.state not in ENROLLING:
        raise StateConflict("班次已经开班，不能取消报名；不能参加的，请办理请假或退学。")
    enrolment = advance(enrolment, "cancel", actor=actor, at=enrolment.unit, reason=reason)
    _off_the_roll(enrolment, training_class, f"取消报名：{reason}")
    fill_places(training_class)
    return enrolment


def _off_the_roll(enrolment: Enrolment, training_class: TrainingClass, reason: str) -> None:
    member = roll_member(enrolment, training_class)
    if member is not None and member.struck_at is None:
        machine = system_actor(Tenant.objects.get(pk=require_tenant_id()))
        strike_member(member, actor=machine, reason=reason)


def roll_member(enrolment: Enrolment, training_class: TrainingClass) -> RollMember | None:
    return RollMember.objects.filter(
        roll__subject_kind=training_class._meta.label_lower,
        roll__subject_id=training_class.pk,
        unit_id=enrolment.unit_id,
        name=enrolment.trainee.name,
    ).first()


@transaction.atomic
def move_enrolment(
    enrolment: Enrolment, *, actor: Actor, to: TrainingClass, reason: str
) -> Enrolment:
    """转班: into another class with a turn of its own; the old place is given on."""
    if to.pk == enrolment.training_class_id:
        raise FieldErrors({"to": "已在这个班次，请选另一个班次。"})
    # Both classes in the order of their keys, so that two moves never wait on each other.
    locked = {
        pk: lock_class(TrainingClass(pk=pk)) for pk in sorted({to.pk, enrolment.training_class_id})
    }
    old, new = locked[enrolment.training_class_id], locked[to.pk]
    if old.state not in ENROLLING:
        raise StateConflict("原班次已经开班，不能转班。")
    if new.state not in ENROLLING:
        raise FieldErrors({"to": f"{new}{new.get_state_display()}，不能转入，请选报名中的班次。"})
    if not enrolment.unit.path.startswith(new.unit.path):
        raise FieldErrors({"to": "这个班次不面向该单位，请另选。"})
    if not reason.strip():
        raise FieldErrors({"reason": "转班须写明理由。"})
    if new.enrolments.filter(trainee_id=enrolment.trainee_id, state__in=LIVING).exists():
        raise FieldErrors({"to": "此人已报名这个班次，请取消原报名即可。"})
    enrolment = advance(enrolment, "move", actor=actor, at=enrolment.unit, reason=reason)
    _off_the_roll(enrolment, old, f"转班：{reason}")
    arrived = Enrolment(
        training_class=new, trainee=enrolment.trainee, unit=enrolment.unit,
        lodging=enrolment.lodging, note=enrolment.note, nominated_by=actor.label[:200],
        approved_by=enrolment.approved_by, moved_from=enrolment,
    )  # fmt: skip
    demand_valid(arrived)
    arrived.save()
    record("training.enrolment.arrived", arrived, actor=actor, label=f"转自{old}"[:60])
    arrived = put_in_turn(arrived, new)
    fill_places(old)
    return arrived


@transaction.atomic
def expel(enrolment: Enrolment, *, actor: Actor, reason: str) -> Enrolment:
    """退学, from the final list on: who missed more than the rule allows, or never came."""
    if not actor.may(MANAGE_TRAINING, at=enrolment.training_class.unit):
        raise NotPermitted("退学由主办单位办理，请与其联系。")
    training_class = lock_class(enrolment.training_class)
    if training_class.state not in {ClassState.LISTED, ClassState.RUNNING}:
        raise StateConflict("名单确定以后、结班以前才能办理退学。")
    enrolment = advance(
        enrolment, "expel", actor=actor, at=training_class.unit, reason=reason,
        changes={"result_reason": reason[:200]},
    )  # fmt: skip
    _off_the_roll(enrolment, training_class, f"退学：{reason}")
    tell_unit(
        enrolment, act="expelled", title=f"退学：{enrolment.trainee.name}（{training_class}）",
        body=reason,
    )  # fmt: skip
    fill_places(training_class)
    return enrolment


def recipients_of(training_class: TrainingClass) -> list[int]:
    """Posts of the units that have somebody in the class."""
    unit_ids = training_class.enrolments.filter(state__in=LIVING).values_list("unit_id", flat=True)
    return posts_of(set(unit_ids))
