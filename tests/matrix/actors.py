"""A browser for each actor, whose every request is taken back."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.http import SimpleCookie
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongjian.foundation.kernel.actor import Actor
from orgs.models import User
from tests.conftest import prove_identity

#: Seconds after which a browser signs in again: after sixty the session is marked as used, which
#: is a write of the request, and after fifteen minutes identity has to be proved anew.
_AWAKE = 30


@dataclass(slots=True)
class Answer:
    """What came back, with all of its bytes read."""

    status: int
    headers: dict[str, str]
    body: bytes
    statements: int
    #: Table → rows inserted, changed and removed by the request.
    written: dict[str, int]
    #: Whether the request was refused and the trail holds that, as its one entry.
    noted: bool
    response: Any

    @property
    def is_shown(self) -> bool:
        return 200 <= self.status < 300


class Browser:
    """Signed in as one actor, or as nobody."""

    def __init__(self, actor: Actor | None) -> None:
        self.client = Client(raise_request_exception=False)
        self.actor = actor
        if actor is not None:
            self.sign_in(actor)
        self.cookies = self.client.cookies.copy()
        self.since = time.monotonic()

    def sign_in(self, actor: Actor) -> None:
        self.client.force_login(User.objects.get(pk=actor.user_id))
        session = self.client.session
        session["tenant_id"] = actor.tenant_id
        session["appointment_id"] = actor.appointment_id
        prove_identity(session, actor.user_id)
        session.save()

    def wake(self) -> None:
        """Sign in again before the session grows idle: what a request noted is taken back."""
        if self.actor is not None and time.monotonic() - self.since > _AWAKE:
            self.client.cookies = SimpleCookie()
            self.sign_in(self.actor)
            self.cookies = self.client.cookies.copy()
            self.since = time.monotonic()

    def ask(self, method: str, address: str, data: Any = None, **more: Any) -> Answer:
        """Send one request and take back all it wrote, session and cookies as well."""
        self.wake()
        self.client.cookies = self.cookies.copy()
        with transaction.atomic():
            before = _written()
            with CaptureQueriesContext(connection) as asked:
                response = getattr(self.client, method)(address, data or {}, **more)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            written = {
                table: count - before.get(table, 0)
                for table, count in _written().items()
                if count != before.get(table, 0)
            }
            transaction.set_rollback(True)
        headers = dict(response.headers)
        status = response.status_code
        # A second entry would be an act, and is left to be found.
        noted = status in {403, 404} and written.get("audit_trailentry") == 1
        if noted:
            del written["audit_trailentry"]
        return Answer(status, headers, body, len(asked), written, noted, response)


def _written() -> dict[str, int]:
    """Table → rows written, by PostgreSQL's own count of this connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
            " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
        )
        return dict(cursor.fetchall())
