"""QR code of the verification page, as the path of a vector drawing."""

from __future__ import annotations

from dataclasses import dataclass

import segno

_QUIET_ZONE = 2  # modules; the margin of the page gives the rest


@dataclass(frozen=True, slots=True)
class QrDrawing:
    side: int
    path: str


def qr_drawing(url: str) -> QrDrawing:
    """Draw each run of dark modules as one stroke, so that viewers show no seams."""
    matrix = segno.make(url, error="m", micro=False).matrix
    strokes: list[str] = []
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            run = x
            while run < len(row) and row[run]:
                run += 1
            if run > x:
                strokes.append(f"M{x + _QUIET_ZONE} {y + _QUIET_ZONE}h{run - x}v1h-{run - x}z")
            x = max(run, x + 1)
    return QrDrawing(len(matrix) + 2 * _QUIET_ZONE, "".join(strokes))
