"""What must hold in the data at any moment, whatever failed before; each app names its own.

``manage.py verify`` asks them all: every night, and after each fault test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gongjian.foundation.kernel.registry import Registry

#: More of one kind tell nothing new.
MOST_FINDINGS = 20


@dataclass(frozen=True, slots=True)
class Invariant:
    """A sentence that is true of the data, and where it is not."""

    key: str
    #: The sentence in Chinese, as the operator reads it.
    sentence: str
    #: Yields what contradicts it, in words that name the row; in the tenant's scope.
    find: Callable[[], Iterable[str]]
    #: Asked once and outside of any tenant.
    is_global: bool = False


invariants: Registry[Invariant] = Registry("invariants")
