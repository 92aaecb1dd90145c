"""驾驶舱: a node at a glance, one level down, with its coverage; and the same as a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.dateparse import parse_date
from django.utils.http import content_disposition_header

from gongjian.commons.documents.reporting.paper import TEMPLATE
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.together import look_up_together
from gongjian.foundation.web.pages import Page
from orgs.models import Unit
from orgs.queries import (
    numbered_unit,
    numbered_unit_ahead,
    own_unit,
    own_unit_ahead,
    root_unit,
    visible_ancestors,
    visible_ancestors_ahead,
)
from responsibilities.aggregation import Across, rule_of
from responsibilities.authority import VIEW_ROLLUP
from responsibilities.cells import Cell
from responsibilities.dashboard_paper import briefing
from responsibilities.dashboard_workbook import XLSX, board_workbook
from responsibilities.enums import Basis
from responsibilities.queries.bucket_sql import Quarter, cells_of
from responsibilities.queries.dashboard import (
    TrendPoint,
    alike,
    all_rounds,
    freshness,
    newest,
    trend,
)
from responsibilities.queries.places import moves_ahead
from responsibilities.queries.returns import asked_forms_ahead, asked_periods_ahead, quarters_first
from responsibilities.queries.standing import LONGEST, Board, board, child_units_ahead

#: Quarters that the trend shows, and rows that a chart can hold legibly.
QUARTERS, CHARTED = 8, 30
_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    unit: Unit
    quarters: list[Quarter]
    quarter: Quarter | None
    basis: str
    as_of: date | None
    code: str

    def query(self, **changes: str) -> str:
        """The address again, with changes; an empty value leaves its part out."""
        parts = {
            "unit": str(self.unit.pk),
            "period": str(self.quarter.period.pk) if self.quarter else "",
            "all": "1" if self.basis == Basis.HANDED_IN else "",
            "as_of": self.as_of.isoformat() if self.as_of else "",
            "cell": self.code,
        }
        return "?" + urlencode({name: text for name, text in (parts | changes).items() if text})


class _BoardPage(Page, base=True):
    permission = VIEW_ROLLUP

    def asked(self) -> Asked:
        given = self.request.GET
        text = given.get("unit", "")
        named = numbered_unit_ahead(int(text)) if text.isdigit() else own_unit_ahead(self.actor)
        look_up_together([named, asked_periods_ahead(), asked_forms_ahead(), moves_ahead()])
        quarters = all_rounds()
        chosen = [row for row in quarters if str(row.period.pk) == given.get("period")]
        as_of = _day(given.get("as_of", ""))
        return Asked(
            unit=self._unit(text),
            quarters=quarters,
            quarter=chosen[0] if chosen else newest(quarters),
            basis=Basis.HANDED_IN if given.get("all") == "1" else Basis.ACCEPTED,
            as_of=as_of if as_of is not None and as_of < today() else None,
            code=given.get("cell", ""),
        )

    def _unit(self, text: str) -> Unit:
        if text:
            found = numbered_unit(int(text)) if text.isdigit() else None
        else:
            found = own_unit(self.actor) or root_unit()
        if found is None or not self.scope.covers(found.path):
            raise Http404
        return found


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


class NodeDashboard(_BoardPage):
    """驾驶舱: tiles, branches, heat map, trend, those who lag; a level down at a time."""

    template_name = "responsibilities/dashboard.html"
    heading = "驾驶舱"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = self.asked()
        look_up_together(
            [visible_ancestors_ahead(asked.unit, self.scope), child_units_ahead(asked.unit)]
        )
        above = visible_ancestors(asked.unit, self.scope)
        context: dict[str, Any] = {
            "asked": asked,
            "unit": asked.unit,
            "period": asked.quarter.period if asked.quarter else None,
            "periods": quarters_first([row.period for row in asked.quarters]),
            "above": [(row, asked.query(unit=str(row.pk))) for row in above],
            "latest_day": today(),
        }
        if asked.quarter is not None:
            context |= _figures(asked, asked.quarter)
        return self.render(context)


def _figures(asked: Asked, quarter: Quarter) -> dict[str, Any]:
    found = board(asked.unit, asked.quarters, quarter.period, basis=asked.basis, as_of=asked.as_of)
    cells, cell = _trend_cell(asked, quarter, found)
    points = _trend(asked, quarter, cell)
    lagging = found.lagging
    charted = [row for row in found.rows if row.line.expected][:CHARTED]
    return {
        "board": found,
        "rows": [(row, _link(asked, row.unit)) for row in found.rows],
        "lagging": lagging[:LONGEST],
        "lagging_count": len(lagging),
        "freshness": freshness(asked.unit),
        "with_unapproved": asked.basis == Basis.HANDED_IN,
        "switch_url": asked.query(all="" if asked.basis == Basis.HANDED_IN else "1"),
        "today_url": asked.query(as_of=""),
        "export_query": asked.query(),
        # Who owes is known of this moment alone.
        "briefing_query": asked.query(as_of=""),
        "trend_cells": cells,
        "cell": cell,
        "points": points,
        "filing_chart": _filing_chart(charted),
        "heat_chart": _heat_chart(found),
        "trend_chart": _trend_chart(cell, points),
    }


def _link(asked: Asked, unit: Unit | None) -> str:
    return asked.query(unit=str(unit.pk)) if unit is not None else ""


def _trend_cell(asked: Asked, quarter: Quarter, found: Board) -> tuple[list[Cell], Cell | None]:
    """Cells that can be followed over the quarters, those with targets first; and the chosen."""
    cells = [cell for cell in cells_of(quarter.form) if rule_of(cell) is Across.SUM]
    promised = {cell.code for cell in found.cells}
    cells.sort(key=lambda cell: (cell.code not in promised, cell.slot))
    chosen = next((cell for cell in cells if cell.code == asked.code), None)
    return cells, chosen or (cells[0] if cells else None)


def _trend(asked: Asked, quarter: Quarter, cell: Cell | None) -> list[TrendPoint]:
    if cell is None:
        return []
    course = alike(asked.quarters, quarter.period)
    shown = [row for row in course if row.period.starts_on <= quarter.period.starts_on][-QUARTERS:]
    return trend(asked.unit, shown, cell.code, basis=asked.basis)


def _filing_chart(rows: list[Any]) -> dict[str, Any]:
    return {
        "labels": [row.name for row in rows],
        "values": [float(row.filing_rate or 0) for row in rows],
        "name": "已报率",
        "earlier": [None if row.on_time_rate is None else float(row.on_time_rate) for row in rows],
        "earlier_name": "按时率",
        "unit": "%",
        "min": 0,
        "max": 100,
    }


def _heat_chart(found: Board) -> dict[str, Any]:
    rows = [row for row in found.rows if row.measured][:CHARTED]
    return {
        "columns": [cell.label for cell in found.cells],
        "rows": [row.name for row in rows],
        "values": [
            [None if each.rate is None else float(each.rate) for each in row.standings]
            for row in rows
        ],
        "unit": "%",
        "min": 0,
        "max": 100,
    }


def _trend_chart(cell: Cell | None, points: list[TrendPoint]) -> dict[str, Any]:
    return {
        "labels": [point.period.name.replace("第", "").replace("季度", "季") for point in points],
        "unit": cell.unit_label if cell else "",
        "series": [
            {
                "name": cell.label if cell else "",
                "values": [None if point.value is None else float(point.value) for point in points],
                "tone": "main",
            }
        ],
    }


class NodeDashboardExport(_BoardPage):
    """The dashboard as a workbook: exactly what the page shows."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = self.asked()
        if asked.quarter is None:
            raise Http404
        found = board(
            asked.unit, asked.quarters, asked.quarter.period, basis=asked.basis, as_of=asked.as_of
        )
        _, cell = _trend_cell(asked, asked.quarter, found)
        content = board_workbook(
            found,
            _trend(asked, asked.quarter, cell),
            basis=Basis(asked.basis).label,
            as_of=asked.as_of,
            label=f"{cell.label}（{cell.unit_label}）" if cell else "趋势",
        )
        response = HttpResponse(content, content_type=XLSX)
        name = quote(f"{asked.unit}{asked.quarter.period}驾驶舱.xlsx")
        response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
        return response


class NodeBriefing(_BoardPage):
    """简报 of the node and period on the screen, as PDF or as a Word document."""

    permission = VIEW_ROLLUP

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = self.asked()
        if asked.quarter is None:
            raise Http404
        made = briefing(
            asked.unit, asked.quarters, asked.quarter, basis=asked.basis, organ=asked.unit.name
        )
        kind = kwargs["kind"]
        content = _print(made.values) if kind == "pdf" else _write(made.values)
        response = HttpResponse(content, content_type=_TYPES[kind])
        response["Content-Disposition"] = content_disposition_header(
            as_attachment=True, filename=f"{made.title}.{kind}"
        )
        return response


def _print(values: Mapping[str, Any]) -> bytes:
    from gongjian.commons.documents.rendering import render_pdf  # noqa: PLC0415 -- slow import

    return render_pdf(TEMPLATE, values).content


def _write(values: Mapping[str, Any]) -> bytes:
    from gongjian.commons.documents.word import build_report  # noqa: PLC0415 -- slow import

    return build_report(values)
