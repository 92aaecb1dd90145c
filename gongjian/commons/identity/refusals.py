"""Refused accesses in the tenant's own trail: who asked for what was not theirs.

A page that is forbidden or not there for the one who asks, and a proof of identity that
failed. Each page is told once in a while and each person so many times an hour, so that
nobody fills the trail by asking again and again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import timezone

from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.audit.trail import REFUSAL
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.scope import tenant_scope

Answer = Callable[[HttpRequest], HttpResponse]

ACCESS, PROOF = "identity.access.refused", "identity.proof.refused"
_LABELS = {ACCESS: "访问被拒绝", PROOF: "身份确认未通过"}
#: Within this time one person's refusals are counted, and there are no more rows than this.
WINDOW = timedelta(hours=1)
MOST = 20
#: Pages that ask for a proof of identity once more; they show themselves again when it failed.
_PROOFS = frozenset({"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"})

_log = logging.getLogger(__name__)


def refusals(get_response: Answer) -> Answer:
    """Stands before the gate, whose refusals count too, and behind the one that knows the post."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        action = _refused(request, response)
        if action:
            try:
                _note(request, action, response.status_code)
            except DatabaseError:
                # The answer is a refusal either way.
                _log.exception("a refusal could not be written into the trail")
        return response

    return middleware


def _refused(request: HttpRequest, response: HttpResponse) -> str:
    """What kind of refusal the answer is, or nothing."""
    if response.status_code in {403, 404}:
        return ACCESS
    if response.status_code == 200 and request.method == "POST":
        match = _match(request)
        return PROOF if match and match.view_name in _PROOFS else ""
    return ""


def _note(request: HttpRequest, action: str, status: int) -> None:
    # Asked for after the view: a token's post is known only then.
    actor: Actor | None = getattr(request, "actor", None)
    match = _match(request)
    if actor is None or match is None:
        return
    page = match.view_name or match.route
    with tenant_scope(actor.tenant_id), transaction.atomic():
        # One after the other, so that a hundred at once find the limit as well.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                [f"{REFUSAL} {actor.tenant_id} {actor.user_id}"],
            )
        told = list(
            TrailEntry.objects.filter(
                subject_kind=REFUSAL, subject_id=actor.user_id, at__gt=timezone.now() - WINDOW
            )
            .order_by("pk")
            .values_list("action", "subject_label")[:MOST]
        )
        if len(told) >= MOST or (action == ACCESS and (action, page[:200]) in told):
            return
        last = len(told) == MOST - 1
        TrailEntry.objects.create(
            action=action,
            label=_LABELS[action],
            subject_kind=REFUSAL,
            subject_id=actor.user_id,
            subject_label=page[:200],
            user_id=actor.user_id,
            post_id=actor.post_id,
            actor_label=actor.label[:200],
            reason="一小时内次数过多，其后的不再逐条记录。" if last else "",
            after={"方式": str(request.method)[:10], "答复": status, **_rows(match)},
        )


def _rows(match: ResolverMatch) -> dict[str, str]:
    """Numbers of the records asked for. Words of an address stay out: some are secrets."""
    numbers = {key: value for key, value in match.kwargs.items() if isinstance(value, int)}
    return {key: str(value)[:20] for key, value in numbers.items()}


def _match(request: HttpRequest) -> ResolverMatch | None:
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None
