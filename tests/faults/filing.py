"""Secretaries who type and hand in over HTTP and never give up, as their browsers do."""

from __future__ import annotations

import http.cookiejar
import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.faults.people import PASSWORD

CELLS = {"Z201": "120", "Z202": "90", "Z203": "12", "Z602": "8", "Z603": "6"}
_BROKEN = (urllib.error.URLError, ConnectionError, TimeoutError, json.JSONDecodeError)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any) -> None:
        return None


@dataclass
class Secretary:
    """One window: signs in, types one cell again and again, remembers what was acknowledged."""

    url: str
    username: str
    owed: int
    unit: int
    acknowledged: int = -1
    attempted: int = -1
    failures: int = 0
    saved: int = 0
    waits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.cookies), _Stay
        )

    def sign_in(self) -> None:
        self._open("/accounts/login/")
        status, _ = self._open("/accounts/login/", login=self.username, password=PASSWORD)
        assert status == 302, f"{self.username} cannot sign in: {status}"

    def type_once(self, number: int) -> None:
        """Type a figure; acknowledged is what the server said it has."""
        self.attempted = number
        begun = time.monotonic()
        try:
            status, body = self._open(
                f"/responsibilities/returns/fill/{self.owed}/save/", **{"cells[Z201]": str(number)}
            )
            said = json.loads(body)
        except _BROKEN:
            self.failures += 1
            time.sleep(0.2)
            return
        if status == 200 and not said["errors"]:
            self.acknowledged = number
            self.saved += 1
            self.waits.append(time.monotonic() - begun)
        else:
            self.failures += 1

    def hand_in(self) -> int:
        """Post the whole sheet as the button does; the status of the answer."""
        fields = {f"cells[{code}]": text for code, text in CELLS.items()}
        fields |= {f"remarks[{code}]": "情况属实" for code in CELLS}
        address = f"/responsibilities/returns/fill/{self.owed}/"
        for _ in range(100):
            try:
                return self._open(address, submit="1", **fields)[0]
            except _BROKEN:
                self.failures += 1
                time.sleep(0.2)
        raise AssertionError("handing in was never answered")

    def _open(self, path: str, **fields: str) -> tuple[int, str]:
        data = None
        if fields:
            token = next((one.value for one in self.cookies if one.name.endswith("csrftoken")), "")
            data = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **fields}).encode()
        request = urllib.request.Request(
            self.url + path, data=data, headers={"Referer": self.url + path}
        )
        try:
            with self.opener.open(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            if error.code >= 500:
                raise
            return error.code, error.read().decode()


def everyone_goes_on(people: list[Secretary], patience: float) -> float:
    """Seconds until each window has had something acknowledged anew."""
    begun = time.monotonic()
    before = [one.saved for one in people]
    while any(one.saved <= count for one, count in zip(people, before, strict=True)):
        assert time.monotonic() - begun < patience, "somebody is not answered any more"
        time.sleep(0.1)
    return time.monotonic() - begun


@contextmanager
def typing(people: list[Secretary]) -> Iterator[None]:
    """Everybody types while the block runs."""
    over = threading.Event()
    begin = max(one.attempted for one in people) + 1

    def go(one: Secretary) -> None:
        number = begin
        while not over.is_set():
            one.type_once(number)
            number += 1

    threads = [threading.Thread(target=go, args=(one,), daemon=True) for one in people]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(timeout=30)
