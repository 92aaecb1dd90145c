"""Who wrote something without a name: a keyed hash that only the same person's session makes."""

from __future__ import annotations

from dataclasses import replace

from django.utils.crypto import salted_hmac

from gongjian.foundation.kernel.actor import Actor

UNNAMED = "隐名提出人"


def mark_of(actor: Actor) -> str:
    """The same for all that one person writes in a tenant; "" without an account."""
    if actor.user_id is None:
        return ""
    words = f"{actor.tenant_id}:{actor.user_id}"
    return salted_hmac("gongjian.feedback.author", words, algorithm="sha256").hexdigest()


def without_name(actor: Actor) -> Actor:
    """The same authority, but the trail learns neither person, post nor unit."""
    return replace(
        actor,
        user_id=None,
        post_id=None,
        unit_id=None,
        path="",
        person_name=UNNAMED,
        post_title="",
        unit_name="",
        appointment_id=None,
    )
