"""Outlets, campaigns and reports for tests, by the services."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from gongjian.commons.points.services.rulebooks import draft_rules, put_in_force
from gongjian.foundation.kernel.dates import today
from orgs.models import Unit
from publicity.models import Campaign, Outlet, Placement, PlannedCoverage
from publicity.points import FRONT, MECHANISM, PUBLISHED, REPRINT
from publicity.services.planning import plan_coverage, save_campaign, save_outlet, start_campaign
from publicity.services.register import (
    Part,
    file_placement,
    verify_placement,
    write_placement,
)
from publicity.services.reviews import make_review, save_public_page
from tests.factories.evidence import attached, photo

__all__ = ["make_review", "save_public_page"]


def outlet_of(cast, name: str = "示范日报", **values) -> Outlet:
    known = Outlet.objects.filter(name=name).first()
    return known or save_outlet(
        None,
        actor=cast.office,
        values={"name": name, "medium": "party_press", "level": "city", "aliases": [], **values},
    )


def campaign_of(cast, *, is_running: bool = True, **values) -> Campaign:
    campaign = save_campaign(
        None,
        actor=cast.office,
        values={
            "title": "集中宣传",
            "theme": "新就业群体",
            "goal": "讲清楚怎样入会。",
            "starts_on": today() - timedelta(days=20),
            "ends_on": today() + timedelta(days=20),
            **values,
        },
    )
    coverage_of(cast, campaign)
    return start_campaign(campaign, actor=cast.office) if is_running else campaign


def coverage_of(cast, campaign: Campaign, **values) -> PlannedCoverage:
    return plan_coverage(
        campaign,
        actor=cast.office,
        unit=values.pop("unit", cast.hongqi),
        values={
            "topic": "板凳会上的新会员",
            "medium": "party_press",
            "level": "city",
            "due_on": today() + timedelta(days=5),
            **values,
        },
    )


def entry_of(cast, actor=None, *, parts=(), with_proof: bool = True, **values) -> Placement:
    actor = actor or cast.secretary
    placement = write_placement(
        None,
        actor=actor,
        unit=values.pop("unit", None) or Unit.objects.get(pk=actor.unit_id),
        values={
            "title": "板凳会开到老槐树下",
            "outlet": values.pop("outlet", None) or outlet_of(cast),
            "published_on": today() - timedelta(days=3),
            **values,
        },
        parts=parts,
    )
    if with_proof:
        attached(placement, actor, name="剪报.jpg", content=photo())
    return placement


def filed(cast, actor=None, **values) -> Placement:
    actor = actor or cast.secretary
    return file_placement(entry_of(cast, actor, **values), actor=actor)


def verified(cast, actor=None, **values) -> Placement:
    return verify_placement(filed(cast, actor, **values), actor=cast.office)


def publicity_rules(cast) -> None:
    rules = draft_rules(
        MECHANISM,
        actor=cast.office,
        year=today().year,
        title="宣传积分办法",
        data={
            "awards": [
                {"label": "省级刊播", "kind": PUBLISHED, "level": "province", "amount": "10"},
                {"label": "市级刊播", "kind": PUBLISHED, "level": "city", "amount": "5"},
            ],
            "factors": [{"trait": REPRINT, "times": "0.5"}, {"trait": FRONT, "times": "2"}],
            "split": "declared",
        },
    )
    put_in_force(rules, actor=cast.office)


def percent(unit: Unit, part: int):

    return Part(unit, Decimal(part))
