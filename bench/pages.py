"""Pages as a signed-in person gets them, beside the frame that every page has."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench.measure import Result, median_ms
from gongjian.demo.stages import build
from orgs.models import Tenant, User

#: (what, name of the address, account of the demo)
PAGES = (
    ("desk of the office", "web:desk", "office"),
    ("desk of a secretary", "web:desk", "secretary"),
    ("list of what is owed", "responsibilities:duty_list", "office"),
    ("returns to review", "responsibilities:review_list", "township"),
    ("dashboard of the region", "responsibilities:node_dashboard", "office"),
)
ROUNDS = 20


def measure() -> Iterator[Result]:
    if not Tenant.objects.filter(code="9900").exists():
        build("filing", say=print)
    settings.ALLOWED_HOSTS = ["*"]
    settings.SECURE_SSL_REDIRECT = False
    office = _client("office")
    frame = median_ms(lambda: _get(office, reverse("web:design")))
    yield Result("frame of a page", frame, "ms", None, None)
    for what, name, account in PAGES:
        client, url = _client(account), reverse(name)
        _get(client, url)
        with CaptureQueriesContext(connection) as captured:
            _get(client, url)
        taken = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            _get(client, url)
            taken.append((time.perf_counter() - start) * 1000)
        slowest = statistics.quantiles(taken, n=20)[-1]
        yield Result(f"{what}, p95 / frame", slowest, "ms", frame, 100)
        yield Result("  its statements", float(len(captured)), "", None, 12)


def _client(account: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=account))
    return client


def _get(client: Client, url: str) -> None:
    response = client.get(url)
    if response.status_code != 200:
        raise RuntimeError(f"{url}: {response.status_code}")
