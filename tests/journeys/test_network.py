"""The gate of the journeys itself: open it carries, cut it carries nothing."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import pytest


def line(network) -> HTTPConnection:
    return HTTPConnection(urlsplit(network.url).netloc, timeout=10)


def ask(connection: HTTPConnection) -> int:
    connection.request("GET", "/accounts/login/")
    answer = connection.getresponse()
    answer.read()
    return answer.status


def test_a_cut_network_closes_what_is_open_and_refuses_what_is_new(transactional_db, network):
    held = line(network)
    assert ask(held) == 200

    network.cut()
    with pytest.raises((OSError, HTTPException)):
        # Without auto_open a connection that was closed is not opened anew.
        held.auto_open = 0
        ask(held)
    with pytest.raises((OSError, HTTPException)):
        ask(line(network))

    network.mend()
    assert ask(line(network)) == 200
