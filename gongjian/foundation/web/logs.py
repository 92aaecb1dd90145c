"""Log lines that machines read: which request, which tenant, which account, nobody's data."""

from __future__ import annotations

import json
import logging
import re
import time
import traceback
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from celery import current_task
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from gongjian.foundation.tenancy.scope import current_tenant_id

logger = logging.getLogger("gongjian.requests")

Answer = Callable[[HttpRequest], HttpResponse]

_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)
#: An identifier of the proxy is taken over when it cannot break a line or a search.
_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{8,64}")
#: What a database tells of the row it refused, numbers of identity cards and telephones,
#: addresses of mail, passwords in addresses of servers.
_PERSONAL = (
    (re.compile(r"\n?DETAIL:.*", re.DOTALL), ""),
    (re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])"), "〔证件号〕"),
    (re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"), "〔电话〕"),
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), "〔邮箱〕"),
    (re.compile(r"(://[^:/@\s]*):[^@\s]+@"), r"\1:〔口令〕@"),
)
_PACKAGES = Path(__file__).resolve().parents[3]


def without_personal_data(text: str) -> str:
    for pattern, instead in _PERSONAL:
        text = pattern.sub(instead, text)
    return text


def observed(get_response: Answer) -> Answer:
    """Give each request an identifier, which its log lines and its answer bear."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.identifier = _identifier(request)  # type: ignore[attr-defined]
        token = _request.set(request)
        started = time.perf_counter()
        try:
            response = get_response(request)
            if settings.LOG_REQUESTS:
                spent = round((time.perf_counter() - started) * 1000)
                facts = {"status": response.status_code, "milliseconds": spent}
                logger.info("%s %s", request.method, request.path, extra={"facts": facts})
        finally:
            _request.reset(token)
        response["X-Request-ID"] = request.identifier  # type: ignore[attr-defined]
        return response

    return middleware


def _identifier(request: HttpRequest) -> str:
    told: str = request.headers.get("X-Request-ID", "")
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT and _IDENTIFIER.fullmatch(told):
        return told
    return uuid.uuid4().hex


def surroundings() -> dict[str, Any]:
    """What is being worked on: by identifiers only, and without asking the database."""
    found: dict[str, Any] = {}
    request = _request.get()
    if request is not None:
        actor = getattr(request, "actor", None)
        found["request"] = getattr(request, "identifier", "")
        if actor is not None:
            found |= {"tenant": actor.tenant_id, "user": actor.user_id, "post": actor.post_id}
    elif (job := getattr(current_task, "request", None)) is not None:
        found |= {"task": job.task, "request": job.id}
    if "tenant" not in found and (tenant_id := current_tenant_id()) is not None:
        found["tenant"] = tenant_id
    return found


class JsonLines(logging.Formatter):
    """One object per line. An exception is told by its kind and places, without local values."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_personal_data(record.getMessage()),
            **surroundings(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = told(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """The same for people: the text, with personal data taken out."""

    def format(self, record: logging.LogRecord) -> str:
        return without_personal_data(super().format(record))


def told(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "kind": f"{type(error).__module__}.{type(error).__qualname__}",
        "text": without_personal_data(str(error))[:500],
        "places": [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _short(name: str) -> str:
    path = Path(name)
    if path.is_relative_to(_PACKAGES):
        return str(path.relative_to(_PACKAGES))
    return "/".join(path.parts[-3:])
