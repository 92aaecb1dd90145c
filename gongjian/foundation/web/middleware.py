"""Answers that concern every page: health, and what caches may keep."""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_cache_control, patch_vary_headers

from gongjian.foundation.web.broker import broker_answers

Answer = Callable[[HttpRequest], HttpResponse]


def health(get_response: Answer) -> Answer:
    """Answer ``/healthz`` (the process lives) and ``/readyz`` (it can serve)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse("ok", content_type="text/plain")
        if request.path == "/readyz":
            return _readiness()
        return get_response(request)

    return middleware


def _readiness() -> JsonResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        executor = MigrationExecutor(connection)
        pending = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return JsonResponse({"database": "down"}, status=503)
    # Filing goes on without the broker, so that is a remark and not a failure.
    broker = "ok" if broker_answers() else "degraded"
    state = {"database": "ok", "migrations": "pending" if pending else "ok", "broker": broker}
    return JsonResponse(state, status=503 if pending else 200)


def private_pages(get_response: Answer) -> Answer:
    """Keep signed-in pages out of every cache, and fragments apart from pages."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated:
            patch_cache_control(response, private=True, no_store=True)
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["HX-Request"])
        return response

    return middleware
