"""Waves: list, drawing one, its preview with what stands in the way, its progress."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import Http404
from django.urls import reverse

from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.web.pages import DetailPage, FormPage, ListPage, RecordsMixin, StepPage
from inspections.authority import PLAN_INSPECTION, VIEW_INSPECTION
from inspections.enums import PlanState, WaveState
from inspections.models import PlanLine, Wave, WaveUnit
from inspections.queries.visits import posts_for_teams
from inspections.queries.waves import preview, standing
from inspections.services.waves import adjust_unit, arrange_wave, draw_wave, drop_wave
from inspections.tables import TONES, WaveTable, state_chip
from inspections.views.plans import own_unit
from inspections.wave_forms import AdjustForm, WaveForm
from orgs.enums import Category, Level

_WAVES = Wave.objects.select_related("organizer", "line__plan", "version__questionnaire")


class WaveList(ListPage):
    permission = VIEW_INSPECTION
    queryset = _WAVES.annotate(
        drawn_count=Count("units", filter=Q(units__is_drawn=True, units__left_out=""))
    )
    table_class = WaveTable
    heading = "一轮督查"

    def get_extra(self) -> dict[str, Any]:
        may = self.actor.may(PLAN_INSPECTION)
        return {
            "create_url": reverse("inspections:wave_create") if may else "",
            "create_label": "安排一轮督查",
        }


class WaveCreate(FormPage):
    permission = PLAN_INSPECTION
    form_class = WaveForm
    template_name = "inspections/act.html"
    heading = "安排一轮督查"
    submit_label = "抽取并分组"
    help_text = "先抽取单位、分组、排日期，看过预览再全部安排；安排以前不通知任何人。"
    success_message = "已抽取并分组，请看预览。"

    def get_form_kwargs(self) -> dict[str, Any]:
        own = own_unit(self.actor)
        lines = (
            PlanLine.objects.filter(
                plan__unit=own, plan__state=PlanState.APPROVED, ends_on__gte=today()
            )
            .select_related("plan", "version")
            .order_by("starts_on", "pk")
        )
        return {"lines": lines, "posts": posts_for_teams(own), "initial": self._initial(lines)}

    def _initial(self, lines: Any) -> dict[str, Any]:
        asked = self.request.GET.get("line", "")
        line = lines.filter(pk=asked).first() if asked.isdigit() else None
        if line is None:
            return {}
        return {
            "line": line.pk,
            "title": line.topic,
            "version": line.version_id,
            "starts_on": max(line.starts_on, today()),
            "ends_on": line.ends_on,
        }

    def perform(self, form: Any) -> Wave:
        values = dict(form.cleaned_data)
        leaders, members = values.pop("leaders"), values.pop("members")
        return draw_wave(
            own_unit(self.actor),
            actor=self.actor,
            values=values,
            leaders=list(leaders),
            members=list(members),
        )

    def get_cancel_url(self) -> str:
        return reverse("inspections:wave_list")


def _words(chosen: list[str], choices: Any) -> str:
    return "、".join(str(choices(value).label) for value in chosen)


class WaveDetail(DetailPage):
    """Before the click what stands in the way, after it how far the teams are."""

    permission = VIEW_INSPECTION
    queryset = _WAVES
    template_name = "inspections/wave_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        wave: Wave = self.object
        kinds = [_words(wave.levels, Level), _words(wave.categories, Category)]
        return [
            ("督查单位", wave.organizer),
            ("依据", f"{wave.line.plan.approval_number}　{wave.line.topic}"),
            ("日期", f"{long_date(wave.starts_on)}至{long_date(wave.ends_on)}"),
            ("检查表", wave.version),
            ("范围", "；".join([wave.get_pool_display(), *filter(None, kinds)])),
            ("抽取", f"{wave.share}%，由{wave.drawn_by}抽取"),
        ]

    def get_extra(self) -> dict[str, Any]:
        wave: Wave = self.object
        is_draft = wave.state == WaveState.DRAFT
        rows = preview(wave) if is_draft else []
        stand = standing(wave)
        return {
            "tone": TONES[wave.state],
            "is_draft": is_draft,
            "rows": rows,
            "stopped": sum(bool(row.stops) for row in rows),
            "warned": sum(bool(row.warns) and not row.stops for row in rows),
            "merged": sum(row.merge is not None for row in rows),
            "stand": stand,
            "items": [(item, state_chip(item.visit) if item.visit else "") for item in stand.items]
            if wave.state == WaveState.ARRANGED
            else [],
            "pool": wave.units.select_related("unit") if wave.share < 100 else [],
            "may_adjust": is_draft and self.actor.may(PLAN_INSPECTION, at=wave.organizer),
        }


class WaveStep(StepPage):
    permission = PLAN_INSPECTION
    queryset = _WAVES
    services = {"arrange": arrange_wave, "drop": drop_wave}


class WaveAdjust(RecordsMixin, FormPage):
    permission = PLAN_INSPECTION
    queryset = _WAVES
    form_class = AdjustForm
    template_name = "inspections/act.html"
    heading = "调整单位"
    success_message = "已调整。"

    def get_item(self) -> WaveUnit:
        found = (
            self.get_object()
            .units.filter(pk=self.kwargs["unit"], is_drawn=True)
            .select_related("wave", "unit")
            .first()
        )
        if found is None:
            raise Http404
        item: WaveUnit = found
        return item

    def get_form_kwargs(self) -> dict[str, Any]:
        item = self.get_item()
        leaders = item.wave.members.filter(is_leader=True)
        return {
            "teams": [(leader.team, f"第{leader.team}组（{leader.name}）") for leader in leaders],
            "initial": {
                "team": item.team,
                "starts_on": item.starts_on or item.wave.starts_on,
                "left_out": item.left_out,
            },
        }

    def perform(self, form: Any) -> WaveUnit:
        return adjust_unit(self.get_item(), actor=self.actor, **form.cleaned_data)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_success_url(self, result: Any) -> str:
        return self.get_cancel_url()

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_item().unit}
