"""Shelf of the mechanisms whose work earns points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gongjian.foundation.kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class PointMechanism:
    """A mechanism with a rulebook of its own.

    ``kinds`` and ``traits`` are the words its facts may use; the editor of the
    rules offers nothing else, so that no rule waits for a fact that never comes.
    """

    key: str
    label: str
    kinds: Mapping[str, str]
    traits: Mapping[str, str]
    #: Classes of outlets, such as 党报 and 电视; offered in the editor.
    outlet_classes: Callable[[], list[str]] = list
    #: Address of the record a fact came from, or "".
    url: Callable[[str, int], str] = field(default=lambda _kind, _pk: "")


point_mechanisms: Registry[PointMechanism] = Registry("point_mechanisms")
