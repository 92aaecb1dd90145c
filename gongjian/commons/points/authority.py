"""Permissions on points. Facts are noted by the mechanisms under their own authority."""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from orgs.enums import Role

VIEW_POINTS = declare(
    "points.view",
    "查看积分台账",
    {
        Role.OFFICE: Reach.TENANT,
        Role.LEADER: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
    },
)
KEEP_RULES = declare("points.keep_rules", "制定积分规则", {Role.OFFICE: Reach.TENANT})
ADJUST_POINTS = declare("points.adjust", "更正积分", {Role.OFFICE: Reach.TENANT})
