"""The work desk: cards of all apps and what waits for this post."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from gongjian.foundation.kernel.actor import Actor, Reach
from gongjian.foundation.kernel.authority import declare
from gongjian.foundation.web.pages import Page
from gongjian.foundation.web.shelves import (
    DashboardCard,
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
    """工作台: what waits at once; the cards follow, so that nobody waits for figures to begin."""

    permission = ENTER
    template_name = "web/desk.html"
    heading = "工作台"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        cards = _cards_of(self.actor)
        scripts = sorted({script for card in cards for script in card.scripts})
        return self.render({"cards": cards, "todos": todos_of(self.actor), "scripts": scripts})


class DeskCards(Page):
    """The cards of the desk, fetched by it."""

    permission = ENTER
    template_name = "web/_desk_cards.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        built = ((card, card.build(self.actor)) for card in _cards_of(self.actor))
        return self.render(
            {"cards": [{"card": card, "data": data} for card, data in built if data is not None]}
        )


def _cards_of(actor: Actor) -> list[DashboardCard]:
    entries = [card for card in dashboard_cards if actor.may(card.permission)]
    return sorted(entries, key=lambda card: (card.order, card.key))


class DesignGuide(Page):
    """设计规范: colours, sizes and components in one place."""

    permission = ENTER
    template_name = "web/design.html"
    heading = "设计规范"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render()
