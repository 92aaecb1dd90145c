"""Certificates by the thousand: each wording laid out once, names and numbers stamped on.

certificate_batch("结业证书", [{"name": …, "text": …, "number": …, …}, …]) -> bytes
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypedDict

from gongjian.commons.documents.rendering import OwnFont, RenderingError, choose_fonts, fonts_in_use
from gongjian.commons.documents.rendering.characters import clean

__all__ = ["CertificateRow", "certificate_batch"]

TEMPLATE = "documents/certificate.html"
LONGEST_NAME = 60
#: Width of the longest wording that still leaves the issuer its place.
LONGEST_TEXT = 120
_NAME_PT, _UNIT_PT, _SMALL_PT = 28.0, 16.0, 10.5
_DESCENT = 0.16  # of the em box below the baseline


class CertificateRow(TypedDict, total=False):
    """What one page says. Rows with the same text, issuers and date share a layout."""

    name: str  # a person, or the unit honoured
    unit: str  # written small above the name; may be empty
    duty: str  # after the name
    salutation: str  # after the name: 同志 unless said; "" for a unit
    text: str
    number: str
    issuer: str | Sequence[str]
    issued_on: str
    code: str  # of the verification page
    url: str  # drawn as a QR code; none when empty


def certificate_batch(kind: str, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """One PDF page for each row, in their order. ``kind`` is the word printed large.

    Every character is drawn by an embedded font or the batch is refused
    (``MissingGlyphs``); what cannot stand on one page is refused with the
    number of the row.
    """
    if not rows:
        raise RenderingError("没有可以打印的证书，请先选定获证人员。")
    choose_fonts()
    import pikepdf  # noqa: PLC0415 -- slow import

    from gongjian.commons.documents.rendering import stamping  # noqa: PLC0415 -- slow import
    from gongjian.commons.documents.rendering.engine import (  # noqa: PLC0415 -- slow import
        print_with_places,
    )

    stamps = [_Stamp(at, row) for at, row in enumerate(rows, start=1)]
    designs: dict[Design, int] = {}
    for stamp in stamps:
        designs.setdefault(stamp.design, len(designs))
    fonts = fonts_in_use()
    # A certificate on demand is mostly one of a design that was just printed.
    lay_out = _laid_out if len(designs) == 1 else _laid_out.__wrapped__
    base, spots = lay_out(kind, tuple(designs), fonts)
    letters = {
        "kind": kind,
        "designs": [],
        "large": _characters(stamp.name_line + stamp.unit for stamp in stamps),
        "small": _characters(stamp.number_line + stamp.code_line for stamp in stamps),
    }
    sheets, places = print_with_places(TEMPLATE, letters, {}, fonts)
    with (
        pikepdf.open(io.BytesIO(base)) as pdf,
        pikepdf.open(io.BytesIO(sheets.content)) as written,
    ):
        alphabets: dict[str, dict[str, stamping.Glyph]] = {"large": {}, "small": {}}
        sheet = ""
        for page, found in zip(written.pages, places, strict=True):
            sheet = next((name for name in ("large", "small") if name in found), sheet)
            for char, glyph in stamping.read_alphabet(page).items():
                alphabets[sheet].setdefault(char, glyph)
        press = stamping.Press(pdf, written)
        height = float(pdf.pages[0].obj.MediaBox[3])
        boxes = {name: stamping.Box.of(place, height) for name, place in spots.items()}
        for stamp in stamps:
            press.stamp(designs[stamp.design], _operators(stamp, boxes, alphabets))
        press.drop_bases()
        buffer = io.BytesIO()
        pdf.save(
            buffer, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
        )
    return buffer.getvalue()


Design = tuple[str, tuple[str, ...], str]


@lru_cache(maxsize=16)
def _laid_out(
    kind: str, designs: tuple[Design, ...], fonts: tuple[OwnFont, ...]
) -> tuple[bytes, Mapping[str, tuple[float, float, float, float]]]:
    """A page for each wording, and where on it names and numbers go."""
    from gongjian.commons.documents.rendering.engine import (  # noqa: PLC0415 -- slow import
        print_with_places,
    )

    context = {
        "kind": kind,
        "designs": [
            {"text": text, "issuers": list(issuers), "issued_on": issued_on}
            for text, issuers, issued_on in designs
        ],
        "large": [],
        "small": [],
    }
    printed, places = print_with_places(TEMPLATE, context, {}, fonts)
    return printed.content, places[0]


class _Stamp:
    """A row, cleaned and measured."""

    def __init__(self, at: int, row: Mapping[str, Any]) -> None:
        def said(key: str, otherwise: str = "") -> str:
            return clean(str(row.get(key, otherwise) or "")).replace("\n", " ").strip()

        name, salutation = said("name"), said("salutation", "同志")
        self.unit = said("unit")
        duty = said("duty")
        self.name_line = f"{name}{' ' if salutation else ''}{salutation}{duty and f'（{duty}）'}："
        self.number_line = f"证书编号：{said('number')}" if said("number") else ""
        self.code_line = f"核验码：{said('code')}" if said("code") else ""
        self.url = said("url")
        issuer = row.get("issuer") or ""
        issuers = (issuer,) if isinstance(issuer, str) else tuple(issuer)
        text = clean(str(row.get("text") or ""))
        self.design: Design = (text, tuple(clean(str(one)) for one in issuers), said("issued_on"))
        if not name:
            raise RenderingError(f"第{at}份证书没有姓名，请补充后重新打印。")
        for label, value, longest in (
            ("姓名", self.name_line, LONGEST_NAME),
            ("单位", self.unit, LONGEST_NAME),
            ("编号", self.number_line + self.code_line, 2 * LONGEST_NAME),
            ("正文", text, LONGEST_TEXT),
        ):
            if len(value) > longest:
                raise RenderingError(
                    f"第{at}份证书的{label}有{len(value)}字，一页印不下，请改短到{longest}字以内。"
                )


def _characters(texts: Any) -> list[str]:
    return sorted({char for text in texts for char in text if char != " "})


def _operators(stamp: _Stamp, boxes: Mapping[str, Any], alphabets: Mapping[str, Any]) -> str:
    from gongjian.commons.documents.rendering import stamping  # noqa: PLC0415 -- slow import

    parts = []
    for place, text, alphabet, wanted in (
        ("unit", stamp.unit, "large", _UNIT_PT),
        ("name", stamp.name_line, "large", _NAME_PT),
        ("number", stamp.number_line, "small", _SMALL_PT),
        ("code", stamp.code_line, "small", _SMALL_PT),
    ):
        box, letters = boxes[place], alphabets[alphabet]
        size = stamping.fitting(text, letters, size=wanted, room=box.width)
        parts.append(
            stamping.write(text, letters, x=box.left, y=box.bottom + _DESCENT * wanted, size=size)
        )
    if stamp.url:
        box = boxes["picture"]
        side, path = _qr_path(stamp.url)
        scale = box.width / side
        parts.append(
            f"q {scale:.4f} 0 0 {-scale:.4f} {box.left:.2f} {box.top:.2f} cm\n{path} f Q\n"
        )
    return "0 g\n" + "".join(parts)


@lru_cache(maxsize=64)
def _qr_path(url: str) -> tuple[int, str]:
    import segno  # noqa: PLC0415 -- slow import

    # A set mask: choosing the best of eight is four fifths of the work, and
    # every reader reads them all.
    matrix = segno.make(url, error="m", micro=False, mask=2).matrix
    strokes = []
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            run = x
            while run < len(row) and row[run]:
                run += 1
            if run > x:
                strokes.append(f"{x} {y} {run - x} 1 re")
            x = max(run, x + 1)
    return len(matrix), "\n".join(strokes)
