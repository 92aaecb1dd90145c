"""Paths of the past: where a node of today stood in a period, and where its branches are now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.once import once_a_page
from gongjian.foundation.tenancy.together import LookUp
from responsibilities.models import Relocation


@once_a_page
def _moves() -> list[tuple[str, str, date]]:
    return list(_all_moves())


def _all_moves() -> QuerySet[Any]:
    return Relocation.objects.order_by("pk").values_list("old_path", "new_path", "moved_on")


def moves_ahead() -> LookUp:
    return LookUp(_moves, (), _all_moves(), list)


@dataclass(frozen=True, slots=True)
class Places:
    """Moves of branches, oldest first. A move counts for periods that were open on its day."""

    moves: Sequence[tuple[str, str, date]]

    @classmethod
    def load(cls) -> Places:
        return cls(_moves())

    def back(self, path: str, period: Period) -> str:
        """The path in the period of what stands at ``path`` now."""
        for old, new, moved_on in reversed(self.moves):
            if moved_on > period.due_on and path.startswith(new):
                path = old + path[len(new) :]
        return path

    def forward(self, path: str, period: Period) -> str:
        """The path now of what stood at ``path`` in the period."""
        for old, new, moved_on in self.moves:
            if moved_on > period.due_on and path.startswith(old):
                path = new + path[len(old) :]
        return path
