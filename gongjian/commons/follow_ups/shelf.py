"""Shelf of what follow-ups come from: a resolution, a finding, a leader's instruction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gongjian.foundation.kernel.registry import Registry

if TYPE_CHECKING:
    from gongjian.commons.follow_ups.models import FollowUp


@dataclass(frozen=True, slots=True)
class FollowUpSource:
    """Where a follow-up came from. One shelf instead of a foreign key for each mechanism.

    ``key`` is the model label of the source (``meetings.resolution``).
    ``changed`` is told, in the same transaction, whenever the follow-up moved
    to another state, so that the source can show what became of it.
    """

    key: str
    label: str
    #: Address of the source record, or "" when it has no page.
    url: Callable[[int], str]
    changed: Callable[[FollowUp], None] | None = None


follow_up_sources: Registry[FollowUpSource] = Registry("follow_up_sources")
