"""What a post of the program leaves to the next holder."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.numbers import show
from orgs.enums import Role
from orgs.handover_shelf import HandoverSource, HandoverThing, handover_sources
from orgs.models import Post
from responsibilities.enums import (
    ConsolidationState,
    DevelopmentState,
    ReturnState,
)
from responsibilities.models import (
    Consolidation,
    DevelopmentPlan,
    Obligation,
    QuarterlyReturn,
    ReturnRemark,
)
from responsibilities.queries.guidance import overdue_measures
from responsibilities.queries.planning import current_plan, open_proposals, targets_of
from responsibilities.queries.returns import HANDED_IN

#: Quarters of history that the new holder should know.
_QUARTERS = 4
#: Lines of one kind; what is more is one line that leads to the list.
_MOST = 30


def open_returns(post: Post) -> Sequence[HandoverThing]:
    """What the unit still owes, or has handed in and not had accepted."""
    owed = (
        Obligation.objects.filter(unit_id=post.unit_id, is_exempt=False)
        .exclude(returns__state=ReturnState.ACCEPTED)
        .select_related("period", "form")
        .prefetch_related("returns")
        .order_by("due_on", "pk")
    )
    things = []
    for obligation in owed[:_MOST]:
        started = list(obligation.returns.all())
        state = started[0].get_state_display() if started else "未填报"
        things.append(
            HandoverThing(
                text=f"{obligation.period}{obligation.form.title}：{state}",
                url=reverse("responsibilities:return_fill", args=[obligation.pk])
                if not started or started[0].is_editable
                else started[0].get_absolute_url(),
                deadline=obligation.deadline,
            )
        )
    return things


def open_remarks(post: Post) -> Sequence[HandoverThing]:
    """Remarks of the reviewer that nobody has answered."""
    remarks = (
        ReturnRemark.objects.filter(
            quarterly_return__unit_id=post.unit_id, resolved_at__isnull=True
        )
        .select_related("quarterly_return__period", "quarterly_return__unit")
        .order_by("pk")
    )
    return [
        HandoverThing(
            text=f"{remark.quarterly_return.period}报表 {remark.cell}：{remark.text}",
            url=remark.quarterly_return.get_absolute_url(),
        )
        for remark in remarks[:_MOST]
    ]


def targets_in_force(post: Post) -> Sequence[HandoverThing]:
    """The targets of the year, each with its number and day."""
    plan = current_plan()
    if plan is None:
        return []
    return [
        HandoverThing(
            text=f"{target.indicator.name}：{show(target.value)}{target.indicator.unit_label}"
            f"（{target.get_state_display()}）",
            url=target.get_absolute_url(),
            deadline=target.due_on,
        )
        for target in targets_of(post.unit_id, plan)[:_MOST]
    ]


def proposals(post: Post) -> Sequence[HandoverThing]:
    """Other values the unit proposed, and those that units below wait to be answered."""
    own = open_proposals().filter(unit_id=post.unit_id).select_related("indicator", "unit")
    things = [
        HandoverThing(
            text=f"本单位建议{target.indicator.name}改为 {show(target.proposed_value)}，等上级答复"
            if target.proposed_value is not None
            else str(target),
            url=target.get_absolute_url(),
        )
        for target in own.order_by("pk")[:_MOST]
    ]
    if post.role != Role.SUPERIOR_OFFICE:
        return things
    below = open_proposals().filter(parent__unit_id=post.unit_id)
    return things + [
        HandoverThing(
            text=f"{target.unit}对{target.indicator.name}的目标建议待答复",
            url=reverse("responsibilities:target_decide", args=[target.pk]),
        )
        for target in below.select_related("indicator", "unit").order_by("pk")[:_MOST]
    ]


def returns_to_review(post: Post) -> Sequence[HandoverThing]:
    """Returns of the units right below that wait for this post."""
    if post.role != Role.SUPERIOR_OFFICE:
        return []
    waiting = (
        QuarterlyReturn.objects.filter(unit__parent_id=post.unit_id, state=ReturnState.SUBMITTED)
        .select_related("unit", "period")
        .order_by("submitted_at")
    )
    things = [
        HandoverThing(text=f"{row}待审核", url=row.get_absolute_url()) for row in waiting[:_MOST]
    ]
    consolidations = Consolidation.objects.filter(
        unit_id=post.unit_id, state=ConsolidationState.SENT_BACK
    ).select_related("unit", "period")
    return things + [
        HandoverThing(text=f"{row}被退回，待补正", url=row.get_absolute_url())
        for row in consolidations.order_by("pk")
    ]


def measures_and_plans(post: Post) -> Sequence[HandoverThing]:
    """Measures past their day, and the unit's own development plan with what is left of it."""
    things = []
    plan = current_plan()
    if plan is not None:
        things = [
            HandoverThing(
                text=f"分类方案措施到期未登记：{measure.text}",
                url=reverse("responsibilities:my_program"),
                deadline=measure.due_on,
            )
            for measure in overdue_measures(post.unit_id, today(), plan)
        ]
    for development in DevelopmentPlan.objects.filter(
        unit_id=post.unit_id, to_year__gte=today().year
    ).select_related("unit"):
        left = development.measures.filter(done_on__isnull=True).count()
        tail = (
            f"，还有 {left} 条措施未完成" if development.state == DevelopmentState.APPROVED else ""
        )
        things.append(
            HandoverThing(
                text=f"{development}（{development.get_state_display()}）{tail}",
                url=development.get_absolute_url(),
            )
        )
    return things


def history(post: Post) -> Sequence[HandoverThing]:
    """What was reported for the last quarters."""
    rows = (
        QuarterlyReturn.objects.filter(unit_id=post.unit_id, state__in=HANDED_IN)
        .select_related("period")
        .order_by("-period__starts_on")
    )
    return [
        HandoverThing(
            text=f"{row.period}报表：{row.get_state_display()}"
            + (f"，{row.submitted_by}报送" if row.submitted_by else ""),
            url=row.get_absolute_url(),
        )
        for row in rows[:_QUARTERS]
    ]


for _order, (_key, _label, _collect) in enumerate(
    [
        ("returns", "未办结的季度报表", open_returns),
        ("remarks", "未答复的审核意见", open_remarks),
        ("reviews", "待审核和待补正", returns_to_review),
        ("targets", "在执行的目标任务", targets_in_force),
        ("proposals", "未答复的目标建议", proposals),
        ("measures", "措施和发展规划", measures_and_plans),
        ("history", "近四个季度报送情况", history),
    ],
    start=1,
):
    handover_sources.register(
        HandoverSource(f"responsibilities.{_key}", _label, _collect, _order * 10)
    )
