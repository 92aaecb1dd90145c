"""Shelves on which the apps above place their kinds of documents and reports."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

from gongjian.commons.documents.checks import LENGTH_LIMIT
from gongjian.commons.documents.contexts import CircularContext
from gongjian.foundation.kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """A kind of official document. ``build`` turns a subject into plain values."""

    key: str
    label: str
    template: str
    template_version: str
    #: None where the text is typed by hand.
    build: Callable[[Any], CircularContext] | None = None
    #: Gives orders to its recipients (R3).
    is_directive: bool = False
    #: Awards titles or honours (R4).
    is_commendation: bool = False
    length_limit: int = LENGTH_LIMIT


@dataclass(frozen=True, slots=True)
class Progress:
    percent: int
    text: str


@dataclass(frozen=True, slots=True)
class ProducedFile:
    name: str
    content_type: str
    content: bytes


#: Each step between two yields runs in a transaction of its own, so that the
#: progress can be seen while the work goes on.
Production = Generator[Progress, None, ProducedFile]


@dataclass(frozen=True, slots=True)
class ReportKind:
    key: str
    label: str
    permission: str
    produce: Callable[[Mapping[str, Any]], Production]
    description: str = ""
    #: May be asked for from the report centre itself, with no parameters.
    is_offered: bool = False


document_kinds: Registry[DocumentKind] = Registry("document_kinds")
report_kinds: Registry[ReportKind] = Registry("report_kinds")

CIRCULAR = document_kinds.register(
    DocumentKind("documents.circular", "通报", "documents/circular.html", "1")
)
PRAISE = document_kinds.register(
    DocumentKind("documents.praise", "通报表扬", "documents/circular.html", "1")
)
COMMENDATION = document_kinds.register(
    DocumentKind(
        "documents.commendation", "表彰决定", "documents/circular.html", "1", is_commendation=True
    )
)
NOTICE = document_kinds.register(
    DocumentKind("documents.notice", "通知", "documents/circular.html", "1", is_directive=True)
)
LETTER = document_kinds.register(
    DocumentKind("documents.letter", "函", "documents/letter.html", "1")
)
