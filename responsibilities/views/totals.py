"""Who owes what, and the totals of a node: progress, roll-up, consolidation."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.together import LookUp, look_up_together
from gongjian.foundation.web.pages import ConfirmPage, DetailPage, ListPage, Page, StepPage
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
from responsibilities.aggregation import WORDS, Across, rule_of
from responsibilities.authority import (
    REVIEW_RETURN,
    SUBMIT_RETURN,
    URGE_RETURN,
    VIEW_ROLLUP,
)
from responsibilities.cells import completion
from responsibilities.enums import Basis
from responsibilities.models import Consolidation
from responsibilities.queries.bucket_sql import Quarter, cells_of
from responsibilities.queries.dashboard import all_rounds, figures, freshness, year_up_to
from responsibilities.queries.places import moves_ahead
from responsibilities.queries.returns import (
    asked_forms_ahead,
    asked_periods_ahead,
    chosen_period,
    debtors,
    form_of,
    open_periods,
    progress_of,
    progress_of_children,
    targets_of,
)
from responsibilities.queries.review import outsiders_of
from responsibilities.queries.standing import branch_rows, child_units_ahead
from responsibilities.services.review import (
    accept_consolidation,
    send_back_consolidation,
    submit_consolidation,
    urge_missing,
)
from responsibilities.tables.review import ConsolidationTable


class NodePage(Page, base=True):
    """A page about one unit and one period, both chosen in the address."""

    permission = VIEW_ROLLUP

    def get_unit(self) -> Unit:
        text = self.request.GET.get("unit") or self.request.POST.get("unit") or ""
        named = numbered_unit_ahead(int(text)) if text.isdigit() else own_unit_ahead(self.actor)
        look_up_together([named, asked_periods_ahead(), *self.needed_ahead()])
        found = numbered_unit(int(text)) if text.isdigit() else None
        if not text:
            found = own_unit(self.actor) or root_unit()
        if found is None or not self.scope.covers(found.path):
            raise Http404
        return found

    def needed_ahead(self) -> list[LookUp]:
        """What this page looks up anyway; asked together with its unit."""
        return []

    def get_period(self) -> Period | None:
        return chosen_period(self.request.GET.get("period") or self.request.POST.get("period"))

    def frame(self, unit: Unit, period: Period | None) -> dict[str, Any]:
        above = visible_ancestors(unit, self.scope)
        return {"unit": unit, "period": period, "periods": open_periods(), "above": above}


class FilingProgress(NodePage):
    """报送进度: how many owe, have filed, are accepted; and who is missing."""

    template_name = "responsibilities/progress.html"
    heading = "报送进度"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        unit, period = self.get_unit(), self.get_period()
        context = self.frame(unit, period)
        if period is not None:
            children = progress_of_children(unit, period)
            context |= {
                "progress": progress_of(unit, period),
                "children": children,
                "debtors": debtors(unit.path, period, limit=100),
                "today": today(),
                "may_urge": self.actor.may(URGE_RETURN, at=unit),
                "chart": {
                    "labels": [line.unit.name for line in children if line.expected],
                    "values": [float(line.rate) for line in children if line.expected],
                    "name": "已报率",
                    "unit": "%",
                    "min": 0,
                    "max": 100,
                },
            }
        return self.render(context)


class FilingUrge(NodePage, ConfirmPage):
    """催办: says first how many will be told; released by a second press."""

    permission = URGE_RETURN
    heading = "催办"
    submit_label = "发出催办"

    def perform(self, form: Any) -> Unit:
        unit, period = self.get_unit(), self.get_period()
        if period is None:
            raise Http404
        told = urge_missing(unit, period=period, actor=self.actor)
        self.say(f"已发出 {told} 条催办。" if told else "今天已经催办过，没有重复提醒。")
        return unit

    def get_success_url(self, result: Any) -> str:
        return f"{reverse('responsibilities:progress')}?unit={result.pk}"

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:progress")

    def get_extra(self) -> dict[str, Any]:
        unit, period = self.get_unit(), self.get_period()
        missing = progress_of(unit, period).missing if period is not None else 0
        return {
            "question": f"将向{unit}还没有报送的 {missing} 家单位的书记和工会主席发出催办，"
            "每家每天最多提醒一次。",
            "unit": unit,
            "period": period,
        }


class Rollup(NodePage):
    """数据汇总: the branches of a node by indicator, with totals and their coverage."""

    template_name = "responsibilities/rollup.html"
    heading = "数据汇总"

    def needed_ahead(self) -> list[LookUp]:
        return [asked_forms_ahead(), moves_ahead()]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        unit, period = self.get_unit(), self.get_period()
        look_up_together([visible_ancestors_ahead(unit, self.scope), child_units_ahead(unit)])
        quarters = all_rounds()
        context = self.frame(unit, period)
        if period is not None and any(row.period.pk == period.pk for row in quarters):
            context |= self.figures(unit, period, quarters)
        return self.render(context)

    def figures(self, unit: Unit, period: Period, quarters: list[Quarter]) -> dict[str, Any]:
        with_unapproved = self.request.GET.get("all") == "1"
        basis = Basis.HANDED_IN if with_unapproved else Basis.ACCEPTED
        form = year_up_to(quarters, period.pk)[-1].form
        cells = cells_of(form)
        sections = list(dict.fromkeys((cell.section, cell.section_title) for cell in cells))
        section = self.request.GET.get("section") or sections[0][0]
        shown = [cell for cell in cells if cell.section == section]
        found = figures(unit, quarters, [period], basis=basis)
        total = found.total(period)
        targets = targets_of(unit, period.year)
        summary = [
            {
                "cell": cell,
                "rule": WORDS[rule_of(cell)],
                "total": total.value(cells, cell),
                "part": total.rate(cells, cell) if rule_of(cell) is Across.SUM else None,
                "year": total.year_value(cell),
                "target": targets.get(cell.code),
                "rate": completion(total.year_value(cell), targets.get(cell.code)),
            }
            for cell in shown
        ]
        rows = [
            (row, [row.line.value(cells, cell) for cell in shown])
            for row in branch_rows(unit, found, period)
            if row.line.expected
        ]
        held = Consolidation.objects.filter(unit=unit, period=period, form=form).first()
        return {
            "sections": sections,
            "section": section,
            "cells": shown,
            "total": total,
            "rows": rows,
            "totals": [total.value(cells, cell) for cell in shown],
            "summary": summary,
            "with_unapproved": with_unapproved,
            "freshness": freshness(unit),
            "consolidation": held,
            "may_submit": unit.pk == self.actor.unit_id
            and unit.parent_id is not None
            and self.actor.may(SUBMIT_RETURN, at=unit),
        }


class ConsolidationList(ListPage):
    """汇总上报: what the branches below have handed up."""

    permission = REVIEW_RETURN
    queryset = Consolidation.objects.select_related("unit", "period")
    table_class = ConsolidationTable
    heading = "汇总上报"


class ConsolidationDetail(DetailPage):
    permission = VIEW_ROLLUP
    queryset = Consolidation.objects.select_related("unit", "period", "form")
    template_name = "responsibilities/consolidation_detail.html"

    def get_steps(self) -> list[dict[str, str]]:
        # Submitting again starts from the totals, where the figures are seen first.
        return [step for step in super().get_steps() if not step["url"].endswith("/submit/")]

    def get_facts(self) -> list[tuple[str, Any]]:
        row = self.object
        return [
            ("单位", row.unit),
            ("期间", row.period),
            ("状态", row.get_state_display()),
            ("已通过／应报", f"{row.accepted_count}/{row.expected_count} 家"),
            ("上报人", row.submitted_by or "—"),
            ("说明", row.remark or "—"),
        ]

    def get_extra(self) -> dict[str, Any]:
        cells = self.object.form.layout()
        values = self.object.values
        return {
            "rows": [(cell, values[cell.slot] if values else None) for cell in cells],
            "outsiders": outsiders_of(self.object),
        }


class ConsolidationSubmit(ConfirmPage):
    """上报本级汇总: the coverage is named before anything is handed up."""

    permission = SUBMIT_RETURN
    heading = "上报汇总"
    submit_label = "上报"
    success_message = "已上报本级汇总，等待上级审核。"

    def parts(self) -> tuple[Unit, Period]:
        unit = Unit.objects.filter(pk=self.actor.unit_id or 0).first()
        period = chosen_period(str(self.kwargs["pk"]))
        if unit is None or period is None or period.pk != self.kwargs["pk"]:
            raise Http404
        return unit, period

    def perform(self, form: Any) -> Consolidation:
        unit, period = self.parts()
        layout = form_of(period)
        if layout is None:
            raise Http404
        return submit_consolidation(unit, period=period, form=layout, actor=self.actor)

    def get_cancel_url(self) -> str:
        return f"{reverse('responsibilities:rollup')}?period={self.kwargs['pk']}"

    def get_extra(self) -> dict[str, Any]:
        unit, period = self.parts()
        line = progress_of(unit, period)
        text = (
            f"将上报{unit}{period}汇总，已通过 {line.accepted}/{line.expected} 家。"
            "未报的单位以后补上，可再次上报，不影响其他单位。"
        )
        return {"help_text": text, "question": text}


class ConsolidationStep(StepPage):
    permission = REVIEW_RETURN
    queryset = Consolidation.objects.select_related("unit", "period")
    services = {"accept": accept_consolidation, "send_back": send_back_consolidation}
