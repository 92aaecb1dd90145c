"""Parts of the demo year: categories, work plans, development plans, later a handover."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from gongjian.demo.people import PASSWORD, actor_named, actors_by_unit
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from orgs.enums import Category, Level, Role
from orgs.guidance_services import place_by_rule, save_category
from orgs.models import GuidanceCategory, Handover, Tenant, Unit
from orgs.queries import current_appointments, open_children
from orgs.services import appoint, end_appointment, open_account
from responsibilities.enums import Mode
from responsibilities.models import AnnualPlan, WorkPlan
from responsibilities.services.development import (
    approve_development,
    save_development,
    set_development_measures,
    submit_development,
)
from responsibilities.services.guidance import (
    MeasureLine,
    approve_work_plan,
    create_work_plan,
    set_measures,
    set_weights,
    submit_work_plan,
    tick_measure,
)

#: Name → levels, kinds, goals, what each measure says and who does it.
_CLASSES: dict[str, tuple[list[str], list[str], str, list[tuple[str, str]]]] = {
    "县区": (
        [Level.COUNTY],
        [],
        "县区党委、总工会同部署、同检查、同考核。\n目标任务一季度内分解到乡镇街道。",
        [
            ("召开党建带工建联席会议，分解年度目标任务", "党工共建办主任"),
            ("对所辖乡镇街道开展一轮督查，问题逐项销号", "党工共建办主任"),
            ("总结上报两个可推广的典型", "党工共建办主任"),
        ],
    ),
    "乡镇街道": (
        [Level.TOWNSHIP],
        [Category.TOWN, Category.STREET],
        "村、社区和辖区企业党工组织应建尽建。\n季度报表按时报送、逐家审核。",
        [
            ("摸清辖区未建组织企业底数，建立组建台账", "党建办主任"),
            ("联合举办一期工会干部和党务工作者培训", "党建办主任"),
            ("走访辖区企业，帮助解决职工急难事", "党建办主任"),
        ],
    ),
    "园区和系统": (
        [Level.TOWNSHIP],
        [Category.PARK, Category.SYSTEM],
        "园区党工委、工会联合会统筹抓企业。\n规模以上企业党工组织同步组建。",
        [
            ("入园企业登记时同步登记党员和职工情况", "园区党工委书记"),
            ("建设党群服务中心和职工之家共享阵地", "园区党工委书记"),
        ],
    ),
    "村、社区": (
        [Level.GRASSROOTS],
        [Category.VILLAGE, Category.COMMUNITY],
        "党支部带工会小组，服务务工人员和新就业群体。\n发现的问题当季整改。",
        [
            ("登记返乡和灵活就业人员，发展工会会员", "党支部书记"),
            ("每季度开展一次走访慰问，建立问题清单", "工会主席"),
            ("年底前向党员大会报告党工共建情况", "党支部书记"),
        ],
    ),
    "非公企业": (
        [Level.GRASSROOTS],
        [Category.PRIVATE_ENTERPRISE, Category.SOCIAL],
        "党组织和工会同步组建、书记和主席交叉任职。\n把党员培养成骨干，把骨干培养成党员。",
        [
            ("推动企业主支持建会，签订组建承诺", "党支部书记"),
            ("开展一次集体协商，签订集体合同", "工会主席"),
            ("设立党员先锋岗和工人先锋号", "党支部书记"),
        ],
    ),
}
#: Weights of five indicators, turned round from category to category.
_WEIGHTS = (30, 25, 20, 15, 10)
#: Waits for the leader's approval in the tour.
_WAITING = "园区和系统"


def guide_by_class(tenant: Tenant, plan: AnnualPlan) -> None:
    """Draw up the categories with their plans; one plan waits for approval."""
    if GuidanceCategory.objects.exists():
        return
    office, leader = actor_named(tenant, "office"), actor_named(tenant, "leader")
    categories = [
        save_category(
            None,
            actor=office,
            values={"name": name, "levels": levels, "kinds": kinds, "order": order},
        )
        for order, (name, (levels, kinds, _, _)) in enumerate(_CLASSES.items(), start=1)
    ]
    place_by_rule(actor=office)
    for turn, category in enumerate(categories):
        _draw_up(plan, category, office=office, leader=leader, turn=turn)
    actors = actors_by_unit(tenant, (Role.SUPERIOR_OFFICE, Role.SECRETARY))
    _develop(plan, actors)


def _draw_up(
    plan: AnnualPlan, category: GuidanceCategory, *, office: Actor, leader: Actor, turn: int
) -> None:
    _, _, goals, measures = _CLASSES[category.name]
    work_plan = create_work_plan(
        plan,
        category,
        actor=office,
        goals=goals,
        approach="突出这一类单位的特点，不搞一刀切；不以会议、文件、台账数量论成效。",
    )
    days = (date(plan.year, 3, 31), date(plan.year, 9, 30), date(plan.year, 12, 20))
    set_measures(
        work_plan,
        actor=office,
        lines=[
            MeasureLine(text, owner, day)
            for (text, owner), day in zip(measures, days, strict=False)
        ],
    )
    lines = plan.lines.filter(indicator__mode=Mode.SCORED).order_by("order", "pk")
    keys = list(lines.values_list("indicator_id", flat=True)[: len(_WEIGHTS)])
    shares = [Decimal(_WEIGHTS[(place + turn) % len(keys)]) for place in range(len(keys))]
    shares[0] += 100 - sum(shares)
    set_weights(work_plan, actor=office, weights=dict(zip(keys, shares, strict=True)))
    work_plan = submit_work_plan(work_plan, actor=office)
    if category.name != _WAITING:
        approve_work_plan(work_plan, actor=leader)


def _develop(plan: AnnualPlan, actors: dict[int, Actor]) -> None:
    """红旗村 has an agreed plan and a measure done; 星火机械公司 waits for its superior."""
    for name, is_agreed in (("红旗村", True), ("星火机械公司", False)):
        unit = Unit.objects.select_related("parent").get(name=name)
        actor = actors[unit.pk]
        development = save_development(
            None,
            actor=actor,
            unit=unit,
            values={
                "from_year": plan.year,
                "to_year": plan.year + 2,
                "situation": "党组织健全，工会会员覆盖面还不够；年轻职工流动大，阵地设施较旧。",
                "goals": "三年内职工入会率达到九成。\n建成一处党工共享阵地。\n培养三名以上骨干。",
                "guarantees": "党费、工会经费按规定列支，争取上级补助。",
            },
        )
        lines = [
            MeasureLine("开展一次全员入会摸底", unit.principal_name, date(plan.year, 6, 30)),
            MeasureLine("改造党工共享阵地", unit.principal_name, date(plan.year + 1, 10, 31)),
            MeasureLine("选送骨干参加联合培训", unit.principal_name, date(plan.year + 2, 9, 30)),
        ]
        set_development_measures(development, actor=actor, lines=lines)
        development = submit_development(development, actor=actor)
        if is_agreed and unit.parent_id is not None:
            approve_development(
                development, actor=actors[unit.parent_id], reason="目标实在，按年抓好落实。"
            )
            _tick_first(plan, unit, actor)


def _tick_first(plan: AnnualPlan, unit: Unit, actor: Actor) -> None:
    work_plan = WorkPlan.objects.get(plan=plan, category__placements__unit=unit, state="approved")
    measure = work_plan.measures.order_by("order").first()
    if measure is not None:
        day = min(measure.due_on, today())
        note = "登记返乡和灵活就业人员四十六人，新发展会员十二人。"
        tick_measure(measure, unit, actor=actor, done_on=day, note=note)


def change_a_holder(tenant: Tenant) -> None:
    """A third village of 东风镇 has a new secretary; the old one has gone."""
    if Handover.objects.exists():
        return
    administrator = actor_named(tenant, "admin")
    unit = open_children(Unit.objects.get(name="东风镇"))[2]
    term = current_appointments().get(post__unit=unit, post__role=Role.SECRETARY)
    end_appointment(term, actor=administrator, ends_on=today() - timedelta(days=1))
    user = open_account(username="newcomer", person_name="林晓", password=PASSWORD)
    appoint(term.post, actor=administrator, user=user, starts_on=today())
