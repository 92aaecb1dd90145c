"""The rules a person signs in by."""

from __future__ import annotations

from dataclasses import dataclass

from gongjian.commons.identity.enums import Profile
from gongjian.commons.identity.models import SignInRules
from orgs.models import User


@dataclass(frozen=True, slots=True)
class Rules:
    """The strictest of the rules of all tenants that a person may enter."""

    profiles: frozenset[str] = frozenset({Profile.PLAIN.value})
    idle_minutes: int = 30
    longest_hours: int = 12
    words: tuple[str, ...] = ()


def rules_of(user: User) -> Rules:
    if user.pk is None:
        return Rules()
    found = list(SignInRules.objects.filter(tenant__memberships__user=user))
    if not found:
        return Rules()
    return Rules(
        profiles=frozenset(rules.profile for rules in found),
        idle_minutes=min(rules.idle_minutes for rules in found),
        longest_hours=min(rules.longest_hours for rules in found),
        words=tuple(word for rules in found for word in rules.forbidden_words),
    )
