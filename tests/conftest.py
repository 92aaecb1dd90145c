"""Fixtures: tests migrate as the owner and run as the application role, so the wall is real."""

from __future__ import annotations

import os
import time

import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.db import connections
from django.test import Client

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.scope import tenant_scope
from gongjian.foundation.web import context
from orgs.models import Tenant, User
from tests.factories.cast import build_cast
from tests.factories.orgs import TenantFactory
from tests.ready_database import ready_database

#: Asked for by ``make matrix``, which the continuous check runs after the other tests, and by
#: ``make faults``.
collect_ignore = [name for name in ("matrix", "faults") if not os.environ.get(name.upper())]


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Name the test database after the worker, so that two runs do not meet."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    name = os.environ.get("TEST_DATABASE", "test_gongjian")
    settings = connections["default"].settings_dict
    settings["TEST"]["NAME"] = f"{name}_{worker}" if worker else name


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_modify_db_settings: None, django_test_environment: None, django_db_blocker
):
    """Make the database as gongjian_owner, then hand the connection to gongjian_app."""
    from django.conf import settings as django_settings
    from django.test.utils import setup_databases, teardown_databases

    from gongjian.settings.environment import database

    connection = connections["default"]
    serving = dict(connection.settings_dict)
    owner = database(os.environ["OWNER_DATABASE_URL"])
    keys = ("USER", "PASSWORD", "HOST", "PORT")
    with django_db_blocker.unblock():
        connection.settings_dict.update({key: owner[key] for key in keys})
        base = os.environ.get("TEST_DATABASE", "test_gongjian")
        connection.settings_dict["TEST"]["TEMPLATE"] = ready_database(base, owner)
        # The owner's home database, not a copy of the serving one.
        keep = os.environ.get("KEEP_TEST_DATABASE") == "1"
        old = setup_databases(verbosity=0, interactive=False, keepdb=keep, serialized_aliases=[])
        with connection.cursor() as cursor:
            # Only the flush after tests of committed transactions needs the one right; the
            # other lets a long test tell the planner what it has filled, as autovacuum does.
            cursor.execute(
                "GRANT TRUNCATE, MAINTAIN ON ALL TABLES IN SCHEMA public TO gongjian_app"
            )
        connection.close()
        connection.settings_dict.update({key: serving[key] for key in keys})
        assert django_settings.DATABASE_ROLE == "app"
    yield
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict.update({key: owner[key] for key in keys})
        if not keep:
            teardown_databases(old, verbosity=0)


@pytest.fixture
def tenant(db: None) -> Tenant:
    return TenantFactory()


@pytest.fixture
def in_tenant(tenant: Tenant):
    with tenant_scope(tenant.pk):
        yield tenant


@pytest.fixture
def cast(db: None):
    """The people of 示范市, with its tenant in scope; ``cast.stranger`` lives elsewhere."""
    people = build_cast()
    with tenant_scope(people.tenant.pk):
        yield people


def prove_identity(session: SessionBase, user_id: int | None) -> None:
    """As after a sign-in of this moment with both factors."""
    now = time.time()
    session["account_authentication_methods_user"] = str(user_id)
    session["account_authentication_methods"] = [
        {"method": "password", "at": now},
        {"method": "mfa", "at": now, "type": "totp"},
    ]


@pytest.fixture
def sign_in(client: Client):
    """Sign an actor of the cast in through the session and hand back the client."""

    def enter(actor: Actor) -> Client:
        client.force_login(User.objects.get(pk=actor.user_id))
        session = client.session
        session["tenant_id"] = actor.tenant_id
        session["appointment_id"] = actor.appointment_id
        prove_identity(session, actor.user_id)
        session.save()
        return client

    return enter


@pytest.fixture
def django_assert_num_queries(django_assert_num_queries, monkeypatch):
    """Count what the page itself asks; the frame around it has a test of its own."""
    monkeypatch.setattr(context, "_navigation", lambda *_: ([], []))
    monkeypatch.setattr(context, "post_choices", [])
    monkeypatch.setattr(context, "count_all", lambda questions: [0] * len(questions))
    return django_assert_num_queries
