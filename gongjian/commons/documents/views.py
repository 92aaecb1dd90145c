"""Pages of documents, and the public verification page."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.decorators import login_not_required
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from gongjian.commons.documents import services
from gongjian.commons.documents.authority import (
    DRAFT_DOCUMENT,
    ISSUE_DOCUMENT,
    VIEW_DOCUMENT,
)
from gongjian.commons.documents.checks import text_length
from gongjian.commons.documents.enums import DocumentState
from gongjian.commons.documents.files import read_file
from gongjian.commons.documents.filters import DocumentFilter
from gongjian.commons.documents.forms import DocumentForm
from gongjian.commons.documents.models import OfficialDocument, StoredFile
from gongjian.commons.documents.queries import (
    PUBLISHED,
    check_document,
    documents_seen_by,
    verify,
)
from gongjian.commons.documents.shelves import document_kinds
from gongjian.commons.documents.tables import DocumentTable
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.pages import DetailPage, FormPage, ListPage, StepPage
from orgs.models import Tenant


def file_answer(
    content: bytes, *, name: str, content_type: str, as_attachment: bool
) -> HttpResponse:
    """Bytes under their Chinese name; the browser is told not to guess what they are."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment, name) or "attachment"
    )
    response["X-Content-Type-Options"] = "nosniff"
    # Should a viewer run what a file holds, it may load and send nothing. Shown
    # in the browser it gets no sandbox, in which viewers of PDF refuse to open.
    response["Content-Security-Policy"] = (
        "sandbox; default-src 'none'"
        if as_attachment
        else "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
    )
    return response


def stored_answer(file: StoredFile) -> HttpResponse:
    return file_answer(
        read_file(file), name=file.name, content_type=file.content_type, as_attachment=True
    )


class DocumentRecords:
    """Documents this post may read."""

    queryset: ClassVar[Any] = OfficialDocument.objects.select_related("file", "supersedes")

    def get_queryset(self) -> TenantQuerySet[OfficialDocument]:
        records: TenantQuerySet[OfficialDocument] = super().get_queryset()  # type: ignore[misc]
        return documents_seen_by(records, self.actor)  # type: ignore[attr-defined]


class DocumentList(DocumentRecords, ListPage):
    """公文."""

    permission = VIEW_DOCUMENT
    heading = "公文"
    table_class = DocumentTable
    filterset_class = DocumentFilter

    def get_extra(self) -> dict[str, Any]:
        if not self.actor.may(DRAFT_DOCUMENT):
            return {}
        return {"create_url": reverse("documents:document_create"), "create_label": "起草公文"}


class DocumentDetail(DocumentRecords, DetailPage):
    """One document: what speaks against issuing it, preview or file, steps."""

    permission = VIEW_DOCUMENT
    template_name = "documents/document_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        document: OfficialDocument = self.object
        facts = [
            ("文种", document_kinds[document.kind].label),
            ("状态", document.get_state_display()),
            ("发文字号", document.document_number or "印发时编排"),
            ("发文机关", "、".join(document.organs)),
            ("主送机关", document.context.get("main_recipients", "")),
            ("起草", document.drafted_by),
            ("签发", document.signed_off_by),
            ("成文日期", document.issued_on),
            ("批准依据", document.approval_reference),
            ("特殊情况说明", document.override_reason),
            ("作废理由", document.void_reason),
            ("核验码", document.verification_code),
        ]
        if document.file is not None:
            facts += [("SHA-256", document.file.sha256), ("SM3", document.file.sm3)]
        return [(label, value) for label, value in facts if value]

    def get_place(self) -> None:
        return None

    def get_steps(self) -> list[dict[str, str]]:
        # Superseding comes with the issue of the new document, never by a button.
        steps = super().get_steps()
        return [step for step in steps if not step["url"].endswith("/supersede/")]

    def get_extra(self) -> dict[str, Any]:
        document: OfficialDocument = self.object
        is_open = document.state in {DocumentState.DRAFT, DocumentState.SIGNED_OFF}
        may_edit = document.state == DocumentState.DRAFT and self.actor.may(DRAFT_DOCUMENT)
        return {
            "checks": check_document(document) if is_open else [],
            "length": text_length(document.context),
            "length_limit": document_kinds[document.kind].length_limit,
            "edit_url": reverse("documents:document_edit", args=[document.pk]) if may_edit else "",
            "preview_url": reverse("documents:document_preview", args=[document.pk])
            if is_open
            else "",
            "download_url": reverse("documents:document_download", args=[document.pk])
            if document.file is not None
            else "",
            "is_printing": not is_open and document.file is None and not document.print_error,
            "reprint_url": reverse("documents:document_reprint", args=[document.pk])
            if document.print_error and self.actor.may(ISSUE_DOCUMENT)
            else "",
        }


class DocumentCreate(FormPage):
    """起草公文."""

    permission = DRAFT_DOCUMENT
    heading = "起草公文"
    form_class = DocumentForm
    submit_label = "保存草稿"
    success_message = "草稿已保存，可以预览并送签。"

    def get_form_kwargs(self) -> dict[str, Any]:
        tenant = Tenant.objects.get(pk=self.actor.tenant_id)
        office = f"{tenant.leading_group}办公室"
        initial = {"organs": office, "printer": office, "mark": tenant.document_mark}
        return {"initial": initial}

    def perform(self, form: Any) -> OfficialDocument:
        data = form.cleaned_data
        return services.draft_document(
            data["kind"],
            actor=self.actor,
            mark=data["mark"],
            context=form.context(),
            approval_reference=data["approval_reference"],
        )

    def get_cancel_url(self) -> str:
        return reverse("documents:officialdocument_list")


class DocumentEdit(DocumentCreate):
    """修改草稿."""

    permission = DRAFT_DOCUMENT
    heading = "修改公文"

    def get_object(self) -> OfficialDocument:
        found = OfficialDocument.objects.filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"document": self.get_object()}

    def perform(self, form: Any) -> OfficialDocument:
        return services.edit_draft(
            self.get_object(),
            actor=self.actor,
            values=form.context_values(),
            mark=form.cleaned_data["mark"],
            approval_reference=form.cleaned_data["approval_reference"],
        )

    def get_cancel_url(self) -> str:
        return self.get_object().get_absolute_url()


class DocumentStep(DocumentRecords, StepPage):
    """签发、退回修改、印发、作废."""

    permission = VIEW_DOCUMENT
    template_name = "documents/document_step.html"
    services: ClassVar[Any] = {
        "sign_off": services.sign_off_document,
        "return_to_draft": services.return_document,
        "issue": services.issue_document,
        "void": services.void_document,
    }

    def get_extra(self) -> dict[str, Any]:
        checks = check_document(self.get_object()) if self.step.name == "issue" else []
        return {**super().get_extra(), "checks": checks}


class DocumentPreview(DocumentRecords, DetailPage):
    """The draft as it would be printed, with its watermark."""

    permission = VIEW_DOCUMENT

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        document = self.get_object()
        if document.state in PUBLISHED:
            raise Http404
        printed = services.preview_document(document)
        return file_answer(
            printed.content,
            name=f"{document}（草稿）.pdf",
            content_type="application/pdf",
            as_attachment=False,
        )


class DocumentDownload(DocumentRecords, DetailPage):
    """The printed file."""

    permission = VIEW_DOCUMENT

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        document = self.get_object()
        if document.file is None:
            raise Http404
        return stored_answer(document.file)


class DocumentReprint(DocumentRecords, DetailPage):
    """重新印制."""

    permission = ISSUE_DOCUMENT

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseNotAllowed(["POST"])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        document = services.reprint_document(self.get_object(), actor=self.actor)
        return HttpResponseRedirect(document.get_absolute_url())


@login_not_required
@require_GET
def verify_document(request: HttpRequest, code: str = "") -> HttpResponse:
    """公文核验: anyone who holds the paper may ask whether it is valid."""
    code = code or request.GET.get("code", "")
    found = verify(code) if code else None
    status = 404 if code and found is None else 200
    return render(request, "documents/verify.html", {"found": found, "code": code}, status=status)
