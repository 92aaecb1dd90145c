"""Units named in a pasted list: a column of a spreadsheet, a line each, by name or code."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from orgs.models import Unit

_BRACKETS = re.compile(r"^(?P<name>.+?)\s*[（(](?P<above>[^（()）]+)[)）]$")


@dataclass(slots=True)
class Named:
    """The units that were found, each once, and what is wrong with the other lines."""

    units: list[Unit] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def units_named(text: str, units: QuerySet[Unit]) -> Named:
    """Read a list; every line names one unit by its code, its name or 名称（上级）.

    One statement however long the list is. A name that several units bear is
    refused with what to write instead, never guessed.
    """
    lines = [
        (number, cell)
        for number, line in enumerate(text.splitlines(), start=1)
        if (cell := line.split("\t")[0].strip().strip("\u3000"))
    ]
    words = {cell for _, cell in lines}
    words |= {match["name"] for _, cell in lines if (match := _BRACKETS.match(cell))}
    by_word: dict[str, list[Unit]] = defaultdict(list)
    for unit in units.filter(Q(name__in=words) | Q(code__in=words)).select_related("parent"):
        for word in {unit.name, unit.code}:
            by_word[word].append(unit)
    found = Named()
    seen: set[int] = set()
    for number, cell in lines:
        fitting = _fitting(cell, by_word)
        if not fitting:
            found.problems.append(f"第{number}行“{cell[:40]}”：没有这个单位，或已撤并。")
        elif len(fitting) > 1:
            above = "、".join(str(unit.parent.name if unit.parent else "—") for unit in fitting[:3])
            found.problems.append(
                f"第{number}行“{cell[:40]}”：有{len(fitting)}个同名单位（上级为{above}），请改写代码。"
            )
        elif fitting[0].pk not in seen:
            seen.add(fitting[0].pk)
            found.units.append(fitting[0])
    return found


def _fitting(cell: str, by_word: dict[str, list[Unit]]) -> list[Unit]:
    if cell in by_word:
        coded = [unit for unit in by_word[cell] if unit.code == cell]
        return coded or by_word[cell]
    match = _BRACKETS.match(cell)
    if match is None:
        return []
    return [
        unit
        for unit in by_word.get(match["name"], [])
        if unit.parent is not None and unit.parent.name == match["above"]
    ]
