"""The request as pages see it: with an actor."""

from __future__ import annotations

from django.http import HttpRequest

from gongjian.foundation.kernel.actor import Actor


class ActorRequest(HttpRequest):
    """A request of a signed-in post; ``orgs.middleware`` puts the actor on it."""

    actor: Actor


def wants_fragment(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a part of the page only."""
    return bool(request.headers.get("HX-Request")) and not request.headers.get("HX-Boosted")
