"""Which plans and classes a post sees, and what it owes."""

from __future__ import annotations

from django.db.models import Q

from gongjian.commons.documents.models import OfficialDocument
from gongjian.foundation.kernel.actor import PATH_STEP, Actor
from gongjian.foundation.tenancy.models import TenantQuerySet
from training.authority import (
    APPROVE_SIGN_UP,
    APPROVE_TRAINING,
    MANAGE_TRAINING,
    VIEW_TRAINING,
)
from training.enums import (
    CALLING,
    ClassState,
    EnrolmentState,
    LeaveState,
    PlanState,
)
from training.models import Enrolment, Leave, Quota, TrainingClass, TrainingPlan


def paths_above(path: str) -> list[str]:
    """The unit itself and all above it."""
    return [path[:end] for end in range(PATH_STEP, len(path) + 1, PATH_STEP)]


def classes_for(actor: Actor) -> TenantQuerySet[TrainingClass]:
    """Classes of the reach, and those of units above once sign-up has begun."""
    seen = TrainingClass.objects.within(actor.scope(VIEW_TRAINING)).values("pk")
    offered = Q(unit__path__in=paths_above(actor.path)) & ~Q(state=ClassState.PLANNED)
    found: TenantQuerySet[TrainingClass] = TrainingClass.objects.filter(  # type: ignore[assignment]
        Q(pk__in=seen) | offered
    )
    return found.select_related("unit", "plan__unit", "questionnaire__questionnaire")


def plans_for(actor: Actor) -> TenantQuerySet[TrainingPlan]:
    """Plans of the reach; below, what was approved above is known as well."""
    seen = TrainingPlan.objects.within(actor.scope(VIEW_TRAINING)).values("pk")
    above = Q(unit__path__in=paths_above(actor.path), state=PlanState.APPROVED)
    found: TenantQuerySet[TrainingPlan] = TrainingPlan.objects.filter(  # type: ignore[assignment]
        Q(pk__in=seen) | above
    )
    return found.select_related("unit")


def plans_to_approve(actor: Actor) -> TenantQuerySet[TrainingPlan]:
    found: TenantQuerySet[TrainingPlan] = (
        TrainingPlan.objects.within(actor.scope(APPROVE_TRAINING))
        .filter(state=PlanState.SUBMITTED)
        .select_related("unit")
    )
    return found


def late_files(actor: Actor) -> TenantQuerySet[TrainingClass]:
    """Classes whose unit explained why the file is incomplete and waits for consent."""
    found: TenantQuerySet[TrainingClass] = (
        TrainingClass.objects.within(actor.scope(APPROVE_TRAINING))
        .filter(state=ClassState.FINISHED, late_granted_by="")
        .exclude(late_reason="")
    )
    return found


def sign_ups_to_approve(actor: Actor) -> TenantQuerySet[Enrolment]:
    found: TenantQuerySet[Enrolment] = (
        Enrolment.objects.within(actor.scope(APPROVE_SIGN_UP))
        .filter(state=EnrolmentState.REQUESTED, training_class__state=ClassState.OPEN)
        .select_related("trainee", "training_class", "unit")
    )
    return found


def open_quotas(actor: Actor) -> TenantQuerySet[Quota]:
    """Places given to the own unit in classes that take sign-ups."""
    found: TenantQuerySet[Quota] = Quota.objects.filter(  # type: ignore[assignment]
        unit_id=actor.unit_id or 0,
        training_class__state=ClassState.OPEN,
        training_class__quotas_released_at__isnull=True,
    )
    return found.select_related("training_class", "unit")


def leaves_to_decide(actor: Actor) -> TenantQuerySet[Leave]:
    classes = TrainingClass.objects.within(actor.scope(MANAGE_TRAINING)).filter(state__in=CALLING)
    found: TenantQuerySet[Leave] = Leave.objects.filter(  # type: ignore[assignment]
        state=LeaveState.ASKED, enrolment__training_class__in=classes.values("pk")
    )
    return found.select_related("enrolment__trainee", "enrolment__training_class")


def notices_of(training_class: TrainingClass) -> TenantQuerySet[OfficialDocument]:
    """培训通知 of a class, void ones as well."""
    found: TenantQuerySet[OfficialDocument] = OfficialDocument.objects.filter(  # type: ignore[assignment]
        subject_kind=training_class._meta.label_lower, subject_id=training_class.pk
    )
    return found
