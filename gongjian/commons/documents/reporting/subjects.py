"""What a report is about, and the shelves on which apps place sections and groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gongjian.commons.documents.reporting.content import Section
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.errors import DomainError
from gongjian.foundation.kernel.registry import Registry
from orgs.models import Unit
from orgs.queries import root_unit


class Extent(StrEnum):
    TENANT = "tenant"
    GROUP = "group"
    UNIT = "unit"


EXTENTS = {
    Extent.TENANT: "全部单位",
    Extent.GROUP: "可比组",
    Extent.UNIT: "单位",
}


@dataclass(frozen=True, slots=True)
class Group:
    """A peer group as an app offers it: its key within the source, its name, its units."""

    key: str
    name: str
    unit_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GroupSource:
    """Where peer groups come from; ``offer`` names them, ``read`` brings one with its units."""

    key: str
    offer: Callable[[], Sequence[tuple[str, str]]]
    read: Callable[[str], Group | None]


@dataclass(frozen=True, slots=True)
class Subject:
    """A unit with all below it, a peer group, or the tenant from its root, for one period."""

    extent: Extent
    name: str
    node: Unit
    period: Period
    group: Group | None = None


@dataclass(frozen=True, slots=True)
class SectionSource:
    """A chapter that an app adds to every report; None where it has nothing to say."""

    key: str
    label: str
    build: Callable[[Subject], Section | None]
    #: Whether a period has anything to report on; scheduled reports wait for one that says so.
    covers: Callable[[Period], bool]
    order: int = 0


report_groups: Registry[GroupSource] = Registry("report_groups")
report_sections: Registry[SectionSource] = Registry("report_sections")


def group_choices() -> list[tuple[str, str]]:
    """Peer groups of all sources, each as ``source/key``."""
    return [
        (f"{source.key}/{key}", name) for source in report_groups for key, name in source.offer()
    ]


def find_group(key: str) -> Group | None:
    source, _, own = key.partition("/")
    entry = report_groups.get(source)
    return None if entry is None else entry.read(own)


def sections_in_order() -> list[SectionSource]:
    return sorted(report_sections, key=lambda entry: (entry.order, entry.key))


def read_subject(parameters: Mapping[str, Any]) -> Subject:
    """The subject as it was asked for; what has gone since is a refusal in words."""
    period = Period.objects.filter(pk=parameters["period"]).first()
    if period is None:
        raise DomainError("报告的期间已不存在，请重新选择期间。")
    extent = Extent(parameters["extent"])
    if extent is Extent.UNIT:
        unit = Unit.objects.filter(pk=parameters["unit"]).first()
        if unit is None:
            raise DomainError("报告的单位已不存在，请重新选择单位。")
        return Subject(extent, unit.name, unit, period)
    root = root_unit()
    if root is None:
        raise DomainError("还没有建立单位，请先建立单位。")
    if extent is Extent.TENANT:
        return Subject(extent, root.name, root, period)
    group = find_group(parameters["group"])
    if group is None:
        raise DomainError("报告的可比组已不存在，请重新选择可比组。")
    return Subject(extent, f"{group.name}组", root, period, group)
