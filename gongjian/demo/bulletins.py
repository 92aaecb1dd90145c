"""Bulletins of the demo: a printed issue, pieces at every point of their way, cases."""

from __future__ import annotations

from datetime import timedelta

from bulletins.enums import DispatchKind
from bulletins.models import BulletinSeries, Dispatch
from bulletins.points import BRIEF, COMBINED, MECHANISM
from bulletins.services.cases import (
    confirm_copy,
    list_case,
    nominate_case,
    propose_copy,
    write_case,
)
from bulletins.services.desk import (
    ask_commission,
    decide_dispatch,
    edit_dispatch,
    note_instruction,
    take_dispatch,
    tell_higher_adoption,
)
from bulletins.services.issues import (
    add_item,
    change_issue,
    make_issue,
    open_issue,
    review_issue,
    save_series,
    send_out_issue,
    sign_issue,
    submit_issue,
)
from bulletins.services.writing import Author, send_dispatch, write_dispatch
from gongjian.commons.points.enums import ADOPTION
from gongjian.commons.points.services.rulebooks import draft_rules, put_in_force
from gongjian.demo.people import actor_named, actors_by_unit
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from orgs.enums import Role
from orgs.models import Tenant, Unit

#: Points for what is adopted; of one piece the highest counts, as most offices have it.
RULES = {
    "awards": [
        {"label": "市级简报综合采用", "kind": ADOPTION, "level": "city", "amount": "3",
         "traits": [COMBINED]},
        {"label": "市级简报采用简讯", "kind": ADOPTION, "level": "city", "amount": "2",
         "traits": [BRIEF]},
        {"label": "市级简报单篇采用", "kind": ADOPTION, "level": "city", "amount": "5"},
        {"label": "省级刊物采用", "kind": ADOPTION, "level": "province", "amount": "10"},
        {"label": "全国性刊物采用", "kind": ADOPTION, "level": "national", "amount": "20"},
        {"label": "市级领导批示", "kind": "instruction", "level": "city", "amount": "5"},
        {"label": "省级领导批示", "kind": "instruction", "level": "province", "amount": "10"},
    ],
    "once_per": "level",
    "keep": "2",
    "split": "ratio",
    "ratio": ["3", "2"],
    "caps": [{"span": "year", "amount": "100", "kind": ""}],
    "consequences": [
        {"trigger": "failed_commissions", "span": "year", "limit": "2", "effect": "amount",
         "amount": "-5", "label": ""},
    ],
}  # fmt: skip

#: Unit, kind, title, paragraphs, authors.
PIECES = (
    ("红旗村", DispatchKind.EXPERIENCE, "“板凳会”解开职工心头结",
     (("红旗村把支部主题党日和工会小组活动放在一起开，每月最后一个周五晚上在村口老槐树下摆开板凳，"
      "书记、工会主席和职工面对面坐下来谈。"),
      ("一、问题当场记。每次会议由工会小组长记录，能办的当场定人定时限，不能办的说明理由并报镇里。"
      "今年以来共收到意见三十六条，办结三十三条。"),
      "二、结果回头讲。下一次会议先讲上一次的落实情况，由提意见的人评价。两条没办好的重新办理。",
      ("三、难事一起办。八户困难职工由党员结对，工会出资购置的两台小型烘干机已投入使用，"
      "户均增收两千余元。")),
     ("赵春梅", "孙国强")),
    ("星火机械公司", DispatchKind.EVENT, "党员攻关组解决焊接变形难题",
     (("星火机械公司党支部和工会联合成立党员攻关组，由三名党员技师牵头，吸收七名青年职工参加，"
      "历时两个月解决了机架焊接变形问题。"),
      ("改进后的工装使一次合格率由百分之八十六提高到百分之九十七，每年节约返工费用约四十万元。"
      "公司把这项成果列入职工创新工作室目录，并给予攻关组奖励。")),
     ("马志强",)),
    ("东风镇", DispatchKind.RESEARCH, "小微企业工会组建难在哪里",
     (("东风镇走访辖区四十二家小微企业，发现组建工会主要有三个难处：一是职工流动快，"
      "半数企业职工平均在岗不足一年；二是老板有顾虑，担心增加负担；三是没有人手，"
      "多数企业找不到愿意做工会工作的人。"),
      ("建议：以村社区为单位建联合工会，由镇工会派出专职干部；党建指导员同时担任工会指导员，"
      "一次走访办两件事；对新建企业给予第一年经费支持。")),
     ("吴建国",)),
    ("红旗村", DispatchKind.BRIEF, "红旗村职工书屋新添图书三百册",
     ("红旗村职工书屋近日新添农技、法律、少儿类图书三百册，晚间开放时间延长到九点。",),
     ("孙国强",)),
    ("星火机械公司", DispatchKind.EVENT, "星火机械公司召开职工代表大会",
     ("星火机械公司召开第四届职工代表大会，审议通过工资专项集体合同。",), ()),
    ("西城街道", DispatchKind.ADVICE, "建议把新就业群体驿站纳入统一标识",
     (("辖区内为快递员、外卖骑手服务的驿站由多个部门建设，名称、标识、开放时间各不相同，"
      "职工不容易找到。建议统一标识和地图入口，公布开放时间和服务内容。"),), ()),
)  # fmt: skip


def bulletins_year(tenant: Tenant) -> None:
    """A year of dispatches; every state is there to be looked at."""
    if BulletinSeries.objects.exists():
        return
    office = actor_named(tenant, "office")
    rules = draft_rules(
        MECHANISM, actor=office, year=today().year, title="信息工作积分办法", data=RULES
    )
    put_in_force(rules, actor=office)
    writers = _writers(tenant)
    pieces = [
        _sent(writers[unit], kind, title, paragraphs, authors)
        for unit, kind, title, paragraphs, authors in PIECES
        if unit in writers
    ]
    _printed(tenant, pieces[:3])
    _still_open(tenant, pieces, writers)
    _cases(tenant, writers)


def _writers(tenant: Tenant) -> dict[str, Actor]:
    """Who writes for the units of the pieces, by the unit's name."""
    actors = actors_by_unit(tenant, (Role.SUPERIOR_OFFICE, Role.SECRETARY))
    units = Unit.objects.filter(pk__in=actors, name__in={piece[0] for piece in PIECES})
    return {unit.name: actors[unit.pk] for unit in units.order_by("-path")}


def _sent(
    actor: Actor, kind: str, title: str, paragraphs: tuple[str, ...], authors: tuple[str, ...]
) -> Dispatch:
    unit = Unit.objects.get(pk=actor.unit_id or 0)
    dispatch = write_dispatch(
        unit,
        actor=actor,
        values={
            "kind": kind,
            "title": title,
            "body": "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs),
            "happened_on": today() - timedelta(days=6),
            "signer": actor.person_name,
        },
        authors=[Author(unit.pk, name) for name in authors],
    )
    return send_dispatch(dispatch, actor=actor)


def _printed(tenant: Tenant, pieces: list[Dispatch]) -> None:
    office, leader = actor_named(tenant, "office"), actor_named(tenant, "leader")
    viewer = actor_named(tenant, "viewer")
    series = save_series(
        None,
        actor=office,
        values={
            "name": "工运简报",
            "publisher": f"{tenant.leading_group}办公室",
            "total_before": 26,
            "notice": "内部资料　注意保存",
            "report_to": "省总工会，市委、市政府有关领导",
            "copy_to": "市直各部门，领导小组成员单位",
            "send_to": "各县（区）党工共建领导小组办公室",
            "copies": 80,
        },
    )
    issue = make_issue(series, actor=office, topic="把工会工作做到职工心坎上")
    issue = change_issue(
        issue,
        actor=office,
        values={
            "editor_note": "开好一次会、攻克一道关、摸清一个底，都是从职工最关心的事做起。"
            "现将三个单位的做法和调研刊发，供各地参考。"
        },
    )
    first = take_dispatch(pieces[0], actor=office)
    first = edit_dispatch(
        first,
        actor=office,
        title="红旗村“板凳会”解开职工心头结",
        body=first.body.replace("摆开板凳，", "摆上板凳，"),
    )
    for piece in (first, *pieces[1:]):
        add_item(issue, actor=office, dispatches=[piece])
    issue = submit_issue(issue, actor=office)
    for step, actor in (("first", office), ("second", viewer), ("final", leader)):
        issue = review_issue(issue, step, actor=actor)
    issue = sign_issue(issue, actor=leader)
    units = Unit.objects.filter(level__in=["county", "township"], closed_on=None)
    issue = send_out_issue(issue, actor=office, units=units)
    open_issue(issue, actor=actor_named(tenant, "county"))
    tell_higher_adoption(
        first,
        actor=office,
        values={
            "journal": "省工运信息",
            "level": "province",
            "issue": "第41期",
            "printed_on": today() - timedelta(days=2),
        },
    )
    note_instruction(
        pieces[2],
        actor=office,
        values={
            "leader": "市委副书记王志远",
            "level": "city",
            "text": "问题找得准。请总工会会同组织部研究小微企业联合建会的具体办法。",
            "given_on": today() - timedelta(days=1),
        },
        unit=Unit.objects.get(pk=actor_named(tenant, "county").unit_id or 0),
        due_on=today() + timedelta(days=20),
    )


def _still_open(tenant: Tenant, pieces: list[Dispatch], writers: dict[str, Actor]) -> None:
    office = actor_named(tenant, "office")
    if len(pieces) > 4:
        decide_dispatch(
            pieces[4],
            actor=office,
            decision="decline",
            reason="routine",
            remark="会议消息不单独刊发，请写合同里职工最关心的条款和实际变化。",
        )
    units = Unit.objects.filter(
        pk__in=[
            writers[name].unit_id or 0 for name in ("红旗村", "星火机械公司") if name in writers
        ]
    )
    ask_commission(
        actor=office,
        values={
            "topic": "新就业群体入会怎样做实",
            "kind": DispatchKind.EXPERIENCE,
            "requirement": "写一件具体的事：怎么找到人、怎么留住人、解决了什么。一千五百字以内。",
            "due_on": today() + timedelta(days=9),
        },
        units=units,
    )


def _cases(tenant: Tenant, writers: dict[str, Actor]) -> None:
    office = actor_named(tenant, "office")
    if "红旗村" not in writers:
        return
    author = writers["红旗村"]
    case = write_case(
        None,
        actor=author,
        unit=Unit.objects.get(pk=author.unit_id or 0),
        values={
            "kind": "brand",
            "title": "板凳会",
            "problem": "职工白天上工，会议通知难、到会难、说真话更难。",
            "practice": "每月最后一个周五晚上在村口摆板凳开会；问题当场记、定人定时限；"
            "下一次先讲落实、由提意见的人评价；办不了的一周内报镇里。",
            "effect": "今年收到意见三十六条，办结三十三条；参加人数由十几人增加到六十多人。",
            "lesson": "时间跟着职工走，地点放在家门口，结果当面讲。",
        },
    )
    case = list_case(nominate_case(case, actor=author), actor=office)
    if "星火机械公司" in writers:
        other = writers["星火机械公司"]
        confirm_copy(
            case,
            actor=other,
            unit=Unit.objects.get(pk=other.unit_id or 0),
            done="每周三午休在车间开“工位会”，十五分钟说问题，一个月办结十二件。",
        )
    if "东风镇" in writers:
        propose_copy(case, actor=office, unit=Unit.objects.get(pk=writers["东风镇"].unit_id or 0))
