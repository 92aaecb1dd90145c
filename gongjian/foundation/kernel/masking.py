"""Personal data on a screen: hidden until somebody says what it is needed for (R8)."""

from __future__ import annotations

#: Signs left standing in front and at the end: enough to tell two numbers apart.
_FRONT, _END = 3, 2


def masked(number: str) -> str:
    """``0579-86120123`` → ``057*-******23``; short ones are hidden whole, signs stay."""
    places = [place for place, sign in enumerate(number) if sign.isalnum()]
    # Where little more than the kept signs is there, nothing is shown.
    kept = {*places[:_FRONT], *places[-_END:]} if len(places) > _FRONT + _END + 1 else set()
    return "".join(
        "*" if sign.isalnum() and place not in kept else sign for place, sign in enumerate(number)
    )
