"""Follow-ups of the demo: some to sign for, some late, some done."""

from __future__ import annotations

from datetime import timedelta

from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.follow_ups.services.assigning import issue_follow_up, open_follow_up
from gongjian.commons.follow_ups.services.handling import (
    ask_extension,
    clear_follow_up,
    note_follow_up,
    receive_follow_up,
    report_follow_up,
    urge_follow_up,
)
from gongjian.demo.people import actor_named, actors_by_unit
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from orgs.enums import Role
from orgs.models import Tenant, Unit
from orgs.queries import root_unit

#: Unit, title, requirement, basis, kind, days until due.
MATTERS = (
    ("红旗村", "整修职工活动室", "修缮屋顶和电路，恢复开放，交验收单和照片。",
     "第三季度联席会议", "resolution", 12),
    ("红旗村", "补齐工会会员花名册", "按实有会员逐人核对，差错率为零。",
     "季度督查", "rectification", 3),
    ("星火机械公司", "建立女职工委员会", "按程序选举产生并报批。",
     "第三季度联席会议", "resolution", 25),
    ("东风镇", "推动三家新建企业同步组建", "三家企业党组织、工会组织同步建立，报送批复文号。",
     "组长批示", "instruction", 8),
    ("清河县", "解决两新组织活动经费", "明确经费渠道，落实到每个支部。",
     "组长批示", "instruction", 18),
    ("云山区", "规范基层工会换届", "届满的十二家基层工会年底前完成换届。",
     "年度方案", "commission", 40),
)  # fmt: skip


def follow_up_matters(tenant: Tenant) -> None:
    """Give matters out and bring each to another point of its life."""
    if FollowUp.objects.exists():
        return
    office, leader = actor_named(tenant, "office"), actor_named(tenant, "leader")
    handlers = actors_by_unit(tenant, (Role.SUPERIOR_OFFICE, Role.SECRETARY))
    root = root_unit()
    assert root is not None  # noqa: S101 -- every tenant has a root
    given = []
    for name, title, requirement, basis, kind, days in MATTERS:
        unit = Unit.objects.filter(name=name).order_by("path").first()
        if unit is None or unit.pk not in handlers:
            continue
        values = {
            "title": title,
            "requirement": requirement,
            "basis": basis,
            "kind": kind,
            "contact": "陈静 000-5550102",
            "due_on": today() + timedelta(days=days),
        }
        matter = open_follow_up(unit, actor=office, giver=root, values=values)
        given.append(issue_follow_up(matter, actor=office))
    for place, matter in enumerate(given[1:], start=1):
        _bring_on(matter, place, actor=handlers[matter.unit_id], office=office, leader=leader)


def _bring_on(matter: FollowUp, place: int, *, actor: Actor, office: Actor, leader: Actor) -> None:
    held = receive_follow_up(matter, actor=actor)
    if place == 1:
        note_follow_up(held, actor=actor, text="已核对一半，缺两个村民小组。")
        urge_follow_up(held, actor=leader, text="本周内要有结果。")
    if place == 2:
        later = held.due_on + timedelta(days=15)
        ask_extension(held, actor=actor, until=later, reason="职工大会改在下月召开。")
    if place in {3, 4}:
        held = report_follow_up(held, actor=actor, result="已落实，材料已归档备查。")
    if place == 4:
        clear_follow_up(held, actor=office, reason="情况属实。")
