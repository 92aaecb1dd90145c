"""Error reports leave only for an address that the operator gave, and without people's data."""

from __future__ import annotations

import json

import pytest
import sentry_sdk
from django.http import HttpRequest
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from gongjian.settings.reporting import report_errors

SECRETS = ("13912345678", "王芳", "hunter2", "110101199003071234", "sessionid", "wang@example.cn")


@pytest.fixture
def reported(monkeypatch):
    """What would leave: the package as it is started here, with its last step held back."""
    left: list[dict] = []

    class Held(Transport):
        def capture_envelope(self, envelope: Envelope) -> None:
            left.extend(item.payload.json for item in envelope.items if item.type == "event")

    init = sentry_sdk.init
    monkeypatch.setattr(sentry_sdk, "init", lambda **how: init(**how, transport=Held()))
    report_errors("https://key@errors.invalid/1", "1.0", "test")
    yield left
    monkeypatch.undo()
    sentry_sdk.init()


def test_nothing_starts_without_an_address(monkeypatch):
    monkeypatch.setattr(sentry_sdk, "init", lambda **_: pytest.fail("started"))
    report_errors("", "", "production")


def test_a_failing_page_is_reported_without_what_was_typed(
    reported, client, cast, sign_in, monkeypatch
):
    from gongjian.foundation.web import views

    def fail(self: object, request: HttpRequest, *args: object) -> None:
        name, card = "王芳", "110101199003071234"
        raise RuntimeError(f"no place for 13912345678 with {card}, {name and 'wang@example.cn'}")

    monkeypatch.setattr(views.Desk, "get", fail)
    browser = sign_in(cast.office)
    browser.raise_request_exception = False
    browser.cookies["other"] = "hunter2"
    answer = browser.get("/?q=王芳", headers={"X-Note": "hunter2"})
    assert answer.status_code == 500
    (event,) = reported
    whole = json.dumps(event, ensure_ascii=False)
    assert event["exception"]["values"][-1]["type"] == "RuntimeError"
    assert event["user"] == {"id": cast.office.user_id}
    assert event["tags"]["tenant"] == str(cast.tenant.pk)
    assert event["tags"]["request"] == answer["X-Request-ID"]
    for secret in SECRETS:
        assert secret not in whole, secret
