"""Outlets, campaigns and the map of what was planned and what appeared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.http import Http404
from django.urls import reverse

from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.web.pages import DetailPage, FormPage, ListPage, RecordsMixin, StepPage
from orgs.models import Unit
from publicity.authority import KEEP_OUTLET, PLAN_CAMPAIGN, VIEW_CAMPAIGN, WRITE_PLACEMENT
from publicity.enums import CampaignState, CoverageState, Medium, PlacementState
from publicity.filters import OutletFilter
from publicity.forms import CampaignForm, CoverageForm, OutletForm
from publicity.models import Campaign, Outlet, PlannedCoverage
from publicity.queries import with_coverage
from publicity.services.planning import (
    arrange_coverage,
    close_campaign,
    drop_coverage,
    plan_coverage,
    resume_coverage,
    save_campaign,
    save_outlet,
    start_campaign,
)
from publicity.tables import CAMPAIGN_TONES, COVERAGE_TONES, CampaignTable, OutletTable


class OutletList(ListPage):
    permission = VIEW_CAMPAIGN
    queryset = Outlet.objects.all()
    table_class = OutletTable
    filterset_class = OutletFilter
    heading = "媒体名录"

    def get_extra(self) -> dict[str, Any]:
        keeps = self.actor.may(KEEP_OUTLET)
        return {
            "create_url": reverse("publicity:outlet_create") if keeps else "",
            "create_label": "列入媒体",
            "help_text": "认可的媒体和层级事先列明，登记和计分以此为准。",
        }


class OutletCreate(FormPage):
    permission = KEEP_OUTLET
    form_class = OutletForm
    heading = "列入媒体"
    success_message = "已列入名录。"

    def perform(self, form: Any) -> Outlet:
        return save_outlet(None, actor=self.actor, values=form.cleaned_data)

    def get_success_url(self, result: Any) -> str:
        return reverse("publicity:outlet_list")

    def get_cancel_url(self) -> str:
        return reverse("publicity:outlet_list")


class OutletEdit(RecordsMixin, FormPage):
    permission = KEEP_OUTLET
    queryset = Outlet.objects.all()
    form_class = OutletForm
    heading = "修改媒体"
    success_message = "已保存。已核实报道的计分不变。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": OutletForm.initial_of(self.get_object())}

    def perform(self, form: Any) -> Outlet:
        return save_outlet(self.get_object(), actor=self.actor, values=form.cleaned_data)

    def get_success_url(self, result: Any) -> str:
        return reverse("publicity:outlet_list")

    def get_cancel_url(self) -> str:
        return reverse("publicity:outlet_list")


class _Campaigns(RecordsMixin):
    """Drafts are the office's own."""

    queryset = Campaign.objects.all()

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        plans = self.actor.may(PLAN_CAMPAIGN)  # type: ignore[attr-defined]
        return rows if plans else rows.exclude(state=CampaignState.DRAFT)


class CampaignList(_Campaigns, ListPage):
    permission = VIEW_CAMPAIGN
    table_class = CampaignTable
    template_name = "publicity/campaign_list.html"
    heading = "宣传策划"

    def get_queryset(self) -> Any:
        counts = ~Q(coverages__state=CoverageState.DROPPED)
        done = Q(coverages__placements__state=PlacementState.VERIFIED)
        return (
            super()
            .get_queryset()
            .annotate(
                planned=Count("coverages", filter=counts, distinct=True),
                appeared=Count("coverages", filter=counts & done, distinct=True),
            )
        )

    def get_extra(self) -> dict[str, Any]:
        plans = self.actor.may(PLAN_CAMPAIGN)
        return {
            "create_url": reverse("publicity:campaign_create") if plans else "",
            "create_label": "新建策划",
        }


@dataclass(frozen=True, slots=True)
class Planned:
    """A planned report on the page."""

    coverage: PlannedCoverage
    tone: str
    word: str
    appeared: list[Any]
    steps: list[tuple[str, str]]
    may_enter: bool


class CampaignDetail(_Campaigns, DetailPage):
    permission = VIEW_CAMPAIGN
    template_name = "publicity/campaign_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        campaign: Campaign = self.object
        return [
            ("主题", campaign.theme),
            ("起止", f"{long_date(campaign.starts_on)}至{long_date(campaign.ends_on)}"),
        ]

    def get_place(self) -> None:
        return None

    def get_extra(self) -> dict[str, Any]:
        campaign: Campaign = self.object
        coverages = list(
            with_coverage(campaign.coverages.all())
            .select_related("unit", "campaign")
            .prefetch_related("placements__outlet")
        )
        plans = self.actor.may(PLAN_CAMPAIGN)
        live = [row for row in coverages if row.state != CoverageState.DROPPED]
        return {
            "tone": CAMPAIGN_TONES[CampaignState(campaign.state)],
            "rows": [self._planned(row) for row in coverages],
            "planned": len(live),
            "appeared": sum(row.appeared > 0 for row in live),  # type: ignore[attr-defined]
            "grid": _grid(live),
            "others": list(
                campaign.placements.filter(state=PlacementState.VERIFIED, coverage=None)
            ),
            "may_plan": plans and campaign.state != CampaignState.CLOSED,
        }

    def _planned(self, row: PlannedCoverage) -> Planned:
        shown = [
            placement
            for placement in row.placements.all()
            if placement.state == PlacementState.VERIFIED
        ]
        waiting = any(one.state == PlacementState.FILED for one in row.placements.all())
        is_open = row.campaign.state == CampaignState.RUNNING
        steps = [
            (step.label, reverse("publicity:plannedcoverage_step", args=[row.pk, step.name]))
            for step in PlannedCoverage.lifecycle.open_to(row, self.actor, at=row.unit)
            if not shown and row.campaign.state != CampaignState.CLOSED
        ]
        late = is_open and row.due_on < today() and row.state != CoverageState.DROPPED
        word, tone = row.get_state_display(), COVERAGE_TONES[CoverageState(row.state)]
        if shown:
            word, tone = "已刊播", "ok"
        elif waiting:
            word, tone = "待核实", "submitted"
        elif late:
            word, tone = "未见报", "bad"
        may_enter = (
            is_open
            and row.state != CoverageState.DROPPED
            and self.actor.may(WRITE_PLACEMENT, at=row.unit)
        )
        return Planned(row, tone, word, shown, steps, may_enter)


def _grid(rows: list[PlannedCoverage]) -> dict[str, Any]:
    """Media down, months across: done of planned. Nothing planned stays white."""
    months = sorted({(row.due_on.year, row.due_on.month) for row in rows})
    lines = []
    for medium, label in Medium.choices:
        cells = []
        for month in months:
            here = [
                row
                for row in rows
                if row.medium == medium and (row.due_on.year, row.due_on.month) == month
            ]
            done = sum(row.appeared > 0 for row in here)  # type: ignore[attr-defined]
            late = any(not row.appeared and row.due_on < today() for row in here)  # type: ignore[attr-defined]
            tone = "" if not here else "ok" if done == len(here) else "bad" if late else "info"
            cells.append((f"{done}/{len(here)}" if here else "", tone))
        if any(text for text, _ in cells):
            lines.append((label, cells))
    return {"months": [f"{month}月" for _, month in months], "lines": lines}


class CampaignCreate(FormPage):
    permission = PLAN_CAMPAIGN
    form_class = CampaignForm
    heading = "新建策划"

    def perform(self, form: Any) -> Campaign:
        return save_campaign(None, actor=self.actor, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return reverse("publicity:campaign_list")


class CampaignEdit(RecordsMixin, FormPage):
    permission = PLAN_CAMPAIGN
    queryset = Campaign.objects.exclude(state=CampaignState.CLOSED)
    form_class = CampaignForm
    heading = "修改策划"
    success_message = "已保存。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": CampaignForm.initial_of(self.get_object())}

    def perform(self, form: Any) -> Campaign:
        return save_campaign(self.get_object(), actor=self.actor, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class CampaignStep(_Campaigns, StepPage):
    permission = VIEW_CAMPAIGN
    services = {"start": start_campaign, "close": close_campaign}

    def get_success_url(self, result: Any) -> str:
        self.say(f"已办理“{self.step.label}”。")
        return str(result.get_absolute_url())


class CoveragePlan(RecordsMixin, FormPage):
    permission = PLAN_CAMPAIGN
    queryset = Campaign.objects.exclude(state=CampaignState.CLOSED)
    form_class = CoverageForm
    template_name = "publicity/unit_form.html"
    heading = "安排刊播"
    submit_label = "列入计划"
    success_message = "已列入计划。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"units": Unit.objects.within(self.scope).filter(closed_on=None)}

    def perform(self, form: Any) -> PlannedCoverage:
        values = dict(form.cleaned_data)
        unit = values.pop("unit")
        return plan_coverage(self.get_object(), actor=self.actor, unit=unit, values=values)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class CoverageStep(StepPage):
    permission = VIEW_CAMPAIGN
    queryset = PlannedCoverage.objects.select_related("campaign", "unit")
    services = {"arrange": arrange_coverage, "drop": drop_coverage, "resume": resume_coverage}

    def get_object(self) -> Any:
        found = super().get_object()
        drafted = found.campaign.state == CampaignState.DRAFT
        if drafted and not self.actor.may(PLAN_CAMPAIGN):
            raise Http404
        return found

    def get_success_url(self, result: Any) -> str:
        self.say(f"已办理“{self.step.label}”。")
        return str(result.get_absolute_url())
