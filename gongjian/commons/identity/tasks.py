"""What sign-in leaves behind is cleared at night."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef
from django.utils import timezone

from gongjian.commons.identity.tries import forget_old_tries
from gongjian.foundation.tenancy.tasks import system_task


@system_task("identity.tick_forget")
def tick_forget() -> None:
    """Sessions that are over, their rows in the lists, and old failures."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    UserSession.objects.filter(~Exists(alive)).delete()
    forget_old_tries()
