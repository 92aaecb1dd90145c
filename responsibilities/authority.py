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
        Role.REVIEW_DELEGATE: Reach.SUBTREE,
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
    {
        Role.OFFICE: Reach.CHILDREN,
        Role.SUPERIOR_OFFICE: Reach.CHILDREN,
        Role.REVIEW_DELEGATE: Reach.CHILDREN,
    },
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
        Role.REVIEW_DELEGATE: Reach.SUBTREE,
    },
)

# Turns of review: who stands in for whom, and the words reviewers use.

DELEGATE_REVIEW = declare(
    "responsibilities.delegate_review",
    "委托他人审核",
    {Role.OFFICE: Reach.OWN, Role.SUPERIOR_OFFICE: Reach.OWN},
)
MANAGE_PHRASE = declare(
    "responsibilities.manage_phrase", "维护常用审核意见", {Role.OFFICE: Reach.TENANT}
)
# Classified guidance: work plans by category, the plan of a unit, its development plan.

VIEW_GUIDANCE = declare(
    "responsibilities.view_guidance",
    "查看分类方案和单位方案",
    {
        Role.LEADER: Reach.TENANT,
        Role.OFFICE: Reach.TENANT,
        Role.INSPECTOR: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.VIEWER: Reach.SUBTREE,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
    },
)
MANAGE_GUIDANCE = declare(
    "responsibilities.manage_guidance", "拟订分类方案", {Role.OFFICE: Reach.TENANT}
)
APPROVE_GUIDANCE = declare(
    "responsibilities.approve_guidance", "审定分类方案", {Role.LEADER: Reach.TENANT}
)
TICK_MEASURE = declare(
    "responsibilities.tick_measure",
    "登记措施进展",
    {Role.SECRETARY: Reach.OWN, Role.UNION_CHAIR: Reach.OWN, Role.SUPERIOR_OFFICE: Reach.OWN},
)
WRITE_DEVELOPMENT = declare(
    "responsibilities.write_development",
    "编制发展规划",
    {Role.SECRETARY: Reach.OWN, Role.SUPERIOR_OFFICE: Reach.OWN},
)
# 一级抓一级: read and agreed to by the level right above.
DECIDE_DEVELOPMENT = declare(
    "responsibilities.decide_development",
    "审阅下级发展规划",
    {Role.OFFICE: Reach.CHILDREN, Role.SUPERIOR_OFFICE: Reach.CHILDREN},
)

# Design of forms, the burden they put on units, exceptions from checks.

DESIGN_FORM = declare("responsibilities.design_form", "设计报表格式", {Role.OFFICE: Reach.TENANT})
VIEW_BURDEN = declare(
    "responsibilities.view_burden",
    "查看减负审核评估",
    {Role.LEADER: Reach.TENANT, Role.OFFICE: Reach.TENANT},
)
DECIDE_BURDEN = declare(
    "responsibilities.decide_burden", "审定减负审核评估", {Role.LEADER: Reach.TENANT}
)
VIEW_EXCEPTION = declare(
    "responsibilities.view_exception",
    "查看校验例外",
    {
        Role.LEADER: Reach.TENANT,
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
    },
)
REQUEST_EXCEPTION = declare(
    "responsibilities.request_exception",
    "申请校验例外",
    {Role.SECRETARY: Reach.OWN, Role.UNION_CHAIR: Reach.OWN, Role.SUPERIOR_OFFICE: Reach.OWN},
)
DECIDE_EXCEPTION = declare(
    "responsibilities.decide_exception",
    "审批校验例外",
    {Role.OFFICE: Reach.CHILDREN, Role.SUPERIOR_OFFICE: Reach.CHILDREN},
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

# Words of reminders.

WORD_REMINDER = declare(
    "responsibilities.word_reminder", "修改提醒用语", {Role.OFFICE: Reach.TENANT}
)
