"""What happens at the moment of sign-in and of a new second factor."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from gongjian.commons.identity.queries import rules_of
from orgs.models import User

#: Session keys: when it began, when it was last used, and its two limits in seconds.
BEGAN, SEEN, IDLE, LONGEST = "began_at", "seen_at", "idle_seconds", "longest_seconds"


@receiver(user_logged_in)
def begin_session(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Write the limits into the session, so that a request need not ask for them."""
    rules = rules_of(user)
    request.session[BEGAN] = request.session[SEEN] = int(time.time())
    request.session[IDLE] = rules.idle_minutes * 60
    request.session[LONGEST] = rules.longest_hours * 3600


@receiver(authenticator_added)
def count_new_factor(
    sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Adding a factor has proved it: it counts for this session, under a new session key."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
        request.session.cycle_key()
