"""Permissions that apps declare, and the roles that hold them by default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class Authority:
    """One permission: ``app.verb_noun``, its Chinese label, role → reach."""

    key: str
    label: str
    roles: Mapping[str, Reach]


authorities: Registry[Authority] = Registry("authorities")


def default_grants(role: str) -> dict[str, Reach]:
    """Permissions a role holds before the tenant changes anything."""
    return {
        authority.key: authority.roles[role] for authority in authorities if role in authority.roles
    }


def declare(key: str, label: str, roles: Mapping[str, Reach]) -> str:
    """Put a permission on the shelf and hand back its key as the constant."""
    return authorities.register(Authority(key, label, dict(roles))).key
