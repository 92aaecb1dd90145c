"""What guidance and handovers put on the shelves of the screen."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.counts import Asking
from gongjian.foundation.web.shelves import (
    NavigationEntry,
    Todo,
    TodoSource,
    navigation,
    todo_sources,
)
from orgs.authority import (
    CONFIRM_HANDOVER,
    MANAGE_CATEGORY,
    SIGN_HANDOVER,
    VIEW_CATEGORY,
    VIEW_HANDOVER,
)
from orgs.enums import HandoverState
from orgs.guidance_queries import categories_in_use, unplaced_units
from orgs.handover_queries import handovers
from orgs.models import Handover
from orgs.queries import current_appointments

navigation.register(
    NavigationEntry(
        key="orgs.categories",
        label="分类指导类别",
        group="组织与设置",
        url_name="orgs:guidancecategory_list",
        icon="category",
        permission=VIEW_CATEGORY,
        order=22,
    )
)
navigation.register(
    NavigationEntry(
        key="orgs.handovers",
        label="工作交接",
        group="组织与设置",
        url_name="orgs:handover_list",
        icon="arrows-exchange",
        permission=VIEW_HANDOVER,
        order=25,
    )
)


def _handovers_to_sign(actor: Actor) -> Asking[Sequence[Todo]]:
    if actor.user_id is None or not actor.may(SIGN_HANDOVER):
        return []
    given = handovers().filter(state=HandoverState.OPEN, outgoing__user_id=actor.user_id)
    coming = handovers().filter(
        state=HandoverState.HANDED,
        incoming__user_id=actor.user_id,
        post_id=actor.post_id or 0,
    )
    own, taken = yield [given.order_by("pk"), coming.order_by("pk")]
    found = [
        Todo(
            title=f"确认移交“{handover.post}”的工作",
            url=handover.get_absolute_url(),
            note="核对清单，写明注意事项后确认。",
            due_on=handover.outgoing.ends_on,
            tone="warn",
            icon="arrows-exchange",
        )
        for handover in own
    ]
    return found + [
        Todo(
            title=f"接收“{handover.post}”的工作",
            url=handover.get_absolute_url(),
            note="逐项核对后签收。",
            tone="warn",
            icon="arrows-exchange",
        )
        for handover in taken
    ]


def _handovers_to_stand_in(actor: Actor) -> Asking[Sequence[Todo]]:
    """Lists of people who have gone, that only the superior can sign."""
    scope = actor.scope(CONFIRM_HANDOVER)
    if scope is None:
        return []
    unsigned = (
        Handover.objects.within(scope)
        .filter(state=HandoverState.OPEN)
        .exclude(outgoing__user_id__in=current_appointments().order_by().values("user_id"))
        .select_related("post__unit", "outgoing__user")
        .order_by("pk")[:20]
    )
    (waiting,) = yield [unsigned]
    return [
        Todo(
            title=f"代签“{handover.post}”的移交",
            url=handover.get_absolute_url(),
            note=f"{handover.outgoing.user}已不在任，由上级代签。",
            icon="arrows-exchange",
        )
        for handover in waiting
    ]


def _unplaced(actor: Actor) -> Asking[Sequence[Todo]]:
    if not actor.may(MANAGE_CATEGORY):
        return []
    categories, unplaced = yield [categories_in_use(), unplaced_units()]
    if not categories or not unplaced:
        return []
    return [
        Todo(
            title=f"{unplaced.count} 家单位还没有归入指导类别",
            url=f"{reverse('orgs:placement_list')}?guided=none",
            note="可以按规则归类，也可以批量指定。",
            icon="category",
        )
    ]


todo_sources.register(TodoSource("orgs.handovers", "待签工作交接", _handovers_to_sign))
todo_sources.register(TodoSource("orgs.stand_ins", "待代签工作交接", _handovers_to_stand_in))
todo_sources.register(TodoSource("orgs.unplaced", "未归类单位", _unplaced))
