"""Findings of a return: what stops its submission, and what wants a remark.

One list for the screen, the submission and the reviewer. Hard findings stop;
soft ones want a sentence beside their cell. The office's own checks are
conditions in the language of ``expressions``; blanks, half-filled rows, parts
above their whole, and values far from history or from other units are found
for every form. No database here: ``queries.findings`` gathers the figures.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from gongjian.foundation.kernel.numbers import show
from responsibilities.cells import (
    Cell,
    blanks,
    half_filled,
    soft_warnings,
    too_large_parts,
)
from responsibilities.enums import Blank, Missing, QuarterlyStyle, Severity
from responsibilities.expressions import Surroundings, Tree, cells_in, holds
from responsibilities.words import missing_words

#: With fewer units beside it a median says nothing about a unit.
ENOUGH_PEERS = 5
#: Differences below this are not asked about, however many times the median.
SMALL = Decimal(10)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found at one cell; ``rule_key`` names the rule that found it."""

    code: str
    severity: str
    text: str
    rule_key: str

    @property
    def is_hard(self) -> bool:
        return self.severity == Severity.HARD


@dataclass(frozen=True, slots=True)
class Example:
    """Figures and what the check says of them: it holds, or not, or is open (None)."""

    values: Mapping[str, str]
    expected: bool | None

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Example:
        return cls(dict(row["values"]), row["expected"])


@dataclass(frozen=True, slots=True)
class Check:
    """A condition that the figures of a return must meet."""

    key: str
    label: str
    severity: str
    text: str
    tree: Tree
    message: str = ""
    #: Cell the finding stands beside; the first one of the condition when "".
    at: str = ""
    #: Levels and categories it is for; all when empty.
    only_for: tuple[str, ...] = ()
    missing: str = Missing.SKIP
    examples: tuple[Example, ...] = field(default=())

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Check:
        return cls(
            **{
                **row,
                "only_for": tuple(row.get("only_for", ())),
                "examples": tuple(Example.read(part) for part in row.get("examples", ())),
            }
        )

    def as_row(self) -> dict[str, Any]:
        row = asdict(self)
        return {**row, "only_for": list(self.only_for), "examples": list(row["examples"])}

    @property
    def place(self) -> str:
        named = cells_in(self.tree)
        return self.at or (named[0] if named else "")

    def is_for(self, level: str, category: str) -> bool:
        return not self.only_for or level in self.only_for or category in self.only_for

    def met(self, around: Surroundings) -> bool | None:
        found = holds(self.tree, around, blank_is_zero=self.missing == Missing.ZERO)
        return False if found is None and self.missing == Missing.REPORT else found


@dataclass(frozen=True, slots=True)
class Rules:
    """The standing rules of a form; forms from before there were any keep the old ones."""

    outlier: bool = True
    peers: bool = False
    peer_factor: str = "5"

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Rules:
        return cls(**row)


@dataclass(slots=True)
class Figures:
    """All that findings may depend on, by the slots or codes of this form."""

    values: Sequence[Decimal | None]
    level: str = ""
    category: str = ""
    history: Sequence[Sequence[Decimal | None]] = ()
    peers: Sequence[Sequence[Decimal | None]] = ()
    ytd: Mapping[str, Decimal | None] = field(default_factory=dict)
    targets: Mapping[str, Decimal | None] = field(default_factory=dict)
    others: Mapping[str, Decimal | None] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    def around(self, cells: Sequence[Cell]) -> Surroundings:
        latest = self.history[0] if self.history else ()
        return Surroundings(
            cell={cell.code: self.values[cell.slot] for cell in cells},
            last={cell.code: latest[cell.slot] if latest else None for cell in cells},
            ytd=self.ytd,
            target=self.targets,
            median_peers={cell.code: median_at(self.peers, cell.slot) for cell in cells},
            other=self.others,
        )


def median_at(peers: Sequence[Sequence[Decimal | None]], slot: int) -> Decimal | None:
    """Median of what the units beside filled in, or None."""
    known = [row[slot] for row in peers if slot < len(row)]
    numbers = [number for number in known if number is not None]
    return statistics.median(numbers) if numbers else None


def findings(
    cells: Sequence[Cell], checks: Iterable[Check], rules: Rules, figures: Figures
) -> list[Finding]:
    """Everything found, in the order of the cells, hard before soft.

    ``cells`` may hold those with words; of them only a blank is found.
    """
    order = {cell.code: place for place, cell in enumerate(cells)}
    everything = [cell for cell in cells if cell.is_asked_of(figures.level, figures.category)]
    asked = [cell for cell in everything if not cell.is_words]
    found = [
        *_of(blank_words(everything, figures.texts), Severity.HARD, "blank"),
        *_of(unexplained_words(everything, figures.texts), Severity.SOFT, "gap"),
        *_of(blanks(asked, figures.values), Severity.HARD, "blank"),
        *_of(half_filled(asked, figures.values), Severity.HARD, "row"),
        *_of(too_large_parts(asked, figures.values), Severity.HARD, "part"),
        *_of(_unexplained_blanks(asked, figures.values), Severity.SOFT, "gap"),
    ]
    if rules.outlier:
        far = soft_warnings(asked, figures.values, figures.history)
        found += _of(far, Severity.SOFT, "history")
    if rules.peers:
        factor = Decimal(rules.peer_factor)
        found += _of(_far_from_peers(asked, figures, factor), Severity.SOFT, "peers")
    around = figures.around([cell for cell in cells if not cell.is_words])
    codes = {cell.code for cell in asked}
    for check in checks:
        applies = check.is_for(figures.level, figures.category) and check.place in codes
        if applies and check.met(around) is False:
            text = check.message or f"不符合“{check.label}”，请核对。"
            found.append(Finding(check.place, check.severity, text, f"check:{check.key}"))
    return sorted(found, key=lambda one: (order[one.code], not one.is_hard))


def _of(texts: Mapping[str, str], severity: str, rule_key: str) -> list[Finding]:
    return [Finding(code, severity, text, rule_key) for code, text in texts.items()]


def _unexplained_blanks(cells: Sequence[Cell], values: Sequence[Decimal | None]) -> dict[str, str]:
    return {
        cell.code: "没有填。确实没有数据请写一句说明。"
        for cell in cells
        if cell.blank == Blank.REMARK and not cell.is_total and values[cell.slot] is None
    }


def blank_words(cells: Sequence[Cell], texts: Mapping[str, str]) -> dict[str, str]:
    """Cells for words that must be filled and are not."""
    words = [cell for cell in cells if cell.is_words]
    return dict.fromkeys(missing_words(words, texts, Blank.REQUIRED), "还没有填，请填写。")


def unexplained_words(cells: Sequence[Cell], texts: Mapping[str, str]) -> dict[str, str]:
    words = [cell for cell in cells if cell.is_words]
    return dict.fromkeys(
        missing_words(words, texts, Blank.REMARK), "没有填。确实没有请写一句说明。"
    )


def _far_from_peers(cells: Sequence[Cell], figures: Figures, factor: Decimal) -> dict[str, str]:
    """Values many times, or a small part of, what the units beside have.

    Stocks and running totals differ with the size of a unit and are left out.
    """
    texts: dict[str, str] = {}
    for cell in cells:
        value = figures.values[cell.slot]
        if value is None or not cell.watched or cell.is_total or cell.choices:
            continue
        if cell.style != QuarterlyStyle.INCREMENTAL:
            continue
        count = sum(cell.slot < len(row) and row[cell.slot] is not None for row in figures.peers)
        middle = median_at(figures.peers, cell.slot)
        if count < ENOUGH_PEERS or not middle or abs(value - middle) < SMALL:
            continue
        if value > middle * factor or value * factor < middle:
            texts[cell.code] = (
                f"与同级单位相差较大（中位数 {show(middle)}），请核对；确实如此请写一句说明。"
            )
    return texts


def first_texts(found: Iterable[Finding], severity: str) -> dict[str, str]:
    """One text a cell, for the places beside the cells."""
    texts: dict[str, str] = {}
    for finding in found:
        if finding.severity == severity:
            texts.setdefault(finding.code, finding.text)
    return texts


def surroundings_of(values: Mapping[str, str]) -> Surroundings:
    """Figures of an example: ``C01``, ``last.C01``, ``other.annual.C01`` → number."""
    parts: dict[str, dict[str, Decimal | None]] = {
        name: {} for name in ("cell", "last", "ytd", "target", "median_peers", "other")
    }
    for name, text in values.items():
        head, _, rest = name.rpartition(".") if name.startswith("other.") else name.partition(".")
        if name.startswith("other."):
            parts["other"][f"{head.removeprefix('other.')} {rest}"] = _number(text)
        else:
            parts[head if rest else "cell"][rest or head] = _number(text)
    return Surroundings(**parts)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text.strip() else None


def failing_examples(check: Check) -> list[int]:
    """Places (from 1) of the examples the check does not answer as expected."""
    return [
        place
        for place, example in enumerate(check.examples, 1)
        if check.met(surroundings_of(example.values)) is not example.expected
    ]
