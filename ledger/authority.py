"""Permissions on the ledger."""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from orgs.enums import Role

VIEW_ENTRY = declare(
    "ledger.view_entry",
    "查看双组双建台账",
    {
        Role.OFFICE: Reach.TENANT,
        Role.LEADER: Reach.TENANT,
        Role.VIEWER: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.SECRETARY: Reach.SUBTREE,
        Role.UNION_CHAIR: Reach.SUBTREE,
        Role.INSTRUCTOR: Reach.SUBTREE,
    },
)
EDIT_ENTRY = declare(
    "ledger.edit_entry",
    "登记和更新台账",
    {
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.SECRETARY: Reach.SUBTREE,
        Role.UNION_CHAIR: Reach.SUBTREE,
    },
)
VISIT_ENTRY = declare(
    "ledger.visit_entry",
    "登记走访",
    {
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.SECRETARY: Reach.SUBTREE,
        Role.UNION_CHAIR: Reach.SUBTREE,
        Role.INSTRUCTOR: Reach.SUBTREE,
    },
)
IMPORT_LIST = declare(
    "ledger.import_list",
    "比对部门名单",
    {Role.OFFICE: Reach.TENANT, Role.SUPERIOR_OFFICE: Reach.SUBTREE},
)
MANAGE_LEDGER = declare(
    "ledger.manage_ledger", "设定台账规则、更新单位基数", {Role.OFFICE: Reach.TENANT}
)
