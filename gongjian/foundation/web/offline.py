"""The service worker of the filing pages, under an address that stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import Http404, HttpRequest, HttpResponse

from gongjian.foundation.web.pages import Page
from gongjian.foundation.web.views import ENTER

#: A worker may look after these pages and no others.
SCOPES = {"": "/responsibilities/returns/fill/", "visits": "/inspections/visits/fill/"}


class OfflineScript(Page):
    """Its hashed name would change with each build; a browser asks one address for a newer one."""

    permission = ENTER

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        scope = SCOPES.get(request.GET.get("for", ""))
        if not settings.OFFLINE_PAGES or scope is None:
            raise Http404
        response = HttpResponse(_script(), content_type="text/javascript; charset=utf-8")
        response["Service-Worker-Allowed"] = scope
        return response


def _script() -> bytes:
    found = finders.find("worker.js")
    if found:
        return Path(found).read_bytes()
    if not staticfiles_storage.exists("worker.js"):
        raise Http404
    with staticfiles_storage.open("worker.js") as script:
        return bytes(script.read())
