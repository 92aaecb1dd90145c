"""Files of a class (scheme, agenda, signed sheets, notes, summary); proof of other training."""

from __future__ import annotations

from datetime import datetime

from gongjian.commons.evidence.shelf import EvidenceSubject, evidence_subjects
from gongjian.foundation.kernel.actor import Actor
from training.authority import MANAGE_TRAINING, SIGN_UP
from training.enums import ClassState
from training.models import OtherTraining, TrainingClass
from training.queries.classes import classes_for
from training.queries.closing import SLOTS
from training.queries.people import trainees_for


def _find_class(pk: int, lock: bool) -> TrainingClass | None:  # noqa: FBT001 -- the shelf's signature
    found = TrainingClass.objects.select_related("unit").filter(pk=pk)
    return found.select_for_update(of=("self",)).first() if lock else found.first()


def _may_read_class(actor: Actor, training_class: TrainingClass, slot: str) -> bool:
    if actor.may(MANAGE_TRAINING, at=training_class.unit):
        return True
    # Signed sheets and the summary are the organizer's; lecture notes are for those who learn.
    return slot in {"material", "scheme", "opening"} and (
        classes_for(actor).filter(pk=training_class.pk).exists()
    )


def _may_add_class(actor: Actor, training_class: TrainingClass, slot: str) -> bool:
    return training_class.state not in {
        ClassState.ARCHIVED, ClassState.CANCELLED,
    } and actor.may(MANAGE_TRAINING, at=training_class.unit)  # fmt: skip


def _class_sealed(training_class: TrainingClass, slot: str, added_at: datetime) -> bool:
    return training_class.state == ClassState.ARCHIVED


def _find_other(pk: int, lock: bool) -> OtherTraining | None:  # noqa: FBT001 -- the shelf's signature
    found = OtherTraining.objects.select_related("trainee__unit").filter(pk=pk)
    return found.select_for_update(of=("self",)).first() if lock else found.first()


evidence_subjects.register(
    EvidenceSubject(
        key="training.trainingclass",
        find=_find_class,
        unit_of=lambda training_class: training_class.unit,
        may_read=_may_read_class,
        may_add=_may_add_class,
        is_sealed=_class_sealed,
        has_slot=lambda training_class, slot: slot in SLOTS,
        url_of=lambda training_class, slot: training_class.get_absolute_url(),
    )
)
evidence_subjects.register(
    EvidenceSubject(
        key="training.othertraining",
        find=_find_other,
        unit_of=lambda other: other.trainee.unit,
        may_read=lambda actor, other, slot: (
            trainees_for(actor).filter(pk=other.trainee_id).exists()
        ),
        may_add=lambda actor, other, slot: actor.may(SIGN_UP, at=other.trainee.unit),
        is_sealed=lambda other, slot, added_at: False,
        has_slot=lambda other, slot: slot == "",
        url_of=lambda other, slot: other.trainee.get_absolute_url(),
    )
)
