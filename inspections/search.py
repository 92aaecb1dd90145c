"""Visits and findings in the search; before the head of the team has signed, neither is found."""

from __future__ import annotations

from django.db.models import QuerySet

from gongjian.commons.search.shelf import SearchSource, offer
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date
from inspections.authority import VIEW_INSPECTION
from inspections.models import Finding, Visit
from inspections.queries.visits import visible_visits


def _words_of_finding(item: Finding) -> str:
    parts = (item.text, item.basis, item.demand, item.agreed_action, item.solved_there)
    return "\n".join(part for part in parts if part)


def _about_finding(item: Finding) -> str:
    return f"{item.unit.name}　{item.get_category_display()}　{item.get_state_display()}"


def _findings_for(actor: Actor) -> QuerySet[Finding]:
    held = Finding.objects.within(actor.scope(VIEW_INSPECTION))
    return held.filter(visit__signed_at__isnull=False).select_related("unit")


def _words_of_visit(visit: Visit) -> str:
    parts = (visit.title, visit.number, visit.conclusion, visit.good_practice, visit.unit_opinion)
    return "\n".join(part for part in parts if part)


def _about_visit(visit: Visit) -> str:
    return f"{visit.unit.name}　{long_date(visit.starts_on)}　{visit.get_state_display()}"


def _visits_for(actor: Actor) -> QuerySet[Visit]:
    if not actor.may(VIEW_INSPECTION):
        return Visit.objects.none()
    return visible_visits(actor).filter(signed_at__isnull=False)


offer(
    SearchSource(
        key="inspections.finding",
        label="督查问题",
        model=Finding,
        text=_words_of_finding,
        readable=_findings_for,
        about=_about_finding,
        fields=frozenset({"text", "basis", "demand", "agreed_action", "solved_there"}),
        order=25,
    )
)
offer(
    SearchSource(
        key="inspections.visit",
        label="督查",
        model=Visit,
        text=_words_of_visit,
        readable=_visits_for,
        about=_about_visit,
        fields=frozenset({"title", "conclusion", "good_practice", "unit_opinion"}),
        order=26,
    )
)
