"""Numbers as people type them, and arithmetic that adds up to the cent and to the head."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
_PLAIN = re.compile(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?|-?\.\d+", re.ASCII)
#: What people write into a cell that has nothing to report.
_NOTHING = frozenset({"", "-", "—", "/", "无"})
_NUMERALS = "一二三四五六七八九"
_UNITS = {"%": Decimal(1), "万": Decimal(10_000), "亿": Decimal(100_000_000)}
#: Twelve digits before the point are more than any count in a province.
LARGEST = Decimal(10) ** 12


class NotANumber(ValueError):
    """The text is not a number in any spelling an Excel user would type."""


def read_number(text: str) -> Decimal | None:
    """Read ``1,200``, ``１５``, ``1.2万`` and ``96%``; an empty text is None, never zero.

    The usual signs for “nothing” (``-``, ``—``, ``/``, ``无``) count as empty.
    The percent sign is dropped, not applied: cells measured in percent hold
    the number in front of the sign. ``frontend/number_cases.json`` holds the
    cases that this reader and its TypeScript twin must both pass.
    """
    cleaned = "".join(unicodedata.normalize("NFKC", text).replace("，", ",").split())
    if cleaned in _NOTHING:
        return None
    scale = Decimal(1)
    if cleaned[-1] in _UNITS:
        scale, cleaned = _UNITS[cleaned[-1]], cleaned[:-1]
    if not _PLAIN.fullmatch(cleaned):
        raise NotANumber(text)
    value = Decimal(cleaned.replace(",", "")) * scale
    if abs(value) >= LARGEST:
        raise NotANumber(text)
    if not value:
        return Decimal(0)  # "-0" has no sign to show
    return value.normalize() if value == value.to_integral_value() else value


def round_half_up(value: Decimal, step: Decimal = CENT) -> Decimal:
    """Round as the rules of assessment say (四舍五入), not to even."""
    return value.quantize(step, rounding=ROUND_HALF_UP)


def show(value: Decimal | None) -> str:
    """Write a number without needless zeros and without an exponent."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def largest_remainder(
    total: Decimal, weights: Sequence[Decimal], step: Decimal = Decimal(1)
) -> list[Decimal]:
    """Split ``total`` by weights into multiples of ``step`` that add up exactly.

    Each share is first rounded down; what is left goes, a step at a time, to
    the largest remainders, the earlier one first when two are equal. Weights
    that are all zero count as equal ones.
    """
    if not weights:
        return []
    if any(weight < 0 for weight in weights):
        raise ValueError("weights must not be negative")
    whole = sum(weights, Decimal(0))
    shares = weights if whole else [Decimal(1)] * len(weights)
    whole = whole or Decimal(len(weights))
    exact = [total * share / whole for share in shares]
    parts = [(value // step) * step for value in exact]
    left = total - sum(parts, Decimal(0))
    order = sorted(range(len(parts)), key=lambda index: (parts[index] - exact[index], index))
    position = 0
    while left >= step:
        parts[order[position % len(order)]] += step
        left -= step
        position += 1
    if left:
        # A total that is no multiple of the step leaves a crumb with the first.
        parts[order[0]] += left
    return parts


def in_chinese(number: int) -> str:
    """一, 十, 十一, 二十 … up to 九十九, as chapters are numbered."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{_NUMERALS[tens - 1]}十"
    return head + (_NUMERALS[ones - 1] if ones else "")
