"""What the organization app puts on the shelves of the screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.web.context import post_choices
from gongjian.foundation.web.shelves import (
    DashboardCard,
    NavigationEntry,
    dashboard_cards,
    navigation,
)
from orgs.authority import GRANT_ROLE, MANAGE_CALENDAR, MANAGE_UNIT, VIEW_TRAIL, VIEW_UNIT
from orgs.middleware import other_posts
from orgs.queries import grassroots_coverage, units_by_level

_GROUP = "组织与设置"


def units_card(actor: Actor) -> Mapping[str, Any]:
    return {"levels": units_by_level(), "coverage": grassroots_coverage()}


navigation.register(
    NavigationEntry(
        key="orgs.units",
        label="组织架构",
        group=_GROUP,
        url_name="orgs:unit_tree",
        icon="sitemap",
        permission=VIEW_UNIT,
        order=10,
    )
)
navigation.register(
    NavigationEntry(
        key="orgs.people",
        label="人员与职务",
        group=_GROUP,
        url_name="orgs:people_list",
        icon="users",
        permission=VIEW_UNIT,
        order=20,
    )
)
navigation.register(
    NavigationEntry(
        key="orgs.roles",
        label="角色权限",
        group=_GROUP,
        url_name="orgs:role_matrix",
        icon="shield-check",
        permission=GRANT_ROLE,
        order=30,
    )
)
navigation.register(
    NavigationEntry(
        key="orgs.calendar",
        label="期间与工作日",
        group=_GROUP,
        url_name="orgs:period_list",
        icon="calendar-event",
        permission=MANAGE_CALENDAR,
        order=40,
    )
)
navigation.register(
    NavigationEntry(
        key="orgs.trail",
        label="操作记录",
        group=_GROUP,
        url_name="orgs:trail_list",
        icon="history",
        permission=VIEW_TRAIL,
        order=50,
    )
)
dashboard_cards.register(
    DashboardCard(
        key="orgs.units",
        title="单位与组织覆盖",
        template="orgs/_card_units.html",
        build=units_card,
        permission=MANAGE_UNIT,
        order=80,
        width="half",
        icon="sitemap",
    )
)
post_choices.append(other_posts)
