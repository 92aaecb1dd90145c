"""Charts for paper and screen: geometry in Python, drawing in SVG templates that escape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

# Told apart in grey print as well: dark, light, middle.
COLOURS = ("#b3261e", "#e3a33b", "#4a6b8a", "#7a9a5b")
_SIZE = 11


@dataclass(frozen=True, slots=True)
class Series:
    label: str
    values: Sequence[float]


@dataclass(frozen=True, slots=True)
class Mark:
    """One shape or word of a chart; numbers are already written out for the drawing."""

    x: str
    y: str
    text: str = ""
    width: str = "0"
    height: str = "0"
    colour: str = "#333333"
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    title: str
    grid: list[str] = field(default_factory=list)  # paths
    bars: list[Mark] = field(default_factory=list)
    areas: list[Mark] = field(default_factory=list)  # text holds the path
    dots: list[Mark] = field(default_factory=list)
    words: list[Mark] = field(default_factory=list)
    keys: list[Mark] = field(default_factory=list)


def bar_chart(
    title: str, labels: Sequence[str], series: Sequence[Series], *, highest: float = 100
) -> Drawing:
    """Groups of upright bars with their values above."""
    frame = _Frame(width=600, height=280, highest=highest)
    drawing = frame.drawing(title, series)
    slot = frame.plot_width / max(len(labels), 1)
    bar = slot * 0.72 / max(len(series), 1)
    for group, label in enumerate(labels):
        left = frame.left + group * slot
        for number, one in enumerate(series):
            value = one.values[group]
            top = frame.y(value)
            x = left + slot * 0.14 + number * bar
            colour = COLOURS[number % len(COLOURS)]
            drawing.bars.append(
                Mark(_n(x), _n(top), "", _n(bar * 0.94), _n(frame.bottom - top), colour)
            )
            drawing.words.append(Mark(_n(x + bar / 2), _n(top - 4), _value(value)))
        drawing.words.append(Mark(_n(left + slot / 2), _n(frame.bottom + 18), _short(label, slot)))
    return drawing


def line_chart(
    title: str, labels: Sequence[str], series: Sequence[Series], *, highest: float = 100
) -> Drawing:
    """One line for each series over the periods."""
    frame = _Frame(width=600, height=280, highest=highest)
    drawing = frame.drawing(title, series)
    slot = frame.plot_width / max(len(labels), 1)
    for number, one in enumerate(series):
        colour = COLOURS[number % len(COLOURS)]
        points = [
            (frame.left + (i + 0.5) * slot, frame.y(value)) for i, value in enumerate(one.values)
        ]
        path = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points) if points else ""
        drawing.areas.append(Mark("0", "0", path, colour=colour))
        for (x, y), value in zip(points, one.values, strict=True):
            drawing.dots.append(Mark(_n(x), _n(y), colour=colour))
            drawing.words.append(Mark(_n(x), _n(y - 8), _value(value)))
    for i, label in enumerate(labels):
        x = frame.left + (i + 0.5) * slot
        drawing.words.append(Mark(_n(x), _n(frame.bottom + 18), _short(label, slot)))
    return drawing


def radar_chart(
    title: str, labels: Sequence[str], series: Sequence[Series], *, highest: float = 100
) -> Drawing:
    """Dimensions around a centre; needs three or more to enclose anything."""
    width, height = 360, 300
    centre_x, centre_y, radius = width / 2, height / 2 + 10, 100.0
    drawing = Drawing(width, height, title)
    corners = max(len(labels), 3)

    def point(corner: int, share: float) -> tuple[float, float]:
        angle = 2 * math.pi * corner / corners - math.pi / 2
        return (
            centre_x + radius * share * math.cos(angle),
            centre_y + radius * share * math.sin(angle),
        )

    for ring in (0.25, 0.5, 0.75, 1.0):
        drawing.grid.append(_closed([point(i, ring) for i in range(corners)]))
    for i, label in enumerate(labels):
        x, y = point(i, 1.0)
        drawing.grid.append(f"M{_n(centre_x)} {_n(centre_y)}L{_n(x)} {_n(y)}")
        x, y = point(i, 1.14)
        anchor = "middle" if abs(x - centre_x) < 5 else "start" if x > centre_x else "end"
        drawing.words.append(Mark(_n(x), _n(y + 4), _short(label, 110), anchor=anchor))
    for number, one in enumerate(series):
        colour = COLOURS[number % len(COLOURS)]
        shares = [max(0.0, min(value / highest, 1.0)) if highest else 0.0 for value in one.values]
        path = _closed([point(i, share) for i, share in enumerate(shares)])
        drawing.areas.append(Mark("0", "0", path, colour=colour))
    _add_keys(drawing, series)
    return drawing


@dataclass(frozen=True, slots=True)
class _Frame:
    width: int
    height: int
    highest: float
    left: int = 44

    @property
    def plot_width(self) -> float:
        return self.width - self.left - 10

    @property
    def bottom(self) -> float:
        return self.height - 34

    def y(self, value: float) -> float:
        share = value / self.highest if self.highest else 0.0
        return self.bottom - (self.bottom - 34) * max(0.0, min(share, 1.0))

    def drawing(self, title: str, series: Sequence[Series]) -> Drawing:
        drawing = Drawing(self.width, self.height, title)
        for step in range(6):
            value = self.highest * step / 5
            y = self.y(value)
            drawing.grid.append(f"M{self.left} {_n(y)}H{self.width - 10}")
            drawing.words.append(Mark(_n(self.left - 6), _n(y + 4), _value(value), anchor="end"))
        _add_keys(drawing, series)
        return drawing


def _add_keys(drawing: Drawing, series: Sequence[Series]) -> None:
    if len(series) < 2:
        return
    x = drawing.width - 10.0
    for number, one in reversed(list(enumerate(series))):
        label = _short(one.label, 120)
        x -= 24 + _SIZE * len(label)
        drawing.keys.append(Mark(_n(x), "6", label, colour=COLOURS[number % len(COLOURS)]))


def _closed(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points) + "Z" if points else ""


def _n(value: float) -> str:
    return f"{value:.1f}"


def _value(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _short(label: str, room: float) -> str:
    """Cut a label that would run into its neighbour."""
    fits = max(int(room / _SIZE), 2)
    return label if len(label) <= fits else f"{label[: fits - 1]}…"
