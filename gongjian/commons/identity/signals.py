"""What happens at the moment of sign-in and of a new second factor."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import (
    authentication_step_completed,
    password_changed,
    password_reset,
    password_set,
)
from allauth.core import context
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from gongjian.commons.identity.enums import Profile
from gongjian.commons.identity.queries import rules_of
from orgs.models import User

#: Session keys: when it began, when it was last used, and its two limits in seconds.
BEGAN, SEEN, IDLE, LONGEST = "began_at", "seen_at", "idle_seconds", "longest_seconds"
#: Session key: the moment after which the password must be renewed (等保).
RENEW_AFTER = "renew_password_after"
PASSWORD_LIFE = timedelta(days=90)


@receiver(user_logged_in)
def begin_session(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Write the limits into the session, so that a request need not ask for them."""
    rules = rules_of(user)
    request.session[BEGAN] = request.session[SEEN] = int(time.time())
    request.session[IDLE] = rules.idle_minutes * 60
    request.session[LONGEST] = rules.longest_hours * 3600
    if Profile.DENGBAO in rules.profiles:
        chosen_at = user.password_set_at or user.date_joined
        request.session[RENEW_AFTER] = int((chosen_at + PASSWORD_LIFE).timestamp())


@receiver(post_save, sender=Authenticator)
def count_new_factor(
    sender: Any, instance: Authenticator, *, created: bool = False, **kwargs: Any
) -> None:
    """Adding a factor has proved it: it counts for this session, under a new session key."""
    request = getattr(context, "request", None)
    if not created or instance.type == Authenticator.Type.RECOVERY_CODES or request is None:
        return
    if getattr(request, "user", None) == instance.user:
        record_authentication(request, instance.user, "mfa", id=instance.pk, type=instance.type)
        request.session.cycle_key()


@receiver(authentication_step_completed)
def rotate_at_proof(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """More is allowed from here on, so an older copy of the session key is worth nothing."""
    if kwargs.get("reauthenticated"):
        request.session.cycle_key()


@receiver((password_changed, password_set, password_reset))
def own_password(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A password the person has chosen is temporary no more."""
    User.objects.filter(pk=user.pk).update(
        password_is_temporary=False, password_set_at=timezone.now()
    )
    request.session.pop(RENEW_AFTER, None)
