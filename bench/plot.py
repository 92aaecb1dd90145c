"""Costs over sizes as a picture: both axes by powers of ten, so that what grows is seen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

WIDTH, HEIGHT = 760, 420
LEFT, TOP, RIGHT, BOTTOM = 56, 24, 270, 44
#: Told apart by eyes that see few colours, and by their dashes in print.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8c6d00", "#333333", "#aa0000")
DASHES = ("", "6 3", "2 3", "8 3 2 3", "10 4", "1 4", "12 2")

Points = Sequence[tuple[float, float]]


def svg(title: str, lines: Mapping[str, Points], across: str, up: str) -> str:
    """One line for each name, of (size, cost) pairs above zero."""
    sizes = sorted({x for points in lines.values() for x, _ in points})
    costs = [y for points in lines.values() for _, y in points]
    low, high = math.floor(math.log10(min(costs))), math.ceil(math.log10(max(costs)))
    high = max(high, low + 1)
    first, last = math.log10(sizes[0]), math.log10(sizes[-1])

    def place(x: float, y: float) -> tuple[float, float]:
        part = (math.log10(x) - first) / ((last - first) or 1)
        risen = (math.log10(y) - low) / (high - low)
        return (
            round(LEFT + part * (WIDTH - LEFT - RIGHT), 1),
            round(HEIGHT - BOTTOM - risen * (HEIGHT - TOP - BOTTOM), 1),
        )

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        '<g font-family="sans-serif" font-size="12">',
        f"<title>{title}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for power in range(low, high + 1):
        _, y = place(sizes[0], 10.0**power)
        parts.append(f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{10.0**power:g}</text>')
    for size in sizes:
        x, y = place(size, 10.0**low)
        parts.append(f'<path d="M{x} {TOP}V{y}" stroke="#eee"/>')
        parts.append(f'<text x="{x}" y="{y + 16}" text-anchor="middle">{size:,.0f}</text>')
    parts.append(f'<text x="{LEFT}" y="{TOP - 8}">{up}</text>')
    parts.append(f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 8}" text-anchor="end">{across}</text>')
    for number, (name, points) in enumerate(lines.items()):
        colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
        way = "L".join("{} {}".format(*place(x, y)) for x, y in sorted(points))
        look = f'fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"'
        at, y = WIDTH - RIGHT + 20, TOP + 12 + number * 22
        parts.append(f'<path d="M{way}" {look}/>')
        parts.append(f'<path d="M{at} {y - 4}h24" {look}/>')
        parts.append(f'<text x="{at + 32}" y="{y}">{name}</text>')
    return "\n".join([*parts, "</g>", "</svg>", ""])
