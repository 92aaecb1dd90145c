"""Plans and targets for tests, made by the services."""

from __future__ import annotations

from decimal import Decimal

from orgs.models import Unit
from responsibilities.models import AnnualPlan, Indicator, Target
from responsibilities.services.allocation import allocate, issue_targets
from responsibilities.services.library import load_indicator_library
from responsibilities.services.planning import approve_plan, create_plan, set_regional_values

#: 发展会员数 and 新建工会组织数, which add up, and 职工入会率, which is the same for all.
CODES = ("Z203", "Z204", "B05")


def make_indicator(code: str = "X01", **values) -> Indicator:
    """A count that adds up, unless said otherwise."""
    defaults = {
        "name": f"指标{code}",
        "section": "X",
        "section_title": "试验",
        "kind": "hard",
        "unit_label": "个",
        "value_type": "integer",
        "frequency": "quarter",
        "allocation_style": "sums",
    }
    return Indicator.objects.create(code=code, **{**defaults, **values})


def make_plan(cast, *, year: int = 2026, codes: tuple[str, ...] = CODES) -> AnnualPlan:
    """A draft plan with indicators of the library."""
    load_indicator_library(actor=cast.office)
    return create_plan(
        actor=cast.office,
        values={"year": year, "title": f"{year}年党工共建工作方案"},
        indicators=Indicator.objects.filter(code__in=codes),
    )


def make_approved_plan(
    cast, *, year: int = 2026, codes: tuple[str, ...] = CODES, value: int = 1200, rate: int = 85
) -> AnnualPlan:
    """A plan whose values for the whole region stand: ``value`` for counts, ``rate`` for rates."""
    plan = make_plan(cast, year=year, codes=codes)
    values = {
        line.indicator_id: Decimal(value if line.indicator.must_add_up else rate)
        for line in plan.lines.select_related("indicator")
    }
    set_regional_values(plan, actor=cast.office, values=values)
    return approve_plan(plan, actor=cast.leader)


def target_of(plan: AnnualPlan, unit: Unit, code: str = "Z203") -> Target:
    return Target.objects.select_related("unit", "indicator", "plan").get(
        plan=plan, unit=unit, indicator__code=code
    )


def divide(cast, plan: AnnualPlan, unit: Unit, actor, parts: dict[Unit, int], code: str = "Z203"):
    return allocate(
        target_of(plan, unit, code),
        actor=actor,
        values={part.pk: Decimal(value) for part, value in parts.items()},
    )


def issue_down_to_the_village(cast, *, year: int = 2026, value: int = 1200) -> AnnualPlan:
    """发展会员数 handed down to 红旗村 (a quarter of the whole) and 星火机械公司."""
    plan = make_approved_plan(cast, year=year, codes=("Z203",), value=value)
    half, quarter = value // 2, value // 4
    divide(
        cast, plan, cast.city, cast.office, {cast.qinghe: value - quarter, cast.yunshan: quarter}
    )
    issue_targets(cast.city, plan=plan, actor=cast.office)
    divide(
        cast,
        plan,
        cast.qinghe,
        cast.county,
        {cast.dongfeng: half, cast.xicheng: value - quarter - half},
    )
    issue_targets(cast.qinghe, plan=plan, actor=cast.county)
    divide(
        cast,
        plan,
        cast.dongfeng,
        cast.township,
        {cast.hongqi: quarter, cast.xinghuo: half - quarter},
    )
    issue_targets(cast.dongfeng, plan=plan, actor=cast.township)
    return plan
