"""What inspections put on the shelves: navigation, to-dos, cards, sources of follow-ups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from gongjian.commons.follow_ups.shelf import FollowUpSource, follow_up_sources
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.counts import Answer, Asking
from gongjian.foundation.web.shelves import (
    DashboardCard,
    NavigationEntry,
    Todo,
    TodoSource,
    dashboard_cards,
    navigation,
    todo_sources,
)
from inspections.authority import (
    APPROVE_PLAN,
    ARRANGE_VISIT,
    CONFIRM_VISIT,
    INSPECT,
    VIEW_INSPECTION,
    VIEW_INSTRUCTORS,
)
from inspections.enums import ExceptionState, FindingState, PlanState, VisitState
from inspections.models import Finding, HelpItem, InspectionException, InspectionPlan, Visit
from inspections.queries.findings import figures
from inspections.services.rectifying import follow

#: To-dos of one source on the desk; the lists hold them all.
MOST_TODOS = 5

_ENTRIES = (
    ("visits", "督促检查", "visit_list", VIEW_INSPECTION, "clipboard-check", 50),
    ("findings", "督查问题", "finding_list", VIEW_INSPECTION, "alert-circle", 51),
    ("instructors", "工建指导员", "instructor_list", VIEW_INSTRUCTORS, "users", 57),
)
for _key, _label, _name, _permission, _icon, _order in _ENTRIES:
    navigation.register(
        NavigationEntry(
            key=f"inspections.{_key}",
            label=_label,
            group="七项机制",
            url_name=f"inspections:{_name}",
            icon=_icon,
            permission=_permission,
            order=_order,
        )
    )


def finding_url(pk: int) -> str:
    return reverse("inspections:finding_detail", args=[pk])


def help_url(pk: int) -> str:
    item = HelpItem.objects.select_related("visit").filter(pk=pk).first()
    return item.get_absolute_url() if item is not None else ""


follow_up_sources.register(
    FollowUpSource(Finding._meta.label_lower, "督查问题", finding_url, changed=follow)
)
follow_up_sources.register(FollowUpSource(HelpItem._meta.label_lower, "帮扶清单", help_url))


def find_todos(actor: Actor) -> Asking[Sequence[Todo]]:
    """Visits to make, to confirm and to follow; plans and exceptions to approve."""
    signed = Visit.objects.within(actor.scope(CONFIRM_VISIT)).filter(state=VisitState.SIGNED)
    scope = actor.scope(APPROVE_PLAN)
    plans = InspectionPlan.objects.within(scope).filter(state=PlanState.SUBMITTED)
    exceptions = InspectionException.objects.within(scope).filter(state=ExceptionState.ASKED)
    held, to_confirm, confirmed, submitted, asked = yield [
        _held_by(actor),
        signed.select_related("organizer")[:MOST_TODOS],
        _confirmed_for(actor),
        plans[:MOST_TODOS],
        exceptions.select_related("unit")[:MOST_TODOS],
    ]
    return [
        *_of_team(held),
        *_of_unit(to_confirm),
        *_of_organizer(confirmed),
        *_of_leader(submitted, asked),
    ]


def _held_by(actor: Actor) -> QuerySet[Visit] | None:
    if not actor.may(INSPECT) or actor.user_id is None:
        return None
    held = Visit.objects.filter(
        members__user_id_held=actor.user_id,
        members__recused_reason="",
        state__in=[VisitState.PLANNED, VisitState.UNDER_WAY],
    )
    return held.select_related("unit").order_by("starts_on")[:MOST_TODOS]


def _confirmed_for(actor: Actor) -> QuerySet[Visit]:
    held = Visit.objects.within(actor.scope(ARRANGE_VISIT)).filter(
        organizer_id=actor.unit_id or 0,
        state=VisitState.CONFIRMED,
        findings__state=FindingState.NOTED,
    )
    return held.select_related("unit").distinct()[:MOST_TODOS]


def _of_team(held: Answer) -> list[Todo]:
    return [
        Todo(
            title=f"{'继续检查' if visit.state == VisitState.UNDER_WAY else '督查'}：{visit}",
            url=reverse("inspections:visit_fill", args=[visit.pk])
            if visit.state == VisitState.UNDER_WAY
            else visit.get_absolute_url(),
            due_on=visit.starts_on,
            tone="bad" if visit.ends_on < today() else "info",
            icon="clipboard-check",
        )
        for visit in held
    ]


def _of_unit(signed: Answer) -> list[Todo]:
    return [
        Todo(
            title=f"确认督查情况：{visit.title}",
            url=reverse("inspections:visit_confirm", args=[visit.pk]),
            note=visit.organizer.name,
            tone="warn",
            icon="signature",
        )
        for visit in signed
    ]


def _of_organizer(held: Answer) -> list[Todo]:
    return [
        Todo(
            title=f"发整改通知书：{visit}",
            url=reverse("inspections:notice_issue", args=[visit.pk]),
            tone="warn",
            icon="send",
        )
        for visit in held
    ]


def _of_leader(plans: Answer, asked: Answer) -> list[Todo]:
    return [
        *(
            Todo(title=f"批准{plan.title}", url=plan.get_absolute_url(), tone="warn",
                 icon="calendar-stats")
            for plan in plans
        ),
        *(
            Todo(title=f"审批计划外督查：{item.unit}，{item.topic}", url=item.get_absolute_url(),
                 tone="warn", icon="calendar-plus")
            for item in asked
        ),
    ]  # fmt: skip


todo_sources.register(TodoSource("inspections", "督促检查", find_todos))


def build_card(actor: Actor) -> Mapping[str, Any] | None:
    """Where the findings of the reach stand."""
    findings = Finding.objects.within(actor.scope(VIEW_INSPECTION)).filter(
        visit__signed_at__isnull=False, visit__year=today().year
    )
    counted = figures(findings, today())
    return {"figures": counted} if counted.found else None


dashboard_cards.register(
    DashboardCard(
        key="inspections.findings",
        title="督查问题",
        template="inspections/_card.html",
        build=build_card,
        permission=VIEW_INSPECTION,
        order=62,
        width="third",
        icon="clipboard-check",
    )
)
