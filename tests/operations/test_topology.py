"""The services of docker-compose.yml as processes: the same command lines, the same variables."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from django.db import connection, transaction

from gongjian.foundation.tenancy.models import OutboxMessage
from tests.factories.orgs import TenantFactory
from tests.operations.compose import ROOT, example, filled, plain
from tools.processes import free_port

pytestmark = pytest.mark.django_db(transaction=True)
RUNNING = ("web", "worker", "worker-documents", "beat", "relay")
TOKEN = "a-token-of-the-monitoring"
TASK = "operations.verify_tenant"
#: A database of the broker where no other worker listens.
BROKER = 13


def variables() -> dict[str, str]:
    own = ("SECRET_KEY", "POSTGRES_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD", "BROKER_PASSWORD")
    secrets = dict.fromkeys(own, "x" * 50)
    return example() | secrets | {"DOMAIN": "gongjian.example", "METRICS_TOKEN": TOKEN}


def here(url: str) -> str:
    return urlsplit(url)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


class Stack:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.services = filled(plain(), variables())["services"]
        self.port = free_port()
        self.running: dict[str, subprocess.Popen] = {}

    def environment(self, name: str) -> dict[str, str]:
        """Nothing but what the file says, with the addresses of this machine."""
        told = self.services[name]["environment"]
        assert urlsplit(told["DATABASE_URL"]).hostname in self.services
        assert urlsplit(told["REDIS_URL"]).hostname in self.services
        # Folders of the container are folders of this test.
        result = {
            key: re.sub("^/(data|tmp)(?=/|$)", str(self.folder), value)
            for key, value in told.items()
        }
        result["DATABASE_URL"] = here(os.environ["DATABASE_URL"])
        if "OWNER_DATABASE_URL" in result:
            result["OWNER_DATABASE_URL"] = here(os.environ["OWNER_DATABASE_URL"])
        broker = urlsplit(os.environ["REDIS_URL"])
        result["REDIS_URL"] = broker._replace(path=f"/{BROKER}").geturl()
        if "WEB_BIND" in result:
            result["WEB_BIND"] = f"127.0.0.1:{self.port}"
        # Of the image: where programs are, and what the machine needs to load them.
        result["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        result |= {key: os.environ[key] for key in ("HOME", "LD_LIBRARY_PATH") if key in os.environ}
        return result

    def run(self, name: str) -> str:
        done = subprocess.run(
            self.services[name]["command"], cwd=ROOT, env=self.environment(name),
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                self.services[name]["command"], cwd=ROOT, env=self.environment(name),
                stdout=log, stderr=log,
            )  # fmt: skip

    def stop(self) -> dict[str, int]:
        for process in self.running.values():
            process.terminate()
        return {name: process.wait(timeout=30) for name, process in self.running.items()}

    def lines(self, name: str) -> list[dict]:
        text = (self.folder / f"{name}.log").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    def get(self, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        opener = urllib.request.build_opener(Stay)
        try:
            with opener.open(request, timeout=10) as answer:
                return answer.status, answer.read().decode(), dict(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), dict(error.headers)
        except OSError:
            return 0, "", {}


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        return None


@pytest.fixture
def stack(transactional_db, tmp_path) -> Iterator[Stack]:
    found = Stack(tmp_path)
    with redis.Redis.from_url(found.environment("relay")["REDIS_URL"]) as broker:
        broker.flushdb()
    yield found
    for process in found.running.values():
        if process.poll() is None:
            process.kill()
            process.wait()


def until(happens: Callable[[], object], within: float = 90) -> None:
    end = time.monotonic() + within
    while not happens():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.3)


def done_by(stack: Stack, name: str) -> list[dict]:
    """Beat may have asked for other things meanwhile."""
    return [
        line
        for line in stack.lines(name)
        if line.get("task") == TASK and " succeeded in " in line["message"]
    ]


def test_the_services_start_work_together_and_end(stack):
    stack.run("migrate")
    with transaction.atomic():
        tenant = TenantFactory()
        for queue in ("default", "documents"):
            OutboxMessage.objects.create(tenant_id=tenant.pk, task=TASK, queue=queue)
    for name in RUNNING:
        stack.start(name)

    until(lambda: stack.get("/health/ready")[0] == 200)
    # A job goes from the database over relay and broker to the worker of its queue.
    until(lambda: done_by(stack, "worker") and done_by(stack, "worker-documents"))
    until(lambda: any("beat: Starting" in line["message"] for line in stack.lines("beat")))
    ready = json.loads(stack.get("/health/ready")[1])
    assert ready["failed"] == ready["degraded"] == []

    # From outside: https only, the host that was named, and nobody without signing in.
    outside = {"Host": "gongjian.example", "X-Forwarded-Proto": "https"}
    assert stack.get("/", Host="gongjian.example")[0] == 301
    status, _, headers = stack.get("/", **outside)
    assert (status, headers["Location"]) == (302, "/accounts/login/?next=/")
    assert "max-age=31536000" in headers["Strict-Transport-Security"]
    assert stack.get("/", **outside | {"Host": "elsewhere.example"})[0] >= 400

    assert stack.get("/metrics")[0] == 404
    told = stack.get("/metrics", Authorization=f"Bearer {TOKEN}")[1]
    # Counted by two processes, answered as one.
    assert 'gongjian_requests_total{method="GET",page="other",status="301"} 1.0' in told
    assert "gongjian_broker_up 1.0" in told
    (line,) = [line for line in stack.lines("web") if line.get("status") == 302]
    assert line["request"] == headers["X-Request-ID"]
    (finished,) = done_by(stack, "worker")
    assert finished["request"]

    assert stack.stop() == dict.fromkeys(RUNNING, 0)
