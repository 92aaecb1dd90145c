"""Follow-ups of the demo: some to sign for, some late, some done."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from gongjian.commons.follow_ups.enums import Escalation
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.follow_ups.services.assigning import issue_follow_up, open_follow_up
from gongjian.commons.follow_ups.services.delegating import Delegated, delegate_follow_up
from gongjian.commons.follow_ups.services.escalating import raise_follow_up
from gongjian.commons.follow_ups.services.handling import (
    ask_extension,
    clear_follow_up,
    note_follow_up,
    receive_follow_up,
    report_follow_up,
    urge_follow_up,
)
from gongjian.commons.follow_ups.services.looking_back import fail_look_back, schedule_look_back
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
    ("清河县", "摸清新就业形态劳动者底数", "按平台、行业分类登记，十二月底前报总数和分布。",
     "年度方案", "commission", 22),
    ("红旗村", "公示工会经费收支", "在村务公开栏公示上半年收支，交公示照片。",
     "季度督查", "rectification", 20),
    ("云山区", "新建三处户外劳动者驿站", "选址、挂牌、开放，明确管理单位。",
     "组长批示", "instruction", 15),
    ("东风镇", "规范困难职工档案", "一户一档，动态更新，差错率为零。",
     "第三季度联席会议", "resolution", 20),
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
        actor = handlers[matter.unit_id]
        if place in _LONGER:
            _LONGER[place](receive_follow_up(matter, actor=actor), actor, office)
        else:
            _bring_on(matter, place, actor=actor, office=office, leader=leader)


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


def _begun_earlier(matter: FollowUp, *, given: int, due: int) -> FollowUp:
    """Move the days of a matter back, so that the demo has a past."""
    day = today() + timedelta(days=due)
    FollowUp.objects.filter(pk=matter.pk).update(
        issued_at=timezone.now() - timedelta(days=given),
        received_at=timezone.now() - timedelta(days=given - 1),
        due_on=day,
        first_due_on=day,
    )
    return FollowUp.objects.select_related("unit", "giver").get(pk=matter.pk)


def _delegated(matter: FollowUp, actor: Actor, office: Actor) -> None:
    below = Unit.objects.filter(parent=matter.unit, closed_on__isnull=True).order_by("path").first()
    if below is None:
        return
    asked = Delegated(
        unit=below,
        starts_on=today(),
        ends_on=today() + timedelta(days=14),
        reason="先在辖区试点登记，摸索分类办法。",
    )
    delegate_follow_up(matter, actor=actor, delegated=asked)


def _overdue(matter: FollowUp, actor: Actor, office: Actor) -> None:
    late = _begun_earlier(matter, given=34, due=-13)
    urge_follow_up(late, actor=office, text="时限已过，请说明原因并尽快公示。")
    raise_follow_up(
        late, actor=office, level=Escalation.SUPERIOR, text="催办后仍未公示，请镇里督促。"
    )


def _cleared(matter: FollowUp, actor: Actor, office: Actor, *, days: int) -> FollowUp:
    held = _begun_earlier(matter, given=days + 26, due=3 - days)
    done = report_follow_up(held, actor=actor, result="已全部落实，材料和照片已归档。")
    done = clear_follow_up(done, actor=office, reason="现场查看属实。")
    FollowUp.objects.filter(pk=done.pk).update(
        reported_at=timezone.now() - timedelta(days=days + 2),
        cleared_at=timezone.now() - timedelta(days=days),
    )
    return FollowUp.objects.select_related("unit", "giver").get(pk=done.pk)


def _to_look_back_at(matter: FollowUp, actor: Actor, office: Actor) -> None:
    done = _cleared(matter, actor, office, days=90)
    schedule_look_back(done, actor=office, day=today(), reason="销号满三个月")


def _back_again(matter: FollowUp, actor: Actor, office: Actor) -> None:
    done = _cleared(matter, actor, office, days=60)
    fail_look_back(
        done,
        actor=office,
        text="抽查十户，两户档案没有更新。",
        due_on=today() + timedelta(days=18),
    )


#: Place in the list → the longer life of that matter.
_LONGER = {6: _delegated, 7: _overdue, 8: _to_look_back_at, 9: _back_again}
