"""What the assessment puts on the shelves of the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse

from assessments.authority import (
    APPROVE_ENTRY,
    DECIDE_ASSESSMENT,
    DECIDE_COMMENDATION,
    DECIDE_OBJECTION,
    REVIEW_UNIT,
    RUN_ASSESSMENT,
    SELF_ASSESS,
    VIEW_COMMENDATION,
    VIEW_LEDGER,
    VIEW_OWN_SCORE,
    VIEW_RESULT,
    VIEW_REVIEW,
    VIEW_SCHEME,
)
from assessments.enums import CommendationState, EntryState, ObjectionState, ReviewState, RunState
from assessments.models import CommendationList, LedgerEntry, Objection, Run, UnitReview
from assessments.queries import ranking_of
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.counts import Asking
from gongjian.foundation.web.shelves import (
    DashboardCard,
    NavigationEntry,
    Todo,
    TodoSource,
    dashboard_cards,
    navigation,
    todo_sources,
)

_GROUP = "考核表彰"

navigation.register(
    NavigationEntry(
        key="assessments.schemes",
        label="考核方案",
        group=_GROUP,
        url_name="assessments:scheme_list",
        icon="adjustments",
        permission=VIEW_SCHEME,
        order=10,
    )
)
navigation.register(
    NavigationEntry(
        key="assessments.runs",
        label="考核结果",
        group=_GROUP,
        url_name="assessments:run_list",
        icon="chart-bar",
        permission=VIEW_RESULT,
        order=20,
    )
)
navigation.register(
    NavigationEntry(
        key="assessments.commendations",
        label="表扬表彰",
        group=_GROUP,
        url_name="assessments:commendation_list",
        icon="award",
        permission=VIEW_COMMENDATION,
        order=30,
    )
)
navigation.register(
    NavigationEntry(
        key="assessments.own_scores",
        label="我的得分",
        group=_GROUP,
        url_name="assessments:own_score_list",
        icon="checklist",
        permission=VIEW_OWN_SCORE,
        order=40,
    )
)

navigation.register(
    NavigationEntry(
        key="assessments.ledger",
        label="加分扣分台账",
        group=_GROUP,
        url_name="assessments:ledger_entry_list",
        icon="scale",
        permission=VIEW_LEDGER,
        order=25,
    )
)

navigation.register(
    NavigationEntry(
        key="assessments.reviews",
        label="自评和初评",
        group=_GROUP,
        url_name="assessments:unit_review_list",
        icon="clipboard-list",
        permission=VIEW_REVIEW,
        order=15,
    )
)

navigation.register(
    NavigationEntry(
        key="assessments.objections",
        label="异议和申诉",
        group=_GROUP,
        url_name="assessments:objection_list",
        icon="message-2",
        permission=VIEW_RESULT,
        order=28,
    )
)

_WAITING_RUNS = (
    (
        DECIDE_ASSESSMENT,
        RunState.PROPOSED,
        "待审定",
        "assessments:run_decide",
    ),
    (RUN_ASSESSMENT, RunState.COMPUTED, "待提出等次建议", "assessments:run_detail"),
    (RUN_ASSESSMENT, RunState.DECIDED, "待公布", "assessments:run_detail"),
)


def chain_waiting(actor: Actor) -> Asking[Sequence[Todo]]:
    """Self-assessments, first reviews, re-checks and objections that wait for this post."""
    reviews = UnitReview.objects.select_related("unit").order_by("pk")
    own = reviews.filter(unit=actor.unit_id, state=ReviewState.WAITING)
    others = reviews.filter(
        Q(state=ReviewState.SELF_ASSESSED) | Q(state=ReviewState.REVIEWED, is_sampled=True)
    ).exclude(unit=actor.unit_id)
    raised = Objection.objects.filter(state=ObjectionState.RAISED).select_related("score")
    to_assess, to_review, objections = yield [
        own[:5] if actor.may(SELF_ASSESS) and actor.unit_id is not None else None,
        others[:20] if actor.may(REVIEW_UNIT) else None,
        raised.order_by("pk")[:20] if actor.may(DECIDE_OBJECTION) else None,
    ]
    return [
        *(
            Todo(title=f"报送自评：{one.unit}", url=one.get_absolute_url(), icon="clipboard-list")
            for one in to_assess
        ),
        *(
            Todo(
                title=f"{'复核' if one.is_sampled else '初评'}：{one.unit}",
                url=one.get_absolute_url(),
                icon="clipboard-list",
            )
            for one in to_review
        ),
        *(
            Todo(title=f"复核异议：{one}", url=one.get_absolute_url(), icon="message-2")
            for one in objections
        ),
    ]


def assessments_waiting(actor: Actor) -> Asking[Sequence[Todo]]:
    """Runs and lists that wait for the leader, and what the office does next."""
    states = [state for permission, state, _, _ in _WAITING_RUNS if actor.may(permission)]
    open_runs = Run.objects.filter(state__in=states).select_related("scheme").order_by("pk")
    drawn_up = LedgerEntry.objects.filter(state=EntryState.DRAFT).select_related("unit")
    lists = CommendationList.objects.filter(state=CommendationState.DRAFT).order_by("pk")
    found, entries, drafts = yield [
        open_runs[:20],
        drawn_up.order_by("pk")[:20] if actor.may(APPROVE_ENTRY) else None,
        lists[:20] if actor.may(DECIDE_COMMENDATION) else None,
    ]
    runs = list(found)
    return [
        *(
            Todo(title=f"{label}：{run}", url=reverse(url_name, args=[run.pk]), icon="scale")
            for permission, state, label, url_name in _WAITING_RUNS
            for run in runs
            if run.state == state and actor.may(permission)
        ),
        *(
            Todo(title=f"待批准：{entry}", url=entry.get_absolute_url(), icon="scale")
            for entry in entries
        ),
        *(
            Todo(title=f"待审定名单：{draft}", url=draft.get_absolute_url(), icon="award")
            for draft in drafts
        ),
    ]


todo_sources.register(TodoSource("assessments.waiting", "考核表彰", assessments_waiting))
todo_sources.register(TodoSource("assessments.chain", "自评、初评和异议", chain_waiting))


def ranking_card(actor: Actor) -> Mapping[str, Any] | None:
    """Official result of the children, or of the own unit (R6: no other ranking anywhere)."""
    ranking = ranking_of(actor, VIEW_RESULT)
    return None if ranking is None else {"ranking": ranking}


dashboard_cards.register(
    DashboardCard(
        key="assessments-ranking",
        title="考核结果",
        template="assessments/_ranking_card.html",
        build=ranking_card,
        permission=VIEW_RESULT,
        order=60,
        icon="award",
    )
)
