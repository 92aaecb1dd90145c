"""整改通知书, and how a finding follows its follow-up until it is cleared and stays so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from gongjian.commons.follow_ups.enums import FollowUpKind, FollowUpState, Urgency
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.follow_ups.services.assigning import (
    SourceReference,
    issue_follow_up,
    open_follow_up,
)
from gongjian.foundation.audit.trail import record
from gongjian.foundation.calendar.working_days import corrections, working_deadline
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.tenancy.scope import require_tenant_id
from gongjian.foundation.workflow.lifecycle import advance
from inspections.authority import ARRANGE_VISIT
from inspections.enums import (
    CLEARED_FINDINGS,
    DAYS_TO_RECTIFY,
    FindingState,
    Severity,
    VisitState,
)
from inspections.models import Finding, InspectionPlan, RectificationNotice, Visit
from inspections.services.numbers import next_number
from inspections.services.visiting import lock_visit
from orgs.models import Tenant
from orgs.queries import system_actor
from orgs.services import demand_valid


def usual_deadline(visit: Visit, findings: Iterable[Finding]) -> date:
    """The shortest term that the severities ask for by the organizer's plan, in working days."""
    plan = InspectionPlan.objects.filter(unit=visit.organizer_id, year=visit.year).first()
    known = {str(severity): days for severity, days in DAYS_TO_RECTIFY.items()}
    if plan is not None:
        known = {
            Severity.GENERAL: plan.days_general,
            Severity.HEAVY: plan.days_heavy,
            Severity.SERIOUS: plan.days_serious,
        }
    days = [known[finding.severity] for finding in findings]
    return working_deadline(today(), min(days, default=20), corrections())


@transaction.atomic
def issue_notice(
    visit: Visit,
    *,
    actor: Actor,
    findings: Iterable[Finding],
    due_on: date,
    demand: str = "",
    contact: str = "",
) -> RectificationNotice:
    """Order the rectification: one notice, and one follow-up for each finding on it."""
    visit = lock_visit(visit)
    if not actor.may(ARRANGE_VISIT, at=visit.unit):
        raise NotPermitted("整改通知书由组织督查的办公室发出，请与办公室联系。")
    if visit.state not in {VisitState.SIGNED, VisitState.CONFIRMED}:
        raise StateConflict(
            f"这次督查{visit.get_state_display()}，组长签字以后、办结以前才能发整改通知书。"
        )
    if due_on <= today():
        raise FieldErrors({"due_on": "整改时限要在今天以后，请重新填写。"})
    chosen = {finding.pk for finding in findings}
    held = list(visit.findings.select_for_update(of=("self",)).filter(pk__in=chosen).order_by("pk"))
    if not held:
        raise FieldErrors({"findings": "请至少选择一个需要整改的问题。"})
    year, serial = next_number(RectificationNotice)
    notice = RectificationNotice(
        visit=visit,
        unit=visit.unit,
        year=year,
        serial=serial,
        issued_on=today(),
        due_on=due_on,
        demand=demand.strip(),
        contact=contact.strip(),
        issued_by=actor.label[:200],
    )
    demand_valid(notice)
    notice.save()
    for finding in held:
        _send(finding, notice, actor)
    record(
        "inspections.notice.issued",
        notice,
        actor=actor,
        label=f"发出整改通知书，{len(held)}个问题",
    )
    return notice


def _send(finding: Finding, notice: RectificationNotice, actor: Actor) -> None:
    visit = notice.visit
    words = [finding.text]
    if finding.demand:
        words.append(f"整改要求：{finding.demand}")
    if finding.agreed_action:
        words.append(f"单位承诺：{finding.agreed_action}")
    matter = open_follow_up(
        visit.unit,
        actor=actor,
        giver=visit.organizer,
        values={
            "kind": FollowUpKind.RECTIFICATION,
            "urgency": Urgency.URGENT if finding.severity == Severity.SERIOUS else Urgency.NORMAL,
            "title": f"整改：{finding.text}"[:120],
            "basis": (finding.basis or f"{notice.number}　{visit.title}")[:200],
            "requirement": "\n".join(words),
            "contact": notice.contact,
            "due_on": notice.due_on,
        },
        source=SourceReference.of(finding),
    )
    matter = issue_follow_up(matter, actor=actor)
    advance(
        finding,
        "notify",
        actor=actor,
        at=visit.unit,
        changes={"notice": notice, "follow_up": matter},
    )


@transaction.atomic
def dismiss_finding(finding: Finding, *, actor: Actor, reason: str) -> Finding:
    """Not a problem after all; why is read by the team and the unit."""
    if finding.visit.state not in {VisitState.SIGNED, VisitState.CONFIRMED}:
        raise StateConflict("组长签字以后才能处理问题；检查中的，请督查组直接修改。")
    return advance(finding, "dismiss", actor=actor, at=finding.unit, reason=reason)


#: State of the follow-up → step of the finding.
_STEPS: dict[str, str] = {
    FollowUpState.ISSUED: "issued",
    FollowUpState.IN_HAND: "in_hand",
    FollowUpState.RETURNED: "in_hand",
    FollowUpState.REPORTED: "reported",
    FollowUpState.CLEARED: "cleared",
    FollowUpState.LOOKED_BACK: "looked_back",
    FollowUpState.CANCELLED: "called_off",
}


def follow(follow_up: FollowUp) -> None:
    """Told by the follow-up, in the transaction of its own step."""
    finding = (
        Finding.objects.filter(pk=follow_up.source_id or 0, follow_up=follow_up)
        .select_related("unit")
        .first()
    )
    name = _STEPS.get(follow_up.state)
    if finding is None or name is None:
        return  # issued just now and not yet tied, or only put off
    changes: dict[str, object] = {}
    if name == "issued" and finding.state in CLEARED_FINDINGS:
        name = "recurred"
        changes["recurrence_count"] = finding.recurrence_count + 1
    target = Finding.lifecycle[name].target
    if finding.state in {target, FindingState.CALLED_OFF}:
        return
    actor = system_actor(Tenant.objects.get(pk=require_tenant_id()))
    advance(finding, name, actor=actor, at=finding.unit, changes=changes)
