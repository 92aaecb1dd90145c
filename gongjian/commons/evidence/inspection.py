"""Looking into a file: what it is by its content, and whether it may be kept.

Pure: bytes in, verdict out. A file is never believed because of its name or
because of what the browser calls it.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from io import BytesIO

from gongjian.commons.evidence.enums import (
    ACCEPTED_WORDS,
    ENDINGS,
    MIB,
    PICTURES,
    FileKind,
    limit_of,
)
from gongjian.commons.evidence.naming import split_name
from gongjian.commons.evidence.pictures import clean_picture, clean_video
from gongjian.foundation.kernel.errors import DomainError

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_ZIP_END = b"PK\x05\x06"
_HEIC_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"avif")
_MP4_BRANDS = (
    *(b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42"),
    *(b"avc1", b"M4V ", b"MSNV", b"qt  "),
)
_OFFICE_PARTS = {
    "word/": FileKind.DOCX,
    "xl/": FileKind.XLSX,
    "ppt/": FileKind.PPTX,
}
#: Of a package of Office: entries, bytes when unpacked, and how far it may be squeezed.
_MOST_ENTRIES, _MOST_BYTES, _MOST_RATIO = 3_000, 300 * MIB, 150
_PDF_REFUSED = (
    (re.compile(rb"/(JavaScript|JS)\b"), "脚本"),
    (re.compile(rb"/Launch\b"), "启动程序的指令"),
    (re.compile(rb"/EmbeddedFiles?\b"), "内嵌文件"),
)


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that may be kept, as it will be kept."""

    kind: FileKind
    content: bytes
    marks: list[str]
    thumbnail: bytes | None = None


def inspect(name: str, content: bytes) -> Inspected:
    """Say what the file is and hand it back cleaned, or refuse it with what to do."""
    if not content:
        raise DomainError(f"“{name}”是空文件，请重新选择。")
    kind = _kind_of(name, content)
    limit = limit_of(kind)
    if len(content) > limit:
        raise DomainError(
            f"“{name}”有 {len(content) / MIB:.1f} MB，{kind.label}最大 {limit // MIB} MB。"
            "请压缩或分成几份后再上传，也可以只登记文号和存放处。"
        )
    _demand_ending(name, kind)
    if kind in PICTURES:
        cleaned, thumbnail = clean_picture(name, content, kind)
        return Inspected(kind, cleaned, [], thumbnail)
    if kind == FileKind.MP4:
        return Inspected(kind, clean_video(content), [])
    if kind in {FileKind.DOCX, FileKind.XLSX, FileKind.PPTX}:
        return Inspected(kind, content, _look_into_package(name, content))
    if kind == FileKind.OLD_OFFICE:
        _refuse_old_macros(name, content)
        return Inspected(kind, content, [])
    if kind == FileKind.PDF:
        return Inspected(kind, content, _look_into_pdf(name, content))
    return Inspected(kind, content, [])


def _kind_of(name: str, content: bytes) -> FileKind:
    if content.startswith(b"%PDF-"):
        return FileKind.PDF
    if content.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileKind.PNG
    if content.startswith(_OLD_OFFICE):
        return FileKind.OLD_OFFICE
    if content.startswith(_ZIP):
        return _kind_of_package(name, content)
    if content[4:8] == b"ftyp":
        return _kind_of_film(name, content[8:12])
    if _is_text(content):
        return FileKind.CSV if split_name(name)[1] == "csv" else FileKind.TEXT
    raise _unknown(name)


def _unknown(name: str) -> DomainError:
    return DomainError(f"不能上传“{name}”：按内容看不是可以接收的文件。可以上传{ACCEPTED_WORDS}。")


def _kind_of_film(name: str, brand: bytes) -> FileKind:
    if brand in _HEIC_BRANDS:
        raise DomainError(
            f"“{name}”是 HEIC 照片，多数电脑打不开。"
            "请在手机相机设置中选择“兼容性最佳”（JPG）后重拍，或截图后上传。"
        )
    if brand in _MP4_BRANDS:
        return FileKind.MP4
    raise _unknown(name)


def _kind_of_package(name: str, content: bytes) -> FileKind:
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            names = package.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise DomainError(f"“{name}”已损坏，打不开。请在电脑上另存一份后再上传。") from None
    if "[Content_Types].xml" in names:
        for start, kind in _OFFICE_PARTS.items():
            if any(entry.startswith(start) for entry in names):
                return kind
    raise DomainError(f"“{name}”是压缩包。请解压后把里面的文件逐个上传，审核人不用再解压。")


def _is_text(content: bytes) -> bool:
    if b"\x00" in content:
        return False
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    # A page or a drawing with scripts in it is not taken for a text.
    if start.startswith((b"<", b"{\\rtf", b"#!", b"mz", b"%!")):
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not any(ord(char) < 32 and char not in "\t\r\n\f" for char in text)
    return False


def _demand_ending(name: str, kind: FileKind) -> None:
    ending = split_name(name)[1]
    if ending and ending not in ENDINGS[kind]:
        raise DomainError(
            f"“{name}”的后缀是 .{ending}，内容却是{kind.label}。请用原来的软件打开，"
            f"另存为 .{ENDINGS[kind][0]} 后再上传。"
        )


def _look_into_package(name: str, content: bytes) -> list[str]:
    # Bytes behind the end of the package would make it a second thing as well.
    end = content.rfind(_ZIP_END)
    if end < 0 or end + 22 + int.from_bytes(content[end + 20 : end + 22], "little") != len(content):
        raise DomainError(f"“{name}”的末尾夹带了别的内容，不能上传。请用办公软件另存一份。")
    with zipfile.ZipFile(BytesIO(content)) as package:
        entries = package.infolist()
        whole = sum(entry.file_size for entry in entries)
        if (
            len(entries) > _MOST_ENTRIES
            or whole > _MOST_BYTES
            or whole > max(MIB, len(content)) * _MOST_RATIO
        ):
            raise DomainError(f"“{name}”解开后过大，不能上传。请删去多余内容后另存一份。")
        names = [entry.filename.lower() for entry in entries]
        if any(entry.flag_bits & 1 for entry in entries):
            raise DomainError(f"“{name}”加了密码，审核人打不开。请去掉密码后再上传。")
        if any("vbaproject" in entry or "macrosheets" in entry for entry in names):
            raise DomainError(f"“{name}”含有宏，不能上传。请另存为不含宏的文件。")
        marks = []
        if any("/embeddings/" in entry for entry in names):
            marks.append("含有嵌入的对象")
        if any("externallink" in entry for entry in names):
            marks.append("链接到别的文件")
        return marks


def _refuse_old_macros(name: str, content: bytes) -> None:
    for stream in ("_VBA_PROJECT", "Macros"):
        if stream.encode("utf-16-le") in content:
            raise DomainError(f"“{name}”含有宏，不能上传。请另存为 PDF 或不含宏的文件。")
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise DomainError(f"“{name}”加了密码，审核人打不开。请去掉密码后再上传。")


def _look_into_pdf(name: str, content: bytes) -> list[str]:
    if b"%%EOF" not in content[-2048:]:
        raise DomainError(f"“{name}”不完整（缺少结尾），请重新导出 PDF 后再上传。")
    for pattern, what in _PDF_REFUSED:
        if pattern.search(content):
            raise DomainError(f"“{name}”里有{what}，不能上传。请用“打印为 PDF”另存一份。")
    return ["加了密码，可能打不开"] if b"/Encrypt" in content else []
