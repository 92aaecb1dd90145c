"""The charset of a CFF font, written anew (Adobe Technical Note 5176, sections 4 to 13)."""

from __future__ import annotations

import struct
from collections.abc import Sequence

_CHARSET = (15,)
_ROS = (12, 30)
_LONG = 29  # an integer of four bytes follows


def keyed_by(program: bytes, numbers: Sequence[int]) -> bytes:
    """The font with its glyphs known by these numbers; empty where it is not keyed by CID.

    The first number is 0, for the glyph of what is missing. The new charset is
    put behind all else, where no other offset has to move for it.
    """
    try:
        at, end = _top_dict(program)
        places = dict(_operands(program, at, end))
    except (IndexError, struct.error):
        return b""
    place = places.get(_CHARSET)
    # Only an offset written in full can be changed where it stands.
    if _ROS not in places or place is None or program[place] != _LONG:
        return b""
    charset = struct.pack(f">B{len(numbers) - 1}H", 0, *numbers[1:])
    offset = struct.pack(">i", len(program))
    return program[: place + 1] + offset + program[place + 5 :] + charset


def _top_dict(program: bytes) -> tuple[int, int]:
    """From where to where the first Top DICT goes: header, names, then the dictionaries."""
    names_end = _index(program, program[2])[-1]
    dicts = _index(program, names_end)
    return dicts[0], dicts[1]


def _index(program: bytes, at: int) -> list[int]:
    """Where the entries of an INDEX begin, and last where it ends."""
    (count,) = struct.unpack_from(">H", program, at)
    if count == 0:
        return [at + 2]
    size = program[at + 2]
    data = at + 2 + (count + 1) * size
    return [
        data + int.from_bytes(program[at + 3 + size * entry :][:size], "big")
        for entry in range(count + 1)
    ]


def _operands(program: bytes, at: int, end: int) -> list[tuple[tuple[int, ...], int]]:
    """Each operator of the dictionary with the place of its last operand."""
    found: list[tuple[tuple[int, ...], int]] = []
    last = at
    while at < end:
        first = program[at]
        if first <= 21:
            operator = (first, program[at + 1]) if first == 12 else (first,)
            found.append((operator, last))
            at += len(operator)
            continue
        last = at
        if first == 30:  # a real number, two digits a byte, to the half byte that ends it
            at += 1
            while program[at] & 15 != 15:
                at += 1
            at += 1
        elif first in (28, _LONG):
            at += 3 if first == 28 else 5
        else:
            at += 1 if first <= 246 else 2
    return found
