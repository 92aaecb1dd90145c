"""The first steps of a new tenant are ticked by what is there."""

from __future__ import annotations

import pytest

from gongjian.foundation.tenancy.scope import tenant_scope
from gongjian.operations.onboarding import STEPS, done_steps, first_steps
from orgs.enums import Role
from orgs.services import create_tenant, seat_first_administrator
from orgs.terms import terms_of
from tests.factories.planning import issue_down_to_the_village
from tests.factories.returns import open_quarter


@pytest.fixture
def newcomer(db):
    """A tenant of this minute, with the administrator whom the operator seated."""
    tenant = create_tenant(
        name="新城市",
        code="990100",
        leading_group="新城市党工共建领导小组",
        document_mark="新党工组",
    )
    holder = seat_first_administrator(tenant, username="first", person_name="首任")
    with tenant_scope(tenant.pk):
        yield holder.term


def test_a_new_tenant_has_everything_before_it(newcomer, django_assert_num_queries):
    with django_assert_num_queries(1):
        done = done_steps()
    assert [step.key for step in STEPS if done[step.key]] == []


def test_the_administrator_finds_the_steps_on_the_desk(newcomer, sign_in, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    user = newcomer.user
    user.password_is_temporary = False
    user.save(update_fields=["password_is_temporary"])
    client = sign_in(next(iter(terms_of(user))).actor(user))
    text = client.get("/").content.decode()
    cards = client.get("/desk/cards/").content.decode()
    assert "启用步骤" in text + cards
    assert 'href="/orgs/imports/"' in text + cards
    assert "由领导小组办公室办理" in text + cards


def test_steps_are_ticked_by_what_was_done(cast):
    before = done_steps()
    assert before["units"]
    assert before["leaders"]
    assert before["secretaries"]
    assert not before["plan"]
    assert not before["quarter"]
    issue_down_to_the_village(cast)
    open_quarter(cast)
    after = done_steps()
    assert after["plan"]
    assert after["targets"]
    assert after["quarter"]
    assert not after["routes"]
    lines = first_steps(cast.office)["steps"]
    assert [line["words"] for line in lines if line["url"] and not line["done"]] != []


def test_only_those_who_do_them_are_asked_and_only_until_they_are_done(cast, monkeypatch):
    assert first_steps(cast.office) is not None
    assert first_steps(cast.secretary) is None
    assert first_steps(cast.leader) is None
    monkeypatch.setattr(
        "gongjian.operations.onboarding.done_steps", lambda: dict.fromkeys(map(key, STEPS), True)
    )
    assert first_steps(cast.office) is None
    assert {step.role for step in STEPS} == {Role.OFFICE, Role.TENANT_ADMINISTRATOR}


def key(step) -> str:
    return step.key
