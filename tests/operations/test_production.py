"""What the settings of a server promise, asked of a process that runs with them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.operations.compose import ROOT

ASK = """
import json, django
django.setup()
from django.conf import settings
names = ("DEBUG", "SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY",
         "SESSION_COOKIE_SAMESITE", "SESSION_COOKIE_PATH", "SESSION_COOKIE_DOMAIN",
         "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE", "CSRF_COOKIE_SAMESITE", "CSRF_COOKIE_DOMAIN",
         "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_SSL_REDIRECT",
         "SECOND_FACTOR_REQUIRED", "OFFLINE_PAGES")
print(json.dumps({name: getattr(settings, name) for name in names}))
"""


def environment(**more: str) -> dict[str, str]:
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "DATABASE_URL") if key in os.environ}
    return kept | {"DJANGO_SETTINGS_MODULE": "gongjian.settings.production"} | more


def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment(**more),
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def server() -> dict[str, Any]:
    done = run("-c", ASK, SECRET_KEY="x" * 60)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_cookies_are_bound_to_this_host_and_to_https(server):
    for kind in ("SESSION", "CSRF"):
        assert server[f"{kind}_COOKIE_NAME"].startswith("__Host-")
        assert server[f"{kind}_COOKIE_SECURE"] is True
        assert server[f"{kind}_COOKIE_SAMESITE"] == "Lax"
        assert server[f"{kind}_COOKIE_DOMAIN"] is None
    assert server["SESSION_COOKIE_HTTPONLY"] is True
    assert server["SESSION_COOKIE_PATH"] == "/"


def test_transport_is_strict_and_nothing_is_left_open(server):
    assert server["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert server["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is True
    assert server["SECURE_SSL_REDIRECT"] is True
    assert server["DEBUG"] is False
    assert server["SECOND_FACTOR_REQUIRED"] is True


def test_it_does_not_start_without_its_secret():
    done = run("-c", ASK)
    assert done.returncode != 0
    assert "SECRET_KEY" in done.stderr


def test_a_secret_may_come_from_a_file(tmp_path):
    file = tmp_path / "secret"
    file.write_text("x" * 60 + "\n", encoding="ascii")
    assert run("-c", ASK, SECRET_KEY_FILE=str(file)).returncode == 0


def test_the_frameworks_own_check_has_nothing_to_say():
    secret = "".join(chr(33 + (place * 7) % 90) for place in range(80))
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", SECRET_KEY=secret)
    assert done.returncode == 0, done.stderr


def patterns(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, Any]]:
    for part in resolver.url_patterns:
        if isinstance(part, URLPattern):
            yield before + str(part.pattern), part.callback
        else:
            yield from patterns(part, before + str(part.pattern))


def test_no_address_takes_forged_requests():
    """Views of tokens alone do without: they read no cookie."""
    exempt = {route for route, view in patterns(get_resolver()) if _is_exempt(view)}
    assert {route for route in exempt if not route.startswith("api/")} == set()


def _is_exempt(view: Any) -> bool:
    return bool(getattr(view, "csrf_exempt", False))


def test_a_form_without_its_secret_is_refused(cast):
    from orgs.models import User

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(User.objects.get(pk=cast.office.user_id))
    assert browser.post("/accounts/logout/").status_code == 403
    assert browser.post("/orgs/switch/").status_code == 403


@pytest.mark.parametrize("path", ["/.git/config", "/static/", "/static/../settings", "/var/"])
def test_no_folder_and_no_source_is_served(client, db, path):
    assert client.get(path).status_code == 404


def test_trace_is_not_known(client, db):
    assert client.generic("TRACE", "/accounts/login/").status_code == 405


def test_an_error_tells_nothing_of_itself(client, cast, sign_in, monkeypatch):
    from gongjian.foundation.web import views

    def fail(*args: object) -> None:
        raise RuntimeError("SELECT secret FROM inner")

    monkeypatch.setattr(views.Desk, "get", fail)
    browser = sign_in(cast.office)
    browser.raise_request_exception = False
    answer = browser.get("/")
    assert answer.status_code == 500
    text = answer.content.decode()
    assert "secret" not in text
    assert "Traceback" not in text
    assert "RuntimeError" not in text


def test_the_sign_in_page_lets_password_managers_help(client, db):
    text = client.get("/accounts/login/").content.decode()
    assert 'type="password"' in text
    assert 'autocomplete="current-password"' in text
    assert "onpaste" not in text
