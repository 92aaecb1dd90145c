"""Permissions on schemes, runs, results and commendations."""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from orgs.enums import Role

VIEW_SCHEME = declare(
    "assessments.view_scheme",
    "查看考核方案",
    {Role.OFFICE: Reach.TENANT, Role.LEADER: Reach.TENANT},
)
MANAGE_SCHEME = declare("assessments.manage_scheme", "制定考核方案", {Role.OFFICE: Reach.TENANT})
RUN_ASSESSMENT = declare("assessments.run_assessment", "组织考核测算", {Role.OFFICE: Reach.TENANT})
DECIDE_ASSESSMENT = declare(
    "assessments.decide_assessment", "审定考核结果", {Role.LEADER: Reach.TENANT}
)
VIEW_RESULT = declare(
    "assessments.view_result",
    "查看考核结果",
    {
        Role.OFFICE: Reach.TENANT,
        Role.LEADER: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.VIEWER: Reach.SUBTREE,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
    },
)
#: The page “我的得分” is for posts of an assessed unit; the office has none of its own.
VIEW_OWN_SCORE = declare(
    "assessments.view_own_score",
    "查看本单位得分",
    {
        Role.SUPERIOR_OFFICE: Reach.OWN,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
    },
)
MAKE_REPORT = declare(
    "assessments.make_report",
    "生成测评报告",
    {
        Role.OFFICE: Reach.TENANT,
        Role.LEADER: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
    },
)
JUDGE_ITEM = declare(
    "assessments.judge_item",
    "评委评分",
    {Role.OFFICE: Reach.TENANT, Role.EXPERT: Reach.TENANT},
)
VIEW_COMMENDATION = declare(
    "assessments.view_commendation",
    "查看表扬表彰",
    {Role.OFFICE: Reach.TENANT, Role.LEADER: Reach.TENANT},
)
MANAGE_COMMENDATION = declare(
    "assessments.manage_commendation", "拟定表扬表彰名单", {Role.OFFICE: Reach.TENANT}
)
DECIDE_COMMENDATION = declare(
    "assessments.decide_commendation", "审定表扬表彰名单", {Role.LEADER: Reach.TENANT}
)

# The ledger of bonus, penalty and veto.
VIEW_LEDGER = declare(
    "assessments.view_ledger",
    "查看加分扣分和一票否决台账",
    {
        Role.OFFICE: Reach.TENANT,
        Role.LEADER: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
    },
)
KEEP_LEDGER = declare(
    "assessments.keep_ledger", "登记加分扣分和一票否决", {Role.OFFICE: Reach.TENANT}
)
APPROVE_ENTRY = declare(
    "assessments.approve_entry", "批准加分扣分和一票否决", {Role.LEADER: Reach.TENANT}
)

# The chain from self-assessment to objections.
SELF_ASSESS = declare(
    "assessments.self_assess",
    "报送自评",
    {Role.SECRETARY: Reach.OWN, Role.SUPERIOR_OFFICE: Reach.OWN},
)
VIEW_REVIEW = declare(
    "assessments.view_review",
    "查看单位考评",
    {
        Role.OFFICE: Reach.TENANT,
        Role.LEADER: Reach.TENANT,
        Role.EXPERT: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
    },
)
REVIEW_UNIT = declare(
    "assessments.review_unit",
    "初评和抽查复核",
    {Role.OFFICE: Reach.TENANT, Role.EXPERT: Reach.TENANT},
)
RAISE_OBJECTION = declare(
    "assessments.raise_objection",
    "提出异议",
    {
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
    },
)
DECIDE_OBJECTION = declare("assessments.decide_objection", "复核异议", {Role.LEADER: Reach.TENANT})
