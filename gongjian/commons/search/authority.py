"""Permission on the search page; what is found is decided by each source."""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from orgs.enums import Role

SEARCH = declare(
    "search.use",
    "搜索",
    {
        Role.OFFICE: Reach.TENANT,
        Role.LEADER: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
    },
)
