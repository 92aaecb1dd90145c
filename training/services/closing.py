"""Certificates, the closing pack, the register of training elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from gongjian.commons.documents.services import take_number
from gongjian.commons.documents.verification import new_code
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict
from gongjian.foundation.tenancy.scope import require_tenant_id
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Tenant, Unit
from orgs.services import demand_valid
from training.authority import APPROVE_TRAINING, SIGN_UP
from training.enums import HELD, CertificateState, ClassState, EnrolmentState
from training.models import Certificate, Enrolment, OtherTraining, TrainingClass
from training.queries.closing import missing_pieces
from training.queries.hours import words
from training.services.enrolling import register_trainee
from training.services.planning import demand_manager, lock_class
from training.services.telling import posts_with, tell_posts, tell_unit

#: Behind the mark of the region in the register of numbers, apart from the documents.
MARK_TAIL = "培结"


@transaction.atomic
def write_papers(
    training_class: TrainingClass, *, actor: Actor, values: Mapping[str, Any]
) -> TrainingClass:
    """开班议程 and 办班小结 as text."""
    demand_manager(actor, training_class.unit)
    training_class = lock_class(training_class)
    if training_class.state in {ClassState.ARCHIVED, ClassState.CANCELLED}:
        raise StateConflict("班次已经归档或取消，材料不能再改。")
    for name in ("opening", "summary"):
        if name in values:
            setattr(training_class, name, values[name].strip())
    demand_valid(training_class)
    training_class.save(update_fields=["opening", "summary"])
    record("training.class.papers", training_class, actor=actor, label="填写班次材料")
    return training_class


@transaction.atomic
def issue_certificates(training_class: TrainingClass, *, actor: Actor) -> list[Certificate]:
    """发结业证书 to everybody who completed and has none that is valid."""
    demand_manager(actor, training_class.unit)
    training_class = lock_class(training_class)
    if training_class.state not in HELD:
        raise StateConflict("办理结班、确定结果以后才能发结业证书。")
    waiting = (
        training_class.enrolments.filter(state=EnrolmentState.COMPLETED)
        .exclude(certificates__state=CertificateState.VALID)
        .select_related("trainee", "unit")
        .order_by("unit__path", "turn")
    )
    made = [_certify(enrolment, training_class, actor) for enrolment in waiting]
    if not made:
        raise DomainError("没有待发证的结业学员，不必重复发证。")
    record(
        "training.class.certified", training_class, actor=actor, label=f"发结业证书{len(made)}本"
    )
    return made


def _certify(enrolment: Enrolment, training_class: TrainingClass, actor: Actor) -> Certificate:
    tenant = Tenant.objects.get(pk=require_tenant_id())
    day = today()
    mark = f"{tenant.document_mark}{MARK_TAIL}"
    number = f"{mark}〔{day.year}〕第{take_number(mark, day.year):04d}号"
    days = f"{long_date(training_class.starts_on)}至{long_date(training_class.ends_on)}"
    certificate = Certificate(
        enrolment=enrolment, number=number, code=new_code(tenant.pk), issued_on=day,
        printed=[
            ["证书编号", number], ["姓名", enrolment.trainee.name],
            ["单位", enrolment.unit.name], ["职务", enrolment.trainee.duty or "—"],
            ["培训班次", training_class.title], ["培训时间", days],
            ["学时", f"{words(enrolment.hours or Decimal(0))}学时"], ["结果", "结业"],
            ["发证单位", training_class.unit.name if training_class.unit.parent_id
             else tenant.leading_group],
            ["发证日期", long_date(day)],
        ],
    )  # fmt: skip
    demand_valid(certificate)
    certificate.save()
    record("training.certificate.issued", certificate, actor=actor, label="发证")
    tell_unit(
        enrolment, act=f"cert-{certificate.pk}", title=f"已结业：{enrolment.trainee.name}",
        body=f"{training_class}，证书编号{number}。",
    )  # fmt: skip
    return certificate


@transaction.atomic
def revoke_certificate(certificate: Certificate, *, actor: Actor, reason: str) -> Certificate:
    """撤销: the verification page says so from now on, with the reason."""
    training_class = certificate.enrolment.training_class
    certificate = advance(
        certificate, "revoke", actor=actor, at=training_class.unit, reason=reason,
        changes={"revoked_on": today(), "revoked_reason": reason[:500]},
    )  # fmt: skip
    tell_unit(
        certificate.enrolment, act=f"revoked-{certificate.pk}"[:20],
        title=f"结业证书撤销：{certificate.number}", body=reason,
    )  # fmt: skip
    return certificate


@transaction.atomic
def explain_late(training_class: TrainingClass, *, actor: Actor, reason: str) -> TrainingClass:
    """材料不全的说明: the file may be closed without some pieces when this is consented to."""
    demand_manager(actor, training_class.unit)
    training_class = lock_class(training_class)
    if training_class.state != ClassState.FINISHED:
        raise StateConflict("结班以后、归档以前才需要说明。")
    missing = missing_pieces(training_class)
    if not missing:
        raise DomainError("材料已经齐全，可以直接归档，不必说明。")
    training_class.late_reason, training_class.late_granted_by = reason.strip(), ""
    demand_valid(training_class)
    training_class.save(update_fields=["late_reason", "late_granted_by"])
    record(
        "training.class.late_explained", training_class, actor=actor, label="说明材料不全的原因",
        reason=reason,
    )  # fmt: skip
    names = "、".join(piece.label for piece in missing)
    tell_posts(
        training_class, act=f"late-{len(reason)}", title=f"请审批材料不全的说明：{training_class}",
        body=f"缺少：{names}。说明：{reason}", posts=posts_with("leader"),
    )  # fmt: skip
    return training_class


@transaction.atomic
def grant_late(training_class: TrainingClass, *, actor: Actor) -> TrainingClass:
    if not actor.may(APPROVE_TRAINING, at=training_class.unit):
        raise NotPermitted("由领导小组领导同意，请与其联系。")
    training_class = lock_class(training_class)
    if training_class.state != ClassState.FINISHED or not training_class.late_reason:
        raise StateConflict("现在没有等待同意的说明，请刷新后查看。")
    if training_class.late_granted_by:
        raise StateConflict("已经同意，不必重复办理。")
    training_class.late_granted_by = actor.label[:200]
    training_class.save(update_fields=["late_granted_by"])
    record("training.class.late_granted", training_class, actor=actor, label="同意材料不全归档")
    return training_class


@transaction.atomic
def archive_class(
    training_class: TrainingClass, *, actor: Actor, reason: str = ""
) -> TrainingClass:
    """归档: only a complete file, or one whose gaps were explained and consented to."""
    training_class = lock_class(training_class)
    missing = missing_pieces(training_class)
    if missing and not training_class.late_granted_by:
        names = "；".join(f"{piece.label}（{piece.remedy}）" for piece in missing)
        raise DomainError(f"材料还缺：{names}。补齐后归档；确实不能补齐的，请先说明原因报批。")
    return advance(training_class, "archive", actor=actor, at=training_class.unit, reason=reason)


@transaction.atomic
def note_other(unit: Unit, *, actor: Actor, name: str, duty: str, values: Mapping[str, Any]
               ) -> OtherTraining:  # fmt: skip
    """外部培训, told once; the certificate may be attached to the person's record."""
    if not actor.may(SIGN_UP, at=unit):
        raise NotPermitted(f"“{unit.name}”人员的外部培训由本单位登记，请与该单位联系。")
    trainee = register_trainee(unit, name=name, duty=duty)
    other = OtherTraining(trainee=trainee, noted_by=actor.label[:200], **values)
    demand_valid(other)
    other.save()
    record("training.other.noted", trainee, actor=actor, label=f"登记外部培训：{other.title}"[:60])
    return other
