"""Permissions on plans, targets, returns and their review."""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from orgs.enums import Role

# Plans and targets.

VIEW_PLAN = declare(
    "responsibilities.view_plan",
    "查看年度方案和指标库",
    {
        Role.LEADER: Reach.TENANT,
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
        Role.LIAISON: Reach.OWN,
        Role.INSPECTOR: Reach.OWN,
        Role.VIEWER: Reach.SUBTREE,
    },
)
MANAGE_PLAN = declare("responsibilities.manage_plan", "拟订年度方案", {Role.OFFICE: Reach.TENANT})
APPROVE_PLAN = declare("responsibilities.approve_plan", "审定年度方案", {Role.LEADER: Reach.TENANT})
VIEW_TARGET = declare(
    "responsibilities.view_target",
    "查看目标任务",
    {
        Role.LEADER: Reach.TENANT,
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
        Role.VIEWER: Reach.SUBTREE,
    },
)
# The units *below* are the place of the next four: 一级抓一级, no level is skipped.
ALLOCATE_TARGET = declare(
    "responsibilities.allocate_target",
    "分解目标任务",
    {Role.OFFICE: Reach.TENANT, Role.SUPERIOR_OFFICE: Reach.CHILDREN},
)
ISSUE_TARGET = declare(
    "responsibilities.issue_target",
    "下达目标任务",
    {Role.OFFICE: Reach.TENANT, Role.SUPERIOR_OFFICE: Reach.CHILDREN},
)
AMEND_TARGET = declare(
    "responsibilities.amend_target",
    "调整目标任务",
    {Role.OFFICE: Reach.TENANT, Role.SUPERIOR_OFFICE: Reach.CHILDREN},
)
DECIDE_PROPOSAL = declare(
    "responsibilities.decide_proposal",
    "答复目标建议",
    {Role.OFFICE: Reach.TENANT, Role.SUPERIOR_OFFICE: Reach.CHILDREN},
)
ACKNOWLEDGE_TARGET = declare(
    "responsibilities.acknowledge_target",
    "签收目标任务",
    {Role.SECRETARY: Reach.OWN, Role.SUPERIOR_OFFICE: Reach.OWN},
)
PROPOSE_TARGET = declare(
    "responsibilities.propose_target",
    "提出目标建议",
    {Role.SECRETARY: Reach.OWN, Role.SUPERIOR_OFFICE: Reach.OWN},
)

# Quarters, returns and review.

OPEN_QUARTER = declare("responsibilities.open_quarter", "开启季度填报", {Role.OFFICE: Reach.TENANT})
VIEW_RETURN = declare(
    "responsibilities.view_return",
    "查看季度报表",
    {
        Role.LEADER: Reach.TENANT,
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
        Role.VIEWER: Reach.SUBTREE,
    },
)
FILL_RETURN = declare(
    "responsibilities.fill_return",
    "填写季度报表",
    {Role.SECRETARY: Reach.OWN, Role.UNION_CHAIR: Reach.OWN, Role.SUPERIOR_OFFICE: Reach.OWN},
)
SUBMIT_RETURN = declare(
    "responsibilities.submit_return",
    "报送季度报表",
    {Role.SECRETARY: Reach.OWN, Role.SUPERIOR_OFFICE: Reach.OWN},
)
FILE_ON_BEHALF = declare(
    "responsibilities.file_on_behalf",
    "代报季度报表",
    {Role.OFFICE: Reach.CHILDREN, Role.SUPERIOR_OFFICE: Reach.CHILDREN},
)
REVIEW_RETURN = declare(
    "responsibilities.review_return",
    "审核季度报表",
    {Role.OFFICE: Reach.CHILDREN, Role.SUPERIOR_OFFICE: Reach.CHILDREN},
)
REQUEST_EXTENSION = declare(
    "responsibilities.request_extension",
    "申请延期报送",
    {Role.SECRETARY: Reach.OWN, Role.UNION_CHAIR: Reach.OWN, Role.SUPERIOR_OFFICE: Reach.OWN},
)
DECIDE_EXTENSION = declare(
    "responsibilities.decide_extension",
    "批准延期报送",
    {Role.OFFICE: Reach.TENANT, Role.SUPERIOR_OFFICE: Reach.CHILDREN},
)
URGE_RETURN = declare(
    "responsibilities.urge_return",
    "催办未报单位",
    {Role.OFFICE: Reach.TENANT, Role.SUPERIOR_OFFICE: Reach.SUBTREE},
)
EXEMPT_OBLIGATION = declare(
    "responsibilities.exempt_obligation", "免除应报", {Role.OFFICE: Reach.TENANT}
)
VIEW_ROLLUP = declare(
    "responsibilities.view_rollup",
    "查看报表汇总",
    {
        Role.LEADER: Reach.TENANT,
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.VIEWER: Reach.SUBTREE,
    },
)

# Letters of responsibility and amendment slips.

MAKE_LETTER = declare(
    "responsibilities.make_letter",
    "生成目标责任书",
    {
        Role.LEADER: Reach.TENANT,
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
    },
)
