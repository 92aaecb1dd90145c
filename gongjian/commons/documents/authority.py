"""Permissions on official documents and on reports."""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from orgs.enums import Role

VIEW_DOCUMENT = declare(
    "documents.view_document",
    "查看公文",
    {
        Role.LEADER: Reach.TENANT,
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.TENANT,
        Role.SECRETARY: Reach.TENANT,
        Role.UNION_CHAIR: Reach.TENANT,
        Role.LIAISON: Reach.TENANT,
        Role.INSPECTOR: Reach.TENANT,
        Role.VIEWER: Reach.TENANT,
    },
)
DRAFT_DOCUMENT = declare(
    "documents.draft_document",
    "起草公文",
    {Role.OFFICE: Reach.TENANT},
)
SIGN_OFF_DOCUMENT = declare(
    "documents.sign_off_document",
    "签发公文",
    {Role.LEADER: Reach.TENANT},
)
TAKE_PART = declare(
    "documents.take_part",
    "参与核稿和会签",
    {
        Role.LEADER: Reach.TENANT,
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.TENANT,
        Role.LIAISON: Reach.TENANT,
        Role.VIEWER: Reach.TENANT,
    },
)
ARRANGE_DOCUMENTS = declare(
    "documents.arrange_documents",
    "设置公文审签、字号和版式",
    {Role.OFFICE: Reach.TENANT, Role.TENANT_ADMINISTRATOR: Reach.TENANT},
)
ISSUE_DOCUMENT = declare(
    "documents.issue_document",
    "印发公文",
    {Role.OFFICE: Reach.TENANT},
)
VOID_DOCUMENT = declare(
    "documents.void_document",
    "作废公文",
    {Role.LEADER: Reach.TENANT},
)
VIEW_REPORT = declare(
    "documents.view_report",
    "使用报告中心",
    {
        Role.LEADER: Reach.TENANT,
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        # What they asked for themselves, such as the sheet of a matter given to them.
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
        Role.LIAISON: Reach.OWN,
        Role.INSPECTOR: Reach.OWN,
    },
)
#: On a unit within the reach; on peer groups and the whole tenant for those who reach all.
MAKE_OVERVIEW = declare(
    "documents.make_overview",
    "生成综合报告",
    {
        Role.LEADER: Reach.TENANT,
        Role.OFFICE: Reach.TENANT,
        Role.SUPERIOR_OFFICE: Reach.SUBTREE,
        Role.SECRETARY: Reach.OWN,
        Role.UNION_CHAIR: Reach.OWN,
    },
)
