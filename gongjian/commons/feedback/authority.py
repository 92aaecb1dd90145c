"""Permissions on suggestions: everyone may write, the office answers."""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from orgs.enums import Role

WRITE_SUGGESTION = declare(
    "feedback.write_suggestion", "提投诉建议", dict.fromkeys(Role, Reach.OWN)
)
VIEW_SUGGESTION = declare(
    "feedback.view_suggestion",
    "查看投诉建议",
    {
        Role.OFFICE: Reach.TENANT,
        Role.LEADER: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
    },
)
ANSWER_SUGGESTION = declare(
    "feedback.answer_suggestion", "答复投诉建议", {Role.OFFICE: Reach.TENANT}
)
