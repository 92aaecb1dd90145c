"""Permission on one's own calendar; what stands in it is decided by each source."""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from orgs.enums import Role

SEE_CALENDAR = declare(
    "calendars.see",
    "查看和订阅自己的日程",
    {
        Role.LEADER: Reach.OWN,
        Role.OFFICE: Reach.OWN,
        Role.SUPERIOR_OFFICE: Reach.OWN,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
        Role.LIAISON: Reach.OWN,
    },
)
