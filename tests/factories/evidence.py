"""Files of every kind, made in memory, and evidence put in place by the services."""

from __future__ import annotations

import struct
import uuid
import zipfile
import zlib
from io import BytesIO

from PIL import Image

from gongjian.commons.evidence.models import EvidenceUse
from gongjian.commons.evidence.queries import Place, find_place
from gongjian.commons.evidence.services import uploading

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
#: Latitude and longitude of nowhere, as a phone writes them.
GPS = {1: "N", 2: (39.0, 54.0, 20.0), 3: "E", 4: (116.0, 23.0, 29.0)}


def photo(*, size=(600, 400), colour=(180, 40, 40), **save) -> bytes:
    exif = Image.Exif()
    exif[0x8825] = GPS
    exif[0x010F] = "某某手机"
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", exif=exif, **save)
    return out.getvalue()


def package(folder: str = "word/", **parts: bytes) -> bytes:
    """A package of Office with the least in it."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr(f"{folder}document.xml", "<document/>")
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def huge_png(side: int = 30_000) -> bytes:
    """A small file that promises a picture of side × side points."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def place_at(record, slot: str = "") -> Place:
    place = find_place(record._meta.label_lower, record.pk, slot)
    assert place is not None
    return place


def attached(
    record, actor, *, slot: str = "", name: str = "会议记录.pdf", content: bytes = PDF
) -> EvidenceUse:
    """A file sent in one piece, as a person would."""
    place = place_at(record, slot)
    key = uuid.uuid4()
    uploading.begin(
        (place.kind, place.pk, slot), actor=actor, name=name, size=len(content), key=key
    )
    upload = uploading.receive(key, actor=actor, offset=0, piece=content)
    assert upload.use is not None
    return upload.use
