"""Lines of the navigation and what waits for signature."""

from __future__ import annotations

from collections.abc import Sequence

from gongjian.commons.documents.authority import (
    ISSUE_DOCUMENT,
    SIGN_OFF_DOCUMENT,
    VIEW_DOCUMENT,
    VIEW_REPORT,
)
from gongjian.commons.documents.enums import DocumentState
from gongjian.commons.documents.models import OfficialDocument
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
    """Drafts for those who sign, signed documents for those who issue."""
    acts = (
        (SIGN_OFF_DOCUMENT, DocumentState.DRAFT, "签发"),
        (ISSUE_DOCUMENT, DocumentState.SIGNED_OFF, "印发"),
    )
    waiting = yield [
        OfficialDocument.objects.filter(state=state).order_by("pk")[:20]
        if actor.may(permission)
        else None
        for permission, state, _ in acts
    ]
    return [
        Todo(
            title=f"待{act}：{document}",
            url=document.get_absolute_url(),
            note=document.drafted_by,
            icon="signature",
        )
        for (_, _, act), documents in zip(acts, waiting, strict=True)
        for document in documents
    ]


todo_sources.register(TodoSource("documents.waiting", "公文", documents_waiting))
