"""督查通报."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db import transaction

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import NotPermitted, StateConflict
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.workflow.lifecycle import advance
from inspections.authority import ISSUE_CIRCULAR
from inspections.enums import CircularState, FindingState
from inspections.models import Circular, CircularRow, Finding
from inspections.queries.findings import figures
from inspections.services.numbers import next_number
from inspections.services.telling import SPEAKERS, posts_at, tell
from orgs.models import Unit
from orgs.services import demand_valid


def findings_of(circular: Circular) -> TenantQuerySet[Finding]:
    """Problems of the organizer's visits in the span; what was dismissed is not told."""
    found: TenantQuerySet[Finding] = (
        Finding.objects.filter(  # type: ignore[assignment]
            visit__organizer_id=circular.unit_id,
            visit__starts_on__gte=circular.starts_on,
            visit__starts_on__lte=circular.ends_on,
            visit__signed_at__isnull=False,
        )
        .exclude(state=FindingState.DISMISSED)
        .select_related("unit", "follow_up")
        .order_by("unit__path", "pk")
    )
    return found


def _demand_editor(actor: Actor, unit: Unit) -> None:
    if not actor.may(ISSUE_CIRCULAR, at=unit):
        raise NotPermitted(f"“{unit.name}”的督查通报由该单位办公室编印。")


@transaction.atomic
def write_circular(
    unit: Unit, *, actor: Actor, values: Mapping[str, Any], circular: Circular | None = None
) -> Circular:
    """Write or change the draft."""
    _demand_editor(actor, unit)
    if circular is not None:
        circular = Circular.objects.select_for_update(of=("self",)).get(pk=circular.pk)
        if circular.state != CircularState.DRAFT:
            raise StateConflict("通报已经印发，不能再改；需要更正的，请另发一期。")
    circular = circular or Circular(unit=unit)
    for name, value in values.items():
        setattr(circular, name, value)
    demand_valid(circular)
    circular.save()
    record("inspections.circular.written", circular, actor=actor, label="拟写通报")
    return circular


@transaction.atomic
def issue_circular(circular: Circular, *, actor: Actor, reason: str = "") -> Circular:
    """Number it and take the table of problems as it stands on this day."""
    findings = findings_of(circular)
    held = list(findings)
    taken = asdict(figures(findings, today()))
    taken["visits"] = len({item.visit_id for item in held})
    taken["units"] = len({item.unit_id for item in held})
    year, serial = next_number(Circular)
    circular = advance(
        circular,
        "issue",
        actor=actor,
        at=circular.unit,
        reason=reason,
        changes={"year": year, "serial": serial, "issued_on": today(), "figures": taken},
    )
    CircularRow.objects.bulk_create(
        CircularRow(
            circular=circular,
            position=number,
            unit_name=finding.unit.name,
            category=finding.get_category_display(),
            severity=finding.get_severity_display(),
            text=finding.text,
            state=finding.get_state_display(),
            extensions=finding.follow_up.extensions.filter(state="granted").count()
            if finding.follow_up
            else 0,
        )
        for number, finding in enumerate(held, start=1)
    )
    tell(
        circular,
        posts_at({finding.unit_id for finding in held}, SPEAKERS),
        rule="circular_issued",
        stage="issued",
        title=f"督查通报{circular.number}：{circular.title}",
    )
    return circular
