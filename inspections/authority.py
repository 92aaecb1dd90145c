"""Permissions of the inspections."""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from orgs.enums import Role

VIEW_INSPECTION = declare(
    "inspections.view_inspection",
    "查看督查",
    {
        Role.LEADER: Reach.TENANT,
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.INSPECTOR: Reach.TENANT,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
        Role.VIEWER: Reach.SUBTREE,
        # Sent along on visits; beyond those they see their own unit.
        Role.LIAISON: Reach.OWN,
        Role.INSTRUCTOR: Reach.OWN,
    },
)
# The unit that inspects is the place: each level draws up its own plan.
PLAN_INSPECTION = declare(
    "inspections.plan_inspection",
    "拟订年度督查计划、申请计划外督查",
    {Role.OFFICE: Reach.OWN, Role.SUPERIOR_OFFICE: Reach.OWN},
)
APPROVE_PLAN = declare(
    "inspections.approve_plan",
    "批准督查计划和计划外督查",
    {Role.LEADER: Reach.TENANT},
)
# The unit that is visited is the place of the following ones.
ARRANGE_VISIT = declare(
    "inspections.arrange_visit",
    "安排督查、发整改通知书",
    {Role.OFFICE: Reach.TENANT, Role.SUPERIOR_OFFICE: Reach.CHILDREN},
)
INSPECT = declare(
    "inspections.inspect",
    "现场检查、记录问题",
    {
        Role.LEADER: Reach.TENANT,
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.INSPECTOR: Reach.TENANT,
        Role.INSTRUCTOR: Reach.TENANT,
        # A liaison of a member body is sent along with merged visits.
        Role.LIAISON: Reach.TENANT,
    },
)
CONFIRM_VISIT = declare(
    "inspections.confirm_visit",
    "代表被查单位确认督查情况",
    {
        Role.SUPERIOR_OFFICE: Reach.OWN,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
    },
)
ISSUE_CIRCULAR = declare(
    "inspections.issue_circular",
    "编印督查通报",
    {Role.OFFICE: Reach.OWN, Role.SUPERIOR_OFFICE: Reach.OWN},
)
# System step: a finding follows its follow-up, whose own steps hold the authority.
FOLLOW_FINDING = declare(
    "inspections.follow_finding",
    "登记整改进展",
    {Role.OFFICE: Reach.TENANT},
)
MANAGE_INSTRUCTORS = declare(
    "inspections.manage_instructors",
    "选派工建指导员",
    {Role.OFFICE: Reach.TENANT, Role.SUPERIOR_OFFICE: Reach.SUBTREE},
)
VIEW_INSTRUCTORS = declare(
    "inspections.view_instructors",
    "查看工建指导员",
    {
        Role.LEADER: Reach.TENANT,
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.VIEWER: Reach.SUBTREE,
        Role.INSTRUCTOR: Reach.TENANT,
    },
)
# Which units is said by the assignment, not by the post.
NOTE_INSTRUCTION = declare(
    "inspections.note_instruction",
    "填写指导员走访记录",
    {
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.INSTRUCTOR: Reach.TENANT,
    },
)
