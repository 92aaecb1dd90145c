"""Pages of the evidence; each asks the subject's own app who may read and add."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)
from django.utils.http import content_disposition_header

from gongjian.commons.evidence import storage
from gongjian.commons.evidence.authority import USE_EVIDENCE
from gongjian.commons.evidence.forms import EvidenceForm
from gongjian.commons.evidence.models import EvidenceUpload, EvidenceUse
from gongjian.commons.evidence.naming import name_for
from gongjian.commons.evidence.panel import panel_context
from gongjian.commons.evidence.queries import Place, find_place, place_of_use
from gongjian.commons.evidence.services import keeping, uploading
from gongjian.foundation.kernel.errors import DomainError
from gongjian.foundation.web.pages import FormPage, Page


class _PlacePage(Page, base=True):
    """Pages at a record; one that may not be read is not there."""

    permission = USE_EVIDENCE

    def place(self) -> Place:
        given = self.request.GET
        try:
            pk = int(given.get("id", ""))
        except ValueError:
            raise Http404 from None
        place = find_place(given.get("kind", ""), pk, given.get("slot", ""))
        if place is None or not place.may_read(self.actor):
            raise Http404
        return place

    def key(self) -> tuple[str, int, str]:
        place = self.place()
        return place.kind, place.pk, place.slot


class _JsonPage(_PlacePage, base=True):
    """Pages that a script talks to: a refusal is a message, never a page."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        if response.status_code in {403, 409, 422} and hasattr(self, "refusal"):
            return JsonResponse({"message": self.refusal}, status=response.status_code)
        return response

    def status_of(self, error: DomainError) -> int:  # type: ignore[override]
        self.refusal = error.message
        return Page.status_of(error)


class Panel(_PlacePage):
    """The list again, after an act."""

    template_name = "evidence/_panel.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        place = self.place()
        compact = request.GET.get("compact") == "1"
        return self.render(panel_context(place, self.actor, compact=compact))


class Search(_PlacePage):
    """What the unit has already handed in."""

    template_name = "evidence/_offered.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        words = request.GET.get("q", "")[:80]
        found = keeping.offered(self.place(), self.actor, words)
        return self.render({"offered": found, "words": words})


class Cite(_JsonPage):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        chosen = request.POST.get("evidence", "")
        if not chosen.isdigit():
            raise Http404
        use = keeping.cite(self.key(), actor=self.actor, evidence_id=int(chosen))
        return JsonResponse({"use": use.pk})


class Begin(_JsonPage):
    """Announce a file."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            key = uuid.UUID(request.POST.get("key", ""))
            size = int(request.POST.get("size", ""))
        except ValueError:
            raise Http404 from None
        upload = uploading.begin(
            self.key(),
            actor=self.actor,
            name=request.POST.get("name", ""),
            size=size,
            key=key,
        )
        return JsonResponse(_state(upload))


class Receive(_JsonPage):
    """Take a piece (POST), or say how far it came (GET)."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        upload = uploading.upload_of(kwargs["key"], self.actor)
        if upload is None:
            raise Http404
        return JsonResponse(_state(upload))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if uploading.upload_of(kwargs["key"], self.actor) is None:
            raise Http404
        offset = request.headers.get("Upload-Offset", "")
        if not offset.isdigit():
            raise Http404
        upload = uploading.receive(
            kwargs["key"], actor=self.actor, offset=int(offset), piece=request.body
        )
        return JsonResponse(_state(upload))


def _state(upload: EvidenceUpload) -> dict[str, Any]:
    return {"received": upload.received, "size": upload.size, "use": upload.use_id}


class _UsePage(_JsonPage, base=True):
    """Pages of one use; a taken-away one is there for its undo only."""

    def use(self, *, removed: bool = False) -> EvidenceUse:
        found = EvidenceUse.objects.select_related("evidence__file").filter(pk=self.kwargs["pk"])
        use = found.first() if removed else found.filter(removed_at=None).first()
        place = None if use is None else place_of_use(use)
        if use is None or place is None or not place.may_read(self.actor):
            raise Http404
        return use


class Remove(_UsePage):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        use = keeping.take_away(self.use(removed=True), actor=self.actor)
        return JsonResponse({"use": use.pk})


class Restore(_UsePage):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        use = keeping.bring_back(self.use(removed=True), actor=self.actor)
        return JsonResponse({"use": use.pk})


class File(_UsePage):
    """The file itself, always to be saved and never opened in the page."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        use = self.use()
        file = use.evidence.file
        if file is None or file.purged_at is not None:
            raise Http404
        name = name_for(use.evidence.title, file.kind)
        content = storage.read_checked(name, file.sha256)
        keeping.note_download(use, actor=self.actor)
        accelerated = settings.EVIDENCE_ACCEL_PREFIX
        response = _sealed(b"" if accelerated else content, file.content_type)
        response["Content-Disposition"] = (
            content_disposition_header(as_attachment=True, filename=name) or "attachment"
        )
        if accelerated:
            response["X-Accel-Redirect"] = accelerated + storage.relative_path(file.sha256)
        return response


class Small(_UsePage):
    """The thumbnail of a picture, drawn by us."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        file = self.use().evidence.file
        if file is None or not file.has_thumbnail or file.purged_at is not None:
            raise Http404
        try:
            content = storage.thumbnail_path(file.sha256).read_bytes()
        except FileNotFoundError:
            raise Http404 from None
        return _sealed(content, "image/jpeg")


def _sealed(content: bytes, content_type: str) -> HttpResponse:
    """Bytes that the browser neither guesses about nor runs."""
    response = HttpResponse(content, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


class Add(_PlacePage, FormPage):
    """A page of its own for paper, numbers and addresses; also works without script."""

    form_class = EvidenceForm
    template_name = "evidence/add.html"
    heading = "添加佐证材料"
    submit_label = "添加"
    success_message = "已添加佐证材料。"

    def perform(self, form: Any) -> EvidenceUse:
        values = form.cleaned_data
        if (sent := values["file"]) is None:
            return keeping.add_reference(self.key(), actor=self.actor, values=values)
        place = keeping.locked_place(*self.key(), self.actor)
        return uploading.take(place, actor=self.actor, name=sent.name, content=sent.read())

    def get_success_url(self, result: Any) -> str:
        return self.get_cancel_url()

    def get_cancel_url(self) -> str:
        place = self.place()
        return place.source.url_of(place.subject, place.slot)

    def get_extra(self) -> dict[str, Any]:
        place = self.place()
        return {"help_text": f"{place.unit}：有文件的选文件，没有的写明在哪里能找到。"}
