"""What review and totals put on the shelves of the screen, for superiors and the office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from gongjian.foundation.calendar.working_days import corrections, working_days_until
from gongjian.foundation.kernel.actor import Actor, Reach, Scope
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.counts import Asking
from gongjian.foundation.tenancy.together import LookUp
from gongjian.foundation.web.shelves import (
    DashboardCard,
    NavigationEntry,
    Todo,
    TodoSource,
    dashboard_cards,
    navigation,
    todo_sources,
)
from orgs.models import Unit
from orgs.queries import own_unit, own_unit_ahead, root_unit
from responsibilities.authority import (
    MANAGE_BRIEFING,
    REVIEW_RETURN,
    SUBMIT_RETURN,
    VIEW_ROLLUP,
)
from responsibilities.cells import completion
from responsibilities.enums import ConsolidationState, ReturnState
from responsibilities.models import Consolidation, Indicator
from responsibilities.queries.dashboard import all_quarters, trend
from responsibilities.queries.duty_rates import REVIEW_DAYS
from responsibilities.queries.returns import (
    asked_periods_ahead,
    chosen_period,
    progress_of,
    progress_of_children,
    targets_of,
)
from responsibilities.queries.review import corrected_for, waiting_for
from responsibilities.queries.review_times import review_times
from responsibilities.queries.rollup import yearly_values

navigation.register(
    NavigationEntry(
        key="responsibilities.review",
        label="季报审核",
        group="工作",
        url_name="responsibilities:review_list",
        icon="checks",
        permission=REVIEW_RETURN,
        order=6,
        waiting=waiting_for,
        in_tabs=True,
    )
)
navigation.register(
    NavigationEntry(
        key="responsibilities.consolidations",
        label="汇总上报",
        group="工作",
        url_name="responsibilities:consolidation_list",
        icon="stack-push",
        permission=REVIEW_RETURN,
        order=7,
    )
)
navigation.register(
    NavigationEntry(
        key="responsibilities.progress",
        label="报送进度",
        group="工作",
        url_name="responsibilities:progress",
        icon="progress-check",
        permission=VIEW_ROLLUP,
        order=8,
        in_tabs=True,
    )
)
navigation.register(
    NavigationEntry(
        key="responsibilities.dashboard",
        label="驾驶舱",
        group="工作",
        url_name="responsibilities:node_dashboard",
        icon="chart-histogram",
        permission=VIEW_ROLLUP,
        order=5,
    )
)
navigation.register(
    NavigationEntry(
        key="responsibilities.rollup",
        label="数据汇总",
        group="工作",
        url_name="responsibilities:rollup",
        icon="table",
        permission=VIEW_ROLLUP,
        order=9,
    )
)


navigation.register(
    NavigationEntry(
        key="responsibilities.review_times",
        label="审核时效",
        group="工作",
        url_name="responsibilities:review_times",
        icon="hourglass",
        permission=VIEW_ROLLUP,
        order=9,
    )
)


navigation.register(
    NavigationEntry(
        key="responsibilities.briefings",
        label="定期简报",
        group="组织与设置",
        url_name="responsibilities:briefing_list",
        icon="mail",
        permission=MANAGE_BRIEFING,
        order=60,
    )
)


def review_todos(actor: Actor) -> Asking[Sequence[Todo]]:
    """Returns and consolidations that wait for this post's decision."""
    scope = actor.scope(REVIEW_RETURN)
    if scope is None:
        return []
    todos = []
    corrected, submitted, handed_up = yield [
        corrected_for(actor),
        waiting_for(actor),
        Consolidation.objects.within(scope).filter(state=ConsolidationState.SUBMITTED),
    ]
    if count := corrected.count:
        todos.append(
            Todo(
                title=f"复核 {count} 份补正后的报表",
                url=f"{reverse('responsibilities:review_list')}?resubmitted=on",
                note="由您退回，单位已补正，改动已标出。",
                tone="warn",
                icon="git-compare",
            )
        )
    if count := submitted.count:
        todos.append(
            Todo(
                title=f"审核 {count} 份季度报表",
                url=f"{reverse('responsibilities:review_list')}?state={ReturnState.SUBMITTED}",
                note="可逐份审核，也可批量通过。",
                tone="warn",
                icon="checks",
            )
        )
    if count := handed_up.count:
        todos.append(
            Todo(
                title=f"审核 {count} 份汇总",
                url=reverse("responsibilities:consolidation_list"),
                icon="stack-push",
            )
        )
    return todos


def _needed(actor: Actor) -> list[LookUp]:
    if not actor.may(SUBMIT_RETURN):
        return []
    return [asked_periods_ahead(), own_unit_ahead(actor)]


def consolidation_todos(actor: Actor) -> Asking[Sequence[Todo]]:
    """The own totals, once all below is accepted or the deadline has passed."""
    period = chosen_period(None) if actor.may(SUBMIT_RETURN) else None
    unit = own_unit(actor) if period is not None else None
    if period is None or unit is None or not actor.may(SUBMIT_RETURN, at=unit):
        return []
    if not unit.child_count or unit.parent_id is None:
        return []
    held = Consolidation.objects.filter(unit=unit, period=period)
    (handed_up,) = yield [held.exclude(state=ConsolidationState.SENT_BACK)]
    if handed_up:
        return []
    line = progress_of(unit, period)
    if not line.accepted or (line.accepted < line.expected and period.due_on >= today()):
        return []
    return [
        Todo(
            title=f"上报{period}汇总",
            url=f"{reverse('responsibilities:rollup')}?period={period.pk}",
            note=f"已通过 {line.accepted}/{line.expected} 家",
            due_on=period.due_on,
            icon="stack-push",
        )
    ]


todo_sources.register(TodoSource("responsibilities.review", "季报审核", review_todos))
todo_sources.register(
    TodoSource("responsibilities.consolidation", "汇总上报", consolidation_todos, _needed)
)


def _own_node(actor: Actor) -> Unit | None:
    return own_unit(actor) or root_unit()


def review_time_card(actor: Actor) -> Mapping[str, Any] | None:
    """How quickly the own unit answers those below, and what has waited longest."""
    period, unit = chosen_period(None), _own_node(actor)
    if period is None or unit is None:
        return None
    found = review_times(Scope(Reach.OWN, unit.path), period)
    if not found or not (found[0].answered or found[0].waiting):
        return None
    return {"line": found[0], "period": period, "days": REVIEW_DAYS}


dashboard_cards.register(
    DashboardCard(
        key="responsibilities.review_times",
        title="本级审核时效",
        template="responsibilities/_card_review_times.html",
        build=review_time_card,
        permission=REVIEW_RETURN,
        order=35,
        width="half",
    )
)


def filing_card(actor: Actor) -> Mapping[str, Any] | None:
    """How far the current quarter has come at the actor's node, branch by branch."""
    period, unit = chosen_period(None), _own_node(actor)
    if period is None or unit is None:
        return None
    children = [line for line in progress_of_children(unit, period) if line.expected]
    return {
        "period": period,
        "unit": unit,
        "progress": progress_of(unit, period),
        "days": working_days_until(today(), period.due_on, corrections()),
        "children": children,
        "chart": {
            "labels": [line.unit.name for line in children],
            "values": [float(line.rate) for line in children],
            "name": "已报率",
            "unit": "%",
            "min": 0,
            "max": 100,
        },
    }


dashboard_cards.register(
    DashboardCard(
        key="responsibilities.filing",
        title="本季报送",
        template="responsibilities/_card_filing.html",
        build=filing_card,
        permission=VIEW_ROLLUP,
        order=3,
        width="full",
        icon="progress-check",
        scripts=("charts.js",),
    )
)


def completion_card(actor: Actor) -> Mapping[str, Any] | None:
    """Year to date against the yearly target for the indicators that were handed down."""
    period, unit = chosen_period(None), _own_node(actor)
    if period is None or unit is None:
        return None
    targets = targets_of(unit, period.year)
    names = dict(Indicator.objects.filter(code__in=targets).values_list("code", "name"))
    done = yearly_values([unit], period)
    lines = [
        {
            "name": names[code],
            "done": done.get((unit.pk, code)),
            "target": target,
            "rate": completion(done.get((unit.pk, code)), target),
        }
        for code, target in sorted(targets.items())
        if (unit.pk, code) in done
    ]
    if not lines:
        return None
    return {"period": period, "lines": lines, "elapsed": _elapsed(period.ends_on.month)}


def _elapsed(month: int) -> int:
    """Part of the year that the figures cover, in percent (时序进度)."""
    return round(month / 12 * 100)


dashboard_cards.register(
    DashboardCard(
        key="responsibilities.completion",
        title="年度目标完成情况",
        template="responsibilities/_card_completion.html",
        build=completion_card,
        permission=VIEW_ROLLUP,
        order=4,
        icon="target",
    )
)

#: Indicator whose quarters the trend shows: members recruited.
_TREND = "Z203"


def trend_card(actor: Actor) -> Mapping[str, Any] | None:
    """The quarters side by side: members recruited, and how many returns are in it."""
    unit, quarters = _own_node(actor), all_quarters()[-8:]
    if unit is None or len(quarters) < 2:
        return None
    cells = quarters[-1].form.layout()
    cell = next((cell for cell in cells if cell.code == _TREND), None)
    if cell is None:
        return None
    points = trend(unit, quarters, _TREND)
    return {
        "cell": cell,
        "lines": [(point.period, point.value, point.coverage) for point in points],
        "chart": {
            "labels": [
                point.period.name.replace("第", "").replace("季度", "季") for point in points
            ],
            "unit": cell.unit_label,
            "series": [
                {
                    "name": cell.label,
                    "values": [_number(point.value) for point in points],
                    "tone": "main",
                }
            ],
        },
    }


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


dashboard_cards.register(
    DashboardCard(
        key="responsibilities.trend",
        title="发展会员趋势",
        template="responsibilities/_card_trend.html",
        build=trend_card,
        permission=VIEW_ROLLUP,
        order=5,
        icon="chart-line",
        scripts=("charts.js",),
    )
)
