"""Chapters that count: what a mechanism did in the period, by branch or by unit of a group.

A mechanism says what it counts and gives the counts by the path of a unit; how
they are added up, laid out and drawn is the same for all. Branches stand in
the order of the divisions and are not ranked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet

from gongjian.commons.documents.reporting.content import (
    Block,
    Chart,
    Column,
    Headline,
    Listing,
    Section,
    Series,
    Shape,
    Value,
    Words,
)
from gongjian.commons.documents.reporting.subjects import (
    SectionSource,
    Subject,
    report_sections,
)
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.dates import long_date, today
from orgs.models import Unit
from orgs.queries import open_children

#: How many have been counted at each unit, by its path.
Counts = Mapping[str, int]
#: Bars that a chart holds legibly, and below how many they stand instead of lie.
CHARTED, STANDING = 30, 8
_NOTES = ("单位的数字包括其所属各级单位；按区划次序排列，不作排名。",)


@dataclass(frozen=True, slots=True)
class Tally:
    """One thing that is counted; with ``of`` the share of those that it belongs to, in percent."""

    label: str
    counts: Counts
    of: Counts | None = None
    measure: str = "个"


@dataclass(frozen=True, slots=True)
class Chapter:
    """What a mechanism counts between two days, the first tally drawn as a chart."""

    key: str
    title: str
    count: Callable[[date, date], Sequence[Tally]]
    order: int
    notes: Sequence[str] = ()


def by_path(rows: QuerySet[Any], path: str = "unit__path") -> dict[str, int]:
    """Rows counted in the database by the path of their unit."""
    counted = rows.order_by().values(path).annotate(many=Count("pk", distinct=True))
    return {row[path]: row["many"] for row in counted if row[path] is not None}


def offer_chapter(chapter: Chapter) -> None:
    """Put the chapter into every report on the tenant, a peer group or a unit."""

    def build(subject: Subject) -> Section | None:
        return section_of(chapter, subject)

    report_sections.register(
        SectionSource(chapter.key, chapter.title, build, _waits_for_none, order=chapter.order)
    )


def _waits_for_none(period: Period) -> bool:
    # Reports are made at the close of filing or after the assessment; what the
    # mechanisms did meanwhile goes into them and calls for none of its own.
    return False


def section_of(chapter: Chapter, subject: Subject) -> Section | None:
    """The chapter for the subject; None where nothing was counted there."""
    last = min(subject.period.ends_on, today())
    if last < subject.period.starts_on:
        return None
    tallies = chapter.count(subject.period.starts_on, last)
    rows = _group_rows(subject) if subject.group is not None else _branch_rows(subject.node)
    within: tuple[str, ...] = (subject.node.path,)
    if subject.group is not None:
        within = tuple(path for row in rows for path in row.within)
    whole = _Row("合计", within)
    if not any(whole.count(tally.of or tally.counts) for tally in tallies):
        return None
    blocks: list[Block] = [Words(_summary(subject, tallies, whole, last))]
    if len(rows) > 1:
        blocks += _chart(tallies[0], rows)
        blocks.append(_listing(chapter, tallies, rows, whole))
    headlines = [
        Headline(f"{tally.label}（{_unit_of(tally)}）", _shown(tally, whole)) for tally in tallies
    ]
    return Section(chapter.title, headlines, blocks, (*chapter.notes, *_NOTES))


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the table: the paths it covers, with all below them or alone."""

    name: str
    within: tuple[str, ...]
    has_branch: bool = True

    def count(self, counts: Counts) -> int:
        if not self.has_branch:
            return sum(counts.get(path, 0) for path in self.within)
        return sum(many for path, many in counts.items() if path.startswith(self.within))


def _branch_rows(node: Unit) -> list[_Row]:
    """The node by itself and each unit directly below it."""
    below = [_Row(unit.name, (unit.path,)) for unit in open_children(node)]
    return [_Row("本级", (node.path,), has_branch=False), *below]


def _group_rows(subject: Subject) -> list[_Row]:
    ids = subject.group.unit_ids if subject.group is not None else ()
    return [_Row(unit.name, (unit.path,)) for unit in Unit.objects.filter(pk__in=ids)]


def _value(tally: Tally, row: _Row) -> Value:
    part = row.count(tally.counts)
    if tally.of is None:
        return part
    whole = row.count(tally.of)
    return Decimal(part) * 100 / whole if whole else None


def _unit_of(tally: Tally) -> str:
    return tally.measure if tally.of is None else "%"


def _shown(tally: Tally, row: _Row) -> str:
    value = _value(tally, row)
    if value is None:
        return "—"
    return f"{value:,.1f}" if isinstance(value, Decimal) else f"{value:,}"


def _summary(subject: Subject, tallies: Sequence[Tally], whole: _Row, last: date) -> str:
    parts = []
    for tally in tallies:
        if tally.of is None:
            parts.append(f"{tally.label}{whole.count(tally.counts):,}{tally.measure}")
        elif many := whole.count(tally.of):
            parts.append(
                f"{tally.label}{_shown(tally, whole)}%（{whole.count(tally.counts)}/{many}）"
            )
    return f"截至{long_date(last)}，{subject.name}{'，'.join(parts)}。"


def _chart(tally: Tally, rows: Sequence[_Row]) -> list[Block]:
    """Units that did something; two of them make a picture, one does not."""
    shown = [row for row in rows if row.count(tally.of or tally.counts)][:CHARTED]
    if len(shown) < 2:
        return []
    values = [_value(tally, row) for row in shown]
    return [
        Chart(
            Shape.ROWS if len(shown) > STANDING else Shape.BARS,
            f"各单位{tally.label}",
            [row.name for row in shown],
            [Series(tally.label, [None if one is None else Decimal(one) for one in values])],
            _unit_of(tally),
            highest=100 if tally.of is not None else None,
        )
    ]


def _listing(
    chapter: Chapter, tallies: Sequence[Tally], rows: Sequence[_Row], whole: _Row
) -> Listing:
    width = 72 // len(tallies)
    columns = [Column("单位", 100 - width * len(tallies))]
    columns += [
        Column(f"{tally.label}（{_unit_of(tally)}）", width, 0 if tally.of is None else 1)
        for tally in tallies
    ]
    return Listing(
        f"{chapter.title}情况",
        columns,
        [[row.name, *(_value(tally, row) for tally in tallies)] for row in (*rows, whole)],
        has_total=True,
    )
