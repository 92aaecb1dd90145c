"""小结汇总: what the units wrote, question by question, to read, search and take along."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import DomainError
from responsibilities.cells import Cell
from responsibilities.dashboard_workbook import XLSX
from responsibilities.duty_workbook import write_list
from responsibilities.queries.passages import (
    MOST_UNITS,
    Passage,
    compiled,
    passages,
    questions_of,
)
from responsibilities.views.totals import NodePage

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
A_PAGE = 30


class PassagePage(NodePage, base=True):
    """A node, a period, and the switch for returns that still wait for review."""

    @property
    def with_unapproved(self) -> bool:
        return self.request.GET.get("all") == "1"


class Passages(PassagePage):
    """One question at a time, thirty answers a page, in the order of the tree."""

    template_name = "responsibilities/passages.html"
    heading = "小结汇总"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        unit, period = self.get_unit(), self.get_period()
        context = self.frame(unit, period)
        if period is None:
            return self.render(context)
        cells = questions_of(period)
        cell = next((one for one in cells if one.code == request.GET.get("cell")), cells[0])
        words = request.GET.get("q", "").strip()[:60]
        found = passages(unit, period, cell, with_unapproved=self.with_unapproved, words=words)
        page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
        chosen = {"unit": unit.pk, "period": period.pk}
        if self.with_unapproved:
            chosen["all"] = 1
        context |= {
            "cells": cells,
            "cell": cell,
            "page_of": page,
            "words": words,
            "with_unapproved": self.with_unapproved,
            "chosen": urlencode(chosen),
        }
        return self.render(context)


class PassagesExport(PassagePage):
    """All questions as a Word draft (``docx``) or a list of units and answers (``xlsx``)."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        unit, period = self.get_unit(), self.get_period()
        if period is None:
            raise Http404
        chapters = list(
            compiled(unit, period, questions_of(period), with_unapproved=self.with_unapproved)
        )
        if any(len(found) > MOST_UNITS for _, found in chapters):
            raise DomainError(f"一次最多汇总 {MOST_UNITS} 家单位，请打开下级单位后分别导出。")
        title = f"{unit.name}{period}小结汇总"
        if kwargs["kind"] == "docx":
            content, kind = _draft(title, chapters), DOCX
        else:
            content, kind = _list(title, chapters), XLSX
        response = HttpResponse(content, content_type=kind)
        response["Content-Disposition"] = content_disposition_header(
            as_attachment=True, filename=f"{title}.{kwargs['kind']}"
        )
        return response


def _draft(title: str, chapters: list[tuple[Cell, list[Passage]]]) -> bytes:
    from gongjian.commons.documents.word import build_plain  # noqa: PLC0415 -- slow import

    note = f"共 {len({one.row.unit_id for _, found in chapters for one in found})} 家单位"
    parts = [(cell.label, [(one.name, one.text) for one in found]) for cell, found in chapters]
    return build_plain(title, f"（{note}，{long_date(today())}整理）", parts)


def _list(title: str, chapters: list[tuple[Cell, list[Passage]]]) -> bytes:
    lines: dict[str, list[str]] = {}
    for column, (_, found) in enumerate(chapters, start=2):
        for one in found:
            line = lines.setdefault(
                one.row.unit.path,
                [one.name, one.row.get_state_display(), *("" for _ in chapters)],
            )
            line[column] = one.text
    columns = [("单位", 24), ("状态", 10), *((cell.label, 60) for cell, _ in chapters)]
    return write_list(title, columns, [tuple(lines[path]) for path in sorted(lines)])
