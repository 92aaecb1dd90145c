"""Permissions on units, people and posts."""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from orgs.enums import Role

VIEW_UNIT = declare(
    "orgs.view_unit",
    "查看组织架构",
    {
        Role.TENANT_ADMINISTRATOR: Reach.TENANT,
        Role.LEADER: Reach.TENANT,
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.SECRETARY: Reach.SUBTREE,
        Role.UNION_CHAIR: Reach.SUBTREE,
        Role.VIEWER: Reach.SUBTREE,
        Role.INSPECTOR: Reach.TENANT,
        Role.LIAISON: Reach.OWN,
    },
)
MANAGE_UNIT = declare(
    "orgs.manage_unit",
    "维护组织架构",
    {Role.TENANT_ADMINISTRATOR: Reach.TENANT, Role.OFFICE: Reach.TENANT},
)
IMPORT_UNIT = declare(
    "orgs.import_unit",
    "导入单位",
    {Role.TENANT_ADMINISTRATOR: Reach.TENANT, Role.OFFICE: Reach.TENANT},
)
MANAGE_POST = declare(
    "orgs.manage_post", "维护职务与任职", {Role.TENANT_ADMINISTRATOR: Reach.TENANT}
)
GRANT_ROLE = declare("orgs.grant_role", "调整角色权限", {Role.SECURITY_ADMINISTRATOR: Reach.TENANT})
MANAGE_CALENDAR = declare(
    "orgs.manage_calendar",
    "维护期间与工作日",
    {Role.TENANT_ADMINISTRATOR: Reach.TENANT, Role.OFFICE: Reach.TENANT},
)
VIEW_TRAIL = declare("orgs.view_trail", "查看操作记录", {Role.AUDITOR: Reach.TENANT})
