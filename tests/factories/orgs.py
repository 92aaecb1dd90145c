"""Tenants, units and people for tests, made by the services."""

from __future__ import annotations

import factory

from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import Tenant, Unit, User
from orgs.queries import system_actor
from orgs.services import appoint, create_post, create_tenant, create_unit


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user{n}")
    person_name = factory.Sequence(lambda n: f"张{n}")


class TenantFactory(factory.django.DjangoModelFactory):
    """A tenant with its root unit."""

    class Meta:
        model = Tenant

    name = factory.Sequence(lambda n: f"第{n}市")
    code = factory.Sequence(lambda n: f"{9000 + n}")
    leading_group = factory.LazyAttribute(lambda o: f"{o.name}党工共建领导小组")
    document_mark = factory.Sequence(lambda n: f"第{n}党工组")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return create_tenant(**kwargs)


def make_unit(tenant: Tenant, parent: Unit | None, code: str, name: str, **values) -> Unit:
    with tenant_scope(tenant.pk):
        return create_unit(
            actor=system_actor(tenant),
            parent=parent,
            values={"code": code, "name": name, "level": "county", **values},
        )


def seat(tenant: Tenant, unit: Unit, role: str, title: str, person: str, **values):
    """Give a new person a post at a unit and return the term."""
    actor = system_actor(tenant)
    post = create_post(unit, actor=actor, title=title, role=role, **values)
    return appoint(post, actor=actor, user=UserFactory(person_name=person))
