"""Demo stage ``planning``: the year's plan, its values divided and handed down."""

from __future__ import annotations

import random
from decimal import Decimal

from gongjian.demo.guidance import guide_by_class
from gongjian.demo.people import actor_named, actors_by_unit
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from orgs.enums import Role
from orgs.models import Tenant, Unit
from orgs.queries import open_children, root_unit
from responsibilities.enums import AllocationMethod
from responsibilities.models import AnnualPlan, Indicator, Target
from responsibilities.services.allocation import (
    Share,
    allocate,
    issue_targets,
    propose_allocation,
)
from responsibilities.services.library import load_indicator_library
from responsibilities.services.planning import approve_plan, create_plan, set_regional_values
from responsibilities.services.targets import acknowledge_targets, propose_value

#: Indicator → the region's value for the year.
VALUES = {
    "Z203": 6200,  # 发展会员数
    "Z204": 260,  # 新建工会组织数
    "Z205": 120,  # 新建党组织数
    "Z206": 90,  # 同步组建党工组织的企业数
    "Z402": 9600,  # 培训人次
    "Z503": 240,  # 总结推广典型经验数
    "Z602": 1500,  # 发现问题数 is tracked; its remedy below is what counts
    "Z603": 1500,  # 已整改问题数
    "Z601": 2400,  # 走访企业数
    "Z304": 60,  # 研究成果转化应用数
}
_PRIORITIES = (
    "一、扩大“双组双建”覆盖，新设企业党组织和工会组织同步组建。\n"
    "二、落实一级抓一级，目标任务分解到每个基层单位和第一责任人。\n"
    "三、推动工会干部和党务工作者联合培训，提高服务职工本领。\n"
    "四、对督查发现的问题逐项整改销号，切实为基层减负。"
)


def plan_the_year(tenant: Tenant, say: object) -> AnnualPlan:
    """Draw up, approve, divide and hand down; two villages leave theirs unconfirmed."""
    year = today().year
    if (plan := AnnualPlan.objects.filter(year=year).first()) is not None:
        return plan
    chance = random.Random(year)  # noqa: S311 -- demo data, the same each time
    office, leader = actor_named(tenant, "office"), actor_named(tenant, "leader")
    load_indicator_library(actor=office)
    indicators = Indicator.objects.filter(code__in=VALUES)
    plan = create_plan(
        actor=office,
        values={
            "year": year,
            "title": f"示范市{year}年党工共建工作方案",
            "priorities": _PRIORITIES,
        },
        indicators=indicators,
    )
    values = {indicator.pk: Decimal(VALUES[indicator.code]) for indicator in indicators}
    set_regional_values(plan, actor=office, values=values)
    plan = approve_plan(plan, actor=leader)
    actors = actors_by_unit(tenant, (Role.SUPERIOR_OFFICE, Role.SECRETARY))
    root = root_unit()
    if root is None:
        raise LookupError("the demo tenant has its root unit")
    _hand_down(root, plan, actor=office, actors=actors, chance=chance)
    _leave_two_open(plan, actors)
    guide_by_class(tenant, plan)
    return plan


def _hand_down(
    unit: Unit,
    plan: AnnualPlan,
    *,
    actor: Actor,
    actors: dict[int, Actor],
    chance: random.Random,
) -> None:
    children = list(open_children(unit))
    if not children:
        return
    shares = [
        Share(
            measure=Decimal(child.worker_count) * Decimal(str(round(chance.uniform(0.9, 1.1), 2)))
        )
        for child in children
    ]
    targets = Target.objects.filter(plan=plan, unit=unit).exclude(indicator__code=_LEFT)
    for target in targets.select_related("indicator"):
        parts = propose_allocation(
            AllocationMethod.BY_MEASURE, total=target.value, reserve=Decimal(0), shares=shares
        )
        values = {child.pk: part for child, part in zip(children, parts, strict=True)}
        allocate(target, actor=actor, values=values)
    issue_targets(unit, plan=plan, actor=actor)
    for child in children:
        own = actors[child.pk]
        if child.name not in _OPEN:
            acknowledge_targets(child, plan=plan, actor=own)
        _hand_down(child, plan, actor=own, actors=actors, chance=chance)


#: Indicator that the office divides in the tour.
_LEFT = "Z503"
#: Units whose targets wait for the tour: one to confirm, one with another number proposed.
_OPEN = {"红旗村", "星火机械公司"}


def _leave_two_open(plan: AnnualPlan, actors: dict[int, Actor]) -> None:
    target = Target.objects.get(plan=plan, unit__name="星火机械公司", indicator__code="Z203")
    propose_value(
        target,
        actor=actors[target.unit_id],
        value=target.value - 4,
        reason="公司今年有一条生产线外迁，可发展对象减少，建议相应调减。",
    )
