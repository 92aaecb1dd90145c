"""One shape for every refusal: a list of ``code``, ``message``, ``field``, in Chinese."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)

_STATUS: tuple[tuple[type[DomainError], int, str], ...] = (
    (FieldErrors, status.HTTP_422_UNPROCESSABLE_ENTITY, "invalid"),
    (StateConflict, status.HTTP_409_CONFLICT, "state_conflict"),
    (NotPermitted, status.HTTP_403_FORBIDDEN, "permission_denied"),
    (DomainError, status.HTTP_422_UNPROCESSABLE_ENTITY, "refused"),
)
_NOT_FOUND = "没有这条记录，或者不在本职务的范围内。"


class Changed(exceptions.APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = "这条记录在读取之后已被修改，请重新读取，核对后再提交。"
    default_code = "changed"


class RevisionNeeded(exceptions.APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = "请先读取这条记录，并把应答的 ETag 放在 If-Match 中一并提交。"
    default_code = "revision_needed"


def answer_to(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what was raised into an answer; what nobody foresaw stays an error of the server."""
    if isinstance(error, DomainError):
        set_rollback()
        number, code = next((n, c) for kind, n, c in _STATUS if isinstance(error, kind))
        return Response({"errors": list(_of_domain(error, code))}, status=number)
    if isinstance(error, Http404 | PermissionDenied | exceptions.NotFound):
        set_rollback()
        return Response({"errors": [_entry("not_found", _NOT_FOUND)]}, status=404)
    answer = exception_handler(error, context)
    if answer is not None and isinstance(error, exceptions.APIException):
        answer.data = {"errors": list(_of_detail(error.get_full_details(), ""))}
    return answer


def _entry(code: str, message: str, field: str = "") -> dict[str, str]:
    return {"code": code, "message": message, "field": field}


def _of_domain(error: DomainError, code: str) -> Iterator[dict[str, str]]:
    if not isinstance(error, FieldErrors):
        yield _entry(code, error.message)
        return
    for field, texts in error.errors.items():
        yield from (_entry(code, str(text), field) for text in texts)


def _of_detail(detail: Any, field: str) -> Iterator[dict[str, str]]:
    """Walk the nested details of the framework; the path to a value is its field."""
    if isinstance(detail, list):
        for each in detail:
            yield from _of_detail(each, field)
    elif set(detail) == {"message", "code"}:
        yield _entry(str(detail["code"]), str(detail["message"]), field)
    else:
        for name, inner in detail.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from _of_detail(inner, f"{field}.{own}" if field and own else field or own)
