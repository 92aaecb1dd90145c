"""Permissions on follow-ups."""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from orgs.enums import Role

VIEW_FOLLOW_UP = declare(
    "follow_ups.view_follow_up",
    "查看督办事项",
    {
        Role.LEADER: Reach.TENANT,
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
        Role.LIAISON: Reach.OWN,
        Role.INSPECTOR: Reach.TENANT,
        Role.VIEWER: Reach.SUBTREE,
    },
)
# The unit that is to act is the place of these: the office gives to everybody,
# a county or township to the units directly below.
ASSIGN_FOLLOW_UP = declare(
    "follow_ups.assign_follow_up",
    "立项交办督办事项",
    {Role.OFFICE: Reach.TENANT, Role.SUPERIOR_OFFICE: Reach.CHILDREN},
)
HANDLE_FOLLOW_UP = declare(
    "follow_ups.handle_follow_up",
    "签收、办理督办事项",
    {
        # What the leading group promised itself (帮扶清单) is the office's own to do.
        Role.OFFICE: Reach.OWN,
        Role.SUPERIOR_OFFICE: Reach.OWN,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
        Role.LIAISON: Reach.OWN,
    },
)
VERIFY_FOLLOW_UP = declare(
    "follow_ups.verify_follow_up",
    "核验、退办、回头看",
    {
        Role.LEADER: Reach.TENANT,
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.CHILDREN,
        Role.INSPECTOR: Reach.TENANT,
    },
)
DECIDE_EXTENSION = declare(
    "follow_ups.decide_extension",
    "批准督办延期",
    {Role.OFFICE: Reach.TENANT, Role.SUPERIOR_OFFICE: Reach.CHILDREN},
)
URGE_FOLLOW_UP = declare(
    "follow_ups.urge_follow_up",
    "催办",
    {
        Role.LEADER: Reach.TENANT,
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
    },
)
