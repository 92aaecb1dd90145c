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

# Classified guidance and handover.

VIEW_CATEGORY = declare(
    "orgs.view_category",
    "查看分类指导类别",
    {
        Role.LEADER: Reach.TENANT,
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.INSPECTOR: Reach.TENANT,
        Role.VIEWER: Reach.SUBTREE,
    },
)
MANAGE_CATEGORY = declare("orgs.manage_category", "维护分类指导类别", {Role.OFFICE: Reach.TENANT})
VIEW_HANDOVER = declare(
    "orgs.view_handover",
    "查看工作交接",
    {
        Role.TENANT_ADMINISTRATOR: Reach.TENANT,
        Role.LEADER: Reach.TENANT,
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
        Role.VIEWER: Reach.SUBTREE,
    },
)
# Whose signature it is, is asked of the handover itself: it names two people.
SIGN_HANDOVER = declare(
    "orgs.sign_handover",
    "签办本人的工作交接",
    {
        Role.OFFICE: Reach.OWN,
        Role.SUPERIOR_OFFICE: Reach.OWN,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
        Role.LEADER: Reach.OWN,
        Role.VIEWER: Reach.OWN,
    },
)
# The post right above signs for somebody who has gone.
CONFIRM_HANDOVER = declare(
    "orgs.confirm_handover",
    "代卸任人确认移交",
    {Role.OFFICE: Reach.TENANT, Role.SUPERIOR_OFFICE: Reach.CHILDREN},
)
