"""The same pages drawn bare, by ReportLab: what printing costs at the least."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

import segno
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas


def find_font(folder: Path) -> str | None:
    """A Chinese font ReportLab can read (outlines of TrueType), by its name."""
    for path in sorted(folder.rglob("LXGW*.ttf")):
        pdfmetrics.registerFont(TTFont("floor", str(path)))
        return "floor"
    return None


def certificates(font: str, rows: Sequence[Mapping[str, str]]) -> int:
    """Bytes of as many pages with the words of a certificate each."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=landscape(A4))
    for row in rows:
        canvas.setFont(font, 28)
        canvas.drawString(120, 390, f"{row['name']} 同志：")
        canvas.setFont(font, 24)
        canvas.drawString(168, 330, row["text"][:22])
        canvas.drawString(120, 288, row["text"][22:])
        canvas.setFont(font, 10.5)
        canvas.drawString(120, 120, f"证书编号：{row['number']}")
        canvas.drawString(120, 104, f"核验码：{row['code']}")
        side = segno.make(row["url"], error="m", micro=False, mask=2).matrix
        path = canvas.beginPath()
        for y, line in enumerate(side):
            at = 0
            for dark, run in groupby(line):
                length = len(list(run))
                if dark:
                    path.rect(120 + at * 2, 200 - y * 2, 2 * length, 2)
                at += length
        canvas.drawPath(path, stroke=0, fill=1)
        canvas.showPage()
    canvas.save()
    return len(buffer.getvalue())


def pages(font: str, count: int) -> int:
    """Bytes of as many pages of text."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for page in range(count):
        canvas.setFont(font, 10)
        for line in range(45):
            canvas.drawString(60, 780 - 16 * line, f"{page}.{line} 25人以上单位建会率 6.00 台账")
        canvas.showPage()
    canvas.save()
    return len(buffer.getvalue())


def comma_separated(rows: int, columns: int) -> int:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in range(rows):
        writer.writerow([f"第{row}号单位", *range(row, row + columns - 1)])
    return len(buffer.getvalue())
