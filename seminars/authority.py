"""Permissions on study topics, papers, reviews and seminars."""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from orgs.enums import Role

_READERS: dict[str, Reach] = {
    Role.OFFICE: Reach.TENANT,
    Role.LEADER: Reach.TENANT,
    Role.SUPERIOR_OFFICE: Reach.SUBTREE,
    Role.SECRETARY: Reach.OWN,
    Role.UNION_CHAIR: Reach.OWN,
}
_WRITERS: dict[str, Reach] = {
    Role.OFFICE: Reach.OWN,
    Role.SUPERIOR_OFFICE: Reach.OWN,
    Role.SECRETARY: Reach.OWN,
    Role.UNION_CHAIR: Reach.OWN,
}
_OFFICE: dict[str, Reach] = {Role.OFFICE: Reach.TENANT}

VIEW_TOPIC = declare("seminars.view_topic", "查看课题", _READERS)
APPLY_TOPIC = declare("seminars.apply_topic", "申报课题", _WRITERS)
DECIDE_TOPIC = declare("seminars.decide_topic", "管理课题", _OFFICE)
VIEW_CALL = declare(
    "seminars.view_call",
    "查看征文",
    dict.fromkeys(_READERS, Reach.TENANT) | {Role.VIEWER: Reach.TENANT},
)
MANAGE_CALL = declare("seminars.manage_call", "组织征文和评审", _OFFICE)
DECIDE_AWARD = declare("seminars.decide_award", "审定评奖结果", {Role.LEADER: Reach.TENANT})
VIEW_PAPER = declare("seminars.view_paper", "查看论文", _READERS)
WRITE_PAPER = declare("seminars.write_paper", "撰写论文", _WRITERS)
#: A judge sees blind copies that were given to that judge, and nothing else of the app.
JUDGE_PAPER = declare("seminars.judge_paper", "评审论文", {Role.EXPERT: Reach.TENANT})
VIEW_SEMINAR = declare(
    "seminars.view_seminar",
    "查看研讨会",
    dict.fromkeys(_READERS, Reach.TENANT) | {Role.VIEWER: Reach.TENANT},
)
MANAGE_SEMINAR = declare("seminars.manage_seminar", "组织研讨会", _OFFICE)
ANSWER_SEMINAR = declare("seminars.answer_seminar", "回复研讨会通知", _WRITERS)
TELL_UPTAKE = declare("seminars.tell_uptake", "登记成果转化", _WRITERS)
CONFIRM_UPTAKE = declare("seminars.confirm_uptake", "确认采纳成果", _WRITERS)
