"""Workbooks as people and attackers hand them in, made from a real download."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"


def repacked(
    content: bytes,
    change: Callable[[str], str] | None = None,
    *,
    part: str = SHEET,
    extra: dict[str, bytes] | None = None,
) -> bytes:
    """The same archive with one part rewritten and others added."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            if name == part and change is not None:
                data = change(data.decode()).encode()
            new.writestr(name, data)
        for name, data in (extra or {}).items():
            new.writestr(name, data)
    return stream.getvalue()


def strings_of(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read(STRINGS).decode()
    return re.findall(r"<si><t[^>]*>(.*?)</t></si>|<si><t/></si>", xml)


def _cell(xml: str, place: str) -> re.Match[str]:
    found = re.search(rf'<c r="{place}"[^>]*?(?:/>|>.*?</c>)', xml)
    assert found, place
    return found


def with_cell(place: str, inner: str, kind: str = "") -> Callable[[str], str]:
    """Put something into one cell, keeping its style."""

    def change(xml: str) -> str:
        found = _cell(xml, place)
        style = re.search(r's="(\d+)"', found[0])
        attributes = f' s="{style[1]}"' if style else ""
        if kind:
            attributes += f' t="{kind}"'
        return xml.replace(found[0], f'<c r="{place}"{attributes}>{inner}</c>')

    return change


def number(place: str, value: object) -> Callable[[str], str]:
    return with_cell(place, f"<v>{value}</v>")


def text(place: str, value: str) -> Callable[[str], str]:
    return with_cell(place, f"<is><t>{value}</t></is>", "inlineStr")


def place_of(content: bytes, code: str, column: str = "F") -> str:
    """Where the cell of a code stands: the row whose first column names it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read(SHEET).decode()
    index = strings_of(content).index(code)
    found = re.search(rf'<c r="A(\d+)"[^>]*t="s"[^>]*><v>{index}</v>', xml)
    assert found, code
    return f"{column}{found[1]}"


def all_of(*changes: Callable[[str], str]) -> Callable[[str], str]:
    def change(xml: str) -> str:
        for one in changes:
            xml = one(xml)
        return xml

    return change


def bomb(megabytes: int = 200) -> bytes:
    """A small archive that unpacks to a sheet of nothing but blanks."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open(SHEET, "w", force_zip64=True) as part:
            for _ in range(megabytes):
                part.write(b" " * 1024 * 1024)
    return stream.getvalue()


def lying_bomb(content: bytes) -> bytes:
    """A sheet far larger than its directory entry says."""
    packed = repacked(content, lambda xml: xml.replace("</sheetData>", " " * 30_000_000))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        size = archive.getinfo(SHEET).file_size
    return packed.replace(size.to_bytes(4, "little"), (5_000).to_bytes(4, "little"))
