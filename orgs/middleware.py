"""Puts the actor on each request and opens the tenant's scope around the view."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import Tenant
from orgs.queries import actor_of, current_appointments

#: Session keys of the chosen post.
TENANT_KEY = "tenant_id"
APPOINTMENT_KEY = "appointment_id"

Answer = Callable[[HttpRequest], HttpResponse]


def acting(get_response: Answer) -> Answer:
    """Look the acting term up on every request: when it has ended, access has ended."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        if not request.user.is_authenticated:
            return get_response(request)
        actor = find_actor(request)
        if actor is None:
            return get_response(request)
        request.actor = actor  # type: ignore[attr-defined]
        with tenant_scope(actor.tenant_id):
            return get_response(request)

    return middleware


def find_actor(request: HttpRequest) -> Actor | None:
    """The chosen term if it still runs, else the first one that does."""
    chosen_tenant = request.session.get(TENANT_KEY)
    chosen_term = request.session.get(APPOINTMENT_KEY)
    tenants = list(
        Tenant.objects.filter(memberships__user_id=request.user.pk, is_active=True).order_by("pk")
    )
    tenants.sort(key=lambda tenant: tenant.pk != chosen_tenant)
    for tenant in tenants:
        with tenant_scope(tenant.pk), transaction.atomic():
            terms = list(current_appointments(request.user.pk))
            terms.sort(key=lambda term: term.pk != chosen_term)
            if terms:
                return actor_of(terms[0], tenant)
    return None
