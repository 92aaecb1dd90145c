"""Scoring of very many units: judge each distinct figure once, write a row per unit.

Real figures repeat (“12 of 40”, target 90), so verdicts are kept by item and
figure, shares of weights by what applies; the rest is integer arithmetic in
cents. Units come in portions so that memory does not grow with the tenant.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from assessments.enums import Method
from assessments.extras import Case, by_levels, by_surplus, with_extras
from assessments.models import SchemeItem
from assessments.queries import Member
from assessments.scoring import effective_weights
from assessments.sheets import TRACKED_TEXT, facts_of, reading_of
from assessments.verdicts import verdict_of
from gongjian.commons.indicators.shelf import Figure
from gongjian.foundation.kernel.numbers import CENT, show

#: (source key, indicator code) → unit → figure
Figures = Mapping[tuple[str, str], Mapping[int, Figure]]
#: Distinct figures remembered for an item; more are judged again.
_REMEMBERED = 20_000
_ABSENT = (None,)


@dataclass(frozen=True, slots=True)
class Rules:
    """The frozen rules of a run."""

    items: Sequence[SchemeItem]
    weights: Mapping[tuple[int, int], Decimal]
    marks: Mapping[tuple[int, int], tuple[Decimal, ...]]
    #: Unit → item → approved entries of the ledger.
    cases: Mapping[int, Mapping[int, Sequence[Case]]]
    full: Decimal
    quarter: int
    bonus_cap: Decimal | None = None


@dataclass(slots=True)
class Scored:
    """One unit's result before places and grades."""

    member: Member
    base: Decimal | None
    total: Decimal | None
    tie_break: tuple[int, ...]
    limits: tuple[str, ...]
    is_barred: bool
    limit_note: str
    lines: str


@dataclass(slots=True)
class _Judged:
    """A verdict as integers, beside the stored text of its figures."""

    numerator: int | None
    denominator: int
    facts: str


@dataclass(slots=True)
class _Slot:
    """A weighted item in one group, with what was judged so far."""

    item: SchemeItem
    weight: Decimal
    head: str
    key: tuple[str, str]
    judged: dict[Any, _Judged] = field(default_factory=dict)


@dataclass(slots=True)
class _Group:
    slots: list[_Slot]
    #: Positions of the slots, heaviest first: the order that decides between equals.
    heaviest: list[int]
    shares: dict[tuple[bool, ...], list[int]] = field(default_factory=dict)


class Scorer:
    """Scores members one by one; remembers what repeats."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._groups: dict[int, _Group] = {}
        self._tracked = [item for item in rules.items if item.is_tracked]
        self._extras = [item for item in rules.items if item.is_extra]

    def score(self, members: Sequence[Member], figures: Figures) -> Iterator[Scored]:
        for member in members:
            yield self._score(member, figures)

    def _group(self, group_id: int) -> _Group:
        if group_id not in self._groups:
            slots = [
                _Slot(
                    item=item,
                    weight=weight,
                    head=f'[{item.pk},"{show(weight)}",',
                    key=(item.source_key, item.indicator_code),
                )
                for item in self.rules.items
                if (weight := self.rules.weights.get((item.pk, group_id))) is not None
            ]
            order = sorted(range(len(slots)), key=lambda at: (-slots[at].weight, at))
            self._groups[group_id] = _Group(slots, order)
        return self._groups[group_id]

    def _score(self, member: Member, figures: Figures) -> Scored:
        group = self._group(member.group_id)
        unit_id = member.unit_id
        judged = [self._judge(slot, unit_id, figures) for slot in group.slots]
        shares = self._shares(group, tuple(one.numerator is not None for one in judged))
        parts, points, total = [], [], 0
        for slot, one, share in zip(group.slots, judged, shares, strict=True):
            if one.numerator is None:
                points.append(0)
                parts.append(f'{slot.head}"0",null,{one.facts}')
                continue
            # Half up, in whole cents.
            mark = (2 * share * one.numerator + one.denominator) // (2 * one.denominator)
            points.append(mark)
            total += mark
            parts.append(
                f'{slot.head}"{share // 100}.{share % 100:02d}",'
                f'"{mark // 100}.{mark % 100:02d}",{one.facts}'
            )
        base = Decimal(total) * CENT if any(shares) else None
        parts += self._track(unit_id, figures)
        scored = Scored(
            member=member,
            base=base,
            total=base,
            tie_break=tuple([points[at] for at in group.heaviest]),
            limits=(),
            is_barred=False,
            limit_note="",
            lines="",
        )
        if self._extras:
            parts += self._add_extras(scored, figures)
        scored.lines = f"[{','.join(parts)}]"
        return scored

    def _judge(self, slot: _Slot, unit_id: int, figures: Figures) -> _Judged:
        figure = figures.get(slot.key, {}).get(unit_id) if slot.item.source_key else None
        marks: tuple[Decimal, ...] = ()
        key: Any = _ABSENT
        if figure is not None:
            key = (
                figure.value,
                figure.target,
                figure.numerator,
                figure.denominator,
                figure.source,
                figure.as_of,
            )
        elif slot.item.is_judged:
            key = marks = self.rules.marks.get((slot.item.pk, unit_id), ())
        found = slot.judged.get(key)
        if found is None:
            if len(slot.judged) >= _REMEMBERED:
                slot.judged.clear()
            found = slot.judged[key] = self._first(slot, figure, marks)
        return found

    def _first(self, slot: _Slot, figure: Figure | None, marks: tuple[Decimal, ...]) -> _Judged:
        reading = reading_of(figure, marks, self.rules.quarter)
        verdict = verdict_of(slot.item.method, slot.item.parameters, reading, slot.weight)
        more = {"marks": [str(mark) for mark in marks]} if marks else None
        facts = _facts(figure, more)
        if verdict.share is None:
            return _Judged(None, 1, facts)
        return _Judged(verdict.share.numerator, verdict.share.denominator, facts)

    def _shares(self, group: _Group, applies: tuple[bool, ...]) -> list[int]:
        found = group.shares.get(applies)
        if found is None:
            weights = [slot.weight for slot in group.slots]
            found = group.shares[applies] = [
                int(weight * 100) for weight in effective_weights(weights, applies, self.rules.full)
            ]
        return found

    def _track(self, unit_id: int, figures: Figures) -> list[str]:
        return [
            f'[{item.pk},"0","0",null,{_facts(figure, {"formula": TRACKED_TEXT})}'
            for item in self._tracked
            for figure in [figures.get((item.source_key, item.indicator_code), {}).get(unit_id)]
        ]

    def _add_extras(self, scored: Scored, figures: Figures) -> list[str]:
        """Add bonus, penalty and veto to the result, and say so in lines of their own."""
        unit_id = scored.member.unit_id
        cases = self.rules.cases.get(unit_id, {})
        parts, points, limits, notes = [], [], [], []
        for item in self._extras:
            figure = figures.get((item.source_key, item.indicator_code), {}).get(unit_id)
            mine = cases.get(item.pk, ())
            if item.method == Method.SURPLUS:
                if figure is None:
                    continue
                extra = by_surplus(item.parameters, reading_of(figure, (), self.rules.quarter))
            elif not mine:
                continue
            elif item.method == Method.VETO:
                scored.is_barred = True
                if item.parameters.get("effect") == "limit":
                    limits.append(str(item.parameters["grade"]))
                note = f"{item.name}：{'、'.join(case.matter for case in mine)}"
                notes.append(note)
                parts.append(f'[{item.pk},"0","0",null,{_facts(None, {"formula": note})}')
                continue
            else:
                extra = by_levels(item.method, item.parameters, mine)
            points.append(extra.points)
            more = {"formula": extra.formula}
            parts.append(f'[{item.pk},"0","0","{extra.points}",{_facts(figure, more)}')
        scored.limits, scored.limit_note = tuple(limits), "；".join(notes)[:300]
        scored.total = with_extras(scored.base, points, self.rules.bonus_cap)
        return parts


def _facts(figure: Figure | None, more: Mapping[str, Any] | None) -> str:
    """The end of a stored line: figures, source and what only some lines have."""
    cells = json.dumps([*facts_of(figure), more], ensure_ascii=False)
    return cells[1:]
