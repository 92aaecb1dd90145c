"""Permissions on training.

The office plans and runs classes for the whole region, a county or township
its own; units sign their people up, and the head of the unit lets them go.
"""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from orgs.enums import Role

VIEW_TRAINING = declare(
    "training.view_training",
    "查看培训计划和班次",
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
MANAGE_TRAINING = declare(
    "training.manage_training",
    "编制培训计划、办班、登记结果、发结业证书",
    {Role.OFFICE: Reach.TENANT, Role.SUPERIOR_OFFICE: Reach.OWN},
)
APPROVE_TRAINING = declare(
    "training.approve_training",
    "批准培训计划、同意迟交班次材料",
    {Role.LEADER: Reach.TENANT},
)
# The unit whose person it is, is the place of these two.
SIGN_UP = declare(
    "training.sign_up",
    "为本单位人员报名、请假",
    {
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
        Role.LIAISON: Reach.OWN,
    },
)
APPROVE_SIGN_UP = declare(
    "training.approve_sign_up",
    "批准本单位人员参加培训",
    {
        Role.OFFICE: Reach.OWN,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.SECRETARY: Reach.OWN,
    },
)
