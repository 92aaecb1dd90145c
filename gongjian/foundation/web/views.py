"""The work desk: cards of all apps and what waits for this post."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from gongjian.foundation.web.pages import Page
from gongjian.foundation.web.shelves import (
    NavigationEntry,
    dashboard_cards,
    navigation,
    todos_of,
)

#: Held by every post; role keys stand in ``orgs.enums.Role``.
ENTER = declare(
    "web.enter",
    "使用工作台",
    dict.fromkeys(
        [
            "tenant_administrator",
            "security_administrator",
            "auditor",
            "leader",
            "office",
            "superior_office",
            "secretary",
            "union_chair",
            "liaison",
            "inspector",
            "instructor",
            "expert",
            "viewer",
        ],
        Reach.OWN,
    ),
)

navigation.register(
    NavigationEntry(
        key="web.desk",
        label="工作台",
        group="工作",
        url_name="web:desk",
        icon="layout-dashboard",
        permission=ENTER,
        order=1,
        in_tabs=True,
    )
)


class Desk(Page):
    """工作台."""

    permission = ENTER
    template_name = "web/desk.html"
    heading = "工作台"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        entries = [card for card in dashboard_cards if self.actor.may(card.permission)]
        cards = [
            {"card": card, "data": data}
            for card in sorted(entries, key=lambda card: (card.order, card.key))
            if (data := card.build(self.actor)) is not None
        ]
        scripts = sorted({script for item in cards for script in item["card"].scripts})  # type: ignore[attr-defined]
        return self.render({"cards": cards, "todos": todos_of(self.actor), "scripts": scripts})


class DesignGuide(Page):
    """设计规范: colours, sizes and components in one place."""

    permission = ENTER
    template_name = "web/design.html"
    heading = "设计规范"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render()
