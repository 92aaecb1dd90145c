"""Log lines name the request, the tenant and the account, and nobody's data."""

from __future__ import annotations

import json
import logging

import pytest
from django.db import IntegrityError
from django.http import HttpResponse
from django.test import RequestFactory

from gongjian.foundation.tenancy.scope import tenant_scope
from gongjian.foundation.web import logs
from tests.factories.orgs import TenantFactory

#: What no line may hold.
PERSONAL = {
    "证件号": "110101199003071234",
    "电话": "13912345678",
    "邮箱": "wang.fang@example.cn",
    "口令": "hunter2",
}


def line_of(message: str, *arguments: object, exc_info=None, formatter=None) -> dict:
    record = logging.LogRecord("test", logging.INFO, __file__, 1, message, arguments, exc_info)
    return json.loads((formatter or logs.JsonLines()).format(record))


@pytest.fixture
def lines(settings, caplog):
    """Every line that is written, in the form of a collector."""
    settings.LOG_REQUESTS = True
    written: list[dict] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(json.loads(self.format(record)))

    keep = Keep()
    keep.setFormatter(logs.JsonLines())
    root = logging.getLogger()
    root.addHandler(keep)
    with caplog.at_level(logging.INFO):
        yield written
    root.removeHandler(keep)


def test_a_request_is_one_line_with_its_identifier(lines, client, db):
    answer = client.get("/accounts/login/?next=/orgs/?q=13912345678")
    (line,) = [line for line in lines if line["logger"] == "gongjian.requests"]
    assert line["message"] == "GET /accounts/login/"
    assert line["status"] == 200
    assert line["milliseconds"] >= 0
    assert line["request"] == answer["X-Request-ID"]
    assert "user" not in line


def test_the_line_of_a_signed_in_request_names_ids_and_no_names(lines, cast, sign_in):
    actor = cast.office
    sign_in(actor).get("/")
    (line,) = [line for line in lines if line["logger"] == "gongjian.requests"]
    assert line["user"] == actor.user_id
    assert line["tenant"] == cast.tenant.pk
    assert actor.person_name not in json.dumps(line, ensure_ascii=False)


def test_an_identifier_of_the_proxy_is_kept_only_behind_one(client, settings, db):
    sent = {"X-Request-ID": "abcdef-0123456789"}
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    assert client.get("/healthz", headers=sent)["X-Request-ID"] != sent["X-Request-ID"]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert client.get("/healthz", headers=sent)["X-Request-ID"] == sent["X-Request-ID"]
    broken = {"X-Request-ID": "a b\u2028forged line"}
    assert client.get("/healthz", headers=broken)["X-Request-ID"] != broken["X-Request-ID"]


def test_what_is_personal_is_taken_out_of_messages_and_exceptions():
    text = (
        f"sent to {PERSONAL['邮箱']} and {PERSONAL['电话']}, card {PERSONAL['证件号']}, "
        f"broker redis://:{PERSONAL['口令']}@valkey:6379/0"
    )
    with pytest.raises(IntegrityError) as caught:
        raise IntegrityError(f"duplicate key\nDETAIL:  Key (name)=(王芳) exists, {text}")
    line = line_of("failed: %s", text, exc_info=(caught.type, caught.value, caught.tb))
    whole = json.dumps(line, ensure_ascii=False)
    for value in (*PERSONAL.values(), "王芳"):
        assert value not in whole
    assert line["exception"]["kind"] == "django.db.utils.IntegrityError"
    assert line["exception"]["places"][-1].startswith("tests/operations/test_logs.py:")
    plain = logging.LogRecord("test", logging.INFO, __file__, 1, "%s", (text,), None)
    assert PERSONAL["电话"] not in logs.PlainLines("%(message)s").format(plain)


def test_numbers_of_other_kinds_stay():
    text = "unit 1234567890123456, 2026-11-23, 128 ms, version 18.6"
    assert line_of(text)["message"] == text


def test_a_line_of_a_task_names_its_tenant(db):
    tenant = TenantFactory()
    with tenant_scope(tenant.pk):
        assert line_of("working")["tenant"] == tenant.pk
    assert "tenant" not in line_of("working")


def test_a_request_is_forgotten_when_it_fails():
    def fail(request) -> HttpResponse:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        logs.observed(fail)(RequestFactory().get("/"))
    assert "request" not in line_of("afterwards")
