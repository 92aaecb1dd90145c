"""Permissions on outlets, campaigns, placements and the public page."""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from orgs.enums import Role

_EVERYBODY: dict[str, Reach] = {
    Role.OFFICE: Reach.TENANT,
    Role.LEADER: Reach.TENANT,
    Role.SUPERIOR_OFFICE: Reach.SUBTREE,
    Role.SECRETARY: Reach.OWN,
    Role.UNION_CHAIR: Reach.OWN,
}
_OFFICE: dict[str, Reach] = {Role.OFFICE: Reach.TENANT}

VIEW_PLACEMENT = declare("publicity.view_placement", "查看宣传刊播", _EVERYBODY)
WRITE_PLACEMENT = declare(
    "publicity.write_placement",
    "登记宣传刊播",
    {
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.OWN,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
    },
)
VERIFY_PLACEMENT = declare("publicity.verify_placement", "核实宣传刊播", _OFFICE)
VIEW_CAMPAIGN = declare(
    "publicity.view_campaign", "查看宣传策划和媒体名录", dict.fromkeys(_EVERYBODY, Reach.TENANT)
)
PLAN_CAMPAIGN = declare("publicity.plan_campaign", "策划宣传活动", _OFFICE)
KEEP_OUTLET = declare("publicity.keep_outlet", "维护媒体名录", _OFFICE)
READ_REVIEW = declare(
    "publicity.read_review",
    "阅读剪报",
    dict.fromkeys(_EVERYBODY, Reach.TENANT) | {Role.VIEWER: Reach.TENANT},
)
MAKE_REVIEW = declare("publicity.make_review", "编印剪报", _OFFICE)
OPEN_PAGE = declare("publicity.open_page", "开关公开页", _OFFICE)
