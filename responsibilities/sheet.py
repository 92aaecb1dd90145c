"""The return as a sheet on screen: sections of rows with all that stands beside a cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from gongjian.foundation.kernel.numbers import show
from responsibilities.cells import Cell
from responsibilities.checks import first_texts
from responsibilities.enums import Blank, QuarterlyStyle, ReturnState, Severity
from responsibilities.models import Indicator, Obligation, QuarterlyReturn
from responsibilities.pace import pace_of
from responsibilities.queries.findings import findings_of
from responsibilities.queries.returns import earlier_returns, prefill, targets_of
from responsibilities.words import longest_of

QUARTERS_SHOWN = 4


@dataclass(slots=True)
class Row:
    """One cell with what helps to fill it."""

    code: str
    label: str
    unit: str
    hint: str
    is_integer: bool
    typed: str
    base: Decimal | None
    target: Decimal | None
    last: Decimal | None
    #: Sum of the earlier quarters of the year that counts towards the target.
    done: Decimal | None
    rate: Decimal | None
    remark: str
    error: str = ""
    warning: str = ""
    pin: str = ""
    source: str = ""
    style: str = ""
    #: Completion against what is due by this quarter, and the year up to it.
    paced: Decimal | None = None
    year_to_date: Decimal | None = None
    #: Who looked at the prefilled value and took it over.
    accepted_by: str = ""
    #: The last four quarters, oldest first, for the small line beside the cell.
    trail: list[Decimal | None] = field(default_factory=list)
    trail_words: str = ""
    readonly: bool = False
    #: What the indicator asks to be shown, softly.
    evidence_hint: str = ""
    #: Median of the units beside this one, for the reviewer.
    median: Decimal | None = None
    #: "text", "date" or "file" for a cell that holds words, with what stood there last time.
    kind: str = ""
    last_words: str = ""
    longest: int = 0
    is_optional: bool = False
    is_total: bool = False

    @property
    def waits(self) -> bool:
        """Prefilled, open, and not looked at yet."""
        return bool(self.source) and not self.accepted_by and not self.readonly


@dataclass(slots=True)
class Section:
    code: str
    name: str
    rows: list[Row] = field(default_factory=list)

    @property
    def has_figures(self) -> bool:
        return any(not row.kind for row in self.rows)

    @property
    def waiting(self) -> int:
        """Prefilled cells that nobody has looked at yet."""
        return sum(row.waits for row in self.rows)


@dataclass(slots=True)
class Sheet:
    """All sections of a return, and how many cells are filled."""

    obligation: Obligation
    quarterly_return: QuarterlyReturn | None
    sections: list[Section]
    filled: int
    total: int
    revision: int
    pins: int
    #: Earlier returns of the unit, newest first, read once for all that needs them.
    earlier: list[QuarterlyReturn] = field(default_factory=list)

    @property
    def waiting(self) -> int:
        return sum(section.waiting for section in self.sections)

    @property
    def is_locked(self) -> bool:
        if self.quarterly_return is not None and not self.quarterly_return.is_editable:
            return True
        return self.obligation.is_exempt


def build_sheet(
    obligation: Obligation,
    quarterly_return: QuarterlyReturn | None,
    *,
    typed: Mapping[str, str] | None = None,
    remarks: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Sheet:
    """Lay the return out; ``typed`` shows what was typed and could not be kept."""
    if quarterly_return is None:
        values, sources = prefill(obligation)
        written: dict[str, str] = {}
        pins: dict[str, str] = {}
        taken: dict[str, str] = {}
    else:
        values, sources = list(quarterly_return.values), quarterly_return.sources
        written = quarterly_return.remarks
        taken = dict(quarterly_return.notes.get("accepted", {}))
        open_pins = quarterly_return.pins.filter(resolved_at=None)
        pins = dict(open_pins.values_list("cell", "text"))
    earlier = earlier_returns(obligation.unit, obligation.period)
    warnings = (
        first_texts(findings_of(quarterly_return, earlier), Severity.SOFT)
        if quarterly_return is not None
        else {}
    )
    targets = targets_of(obligation.unit, obligation.period.year)
    only_pinned = bool(
        pins and quarterly_return is not None and quarterly_return.state == ReturnState.SENT_BACK
    )
    texts = quarterly_return.texts if quarterly_return is not None else {}
    sections: dict[str, Section] = {}
    for cell in obligation.form.entries():
        if cell.is_words:
            row = _words_row(cell, texts.get(cell.code, ""), earlier)
        else:
            value = values[cell.slot]
            row = _row(cell, value, earlier, obligation, targets.get(cell.code))
        row.typed = (typed or {}).get(cell.code, row.typed)
        row.remark = (remarks or {}).get(cell.code, written.get(cell.code, ""))
        row.error = (errors or {}).get(cell.code, "")
        row.warning = warnings.get(cell.code, "")
        row.pin, row.source = pins.get(cell.code, ""), sources.get(cell.code, "")
        row.accepted_by = taken.get(cell.code, "")
        asked = cell.is_asked_of(obligation.unit.level, obligation.unit.category)
        row.readonly = (only_pinned and cell.code not in pins) or cell.is_total or not asked
        if not asked:
            row.hint = "本单位不填"
        section = sections.setdefault(cell.section, Section(cell.section, cell.section_title))
        section.rows.append(row)
    return Sheet(
        obligation=obligation,
        quarterly_return=quarterly_return,
        sections=list(sections.values()),
        filled=sum(value is not None for value in values)
        + sum(cell.code in texts for cell in obligation.form.whole_layout()),
        total=len(obligation.form.cells),
        revision=quarterly_return.revision if quarterly_return else 0,
        pins=len(pins),
        earlier=earlier,
    )


def _words_row(cell: Cell, words: str, earlier: list[QuarterlyReturn]) -> Row:
    """A cell that holds words, with those of the last return."""
    return Row(
        code=cell.code,
        label=cell.label,
        unit=cell.unit_label,
        hint=cell.hint,
        is_integer=False,
        typed=words,
        base=None,
        target=None,
        last=None,
        done=None,
        rate=None,
        remark="",
        kind=cell.value_type,
        last_words=earlier[0].texts.get(cell.code, "") if earlier else "",
        longest=longest_of(cell),
        is_optional=cell.blank == Blank.OPTIONAL,
    )


def hint_evidence(sheet: Sheet) -> None:
    """Say beside a cell what its indicator likes to be shown; nothing is demanded."""
    rows = {row.code: row for section in sheet.sections for row in section.rows}
    asked = Indicator.objects.filter(code__in=rows).exclude(evidence="")
    for code, words in asked.values_list("code", "evidence"):
        rows[code].evidence_hint = f"建议：{words[:40]}"


def _row(
    cell: Cell,
    value: Decimal | None,
    earlier: list[QuarterlyReturn],
    obligation: Obligation,
    target: Decimal | None,
) -> Row:
    year = obligation.period.year
    last = None
    done = Decimal(0)
    trail: list[Decimal | None] = []
    names: list[str] = []
    for place, past in enumerate(earlier):
        known = next((old for old in past.form.layout() if old.code == cell.code), None)
        number = past.values[known.slot] if known else None
        if place == 0:
            last = number
        if place < QUARTERS_SHOWN:
            trail.insert(0, number)
            names.insert(0, f"{past.period} {show(number) or '未填'}")
        if cell.style == QuarterlyStyle.INCREMENTAL and past.period.year == year:
            done += number or 0
    quarter = obligation.period.ordinal
    pace = pace_of(value, style=cell.style, done=done, target=target, quarter=quarter)
    return Row(
        code=cell.code,
        label=cell.label,
        unit=cell.unit_label,
        hint=cell.guidance,
        is_integer=cell.is_integer,
        typed=show(value),
        base=value,
        target=target,
        last=last,
        done=done or None,
        rate=pace.rate,
        style=cell.style,
        paced=pace.paced,
        year_to_date=pace.year_to_date,
        remark="",
        trail=trail,
        trail_words="；".join(names),
        is_optional=cell.blank == Blank.OPTIONAL,
        is_total=cell.is_total,
    )
