"""Permissions on questionnaires."""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from orgs.enums import Role

# A questionnaire belongs to the tenant as a whole. Who may answer is said by
# the mechanism that uses it: the team of a visit, the participants of a class.
DESIGN_QUESTIONNAIRE = declare(
    "questionnaires.design_questionnaire",
    "编制问卷和检查表",
    {Role.OFFICE: Reach.TENANT},
)
VIEW_QUESTIONNAIRE = declare(
    "questionnaires.view_questionnaire",
    "查看问卷和检查表",
    {
        Role.LEADER: Reach.TENANT,
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.INSPECTOR: Reach.TENANT,
    },
)
