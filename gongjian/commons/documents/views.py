"""Pages of documents, and the public verification page."""

from __future__ import annotations

from collections.abc import Sequence
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
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from gongjian.commons.documents import services
from gongjian.commons.documents.authority import (
    DRAFT_DOCUMENT,
    ISSUE_DOCUMENT,
    VIEW_DOCUMENT,
)
from gongjian.commons.documents.checks import text_length
from gongjian.commons.documents.contexts import CircularContext
from gongjian.commons.documents.enums import DocumentState
from gongjian.commons.documents.files import read_file
from gongjian.commons.documents.filters import DocumentFilter
from gongjian.commons.documents.forms import DocumentForm
from gongjian.commons.documents.models import (
    CIRCULATING,
    OfficialDocument,
    SignOffRoute,
    StoredFile,
)
from gongjian.commons.documents.numbering import next_number
from gongjian.commons.documents.queries import (
    PUBLISHED,
    check_document,
    documents_seen_by,
    verify,
)
from gongjian.commons.documents.register_forms import IssueForm
from gongjian.commons.documents.routes import route_of
from gongjian.commons.documents.shelves import document_kinds
from gongjian.commons.documents.sign_off_queries import stages_of, story_of, turn_for
from gongjian.commons.documents.tables import DocumentTable
from gongjian.foundation.audit.models import TrailEntry
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
            ("发文字号", document.document_number or self._number_to_come(document)),
            ("发文机关", "、".join(document.organs)),
            ("主送机关", document.context.get("main_recipients", "")),
            ("起草", document.drafted_by),
            ("签发", document.signed_off_by),
            ("成文日期", document.issued_on),
            ("批准依据", document.approval_reference),
            ("特殊情况说明", document.override_reason),
            ("作废理由", document.void_reason),
            ("替代的公文", document.supersedes and document.supersedes.document_number),
            ("核验码", document.verification_code),
        ]
        if document.file is not None:
            facts += [("SHA-256", document.file.sha256), ("SM3", document.file.sm3)]
        return [(label, value) for label, value in facts if value]

    def _number_to_come(self, document: OfficialDocument) -> str:
        if not document.mark:
            return "印发时编排"
        return f"印发时编排（下一号为{next_number(document.mark)}）"

    def get_place(self) -> None:
        return None

    def get_steps(self) -> list[dict[str, str]]:
        # The way from hand to hand has buttons of its own, and superseding comes
        # with the issue of the new document.
        document: OfficialDocument = self.object
        offered = {"return_to_draft", "issue", "void", "withdraw"}
        if document.state == DocumentState.DRAFT and self.route is None:
            offered.add("sign_off")
        return [step for step in super().get_steps() if step["url"].split("/")[-2] in offered]

    def get_history(self) -> Sequence[TrailEntry]:
        return self.history

    @cached_property
    def history(self) -> Sequence[TrailEntry]:
        return super().get_history()

    @cached_property
    def route(self) -> SignOffRoute | None:
        return route_of(self.object.kind) if self.object.state == DocumentState.DRAFT else None

    def get_extra(self) -> dict[str, Any]:
        document: OfficialDocument = self.object
        is_open = document.state not in PUBLISHED
        may_edit = document.state == DocumentState.DRAFT and self.actor.may(DRAFT_DOCUMENT)
        turns = list(document.turns.select_related("document", "post__unit"))
        planned = list(self.route.seats.values_list("act", flat=True)) if self.route else []
        return {
            "stages": stages_of(document, turns, planned=planned),
            "story": story_of(document, turns, self.history),
            "turn": turn_for(turns, self.actor) if document.state in CIRCULATING else None,
            "submit_url": reverse("documents:document_submit", args=[document.pk])
            if may_edit
            else "",
            "is_routed": self.route is not None,
            "replace_url": reverse("documents:document_replace", args=[document.pk])
            if document.state == DocumentState.ISSUED and self.actor.may(DRAFT_DOCUMENT)
            else "",
            "replacements": list(document.successors.all()),
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
    success_message = "草稿已保存，可以预览、送审。"

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
            revision=form.cleaned_data["revision"],
        )

    def get_cancel_url(self) -> str:
        return self.get_object().get_absolute_url()


class DocumentReplace(DocumentEdit):
    """起草替代稿: starts from the words of the issued document."""

    permission = DRAFT_DOCUMENT
    heading = "起草替代稿"
    help_text = "新公文印发时，原公文自动标为“已被替代”，原字号保留；核验页会指向新公文。"
    success_message = "替代稿已保存。印发后，原公文自动标为“已被替代”。"

    def get_object(self) -> OfficialDocument:
        found = super().get_object()
        if found.state != DocumentState.ISSUED:
            raise Http404
        return found

    def perform(self, form: Any) -> OfficialDocument:
        old = self.get_object()
        return services.draft_document(
            old.kind,
            actor=self.actor,
            mark=form.cleaned_data["mark"],
            context=CircularContext.from_values({**old.context, **form.context_values()}),
            approval_reference=form.cleaned_data["approval_reference"],
            supersedes=old,
        )


class DocumentStep(DocumentRecords, StepPage):
    """签发、退回修改、印发、作废."""

    permission = VIEW_DOCUMENT
    template_name = "documents/document_step.html"
    services: ClassVar[Any] = {
        "sign_off": services.sign_off_document,
        "return_to_draft": services.return_document,
        "issue": services.issue_document,
        "void": services.void_document,
        "withdraw": services.withdraw_document,
    }

    def get_form(self, data: Any = None, files: Any = None) -> Any:
        if self.step.name != "issue":
            return super().get_form(data, files)
        return IssueForm(data, files, document=self.get_object(), **self.get_form_kwargs())

    def perform(self, form: Any) -> Any:
        if self.step.name != "issue":
            return super().perform(form)
        return services.issue_document(
            self.get_object(),
            actor=self.actor,
            reason=form.cleaned_data["reason"],
            reserved=form.cleaned_data.get("reserved"),
        )

    def get_extra(self) -> dict[str, Any]:
        is_last_look = self.step.name in {"issue", "sign_off"}
        checks = check_document(self.get_object()) if is_last_look else []
        number = ""
        if self.step.name == "issue":
            number = next_number(self.get_object().mark)
        return {**super().get_extra(), "checks": checks, "next_number": number}


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
