"""Puts the actor on each request and opens the tenant's scope around the view."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django_htmx.http import HttpResponseClientRedirect

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.scope import tenant_scope
from gongjian.foundation.web.pages import Page
from gongjian.foundation.web.requests import wants_fragment
from orgs.queries import PostChoice, actor_of, current_appointments, post_choices_of, tenants_of

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
            return _elsewhere(request) or get_response(request)
        request.actor = actor  # type: ignore[attr-defined]
        with tenant_scope(actor.tenant_id):
            return get_response(request)

    return middleware


def find_actor(request: HttpRequest) -> Actor | None:
    """The chosen term if it still runs, else the first one that does."""
    chosen_tenant = request.session.get(TENANT_KEY)
    chosen_term = request.session.get(APPOINTMENT_KEY)
    user_id = request.user.pk or 0
    tenants = tenants_of(user_id)
    tenants.sort(key=lambda tenant: tenant.pk != chosen_tenant)
    for tenant in tenants:
        with tenant_scope(tenant.pk), transaction.atomic():
            terms = list(current_appointments(user_id))
            terms.sort(key=lambda term: term.pk != chosen_term)
            if not terms:
                continue
            # Kept for the header's list of posts, which else would ask for them again.
            request.post_choices = [  # type: ignore[attr-defined]
                PostChoice(term.pk, term.post.title, term.post.unit.name, tenant.pk, tenant.name)
                for term in terms[1:]
            ]
            request.other_tenants = [  # type: ignore[attr-defined]
                other for other in tenants if other.pk != tenant.pk
            ]
            return actor_of(terms[0], tenant)
    return None


def other_posts(request: HttpRequest) -> list[PostChoice]:
    """Posts this person may switch to, those in other tenants last."""
    here: list[PostChoice] = getattr(request, "post_choices", [])
    return here + post_choices_of(request.user.pk or 0, getattr(request, "other_tenants", []))


def _elsewhere(request: HttpRequest) -> HttpResponse | None:
    """Lead who holds no running post away from pages; sign-in and the platform stay open."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return None
    view = getattr(match.func, "view_class", None)
    if view is None or not issubclass(view, Page) or match.view_name == "orgs:no_post":
        return None
    is_operator = getattr(request.user, "is_staff", False)
    url = reverse("admin:index" if is_operator else "orgs:no_post")
    return HttpResponseClientRedirect(url) if wants_fragment(request) else HttpResponseRedirect(url)
