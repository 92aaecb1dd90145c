"""代报: a superior fills the returns of the units directly below, side by side."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from gongjian.foundation.web.pages import ConfirmPage
from responsibilities.cells import Cell
from responsibilities.forms.workbooks import BehalfForm
from responsibilities.queries.behalf import PAGE, Standing, owed_below, standings
from responsibilities.queries.returns import open_periods
from responsibilities.services.behalf import (
    owed_to_file,
    readiness_of,
    save_grid,
    submit_many,
)
from responsibilities.views.workbooks import BehalfPage
from responsibilities.words import longest_of

_REMARK = re.compile(r"remarks\[(\d{1,18})-(\w{1,12})\]")
_FIELD = re.compile(r"(cells|base)\[(\d{1,18})-(\w{1,12})\]")


@dataclass(slots=True)
class GridCell:
    name: str
    text: str
    is_open: bool
    cell: Cell

    @property
    def most(self) -> int:
        """Signs a cell of words takes."""
        return longest_of(self.cell)


@dataclass(slots=True)
class GridRow:
    standing: Standing
    cells: list[GridCell]
    filled: int
    may_submit: bool


def grid_row(standing: Standing, cells: list[Cell]) -> GridRow:
    key, texts = standing.obligation.pk, standing.texts
    line = [
        GridCell(f"{key}-{cell.code}", texts.get(cell.code, ""), cell.code in standing.open, cell)
        for cell in cells
    ]
    row = standing.quarterly_return
    filled = sum(bool(place.text) for place in line)
    return GridRow(standing, line, filled, row is not None and row.is_editable)


class BehalfGrid(BehalfPage):
    """The grid: units as rows, cells as columns, saved cell by cell."""

    template_name = "responsibilities/behalf_grid.html"
    heading = "代报"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        unit, period = self.get_unit(), self.get_period()
        context: dict[str, Any] = {"unit": unit, "period": period, "periods": open_periods()}
        if period is not None:
            owed = owed_below(unit, period)
            total = owed.count()
            asked = request.GET.get("page", "1")
            last = max(1, -(-total // PAGE))
            page = min(int(asked) if asked.isdigit() and len(asked) < 6 else 1, last) or 1
            held = standings(list(owed[(page - 1) * PAGE : page * PAGE]))
            # The summary of the quarter is the unit's own; it is written on its sheet.
            cells = held[0].obligation.form.whole_layout() if held else []
            context |= {
                "rows": [grid_row(row, cells) for row in held],
                "cells": cells,
                "total": total,
                "pages": range(1, last + 1),
                "page_number": page,
            }
        return self.render(context)


class BehalfSave(BehalfPage):
    """Autosave of the grid; the answer is by unit and holds messages, never inputs."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        parts: dict[str, dict[int, dict[str, str]]] = {"cells": {}, "base": {}}
        for name, text in request.POST.items():
            if match := _FIELD.fullmatch(name):
                parts[match[1]].setdefault(int(match[2]), {})[match[3]] = str(text)
        answer = save_grid(parts["cells"], actor=self.actor, base=parts["base"])
        return JsonResponse(asdict(answer))


class BehalfSubmit(BehalfPage, ConfirmPage):
    """批量报送: shows which units can be submitted and what stops the others."""

    template_name = "responsibilities/behalf_submit.html"
    form_class = BehalfForm
    heading = "核对后报送"
    submit_label = "确认报送"

    def chosen(self) -> list[int]:
        return [int(text) for text in self.request.POST.getlist("ids") if text.isdigit()]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(self.get_cancel_url())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.chosen():
            messages.warning(request, "请先勾选要报送的单位。")
            return HttpResponseRedirect(self.get_cancel_url())
        if "confirmed" in request.POST:
            return super().post(request, *args, **kwargs)
        return self.show(self.get_form())

    def perform(self, form: Any) -> Any:
        remarks: dict[int, dict[str, str]] = {}
        for name, text in self.request.POST.items():
            if (match := _REMARK.fullmatch(name)) and str(text).strip():
                remarks.setdefault(int(match[1]), {})[match[2]] = str(text)
        done, refused = submit_many(
            self.chosen(),
            actor=self.actor,
            paper_note=form.cleaned_data["paper_note"],
            remarks=remarks,
        )
        if done:
            self.say(f"已代报 {len(done)} 家，等待审核。您和被代报单位的名字都会保留。")
        for text in refused:
            messages.warning(self.request, f"没有报送：{text}")
        return done

    def get_success_url(self, result: Any) -> str:
        return self.get_cancel_url()

    def get_cancel_url(self) -> str:
        period = self.get_period()
        grid = reverse("responsibilities:behalf_grid")
        return f"{grid}?period={period.pk}" if period else grid

    def get_extra(self) -> dict[str, Any]:
        found = readiness_of(owed_to_file(self.chosen(), actor=self.actor))
        return {
            "ready": [row for row in found if row.is_ready],
            "others": [row for row in found if not row.is_ready],
            "period": self.get_period(),
            "labels": _labels(found),
        }


def _labels(found: list[Any]) -> dict[str, str]:
    if not found:
        return {}
    return {cell.code: cell.label for cell in found[0].obligation.form.whole_layout()}
