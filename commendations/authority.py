"""Permissions on programmes and nominations."""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from orgs.enums import Role

VIEW_PROGRAMME = declare(
    "commendations.view_programme",
    "查看评先表彰",
    {
        Role.OFFICE: Reach.TENANT,
        Role.LEADER: Reach.TENANT,
        Role.VIEWER: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.TENANT,
        Role.SECRETARY: Reach.TENANT,
        Role.UNION_CHAIR: Reach.TENANT,
    },
)
MANAGE_PROGRAMME = declare(
    "commendations.manage_programme", "组织评先表彰", {Role.OFFICE: Reach.TENANT}
)
DECIDE_PROGRAMME = declare(
    "commendations.decide_programme", "审定表彰名单", {Role.LEADER: Reach.TENANT}
)
VIEW_NOMINATION = declare(
    "commendations.view_nomination",
    "查看推荐对象",
    {
        Role.OFFICE: Reach.TENANT,
        Role.LEADER: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
    },
)
WRITE_NOMINATION = declare(
    "commendations.write_nomination",
    "申报推荐",
    {
        Role.OFFICE: Reach.OWN,
        Role.SUPERIOR_OFFICE: Reach.OWN,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
    },
)
RECOMMEND = declare(
    "commendations.recommend",
    "审核推荐",
    {Role.OFFICE: Reach.TENANT, Role.SUPERIOR_OFFICE: Reach.SUBTREE},
)
CHECK_NOMINATION = declare(
    "commendations.check_nomination", "资格审查和评审", {Role.OFFICE: Reach.TENANT}
)
