"""Machines with tokens of the cast."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from gongjian.commons.identity.authority import USE_TOKEN
from orgs.models import Appointment, RoleGrant
from orgs.queries import actor_of
from tests.factories.identity import make_access_token
from tests.factories.returns import open_quarter

FILING = ("web.enter", "responsibilities.fill_return", "responsibilities.submit_return")
REVIEWING = ("web.enter", "responsibilities.review_return")
READING = (
    "web.enter",
    "orgs.view_unit",
    "responsibilities.view_target",
    "follow_ups.view_follow_up",
    "documents.view_document",
)


class Machine:
    def __init__(self, cast, actor, scopes):
        # Tokens are given by whoever holds the authority; the scopes are those of the post.
        _, self.key = make_access_token(cast, actor=actor, scopes=scopes)
        self.client = Client()

    def call(self, method, address, *, data=None, **headers):
        headers |= {"Authorization": f"Bearer {self.key}"}
        call = getattr(self.client, method)
        if method == "get":
            return call(address, headers=headers)
        return call(address, data=data or {}, content_type="application/json", headers=headers)

    def ask(self, method, name, *, pk=None, query="", tag=None, data=None):
        headers = {} if tag is None else {"If-Match": tag}
        address = reverse(f"v1:{name}", args=[] if pk is None else [pk]) + query
        return self.call(method, address, data=data, **headers)

    def get(self, name, **values):
        return self.ask("get", name, **values)


def machine_of(cast, who, scopes):
    """A token of somebody whose role the tenant has let use tokens, as it may for any role."""
    appointment = Appointment.objects.get(pk=who.appointment_id)
    RoleGrant.objects.get_or_create(
        role=appointment.post.role, permission=USE_TOKEN, defaults={"reach": "own"}
    )
    return Machine(cast, actor_of(appointment, cast.tenant), scopes)


@pytest.fixture
def office(cast):
    return Machine(cast, cast.office, READING)


@pytest.fixture
def filing(cast):
    open_quarter(cast)
    return machine_of(cast, cast.secretary, FILING)
