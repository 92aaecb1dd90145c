"""What the design of forms puts on the shelves: the burden, and what waits for a decision."""

from __future__ import annotations

from collections.abc import Sequence

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.counts import Asking
from gongjian.foundation.web.shelves import (
    NavigationEntry,
    Todo,
    TodoSource,
    navigation,
    todo_sources,
)
from responsibilities.authority import (
    DECIDE_BURDEN,
    DECIDE_EXCEPTION,
    REVIEW_RETURN,
    VIEW_BURDEN,
    VIEW_EXCEPTION,
)
from responsibilities.enums import BurdenState, ExceptionState
from responsibilities.models import BurdenReview, CheckException

navigation.register(
    NavigationEntry(
        key="responsibilities.burden",
        label="填报负担",
        group="七项机制",
        url_name="responsibilities:burden",
        icon="hourglass",
        permission=VIEW_BURDEN,
        order=17,
    )
)
navigation.register(
    NavigationEntry(
        key="responsibilities.exceptions",
        label="校验例外",
        group="工作",
        url_name="responsibilities:exception_list",
        icon="shield-question",
        permission=VIEW_EXCEPTION,
        order=30,
    )
)
navigation.register(
    NavigationEntry(
        key="responsibilities.outliers",
        label="异常数据",
        group="工作",
        url_name="responsibilities:outliers",
        icon="alert-triangle",
        permission=REVIEW_RETURN,
        order=29,
    )
)


def burden_todos(actor: Actor) -> Asking[Sequence[Todo]]:
    """Forms beyond the budget that wait for the leader's word."""
    if not actor.may(DECIDE_BURDEN):
        return []
    asked = BurdenReview.objects.filter(state=BurdenState.ASKED).select_related("form")
    (waiting,) = yield [asked[:5]]
    return [
        Todo(
            title=f"请审定：{review.form}超出填报时间上限",
            url=review.get_absolute_url(),
            note=f"预计每家每季 {review.minutes} 分钟，上限 {review.budget} 分钟。",
            tone="warn",
            icon="hourglass",
        )
        for review in waiting
    ]


def exception_todos(actor: Actor) -> Asking[Sequence[Todo]]:
    """Exceptions that units below ask for."""
    scope = actor.scope(DECIDE_EXCEPTION)
    if scope is None:
        return []
    wanted = CheckException.objects.within(scope).filter(state=ExceptionState.ASKED)
    related = wanted.select_related("quarterly_return__unit", "quarterly_return__period")
    (waiting,) = yield [related[:5]]
    return [
        Todo(
            title=f"{asked.unit}申请校验例外",
            url=asked.get_absolute_url(),
            note=f"{asked.cell}：{asked.finding}",
            tone="warn",
            icon="shield-question",
        )
        for asked in waiting
    ]


todo_sources.register(TodoSource("responsibilities.burden", "减负审核评估", burden_todos))
todo_sources.register(TodoSource("responsibilities.exceptions", "校验例外", exception_todos))
