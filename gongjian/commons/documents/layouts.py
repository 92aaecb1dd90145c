"""Layouts: the shapes a document may take, each with the context that fills it.

Other apps choose a layout for their kind of document and hand in its context;
they need not know how the page is made. A tenant may choose among the layouts
that take the same context.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from gongjian.commons.documents.contexts import CircularContext, Column, printing_values
from gongjian.commons.documents.rendering import RenderedFile, render_pdf
from gongjian.foundation.kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a form: a label, a value, or the place of a photograph."""

    text: str
    is_label: bool = False
    columns: int = 1
    rows: int = 1
    is_picture: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A labelled block over the whole width: deeds, or an opinion with its place for a seal."""

    label: str
    text: str = ""
    sign: str = ""  # "年　　月　　日" where a seal and a day are to stand
    height_mm: int = 30
    columns: int = 1  # how many the text spans; set by FormContext


@dataclass(frozen=True, slots=True)
class FormContext:
    """审批表, 登记表, 申报表."""

    title: str
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[int] = (16, 20, 14, 16, 14, 20)  # percent
    blocks: Sequence[Block] = ()
    byline: str = ""
    number: str = ""
    organ: str = ""
    made_on: str = ""

    def as_values(self) -> dict[str, Any]:
        values = asdict(self)
        for block in values["blocks"]:
            block["columns"] = len(self.widths) - 1
        return values


@dataclass(frozen=True, slots=True)
class LedgerContext:
    """台账, 名册, 汇总表: many rows across the page."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    organ: str = ""
    period: str = ""
    notes: Sequence[str] = ()
    made_on: str = ""

    def as_values(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Layout:
    key: str
    label: str
    template: str
    #: The class that fills it, so that no name of a value is misspelt.
    context: type[Any]
    #: Values of an invented document, in the shape the template is given.
    specimen: Callable[[], Mapping[str, Any]]


layouts: Registry[Layout] = Registry("layouts")


def choices_like(template: str) -> list[Layout]:
    """The layouts that could stand in for the template: those with the same context."""
    used = next((layout.context for layout in layouts if layout.template == template), None)
    return [layout for layout in layouts if layout.context is used]


def layout_of(template: str, values: Mapping[str, Any]) -> Layout | None:
    """The layout a document has: of those with one template the 上行文 names its signer."""
    found = [layout for layout in layouts if layout.template == template]
    wanted = "upward" if values.get("signer") else ""
    return next((one for one in found if one.key == wanted), found[0] if found else None)


def print_layout(
    key: str, context: FormContext | LedgerContext, *, is_draft: bool = False
) -> RenderedFile:
    """Print a form or a ledger."""
    values = {**context.as_values(), "is_draft": is_draft}
    return render_pdf(layouts[key].template, values)


def specimen_of(context: CircularContext, *, number: str) -> dict[str, Any]:
    """An issued document that nobody issued."""
    return printing_values(
        context.as_values(),
        number=number,
        signed_on="2026年12月6日",
        verification={
            "code": "0001-7F3K-9QWD",
            "url": "https://gongjian.example.cn/verify/0001-7F3K-9QWD/",
        },
        is_draft=False,
    )
