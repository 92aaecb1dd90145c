"""Coverage by level, kind and industry on any day, and 单位基数 taken from the ledger."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from gongjian.commons.documents.shelves import ProducedFile
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.web.pages import FormPage, Page
from ledger.authority import MANAGE_LEDGER, VIEW_ENTRY
from ledger.documents import XLSX, workbook
from ledger.queries.coverage import WAYS, Cut, Tally, lines_by, tally_of
from ledger.queries.measures import measure_gaps
from ledger.services.measures import take_measures
from ledger.views.entries import day_of, file_answer, unit_of
from orgs.queries import visible_ancestors

#: Bars that a chart can hold legibly.
CHARTED = 24
HEAD = (
    "范围", "在营单位", "党组织覆盖", "覆盖率％", "工会覆盖", "覆盖率％", "双建", "双建率％",
    "党有工无", "党无工有", "双无", "应单独建会", "已单独建会", "建会率％", "职工", "会员",
    "入会率％",
)  # fmt: skip


class _CoveragePage(Page, base=True):
    permission = VIEW_ENTRY

    def asked(self) -> dict[str, Any]:
        way = self.request.GET.get("by", "unit")
        unit = unit_of(self.request, self.scope, self.actor)
        return {
            "unit": unit,
            "day": day_of(self.request),
            "way": way if way in WAYS else "unit",
        }


class CoverageBoard(_CoveragePage):
    permission = VIEW_ENTRY
    template_name = "ledger/coverage.html"
    heading = "双组双建覆盖"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = self.asked()
        unit, day, way = asked["unit"], asked["day"], asked["way"]
        lines = lines_by(way, unit, day)

        def address(**changes: Any) -> str:
            given = {"unit": unit.pk, "day": day.isoformat(), "by": way} | changes
            return "?" + urlencode(given)

        return self.render(
            {
                **asked,
                "total": tally_of(day, unit.path),
                "lines": [
                    (line, address(unit=line.unit.pk) if line.unit else "") for line in lines
                ],
                "above": [
                    (found, address(unit=found.pk)) for found in visible_ancestors(unit, self.scope)
                ],
                "ways": [(key, label, address(by=key)) for key, label in WAYS.items()],
                "way_label": WAYS[way],
                "chart": _chart(lines[:CHARTED]),
                "is_today": day == today(),
                "today": today(),
                "export_url": reverse("ledger:coverage_export") + address(),
                "print_url": reverse("ledger:ledger_print") + address(),
                "may_measure": self.actor.may(MANAGE_LEDGER),
            }
        )


class CoverageExport(_CoveragePage):
    permission = VIEW_ENTRY

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = self.asked()
        unit, day = asked["unit"], asked["day"]
        lines = [_cells(line) for line in lines_by(asked["way"], unit, day)]
        lines.append(_cells(Cut("合计", tally_of(day, unit.path))))
        name = f"{unit}双组双建覆盖{long_date(day)}.xlsx"
        return file_answer(ProducedFile(name, XLSX, workbook("双组双建覆盖", HEAD, lines)))


def _cells(line: Cut) -> list[Any]:
    tally: Tally = line.tally
    shares = [
        "不适用" if rate is None else f"{rate:.1f}"
        for rate in (
            tally.party_rate, tally.union_rate, tally.both_rate, tally.owed_rate, tally.member_rate,
        )
    ]  # fmt: skip
    return [
        line.label, tally.total, tally.party, shares[0], tally.union, shares[1], tally.both,
        shares[2], tally.party_only, tally.union_only, tally.neither, tally.union_owed,
        tally.union_owed_own, shares[3], tally.workers, tally.members, shares[4],
    ]  # fmt: skip


def _chart(lines: list[Cut]) -> dict[str, Any]:
    shown = [line for line in lines if line.tally.total]
    return {
        "labels": [line.label for line in shown],
        "values": [round(float(line.tally.union_rate or 0), 1) for line in shown],
        "name": "工会覆盖率",
        "earlier": [round(float(line.tally.party_rate or 0), 1) for line in shown],
        "earlier_name": "党组织覆盖率",
        "unit": "%",
        "min": 0,
        "max": 100,
    }


class MeasurePage(FormPage):
    """单位基数: 职工、会员、党员、企业数 of each unit as the ledger counts them."""

    permission = MANAGE_LEDGER
    template_name = "ledger/measures.html"
    heading = "按台账更新单位基数"
    submit_label = "更新所选单位"

    def get_form(self, data: Any = None, files: Any = None) -> Any:
        return forms.Form(data)

    def get_extra(self) -> dict[str, Any]:
        gaps = measure_gaps()
        return {"gaps": gaps[:200], "gap_count": len(gaps)}

    def perform(self, form: Any) -> int:
        chosen = [int(key) for key in self.request.POST.getlist("unit") if key.isdigit()]
        many = take_measures(actor=self.actor, unit_ids=chosen)
        self.say(f"已更新{many}个单位的基数。")
        return many

    def get_success_url(self, result: Any) -> str:
        return reverse("ledger:measures")

    def get_cancel_url(self) -> str:
        return reverse("ledger:coverage")
