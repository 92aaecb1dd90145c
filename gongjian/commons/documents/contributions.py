"""Lines of the navigation and what waits for signature."""

from __future__ import annotations

from collections.abc import Sequence

from gongjian.commons.documents.authority import (
    ARRANGE_DOCUMENTS,
    ISSUE_DOCUMENT,
    SIGN_OFF_DOCUMENT,
    TAKE_PART,
    VIEW_DOCUMENT,
    VIEW_REPORT,
)
from gongjian.commons.documents.enums import DocumentState
from gongjian.commons.documents.models import OfficialDocument
from gongjian.commons.documents.routes import drafts_signed_directly
from gongjian.commons.documents.sign_off_queries import open_turns
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.counts import Asking
from gongjian.foundation.web.shelves import (
    NavigationEntry,
    Todo,
    TodoSource,
    navigation,
    todo_sources,
)

navigation.register(
    NavigationEntry(
        key="documents.documents",
        label="公文",
        group="工作",
        url_name="documents:officialdocument_list",
        icon="file-text",
        permission=VIEW_DOCUMENT,
        order=60,
        waiting=lambda actor: open_turns(actor) if actor.may(TAKE_PART) else None,
    )
)
navigation.register(
    NavigationEntry(
        key="documents.register",
        label="发文登记",
        group="工作",
        url_name="documents:numberentry_list",
        icon="list-numbers",
        permission=ISSUE_DOCUMENT,
        order=62,
    )
)
navigation.register(
    NavigationEntry(
        key="documents.routes",
        label="公文设置",
        group="组织与设置",
        url_name="documents:route_list",
        icon="route",
        permission=ARRANGE_DOCUMENTS,
        order=80,
    )
)
navigation.register(
    NavigationEntry(
        key="documents.reports",
        label="报告中心",
        group="工作",
        url_name="documents:report_centre",
        icon="report",
        permission=VIEW_REPORT,
        order=70,
    )
)


def documents_waiting(actor: Actor) -> Asking[Sequence[Todo]]:
    """Turns for those who are asked, drafts for those who sign them, signed ones for the office."""
    drafts = drafts_signed_directly()
    signed = OfficialDocument.objects.filter(state=DocumentState.SIGNED_OFF)
    turns, to_sign, to_issue = yield [
        open_turns(actor)[:20] if actor.may(TAKE_PART) else None,
        drafts.order_by("pk")[:20] if actor.may(SIGN_OFF_DOCUMENT) else None,
        signed.order_by("pk")[:20] if actor.may(ISSUE_DOCUMENT) else None,
    ]
    asked = [(turn.document, turn.get_act_display()) for turn in turns]
    asked += [(document, "签发") for document in to_sign]
    asked += [(document, "印发") for document in to_issue]
    return [
        Todo(
            title=f"待{act}：{document}",
            url=document.get_absolute_url(),
            note=document.drafted_by,
            icon="signature",
        )
        for document, act in asked
    ]


todo_sources.register(TodoSource("documents.waiting", "公文", documents_waiting))
