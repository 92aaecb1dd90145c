"""Who a signed-in person may act as, found together with the account itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import F, Func, JSONField, Value

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from orgs.models import User
from orgs.queries import changed_grants


@dataclass(frozen=True, slots=True)
class Term:
    """A running term (任职) of a person; ``pk`` is the appointment's."""

    pk: int
    tenant_id: int
    tenant_name: str
    post_id: int
    title: str
    role: str
    unit_id: int
    unit_name: str
    path: str
    #: The tenant's own changes to what the role may do.
    changes: Mapping[str, str]

    def actor(self, user: User) -> Actor:
        return Actor(
            tenant_id=self.tenant_id,
            tenant_name=self.tenant_name,
            user_id=user.pk,
            post_id=self.post_id,
            unit_id=self.unit_id,
            path=self.path,
            role=self.role,
            person_name=user.person_name,
            post_title=self.title,
            unit_name=self.unit_name,
            appointment_id=self.pk,
            grants=changed_grants(self.role, self.changes),
        )


class _RunningTerms(Func):
    function = "orgs_running_terms"
    arity = 2
    output_field = JSONField()


def with_terms(day: date | None = None) -> Any:
    """Accounts that carry their running terms, so that a request asks for both at once."""
    return User.objects.annotate(running_terms=_RunningTerms(F("pk"), Value(day or today())))


def terms_of(user: User) -> list[Term]:
    """Running terms in tenants that are in use, by tenant and term."""
    rows = getattr(user, "running_terms", None)
    if rows is None:
        rows = with_terms().values_list("running_terms", flat=True).get(pk=user.pk)
    return [Term(**row) for row in rows]


class AccountBackend(AuthenticationBackend):
    """Signs in as allauth does; a request's account comes with its running terms."""

    def get_user(self, user_id: Any) -> User | None:
        user: User | None = with_terms().filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
