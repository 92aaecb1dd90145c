"""Review through the interface: the same reach and the same steps as on the screen."""

from __future__ import annotations

import pytest

from responsibilities.models import QuarterlyReturn
from responsibilities.services.returns import withdraw_return
from tests.api.conftest import REVIEWING, machine_of
from tests.api.test_api import errors_of
from tests.factories.returns import open_quarter, start, submitted


@pytest.fixture
def waiting(cast):
    period, _ = open_quarter(cast)
    return submitted(cast, cast.hongqi, period, cast.secretary)


@pytest.fixture
def superior(cast):
    return machine_of(cast, cast.township, REVIEWING)


def test_a_return_is_read_and_accepted(cast, waiting, superior):
    (row,) = superior.get("reviews").json()["results"]
    assert (row["id"], row["state"]) == (waiting.obligation_id, "submitted")
    read = superior.get("review", pk=row["id"])
    assert {cell["code"]: cell["value"] for cell in read.json()["cells"]}["Z203"] == "12"
    waiting.refresh_from_db()
    assert waiting.seen_at is None
    assert superior.ask("post", "review_accept", pk=row["id"]).status_code == 428
    done = superior.ask("post", "review_accept", pk=row["id"], tag=read["ETag"])
    assert done.status_code == 200, done.content.decode()
    assert done.json()["state"] == "accepted"
    assert superior.get("reviews").json()["results"] == []
    late = superior.ask("post", "review_accept", pk=row["id"], tag=read["ETag"])
    assert late.status_code == 412
    again = superior.ask("post", "review_accept", pk=row["id"], tag=done["ETag"])
    assert again.status_code == 409
    assert errors_of(again)


def test_a_return_is_sent_back_with_remarks_pinned(cast, waiting, superior):
    pk = waiting.obligation_id
    tag = superior.get("review", pk=pk)["ETag"]
    for data in ({}, {"reason": " "}, {"remarks": {"Z999": "没有这一栏"}}):
        answer = superior.ask("post", "review_send_back", pk=pk, tag=tag, data=data)
        assert answer.status_code == 422, data
        assert errors_of(answer)
    for data in ({"remarks": []}, {"reason": "长" * 301}, [1]):
        answer = superior.ask("post", "review_send_back", pk=pk, tag=tag, data=data)
        assert answer.status_code == 400, data
    data = {"remarks": {"Z203": "与花名册不符"}}
    done = superior.ask("post", "review_send_back", pk=pk, tag=tag, data=data)
    assert done.status_code == 200, done.content.decode()
    assert done.json()["state"] == "sent_back"
    waiting.refresh_from_db()
    assert waiting.pins.get().text == "与花名册不符"
    # What the unit corrects now is its own until it hands it in again.
    assert superior.get("review", pk=pk).status_code == 404


def test_what_was_withdrawn_meanwhile_is_not_decided(cast, waiting, superior):
    pk = waiting.obligation_id
    tag = superior.get("review", pk=pk)["ETag"]
    withdraw_return(waiting, actor=cast.secretary)
    answer = superior.ask("post", "review_accept", pk=pk, tag=tag)
    assert answer.status_code in {404, 412}
    assert QuarterlyReturn.objects.get(pk=waiting.pk).state != "accepted"


def test_only_the_direct_superior_decides(cast, waiting):
    pk = waiting.obligation_id
    for who in (cast.county, cast.other_county):
        machine = machine_of(cast, who, REVIEWING)
        assert machine.get("reviews").json()["results"] == []
        assert machine.get("review", pk=pk).status_code == 404
        for name in ("review_accept", "review_send_back"):
            assert machine.ask("post", name, pk=pk, tag='"none"').status_code == 404
    assert QuarterlyReturn.objects.get(pk=waiting.pk).state == "submitted"


def test_drafts_are_nobody_elses(cast, superior):
    period, _ = open_quarter(cast)
    begun = start(cast, cast.hongqi, period, cast.secretary)
    assert superior.get("reviews").json()["results"] == []
    assert superior.get("review", pk=begun.obligation_id).status_code == 404
    answer = superior.ask("post", "review_accept", pk=begun.obligation_id, tag='"none"')
    assert answer.status_code == 404
