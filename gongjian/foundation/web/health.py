"""Whether the process lives and whether it can serve, with what is down by name."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from gongjian.foundation.tenancy.outbox import oldest_waiting_seconds
from gongjian.foundation.web.broker import broker_answers

Answer = Callable[[HttpRequest], HttpResponse]

#: The short names are older; both stay.
LIVE = frozenset({"/health/live", "/healthz"})
READY = frozenset({"/health/ready", "/readyz"})
#: Seconds after which a waiting message says that the relay stands still.
RELAY_STANDS_STILL = 300

#: Migrations of a running program do not come to lack again.
_migrated: set[str] = set()


def health(get_response: Answer) -> Answer:
    """Answer before anything that needs a session or the database."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path in LIVE:
            return HttpResponse("ok", content_type="text/plain")
        if request.path in READY:
            return _readiness()
        return get_response(request)

    return middleware


def _readiness() -> JsonResponse:
    state = parts()
    failed = [name for name, word in state.items() if word in {"down", "pending"}]
    weak = [name for name, word in state.items() if word == "degraded"]
    return JsonResponse(state | {"failed": failed, "degraded": weak}, status=503 if failed else 200)


def parts() -> dict[str, str]:
    """``down`` and ``pending`` keep requests away; ``degraded`` is a remark for the operator."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        migrated = _is_migrated()
        relayed = migrated and oldest_waiting_seconds() < RELAY_STANDS_STILL
    except DatabaseError:
        return {"database": "down"}
    return {
        "database": "ok",
        "migrations": "ok" if migrated else "pending",
        # Returns need no files, and no broker: they go on without both.
        "files": "ok" if _files_can_be_written() else "degraded",
        "broker": "ok" if broker_answers() else "degraded",
        "relay": "ok" if relayed else "degraded",
    }


def _is_migrated() -> bool:
    name = str(connection.settings_dict["NAME"])
    if name not in _migrated:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _migrated.add(name)
    return True


def _files_can_be_written() -> bool:
    try:
        Path(settings.FILES_DIR).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.FILES_DIR) as file:
            file.write(b"x")
            file.flush()
    except OSError:
        return False
    return True
