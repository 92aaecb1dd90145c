"""Codes and names of units: 统一社会信用代码 (GB 32100) and the name to compare by."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_MARKS = re.compile(r"[\s\W_]+")
#: Legal forms at the end of a name, the longer first; lists spell them as they like.
_FORMS = (
    "股份有限责任公司", "有限责任公司", "股份有限公司", "集团有限公司", "有限公司", "公司",
    "民办非企业单位",
)  # fmt: skip


def plain_code(text: str) -> str:
    """A code as it is compared: half-width capitals without blanks and strokes."""
    return re.sub(r"[\s\-—]+", "", unicodedata.normalize("NFKC", text)).upper()


def check_digit(first: str) -> str:
    """The eighteenth character that the first seventeen ask for."""
    total = sum(
        _LETTERS.index(letter) * weight for letter, weight in zip(first, _WEIGHTS, strict=True)
    )
    return _LETTERS[(31 - total % 31) % 31]


def fault_of_code(code: str) -> str | None:
    """What is wrong with a code, or None."""
    if len(code) != 18:
        return f"统一社会信用代码应为18位，现在是{len(code)}位，请核对。"
    if wrong := sorted({letter for letter in code if letter not in _LETTERS}):
        return f"统一社会信用代码不含“{'、'.join(wrong)[:20]}”，请核对（没有 I、O、S、V、Z）。"
    if code[17] != check_digit(code[:17]):
        return "统一社会信用代码的校验位不对，请核对是否抄错。"
    return None


def name_key(name: str) -> str:
    """A name without marks and legal form, by which two spellings are told to be one unit."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKC", name))
    for form in _FORMS:
        if plain.endswith(form) and len(plain) > len(form) + 1:
            return plain.removesuffix(form)
    return plain
