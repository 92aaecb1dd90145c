"""Who acts, in which post, and how far that post's authority reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

#: Characters of ``Unit.path`` that one level of the hierarchy takes.
PATH_STEP = 4


class Reach(StrEnum):
    """Units on which a permission of a post may be used, narrowest first."""

    OWN = "own"
    CHILDREN = "children"
    SUBTREE = "subtree"
    TENANT = "tenant"


class Located(Protocol):
    """Anything that has a place in the hierarchy."""

    @property
    def path(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Scope:
    """A reach seen from one unit: the units that a permission covers."""

    reach: Reach
    path: str

    def covers(self, path: str) -> bool:
        match self.reach:
            case Reach.TENANT:
                return True
            case Reach.SUBTREE:
                return path.startswith(self.path)
            case Reach.CHILDREN:
                # 一级抓一级: the direct children and nobody further down.
                return path[:-PATH_STEP] == self.path and len(path) == len(self.path) + PATH_STEP
            case _:
                return path == self.path


@dataclass(frozen=True, slots=True)
class Actor:
    """The holder of a post at the moment of acting.

    A cadre often holds several posts at once (branch secretary and union
    chair), so authority belongs to the post chosen for this session and never
    to the bare user account.
    """

    tenant_id: int
    user_id: int | None
    post_id: int | None
    unit_id: int | None
    path: str
    role: str
    person_name: str
    post_title: str
    unit_name: str
    tenant_name: str = ""
    appointment_id: int | None = None
    grants: Mapping[str, Reach] = field(default_factory=dict)

    def scope(self, permission: str) -> Scope | None:
        """Units on which ``permission`` holds, or None when it is not held at all."""
        reach = self.grants.get(permission)
        return None if reach is None else Scope(reach, self.path)

    def may(self, permission: str, *, at: Located | None = None) -> bool:
        """Tell whether the permission is held, and covers ``at`` when a place is given."""
        scope = self.scope(permission)
        if scope is None:
            return False
        return at is None or scope.covers(at.path)

    @property
    def label(self) -> str:
        return f"{self.unit_name}{self.post_title} {self.person_name}".strip()
