"""Puts the actor on each request and opens the tenant's scope around the view."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django_htmx.http import HttpResponseClientRedirect

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.scope import tenant_scope
from gongjian.foundation.web.pages import Page
from gongjian.foundation.web.requests import wants_fragment
from orgs.terms import Term, terms_of

if TYPE_CHECKING:
    from orgs.models import User

#: Session keys of the chosen post.
TENANT_KEY = "tenant_id"
APPOINTMENT_KEY = "appointment_id"

Answer = Callable[[HttpRequest], HttpResponse]

#: Asked when a person holds no running post here: who else they may act as for a time.
stand_ins: list[Callable[[HttpRequest], Actor | None]] = []


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
    """The chosen term if it still runs, else the first one, of the chosen tenant if it can be."""
    tenant_id = request.session.get(TENANT_KEY)
    term_id = request.session.get(APPOINTMENT_KEY)
    user = cast("User", request.user)
    terms = sorted(
        terms_of(user),
        key=lambda term: (term.tenant_id != tenant_id, term.tenant_id, term.pk != term_id),
    )
    # Kept for the header's list of posts.
    request.other_terms = terms[1:]  # type: ignore[attr-defined]
    if terms:
        return terms[0].actor(user)
    return next((actor for ask in stand_ins if (actor := ask(request)) is not None), None)


def other_posts(request: HttpRequest) -> list[Term]:
    """Posts this person may switch to, those in other tenants last."""
    return list(getattr(request, "other_terms", []))


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
