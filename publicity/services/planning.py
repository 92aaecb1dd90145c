"""Outlets, campaigns and what is planned to appear."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Unit
from orgs.services import demand_valid
from publicity.authority import KEEP_OUTLET, PLAN_CAMPAIGN
from publicity.enums import CampaignState
from publicity.models import Campaign, Outlet, PlannedCoverage
from publicity.queries import outlet_named
from publicity.services.telling import tell_planned


@transaction.atomic
def save_outlet(outlet: Outlet | None, *, actor: Actor, values: Mapping[str, Any]) -> Outlet:
    """Enter an outlet or change it. A name leads to one outlet only."""
    if not actor.may(KEEP_OUTLET):
        raise NotPermitted("媒体名录由办公室维护。")
    is_new = outlet is None
    outlet = outlet or Outlet()
    for name, value in values.items():
        setattr(outlet, name, value)
    outlet.aliases = [name for name in dict.fromkeys(outlet.aliases) if name != outlet.name]
    for field, words in (("name", [outlet.name]), ("aliases", outlet.aliases)):
        for word in words:
            known = outlet_named(word)
            if known is not None and known.pk != outlet.pk:
                raise FieldErrors({field: f"“{word}”已是“{known}”的名称或别名，请换一个写法。"})
    demand_valid(outlet)
    outlet.save()
    label = "列入媒体名录" if is_new else "修改媒体"
    record("publicity.outlet.saved", outlet, actor=actor, label=label)
    return outlet


@transaction.atomic
def save_campaign(
    campaign: Campaign | None, *, actor: Actor, values: Mapping[str, Any]
) -> Campaign:
    """Plan a campaign or change it until it is closed."""
    if not actor.may(PLAN_CAMPAIGN):
        raise NotPermitted("宣传活动由办公室策划。")
    campaign = Campaign() if campaign is None else _open(campaign)
    for name, value in values.items():
        setattr(campaign, name, value)
    demand_valid(campaign)
    campaign.save()
    record("publicity.campaign.saved", campaign, actor=actor, label="填写宣传策划")
    return campaign


@transaction.atomic
def plan_coverage(
    campaign: Campaign, *, actor: Actor, unit: Unit, values: Mapping[str, Any]
) -> PlannedCoverage:
    """Add a report that is to appear; its unit is told at once when the campaign runs."""
    if not actor.may(PLAN_CAMPAIGN):
        raise NotPermitted("宣传任务由办公室安排。")
    campaign = _open(campaign)
    coverage = PlannedCoverage(campaign=campaign, unit=unit, **values)
    if not campaign.starts_on <= coverage.due_on <= campaign.ends_on:
        raise FieldErrors({"due_on": "计划刊播日期不在宣传活动的起止日期之内。"})
    demand_valid(coverage)
    coverage.save()
    record(
        "publicity.campaign.planned", campaign, actor=actor, label=f"计划：{coverage.topic}"[:60]
    )
    if campaign.state == CampaignState.RUNNING:
        tell_planned(coverage)
    return coverage


@transaction.atomic
def start_campaign(campaign: Campaign, *, actor: Actor, reason: str = "") -> Campaign:
    coverages = list(campaign.coverages.select_related("unit", "campaign"))
    if not coverages:
        raise StateConflict("还没有计划刊播的报道，请先安排再启动。")
    campaign = advance(campaign, "start", actor=actor, at=None, reason=reason)
    for coverage in coverages:
        tell_planned(coverage)
    return campaign


@transaction.atomic
def close_campaign(campaign: Campaign, *, actor: Actor, reason: str) -> Campaign:
    return advance(campaign, "close", actor=actor, at=None, reason=reason)


@transaction.atomic
def arrange_coverage(coverage: PlannedCoverage, *, actor: Actor, reason: str) -> PlannedCoverage:
    """The unit has spoken with the medium and says with whom."""
    _open(coverage.campaign)
    return advance(
        coverage, "arrange", actor=actor, at=coverage.unit, reason=reason,
        changes={"note": reason.strip()[:200]},
    )  # fmt: skip


@transaction.atomic
def drop_coverage(coverage: PlannedCoverage, *, actor: Actor, reason: str) -> PlannedCoverage:
    return advance(
        coverage, "drop", actor=actor, at=None, reason=reason,
        changes={"note": reason.strip()[:200]},
    )  # fmt: skip


@transaction.atomic
def resume_coverage(
    coverage: PlannedCoverage, *, actor: Actor, reason: str = ""
) -> PlannedCoverage:
    _open(coverage.campaign)
    return advance(
        coverage, "resume", actor=actor, at=None, reason=reason, changes={"note": reason[:200]}
    )


def _open(campaign: Campaign) -> Campaign:
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    if campaign.state == CampaignState.CLOSED:
        raise StateConflict("宣传活动已经结束，不能再改。")
    return campaign
