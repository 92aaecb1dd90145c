"""Kinds of files that may be kept as evidence."""

from __future__ import annotations

from django.db.models import TextChoices

MIB = 1024 * 1024


class FileKind(TextChoices):
    """Kinds known by their content; the ending of the name only has to agree."""

    PDF = "pdf", "PDF 文件"
    DOCX = "docx", "Word 文档"
    XLSX = "xlsx", "Excel 表格"
    PPTX = "pptx", "PowerPoint 演示"
    OLD_OFFICE = "office", "WPS 或旧版 Office 文件"
    JPEG = "jpg", "照片"
    PNG = "png", "图片"
    MP4 = "mp4", "视频"
    TEXT = "txt", "文本"
    CSV = "csv", "CSV 表格"


#: Endings that a name of each kind may have; the first is given when it has none.
ENDINGS: dict[str, tuple[str, ...]] = {
    FileKind.PDF: ("pdf",),
    FileKind.DOCX: ("docx", "wps"),
    FileKind.XLSX: ("xlsx", "et"),
    FileKind.PPTX: ("pptx", "dps"),
    FileKind.OLD_OFFICE: ("wps", "et", "dps", "doc", "xls", "ppt"),
    FileKind.JPEG: ("jpg", "jpeg"),
    FileKind.PNG: ("png",),
    FileKind.MP4: ("mp4", "m4v"),
    FileKind.TEXT: ("txt",),
    FileKind.CSV: ("csv",),
}

_OPEN_XML = "application/vnd.openxmlformats-officedocument."

CONTENT_TYPES: dict[str, str] = {
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: _OPEN_XML + "wordprocessingml.document",
    FileKind.XLSX: _OPEN_XML + "spreadsheetml.sheet",
    FileKind.PPTX: _OPEN_XML + "presentationml.presentation",
    FileKind.OLD_OFFICE: "application/octet-stream",
    FileKind.JPEG: "image/jpeg",
    FileKind.PNG: "image/png",
    FileKind.MP4: "video/mp4",
    FileKind.TEXT: "text/plain; charset=utf-8",
    FileKind.CSV: "text/csv; charset=utf-8",
}

PICTURES = frozenset({FileKind.JPEG, FileKind.PNG})

#: Largest file of each kind; others take ``USUAL_LIMIT``.
USUAL_LIMIT = 20 * MIB
LIMITS: dict[str, int] = {
    FileKind.MP4: 60 * MIB,
    FileKind.TEXT: 2 * MIB,
    FileKind.CSV: 5 * MIB,
}
LARGEST = max(USUAL_LIMIT, *LIMITS.values())

ACCEPTED_WORDS = "PDF、Word、Excel、PPT、WPS、JPG、PNG 图片、MP4 视频和文本"


def limit_of(kind: str) -> int:
    return LIMITS.get(kind, USUAL_LIMIT)
