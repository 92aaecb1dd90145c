"""Writes of development plans: drawn up by the unit, agreed to by its superior."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from gongjian.commons.notices.services import notify
from gongjian.foundation.audit.trail import history_of, record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Unit
from orgs.queries import current_appointments
from orgs.services import demand_valid
from responsibilities.authority import WRITE_DEVELOPMENT
from responsibilities.enums import DevelopmentState
from responsibilities.models import DevelopmentMeasure, DevelopmentPlan
from responsibilities.queries.returns import reviewers_of
from responsibilities.services.guidance import MeasureLine

_FIELDS = ("from_year", "to_year", "situation", "goals", "guarantees")
RULE = "responsibilities.development"


def _demand(actor: Actor, unit: Unit) -> None:
    if not actor.may(WRITE_DEVELOPMENT, at=unit):
        raise NotPermitted("只能编制本单位的发展规划，请切换职务。")


def _locked_open(development: DevelopmentPlan) -> DevelopmentPlan:
    found = (
        DevelopmentPlan.objects.select_for_update(of=("self",))
        .select_related("unit")
        .get(pk=development.pk)
    )
    if not found.is_editable:
        raise StateConflict(
            f"“{found}”{found.get_state_display()}，不能修改；已同意的请先办理修订。"
        )
    return found


@transaction.atomic
def save_development(
    development: DevelopmentPlan | None, *, actor: Actor, unit: Unit, values: Mapping[str, Any]
) -> DevelopmentPlan:
    """Draw up or change the wording of a development plan."""
    _demand(actor, unit)
    is_new = development is None
    development = DevelopmentPlan(unit=unit) if development is None else _locked_open(development)
    for name in _FIELDS:
        setattr(development, name, values[name])
    if development.from_year > development.to_year:
        raise FieldErrors({"to_year": "截止年度不能早于起始年度，请更正。"})
    demand_valid(development)
    development.save()
    record(
        "responsibilities.development.drawn_up"
        if is_new
        else "responsibilities.development.edited",
        development,
        actor=actor,
        label="编制发展规划" if is_new else "修改发展规划",
    )
    return development


@transaction.atomic
def set_development_measures(
    development: DevelopmentPlan, *, actor: Actor, lines: Sequence[MeasureLine]
) -> DevelopmentPlan:
    """Write the measures with a name and a day each; what is done stays done."""
    development = _locked_open(development)
    _demand(actor, development.unit)
    for line in lines:
        if not development.from_year <= line.due_on.year <= development.to_year:
            raise DomainError(
                f"“{line.text[:20]}”的完成时限不在规划的"
                f"{development.from_year}—{development.to_year}年内，请更正。"
            )
    held = {measure.pk: measure for measure in development.measures.all()}
    kept = set()
    for order, line in enumerate(lines, start=1):
        measure = held.get(line.pk or 0) or DevelopmentMeasure(development=development)
        measure.text, measure.owner = line.text, line.owner
        measure.due_on, measure.order = line.due_on, order
        demand_valid(measure)
        measure.save()
        kept.add(measure.pk)
    development.measures.exclude(pk__in=kept).delete()
    record(
        "responsibilities.development.measures_set",
        development,
        actor=actor,
        label="填写规划措施",
        after={"measures": len(lines)},
    )
    return development


@transaction.atomic
def submit_development(
    development: DevelopmentPlan, *, actor: Actor, reason: str = ""
) -> DevelopmentPlan:
    """Hand the plan to the superior; a plan without measures is no plan."""
    if not development.measures.exists():
        raise DomainError("规划还没有措施，请先填写措施、责任人和完成时限。")
    development = advance(
        development,
        "submit",
        actor=actor,
        at=development.unit,
        reason=reason,
        changes={"submitted_at": timezone.now(), "submitted_by": actor.label},
    )
    _tell(development, reviewers_of(development.unit), f"{development}已报送，请审阅")
    return development


@transaction.atomic
def approve_development(
    development: DevelopmentPlan, *, actor: Actor, reason: str = ""
) -> DevelopmentPlan:
    """The superior agrees, with or without a word."""
    return _decide(development, "approve", actor=actor, reason=reason, said="已同意")


@transaction.atomic
def return_development(
    development: DevelopmentPlan, *, actor: Actor, reason: str = ""
) -> DevelopmentPlan:
    """The superior sends the plan back and says what to change."""
    return _decide(development, "send_back", actor=actor, reason=reason, said="被退回修改")


def _decide(
    development: DevelopmentPlan, step: str, *, actor: Actor, reason: str, said: str
) -> DevelopmentPlan:
    development = advance(
        development,
        step,
        actor=actor,
        at=development.unit,
        reason=reason,
        changes={
            "decided_at": timezone.now(),
            "decided_by": actor.label,
            "opinion": reason.strip(),
        },
    )
    writers = current_appointments().filter(
        post__unit_id=development.unit_id, post__role__in=["secretary", "superior_office"]
    )
    posts = list(writers.values_list("post_id", flat=True))
    _tell(development, posts, f"{development}{said}", body=reason.strip())
    return development


@transaction.atomic
def revise_development(
    development: DevelopmentPlan, *, actor: Actor, reason: str = ""
) -> DevelopmentPlan:
    """Open an agreed plan again; the superior agrees anew."""
    return advance(development, "revise", actor=actor, at=development.unit, reason=reason)


@transaction.atomic
def finish_measure(
    measure: DevelopmentMeasure, *, actor: Actor, done_on: date
) -> DevelopmentMeasure:
    """The unit says a measure of its agreed plan is done."""
    development = measure.development
    _demand(actor, development.unit)
    if development.state != DevelopmentState.APPROVED:
        raise StateConflict(
            f"“{development}”{development.get_state_display()}，同意后才能登记进展。"
        )
    if done_on > today():
        raise FieldErrors({"done_on": "完成日期不能晚于今天；还没完成的先不登记。"})
    measure.done_on = done_on
    measure.save(update_fields=["done_on"])
    record(
        "responsibilities.development.measure_done",
        development,
        actor=actor,
        label="登记规划措施完成",
        after={"measure": measure.text, "done_on": done_on},
    )
    return measure


def _tell(
    development: DevelopmentPlan, posts: Sequence[int], title: str, *, body: str = ""
) -> None:
    # The count of acts makes a second turn a turn of its own.
    stage = f"{development.state}-{history_of(development).count()}"
    notify(
        rule=RULE,
        subject=development,
        stage=stage,
        post_ids=posts,
        title=title,
        body=body,
        url=development.get_absolute_url(),
    )
