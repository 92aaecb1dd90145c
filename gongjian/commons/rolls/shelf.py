"""Shelf of what has a roll: where the way back from the sheet leads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gongjian.foundation.kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class RollSubject:
    """``key`` is the model label of what is attended (``meetings.meeting``)."""

    key: str
    url: Callable[[int], str]


roll_subjects: Registry[RollSubject] = Registry("roll_subjects")
