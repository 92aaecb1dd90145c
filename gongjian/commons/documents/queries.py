"""Reads of documents, their files and the report centre."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models, transaction

from gongjian.commons.documents.authority import DRAFT_DOCUMENT, SIGN_OFF_DOCUMENT
from gongjian.commons.documents.checks import CheckResult, run_checks
from gongjian.commons.documents.enums import DocumentState
from gongjian.commons.documents.models import (
    OfficialDocument,
    ReportDownload,
    ReportJob,
    SignOffTurn,
)
from gongjian.commons.documents.shelves import document_kinds, report_kinds
from gongjian.commons.documents.verification import tenant_of, tidy
from gongjian.foundation.kernel.actor import Actor, Scope
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.tenancy.scope import tenant_scope

#: States in which a document is everybody's to read.
PUBLISHED = (DocumentState.ISSUED, DocumentState.SUPERSEDED, DocumentState.VOID)


def documents_seen_by(
    documents: TenantQuerySet[OfficialDocument], actor: Actor
) -> TenantQuerySet[OfficialDocument]:
    """Drafts are seen by those who draft, sign or were asked; issued documents by all readers."""
    if actor.may(DRAFT_DOCUMENT) or actor.may(SIGN_OFF_DOCUMENT):
        return documents
    asked = SignOffTurn.objects.filter(
        document=models.OuterRef("pk"), post_id=actor.post_id or 0, opened_at__isnull=False
    )
    return documents.filter(models.Q(state__in=PUBLISHED) | models.Exists(asked))


def documents_about(subject: models.Model) -> TenantQuerySet[OfficialDocument]:
    """Documents that were made from one record, newest first."""
    return OfficialDocument.objects.filter(  # type: ignore[return-value]
        subject_kind=subject._meta.label_lower, subject_id=subject.pk
    ).order_by("-pk")


def check_document(document: OfficialDocument) -> list[CheckResult]:
    """What would speak against issuing the document now."""
    kind = document_kinds[document.kind]
    return run_checks(
        document,
        is_directive=kind.is_directive,
        is_commendation=kind.is_commendation,
        length_limit=kind.length_limit,
    )


def jobs_seen_by(actor: Actor) -> TenantQuerySet[ReportJob]:
    """Reports this post asked for, and those about units within its reach.

    A report that names no unit may hold figures of any: beyond who asked for
    it, only a post that reaches the whole tenant sees it.
    """
    allowed = [kind for kind in report_kinds if actor.may(kind.permission)]
    by_scope: dict[Scope, list[str]] = defaultdict(list)
    for kind in allowed:
        scope = actor.scope(kind.permission)
        if scope is not None:
            by_scope[scope].append(kind.key)
    jobs: Any = ReportJob.objects.select_related("file", "unit")
    seen = models.Q(requested_by_post=actor.post_id, kind__in=[kind.key for kind in allowed])
    for scope, keys in by_scope.items():
        within = ReportJob.objects.within(scope).order_by().values("pk")
        seen |= models.Q(kind__in=keys, pk__in=within)
    return jobs.filter(seen)  # type: ignore[no-any-return]


def downloads_of(job: ReportJob) -> TenantQuerySet[ReportDownload]:
    """Who took the file, the latest first."""
    return job.downloads.order_by("-pk")  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Verification:
    """What the public page tells. Not the title: it may name a person."""

    code: str
    kind: str
    number: str
    organs: str
    issued_on: date | None
    state: str
    state_label: str
    sha256: str
    successor: str


def verify(code: str) -> Verification | None:
    """Look a code up without a signed-in post: its own digits name the tenant."""
    code = tidy(code)
    tenant_id = tenant_of(code)
    if tenant_id is None:
        return None
    with tenant_scope(tenant_id), transaction.atomic():
        document = (
            OfficialDocument.objects.filter(verification_code=code, state__in=PUBLISHED)
            .select_related("file")
            .first()
        )
        if document is None:
            return None
        successor = document.successors.filter(state=DocumentState.ISSUED).first()
        kind = document_kinds.get(document.kind)
        return Verification(
            code=code,
            kind=kind.label if kind else document.kind,
            number=document.document_number,
            organs="、".join(document.organs),
            issued_on=document.issued_on,
            state=document.state,
            state_label=document.get_state_display(),
            sha256=document.file.sha256 if document.file else "",
            successor=successor.document_number if successor else "",
        )
