"""Permissions on notices."""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from orgs.enums import Role

VIEW_OWN = declare("notices.view_own", "查看本职务的提醒", dict.fromkeys(Role.values, Reach.OWN))
VIEW_SENT = declare(
    "notices.view_sent",
    "查看已发提醒",
    {Role.OFFICE: Reach.TENANT, Role.SUPERIOR_OFFICE: Reach.SUBTREE},
)
