"""The ZIP archive around an uploaded workbook, which anyone may have forged."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any
from xml.parsers import expat

from gongjian.foundation.kernel.errors import DomainError

MAX_BYTES = 2 * 1024 * 1024
_MAX_PARTS = 100
_MAX_UNPACKED = 24 * 1024 * 1024
#: A small file may be mostly blanks; beyond this size the ratio tells a bomb.
_FREE_OF_RATIO = 1024 * 1024
_MAX_RATIO = 80
_CHUNK = 64 * 1024
#: What the reader of archives and that of XML raise on forged or torn files.
_UNREADABLE = (
    expat.ExpatError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    LookupError,
    RuntimeError,  # NotImplementedError with it: versions and methods nobody writes
    EOFError,
    OSError,
    ValueError,
    OverflowError,
)

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


class Package:
    """Parts of a workbook, read as a stream and only after the archive was looked at."""

    def __init__(self, content: bytes) -> None:
        _demand_workbook(content)
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
        except _UNREADABLE as error:
            raise _broken() from error
        parts = self._archive.infolist()
        self.names = [part.filename for part in parts]
        _demand_modest(parts, len(content))
        _demand_plain(parts)

    def has(self, name: str) -> bool:
        return name in self.names

    def parse(self, name: str, *, start: Start, end: End | None = None, text: Text | None = None):  # type: ignore[no-untyped-def]  # noqa: ANN201
        """Walk through one part; prefixes of names are dropped, document types refused."""
        parser: Any = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_document_type
        parser.StartElementHandler = lambda tag, values: start(tag.rpartition(":")[2], values)
        if end is not None:
            parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2])
        if text is not None:
            parser.CharacterDataHandler = text
        try:
            with self._archive.open(name) as stream:
                while chunk := stream.read(_CHUNK):
                    parser.Parse(chunk)
                parser.Parse(b"", True)  # noqa: FBT003 -- expat names it not
        except _UNREADABLE as error:
            raise _broken() from error


def _demand_workbook(content: bytes) -> None:
    if not content:
        raise DomainError("文件是空的，请重新选择。")
    if len(content) > MAX_BYTES:
        raise DomainError("文件超过 2 兆字节。请只上传从本页下载的那张表，不要插入图片。")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise DomainError("这是旧版 .xls 或加了密码的文件，请去掉密码、另存为 .xlsx 后再上传。")
    if not content.startswith(b"PK\x03\x04"):
        raise DomainError("这不是 Excel 工作簿（.xlsx）。请上传从本页下载并填好的那个文件。")


def _demand_modest(parts: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(part.file_size for part in parts)
    bomb = unpacked > _FREE_OF_RATIO and unpacked > _MAX_RATIO * packed
    if len(parts) > _MAX_PARTS or unpacked > _MAX_UNPACKED or bomb:
        raise DomainError("文件解开后过大，不是从本页下载的表。请重新下载 Excel，填好后再上传。")


def _demand_plain(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename for part in parts]
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise DomainError("这不是 Excel 工作簿（.xlsx）。请上传从本页下载并填好的那个文件。")
    if len(set(names)) != len(names):
        raise _broken()
    if any(part.flag_bits & 1 for part in parts):
        raise DomainError("文件加了密码，请去掉密码后再上传。")
    if any("vbaproject" in name.lower() for name in names):
        raise DomainError("文件带有宏，请另存为普通工作簿（.xlsx）后再上传。")
    if any("externallink" in name.lower() for name in names):
        raise DomainError("文件引用了其他工作簿，请把数据粘贴为数值、断开链接后再上传。")


def _refuse_document_type(*_: Any) -> None:
    raise _broken()


def _broken() -> DomainError:
    return DomainError("文件已损坏，读不出来。请用表格软件打开后另存为 .xlsx，或重新下载填写。")
