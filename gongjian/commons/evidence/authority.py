"""Permission to open the evidence pages at all; what is seen there follows the subject."""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from orgs.enums import Role

USE_EVIDENCE = declare(
    "evidence.use_evidence",
    "查看、添加佐证材料（以所属事项的权限为准）",
    dict.fromkeys(
        (
            Role.LEADER,
            Role.OFFICE,
            Role.SUPERIOR_OFFICE,
            Role.REVIEW_DELEGATE,
            Role.SECRETARY,
            Role.UNION_CHAIR,
            Role.LIAISON,
            Role.INSPECTOR,
            Role.INSTRUCTOR,
            Role.VIEWER,
        ),
        Reach.OWN,
    ),
)
