"""Steps of follow-ups through the interface."""

from __future__ import annotations

import pytest

from tests.api.conftest import Machine, machine_of
from tests.api.test_api import errors_of
from tests.factories.follow_ups import draft, issued, reported

VIEWING = ("web.enter", "follow_ups.view_follow_up")
HANDLING = (*VIEWING, "follow_ups.handle_follow_up")
VERIFYING = (*VIEWING, "follow_ups.verify_follow_up")


@pytest.fixture
def unit(cast):
    return machine_of(cast, cast.secretary, HANDLING)


@pytest.fixture
def verifier(cast):
    return Machine(cast, cast.office, VERIFYING)


def step(machine, name, pk, **data):
    tag = machine.get("follow_up", pk=pk)["ETag"]
    return machine.ask("post", name, pk=pk, tag=tag, data=data)


def test_a_matter_is_received_reported_sent_back_and_cleared(cast, unit, verifier):
    pk = issued(cast, cast.hongqi).pk
    assert unit.ask("post", "receive", pk=pk).status_code == 428
    for machine, name, data, state in (
        (unit, "receive", {}, "in_hand"),
        (unit, "report", {"result": "已整修。"}, "reported"),
        (verifier, "send_back", {"reason": "缺验收单。"}, "returned"),
        (unit, "report", {"result": "已整修并验收。"}, "reported"),
        (verifier, "clear", {"reason": "属实。"}, "cleared"),
    ):
        answer = step(machine, name, pk, **data)
        assert answer.status_code == 200, answer.content.decode()
        assert answer.json()["state"] == state
        assert answer["ETag"] == machine.get("follow_up", pk=pk)["ETag"]
    again = step(verifier, "clear", pk)
    assert again.status_code == 409
    assert errors_of(again)


def test_steps_name_what_was_read_and_say_enough(cast, unit, verifier):
    matter = reported(cast)
    assert verifier.ask("post", "clear", pk=matter.pk, tag='"1.0.x"').status_code == 412
    assert set(errors_of(step(verifier, "send_back", matter.pk, reason=" "))) == {"reason"}
    assert set(errors_of(step(unit, "report", matter.pk))) == {"result"}
    matter.refresh_from_db()
    assert matter.state == "reported"


def test_nobody_takes_a_step_beyond_reach_or_scope(cast, unit, verifier):
    far, hidden = issued(cast, cast.xinghuo), draft(cast, cast.hongqi)
    for pk in (far.pk, hidden.pk):
        for name in ("receive", "report"):
            answer = unit.ask("post", name, pk=pk, tag='"x"', data={"result": "好"})
            assert answer.status_code == 404
    for name in ("clear", "send_back"):
        assert verifier.ask("post", name, pk=hidden.pk, tag='"x"').status_code == 404
        assert unit.ask("post", name, pk=far.pk, tag='"x"').status_code == 403


def test_who_reported_verifies_nothing_by_a_machine_either(cast):
    matter = reported(cast, unit=cast.city, by=cast.office)
    machine = Machine(cast, cast.office, (*HANDLING, *VERIFYING[2:]))
    answer = step(machine, "clear", matter.pk)
    assert answer.status_code in {403, 409, 422}
    assert errors_of(answer)
    matter.refresh_from_db()
    assert matter.state == "reported"
