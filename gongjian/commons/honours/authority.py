"""Permissions on the register of honours."""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from orgs.enums import Role

VIEW_HONOUR = declare(
    "honours.view_honour",
    "查看荣誉登记",
    {
        Role.OFFICE: Reach.TENANT,
        Role.LEADER: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
    },
)
KEEP_HONOUR = declare("honours.keep_honour", "登记荣誉", {Role.OFFICE: Reach.TENANT})
REVOKE_HONOUR = declare("honours.revoke_honour", "撤销荣誉", {Role.LEADER: Reach.TENANT})
