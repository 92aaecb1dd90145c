"""Pictures and films without the place where they were taken."""

from __future__ import annotations

import re
import warnings
from io import BytesIO

from PIL import Image, ImageOps

from gongjian.commons.evidence.enums import FileKind
from gongjian.foundation.kernel.errors import DomainError

#: A picture of this many points is unpacked to 160 MB and no further.
MOST_POINTS = 40_000_000
#: Longest side that is kept: a page of A4 at 300 dpi has 3508.
LONGEST_SIDE = 4096
THUMBNAIL_SIDE = 320
_ISO_6709 = re.compile(rb"[+-]\d{1,3}\.\d{2,8}[+-]\d{1,3}\.\d{2,8}(?:[+-]\d{1,6}(?:\.\d{1,6})?)?/")


def clean_picture(name: str, content: bytes, kind: FileKind) -> tuple[bytes, bytes]:
    """The picture drawn anew, upright, and its thumbnail.

    Drawing anew leaves behind whatever else was in the file: GPS, the serial
    number of the camera, an older picture beneath, a program behind the end.
    """
    image_format = "JPEG" if kind == FileKind.JPEG else "PNG"
    try:
        picture = _open(name, content, image_format)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DomainError(
            f"“{name}”的画面过大，打开会占满内存。请缩小到 4000 万点以内后再上传。"
        ) from None
    except (OSError, ValueError, SyntaxError):
        raise DomainError(f"“{name}”已损坏，打不开。请重新拍照或导出后再上传。") from None
    if kind == FileKind.JPEG or picture.mode in {"I", "F", "I;16", "CMYK", "YCbCr"}:
        picture = picture.convert("RGB")
    elif picture.mode in {"LA", "P", "PA"}:
        picture = picture.convert("RGBA")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return _draw(picture, image_format), _draw(_small(picture), "JPEG")


def _open(name: str, content: bytes, image_format: str) -> Image.Image:
    """Unpack it, once the size it promises was found bearable."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(BytesIO(content), formats=[image_format]) as opened:
            width, height = opened.size
            if width * height > MOST_POINTS:
                raise DomainError(
                    f"“{name}”有 {width}×{height} 点，过大。请缩小到 4000 万点以内后再上传。"
                )
            return ImageOps.exif_transpose(opened)


def _small(picture: Image.Image) -> Image.Image:
    small = picture.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    paper = Image.new("RGB", small.size, "white")
    paper.paste(small.convert("RGB"), mask=small.getchannel("A") if small.mode == "RGBA" else None)
    return paper


def _draw(picture: Image.Image, image_format: str) -> bytes:
    # Info and EXIF of the opened file are handed over by no argument.
    bare = Image.frombytes(picture.mode, picture.size, picture.tobytes())
    out = BytesIO()
    if image_format == "JPEG":
        bare.save(out, "JPEG", quality=88, optimize=True)
    else:
        bare.save(out, "PNG", optimize=False)
    return out.getvalue()


def clean_video(content: bytes) -> bytes:
    """The film with its coordinates blotted out; nothing moves, so it still plays."""

    def blot(found: re.Match[bytes]) -> bytes:
        return re.sub(rb"\d", b"0", found[0])

    return _ISO_6709.sub(blot, content)
