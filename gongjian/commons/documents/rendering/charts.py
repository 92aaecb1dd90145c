"""Charts for paper and screen: geometry in Python, drawing in SVG templates that escape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

# Told apart in grey print as well: dark, light, middle.
COLOURS = ("#b3261e", "#e3a33b", "#4a6b8a", "#7a9a5b")
#: From best to worst, for grades and states.
RING = ("#2f7d4f", "#4a6b8a", "#e3a33b", "#b3261e", "#8d8d8d")
_SIZE = 11
#: A bar too narrow for its value stands without; the table beside it has the figures.
NARROW = 22
#: Few bars do not grow into blocks.
WIDE = 46
#: Height of one bar of a lying chart, with the room around it.
_BAR, _ROOM = 11, 8


@dataclass(frozen=True, slots=True)
class Series:
    """None leaves a gap: nothing was filed, or there is nothing to measure."""

    label: str
    values: Sequence[float | None]


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
    bar = min(slot * 0.72 / max(len(series), 1), WIDE)
    margin = (slot - bar * len(series)) / 2
    for group, label in enumerate(labels):
        left = frame.left + group * slot
        for number, one in enumerate(series):
            value = one.values[group]
            if value is None:
                continue
            top = frame.y(value)
            x = left + margin + number * bar
            colour = COLOURS[number % len(COLOURS)]
            drawing.bars.append(
                Mark(_n(x), _n(top), "", _n(bar * 0.94), _n(frame.bottom - top), colour)
            )
            if bar >= NARROW:
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
            (frame.left + (i + 0.5) * slot, frame.y(value), value)
            for i, value in enumerate(one.values)
            if value is not None
        ]
        path = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y, _ in points) if points else ""
        drawing.areas.append(Mark("0", "0", path, colour=colour))
        for x, y, value in points:
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
        shares = [
            max(0.0, min((value or 0.0) / highest, 1.0)) if highest else 0.0 for value in one.values
        ]
        path = _closed([point(i, share) for i, share in enumerate(shares)])
        drawing.areas.append(Mark("0", "0", path, colour=colour))
    _add_keys(drawing, series)
    return drawing


def row_chart(
    title: str, labels: Sequence[str], series: Sequence[Series], *, highest: float = 100
) -> Drawing:
    """Lying bars with their values behind; as high as the rows need."""
    names = min(max((len(label) for label in labels), default=2), 14)
    left, width = names * _SIZE + 14, 600
    row = _BAR * max(len(series), 1) + _ROOM
    bottom = 26 + row * len(labels)
    drawing = Drawing(width, bottom + 18, title)
    room = width - left - 44
    for step in range(6):
        x = left + room * step / 5
        drawing.grid.append(f"M{_n(x)} 22V{bottom}")
        drawing.words.append(Mark(_n(x), _n(bottom + 14), _value(highest * step / 5)))
    for place, label in enumerate(labels):
        top = 26 + row * place
        middle = top + (row - _ROOM) / 2 + 4
        drawing.words.append(
            Mark(_n(left - 6), _n(middle), _short(label, names * _SIZE + 2), anchor="end")
        )
        for number, one in enumerate(series):
            value = one.values[place]
            if value is None:
                continue
            share = max(0.0, min(value / highest, 1.0)) if highest else 0.0
            y = top + number * _BAR
            colour = COLOURS[number % len(COLOURS)]
            drawing.bars.append(Mark(_n(left), _n(y), "", _n(room * share), _n(_BAR - 2), colour))
            drawing.words.append(
                Mark(_n(left + room * share + 4), _n(y + 8.5), _value(value), anchor="start")
            )
    _add_keys(drawing, series)
    return drawing


def ring_chart(title: str, labels: Sequence[str], values: Sequence[float | None]) -> Drawing:
    """Parts of a whole around its sum, each named with number and share."""
    width, height = 360, 210
    x, y, outer, inner = 105.0, 105.0, 88.0, 54.0
    drawing = Drawing(width, height, title)
    whole = sum(value or 0.0 for value in values)
    begun = 0.0
    for number, (label, given) in enumerate(zip(labels, values, strict=True)):
        value = given or 0.0
        colour = RING[number % len(RING)]
        share = value / whole if whole else 0.0
        if share:
            drawing.areas.append(
                Mark("0", "0", _arc(x, y, outer, inner, begun, begun + share), colour=colour)
            )
        begun += share
        line = 105 - 12 * len(labels) + 24 * number
        text = f"{label}　{_value(value)}（{_value(round(share * 100, 1))}%）"
        drawing.keys.append(Mark("214", _n(line + 2), text, colour=colour))
    drawing.words.append(Mark(_n(x), _n(y + 4), f"共 {_value(whole)}"))
    return drawing


def _arc(x: float, y: float, outer: float, inner: float, begin: float, end: float) -> str:
    # A whole circle has no beginning for an arc to end at.
    end = min(end, begin + 0.9999)

    def at(radius: float, share: float) -> str:
        angle = 2 * math.pi * share - math.pi / 2
        return f"{x + radius * math.cos(angle):.2f} {y + radius * math.sin(angle):.2f}"

    large = int(end - begin > 0.5)
    return (
        f"M{at(outer, begin)}A{outer} {outer} 0 {large} 1 {at(outer, end)}"
        f"L{at(inner, end)}A{inner} {inner} 0 {large} 0 {at(inner, begin)}Z"
    )


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
