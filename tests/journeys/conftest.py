"""A real browser on a live server; three people, three windows."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection, transaction
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import User
from tests.journeys.network import Network

PASSWORD = "Gongjian-2026"
#: Playwright keeps a running loop in the thread, which Django takes for async code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.journey)
            # A browser on a busy machine: tried once more, and the summary names it.
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        pytest.fail("没有找到浏览器：请用 make test 运行，或设置 CHROMIUM=/路径。")
    arguments = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def _second_factor(request, settings) -> None:
    """Only the journeys of sign-in itself carry a telephone."""
    settings.SECOND_FACTOR_REQUIRED = "second_factor" in request.keywords


@pytest.fixture
def network(live_server) -> Iterator[Network]:
    """A way to the server that the test can cut: ``window(actor, network)`` goes through it."""
    way = Network(live_server.thread.host, live_server.thread.port)
    yield way
    way.close()


@pytest.fixture
def window(browser: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """Open a window of one's own for a person of the cast and sign in there."""
    contexts: list[BrowserContext] = []

    def enter(actor: Actor, network: Network | None = None) -> Page:
        base_url = network.url if network else live_server.url
        user = User.objects.get(pk=actor.user_id)
        user.set_password(PASSWORD)
        user.password_is_temporary = False
        user.save()
        context = browser.new_context(
            base_url=base_url, locale="zh-CN", viewport={"width": 1440, "height": 900}
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.goto("/accounts/login/")
        page.get_by_label("用户名").fill(user.username)
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(f"{base_url}/")
        return page

    yield enter
    for context in contexts:
        context.close()
    _let_requests_end()


def _let_requests_end() -> None:
    """What a closed window asked last may still be running, and the flush would lock with it."""
    until = time.monotonic() + 15
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND state IN ('active', 'idle in transaction'))"
            )
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.05)


@pytest.fixture
def committed_cast(transactional_db):
    """The cast as committed rows, which the server's own connection can see."""
    from tests.factories.cast import build_cast

    with transaction.atomic():
        return build_cast()


@pytest.fixture
def work_off():
    """Do what the relay and the worker would do by now."""
    from gongjian.celery import app
    from gongjian.foundation.tenancy.models import OutboxMessage

    app.loader.import_default_modules()

    def run() -> int:
        waiting = list(OutboxMessage.objects.filter(sent_at=None).order_by("pk"))
        for message in waiting:
            app.tasks[message.task].apply(args=(message.tenant_id, message.arguments), throw=True)
            OutboxMessage.objects.filter(pk=message.pk).delete()
        return len(waiting)

    return run


@pytest.fixture
def scoped(committed_cast):
    """Run services for the cast's tenant in one committed transaction."""

    @contextmanager
    def scope():
        with tenant_scope(committed_cast.tenant.pk), transaction.atomic():
            yield committed_cast

    return scope
