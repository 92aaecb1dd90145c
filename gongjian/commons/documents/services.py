"""Writes of documents: draft, sign off, issue with a number, print, void."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse

from gongjian.commons.documents.authority import DRAFT_DOCUMENT, ISSUE_DOCUMENT
from gongjian.commons.documents.checks import CheckResult, Severity
from gongjian.commons.documents.contexts import CircularContext, printing_values
from gongjian.commons.documents.enums import DocumentState
from gongjian.commons.documents.files import store_file
from gongjian.commons.documents.models import (
    CIRCULATING,
    NumberEntry,
    OfficialDocument,
    StoredFile,
)
from gongjian.commons.documents.numbering import register_number, take_number
from gongjian.commons.documents.printing import preview_document, print_document
from gongjian.commons.documents.queries import PUBLISHED, check_document
from gongjian.commons.documents.shelves import document_kinds
from gongjian.commons.documents.sign_off import (
    agree_to_document,
    delegate_turn,
    return_document,
    send_back,
    sign_off_document,
    submit_document,
    withdraw_document,
)
from gongjian.commons.documents.slots import headed, slots_of
from gongjian.commons.documents.verification import new_code
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict
from gongjian.foundation.tenancy.outbox import enqueue
from gongjian.foundation.tenancy.scope import require_tenant_id
from gongjian.foundation.workflow.lifecycle import advance

__all__ = [
    "RENDER_TASK",
    "agree_to_document",
    "delegate_turn",
    "draft_document",
    "edit_draft",
    "issue_document",
    "preview_document",
    "render_document",
    "reprint_document",
    "return_document",
    "send_back",
    "sign_off_document",
    "submit_document",
    "take_number",
    "verification_url",
    "void_document",
    "withdraw_document",
]

RENDER_TASK = "documents.render_document"


def _demand(actor: Actor, permission: str, act: str) -> None:
    if not actor.may(permission):
        raise NotPermitted(f"当前职务无权{act}，请切换职务或联系领导小组办公室。")


@transaction.atomic
def draft_document(
    kind: str,
    *,
    actor: Actor,
    mark: str,
    context: CircularContext | None = None,
    subject: models.Model | None = None,
    approval_reference: str = "",
    supersedes: OfficialDocument | None = None,
) -> OfficialDocument:
    """Start a document: from typed text, or from a record by the kind's own builder."""
    _demand(actor, DRAFT_DOCUMENT, "起草公文")
    entry = document_kinds[kind]
    if context is None:
        if entry.build is None or subject is None:
            raise TypeError(f"{kind} is built from typed text only")
        context = entry.build(subject)
    document = OfficialDocument(
        kind=kind,
        title=context.title,
        organs=list(context.organs),
        mark=mark,
        context=context.as_values(),
        template_version=entry.template_version,
        approval_reference=approval_reference,
        subject_kind=subject._meta.label_lower if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        supersedes=supersedes,
        drafted_by=actor.label[:200],
        drafting_post_id=actor.post_id,
    )
    document.full_clean(exclude=["tenant", "context", "organs"])
    document.save()
    record("documents.document.drafted", document, actor=actor, label="起草公文")
    return document


@transaction.atomic
def edit_draft(
    document: OfficialDocument,
    *,
    actor: Actor,
    values: Mapping[str, Any],
    mark: str,
    approval_reference: str = "",
    revision: int | None = None,
) -> OfficialDocument:
    """Change the words of a draft; name lists that came from a record stay as they are."""
    _demand(actor, DRAFT_DOCUMENT, "修改公文")
    document = OfficialDocument.objects.select_for_update(of=("self",)).get(pk=document.pk)
    if document.state != DocumentState.DRAFT:
        raise StateConflict(_not_editable(document))
    if revision is not None and revision != document.revision:
        raise StateConflict(
            f"“{document}”在您修改期间已被他人改为第{document.revision}稿。"
            "请复制好您的文字，刷新后在新稿上修改。"
        )
    context = {**document.context, **values}
    document.context = CircularContext.from_values(context).as_values()
    document.title = context["title"]
    document.organs = list(context["organs"])
    document.mark = mark
    document.approval_reference = approval_reference
    document.revision += 1
    document.full_clean(exclude=["tenant", "context", "organs"])
    document.save()
    record("documents.document.edited", document, actor=actor, label="修改公文")
    return document


def _not_editable(document: OfficialDocument) -> str:
    if document.state in CIRCULATING:
        return (
            f"“{document}”正在审签（{document.get_state_display()}），不能修改；"
            "需要改动的，请先撤回送审，或由审签人退回修改。"
        )
    return f"“{document}”已不是草稿，不能修改；需要改动的，请先退回修改。"


@transaction.atomic
def issue_document(
    document: OfficialDocument,
    *,
    actor: Actor,
    reason: str = "",
    reserved: NumberEntry | None = None,
) -> OfficialDocument:
    """Number, date and freeze the document (印发), and ask for its printing.

    A number taken here is given back only by the failure of the whole
    transaction; later it is never used again, whatever becomes of the document.
    """
    _demand(actor, ISSUE_DOCUMENT, "印发公文")
    document = OfficialDocument.objects.select_for_update(of=("self",)).get(pk=document.pk)
    results = _passed(document, reason)
    day = today()
    entry = register_number(document, actor=actor, reserved=reserved)
    code = new_code(require_tenant_id())
    frozen = printing_values(
        headed(document.context),
        number=entry.text,
        signed_on=long_date(day),
        verification={"code": code, "url": verification_url(code)},
        is_draft=False,
    )
    issued = advance(
        document,
        "issue",
        actor=actor,
        at=None,
        reason=reason,
        changes={
            "year": day.year,
            "number": entry.number,
            "number_text": entry.text,
            "layout": slots_of(document).layout,
            "issued_on": day,
            "verification_code": code,
            "check_results": [asdict(result) for result in results],
            "override_reason": reason.strip(),
        },
    )
    # Apart from the trail, which would keep every name a second time.
    issued.context = frozen
    issued.template_version = document_kinds[issued.kind].template_version
    issued.save(update_fields=["context", "template_version"])
    if issued.supersedes is not None:
        advance(issued.supersedes, "supersede", actor=actor, at=None)
    enqueue(RENDER_TASK, document_id=issued.pk)
    return issued


def _passed(document: OfficialDocument, reason: str) -> list[CheckResult]:
    """Stop at what may not be issued, and at what needs a reason that was not given."""
    results = check_document(document)
    refused = [result for result in results if result.severity is Severity.REFUSE]
    unexplained = [result for result in results if result.severity is Severity.EXPLAIN]
    if refused:
        raise DomainError("".join(result.message for result in refused))
    if unexplained and not reason.strip():
        raise DomainError("".join(result.message for result in unexplained))
    if not document.mark:
        raise DomainError("公文没有机关代字，无法编号。请退回修改，填写机关代字。")
    return results


def verification_url(code: str) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse('documents:verify', args=[code])}"


@transaction.atomic
def void_document(document: OfficialDocument, *, actor: Actor, reason: str) -> OfficialDocument:
    """Declare an issued document void (作废). Number, file and verification page remain."""
    return advance(
        document,
        "void",
        actor=actor,
        at=None,
        reason=reason,
        changes={"void_reason": reason.strip()},
    )


def render_document(document_id: int, *, actor: Actor) -> StoredFile:
    """Print an issued document, once. A second call hands back the first file.

    The printing itself stands outside the transactions, so that it locks nothing.
    """
    with transaction.atomic():
        document = OfficialDocument.objects.select_related("file").get(pk=document_id)
        slots = slots_of(document)
    if document.file is not None:
        return document.file
    if document.state not in PUBLISHED:
        raise StateConflict(f"“{document}”尚未印发，不能印制正式文件。")
    try:
        printed = print_document(document.context, slots, archive=True)
    except DomainError as error:
        with transaction.atomic():
            OfficialDocument.objects.filter(pk=document_id, file__isnull=True).update(
                print_error=error.message[:300]
            )
        raise
    with transaction.atomic():
        locked = OfficialDocument.objects.select_for_update(of=("self",)).get(pk=document_id)
        if locked.file is not None:
            return locked.file
        locked.file = store_file(
            name=f"{locked.document_number} {locked}.pdf"[:200],
            content_type="application/pdf",
            content=printed.content,
        )
        locked.print_error = ""
        locked.save(update_fields=["file", "print_error"])
        record(
            "documents.document.rendered",
            locked,
            actor=actor,
            label="印制公文",
            after={"sha256": printed.sha256, "pages": printed.pages},
        )
        return locked.file


@transaction.atomic
def reprint_document(document: OfficialDocument, *, actor: Actor) -> OfficialDocument:
    """Ask once more for the printing that failed, after the cause was put right."""
    _demand(actor, ISSUE_DOCUMENT, "印制公文")
    document = OfficialDocument.objects.select_for_update(of=("self",)).get(pk=document.pk)
    if document.file_id is not None or not document.print_error:
        raise StateConflict(f"“{document}”不需要重新印制，请刷新后查看。")
    document.print_error = ""
    document.save(update_fields=["print_error"])
    enqueue(RENDER_TASK, document_id=document.pk)
    return document
