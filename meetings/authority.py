"""Permissions on joint meetings.

The office convenes for the whole region, a county or township for its own
leading group; member units propose, reply and receive.
"""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from orgs.enums import Role

VIEW_MEETING = declare(
    "meetings.view_meeting",
    "查看联席会议",
    {
        Role.LEADER: Reach.TENANT,
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
        Role.LIAISON: Reach.OWN,
        Role.INSPECTOR: Reach.TENANT,
    },
)
CONVENE_MEETING = declare(
    "meetings.convene_meeting",
    "召集会议、审定议题、记录和印发纪要",
    {Role.OFFICE: Reach.TENANT, Role.SUPERIOR_OFFICE: Reach.OWN},
)
# The unit that speaks is the place of this one.
TAKE_PART = declare(
    "meetings.take_part",
    "申报议题、回复会议通知、签收纪要",
    {
        Role.OFFICE: Reach.OWN,
        Role.SUPERIOR_OFFICE: Reach.OWN,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
        Role.LIAISON: Reach.OWN,
    },
)
