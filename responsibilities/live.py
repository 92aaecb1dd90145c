"""What the browser needs to reckon while somebody types: sums, formulas, checks with their figures.

``frontend/src/reckoning.ts`` does with it what ``fill_totals`` and ``findings``
do on the server; both are held to ``tests/responsibilities/live_cases.json``.
Blanks are not pointed at while typing, and what needs other units' figures
(history, peers) comes with the answer of each autosave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from gongjian.foundation.kernel.numbers import show
from responsibilities.cells import Cell
from responsibilities.checks import Check, Figures, median_at
from responsibilities.enums import Severity

#: Rules the browser finds by itself, by the beginning of their key.
LIVE: Final = ("check:", "part", "row")


def compiled(
    cells: Sequence[Cell],
    checks: Sequence[Check],
    figures: Figures,
    granted: Mapping[tuple[str, str], str] | None = None,
) -> dict[str, Any]:
    """Plain data of a form for one unit; ``granted`` are the exceptions in force."""
    asked = [cell for cell in cells if not cell.is_words]
    open_codes = {cell.code for cell in asked if cell.is_asked_of(figures.level, figures.category)}
    latest = figures.history[0] if figures.history else ()
    return {
        "cells": [_cell(cell, is_open=cell.code in open_codes) for cell in asked],
        "checks": [
            _check(check)
            for check in checks
            if check.is_for(figures.level, figures.category) and check.place in open_codes
        ],
        "figures": {
            "last": _plain({cell.code: latest[cell.slot] for cell in asked} if latest else {}),
            "earlier": _plain(_earlier(asked, figures)),
            "target": _plain(figures.targets),
            "median_peers": _plain(
                {cell.code: median_at(figures.peers, cell.slot) for cell in asked}
            ),
            "other": _plain(figures.others),
        },
        "granted": [
            {"rule": rule, "at": code, "value": show(figures.values[cell.slot])}
            for (rule, code) in (granted or {})
            for cell in asked
            if cell.code == code
        ],
    }


def _cell(cell: Cell, *, is_open: bool) -> dict[str, Any]:
    return {
        "code": cell.code,
        "label": cell.label,
        "isOpen": is_open,
        "style": cell.style,
        "totalOf": list(cell.total_of),
        "formula": cell.tree,
        "notAbove": cell.not_above,
        "together": cell.together,
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "rule": f"check:{check.key}",
        "tree": check.tree,
        "at": check.place,
        "isHard": check.severity == Severity.HARD,
        "text": check.message or f"不符合“{check.label}”，请核对。",
        "missing": check.missing,
    }


def _earlier(cells: Sequence[Cell], figures: Figures) -> dict[str, Decimal | None]:
    """The year to date without this return: the browser adds what is being typed."""
    found: dict[str, Decimal | None] = {}
    for cell in cells:
        done = figures.ytd.get(cell.code)
        if done is not None and cell.style == "incremental":
            rest = done - (figures.values[cell.slot] or 0)
            found[cell.code] = rest or None
    return found


def _plain(numbers: Mapping[str, Decimal | None]) -> dict[str, float]:
    return {code: float(number) for code, number in numbers.items() if number is not None}
