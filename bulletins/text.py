"""Rich text of dispatches: the pictures in it are taken out, drawn anew and kept as rows."""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Callable

from PIL import Image, UnidentifiedImageError

from gongjian.foundation.web import rich_text
from gongjian.foundation.web.rich_text import (
    TAGS,
    Piece,
    differences,
    html_of,
    likeness,
    pairs,
    plain_of,
    without_empty_pictures,
)

__all__ = [
    "TAGS",
    "Piece",
    "clean",
    "differences",
    "html_of",
    "keep_pictures",
    "likeness",
    "pairs",
    "plain_of",
    "without_empty_pictures",
]

#: Pictures are kept under this address; the number is the row of the picture.
PICTURE = re.compile(r"/bulletins/pictures/(\d+)/")
_DATA_PICTURE = re.compile(
    r"<img\b[^>]*?\bsrc\s*=\s*([\"'])data:image/(?:png|jpeg|jpg|gif|webp|bmp);base64,"
    r"([A-Za-z0-9+/=\s]+?)\1[^>]*>",
    re.IGNORECASE,
)
LONGEST = 60_000
MOST_PICTURES = 12
#: Longest side in pixels: enough for the printed column at 200 dpi.
PICTURE_SIDE = 1400
#: A picture that unpacks to more is a bomb and no photo.
MOST_PIXELS = 40_000_000


def clean(html: str) -> str:
    """As everywhere; the only pictures are our own."""
    return rich_text.clean(html, lambda address: bool(PICTURE.fullmatch(address)))


def keep_pictures(html: str, keep: Callable[[bytes], int]) -> str:
    """Take pictures out of the text and leave their address; ``keep`` gives the row number.

    Each is drawn anew, so that nothing but pixels is left of the file: no
    place, no camera, no script hidden in it.
    """
    kept = 0

    def replace(found: re.Match[str]) -> str:
        nonlocal kept
        picture = _redrawn(found[2])
        if picture is None or kept >= MOST_PICTURES:
            return ""
        kept += 1
        return f'<img src="/bulletins/pictures/{keep(picture)}/">'

    return _DATA_PICTURE.sub(replace, html)


def _redrawn(encoded: str) -> bytes | None:
    try:
        content = base64.b64decode("".join(encoded.split()), validate=True)
        with Image.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            picture.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
            drawn = io.BytesIO()
            picture.convert("RGB").save(drawn, "PNG", optimize=True)
            return drawn.getvalue()
    except (binascii.Error, UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return None
