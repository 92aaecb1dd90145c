"""Permissions on dispatches, issues and model cases."""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from orgs.enums import Role

_EVERYBODY: dict[str, Reach] = {
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

VIEW_DISPATCH = declare("bulletins.view_dispatch", "查看信息稿件", _EVERYBODY)
WRITE_DISPATCH = declare("bulletins.write_dispatch", "报送信息稿件", _WRITERS)
EDIT_DISPATCH = declare("bulletins.edit_dispatch", "编辑和取舍稿件", {Role.OFFICE: Reach.TENANT})
COMMISSION = declare("bulletins.commission", "约稿", {Role.OFFICE: Reach.TENANT})
MAKE_ISSUE = declare("bulletins.make_issue", "编排简报", {Role.OFFICE: Reach.TENANT})
REVIEW_ISSUE = declare(
    "bulletins.review_issue",
    "审校简报",
    {
        Role.OFFICE: Reach.TENANT,
        Role.LEADER: Reach.TENANT,
        Role.LIAISON: Reach.TENANT,
        Role.VIEWER: Reach.TENANT,
    },
)
SIGN_ISSUE = declare("bulletins.sign_issue", "签发简报", {Role.LEADER: Reach.TENANT})
CORRECT_ISSUE = declare("bulletins.correct_issue", "签发更正", {Role.LEADER: Reach.TENANT})
READ_ISSUE = declare(
    "bulletins.read_issue",
    "阅读简报",
    dict.fromkeys(_EVERYBODY, Reach.TENANT) | {Role.VIEWER: Reach.TENANT},
)
VIEW_CASE = declare("bulletins.view_case", "查看典型案例", dict.fromkeys(_EVERYBODY, Reach.TENANT))
WRITE_CASE = declare("bulletins.write_case", "推荐典型案例", _WRITERS)
LIST_CASE = declare("bulletins.list_case", "审定典型案例", {Role.OFFICE: Reach.TENANT})
