"""What remembers where a unit stood: told of moves, and asked before a path is given again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gongjian.foundation.kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class PlaceMemory:
    """Records that keep a unit's path of an earlier time."""

    key: str
    #: Called in the transaction of a move with the old and the new path of the unit.
    moved: Callable[[str, str], None]
    #: The greatest path remembered right below a path, or "": it is never given twice.
    last_child: Callable[[str], str]


place_memories: Registry[PlaceMemory] = Registry("place_memories")
