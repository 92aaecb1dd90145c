"""Commendation of the demo: an honour of last year, and this year's nominations on their way."""

from __future__ import annotations

from datetime import timedelta

from commendations.enums import Bound, Holder, ProgrammeKind, Trait
from commendations.models import AwardCategory, Nomination, Programme
from commendations.services.nominating import (
    check_nomination,
    give_opinion,
    hear_department,
    recommend,
    send_nomination,
    write_nomination,
)
from commendations.services.programmes import (
    Ratio,
    allot,
    open_programme,
    save_category,
    save_programme,
)
from gongjian.commons.honours.services import enter_honour
from gongjian.demo.people import actor_named, actors_by_unit
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError
from orgs.enums import Role
from orgs.models import Tenant, Unit

#: Unit, person, duty, traits, summary, deeds.
NOMINEES: tuple[tuple[str, str, str, list[str], str, str], ...] = (
    ("红旗村", "", "", [], "每月一次“板凳会”，职工意见办结率超过九成。",
     ("红旗村党支部、工会委员会坚持每月最后一个周五召开“板凳会”，三年来收到意见一百零六条，"
     "办结九十八条；两个组织同步换届，会议由四次减为两次，职工到会率由六成提高到八成。")),
    ("星火机械公司", "", "", [], "党员攻关组两年解决十一个生产难题。",
     ("星火机械公司党支部和工会联合成立攻关组，题目由工会小组提、党员带头领、车间评价，"
     "两年解决难题十一个，节约费用一百六十万元，三名青年职工被列为入党积极分子。")),
    ("红旗村", "孙国强", "工会主席", [Trait.FRONTLINE], "十年走遍全村每一户困难职工。",
     ("孙国强担任村工会主席十年，建起困难职工台账并每季走访，协调购置烘干机两台，"
     "帮助八户困难职工户均增收两千余元；组织免费法律咨询十二场，调解纠纷四十一件。")),
    ("星火机械公司", "马志强", "焊接班班长", [Trait.FRONTLINE, Trait.ENTERPRISE],
     "带出十九名徒弟，解决机架焊接变形难题。",
     ("马志强带领党员攻关组历时两个月解决机架焊接变形问题，一次合格率由百分之八十六提高到"
     "百分之九十七；先后带徒十九名，其中五人成长为班组长，本人多次放弃休息支援新线调试。")),
)  # fmt: skip


def commendations_year(tenant: Tenant) -> None:
    """This year's programme with nominations at several levels."""
    if Programme.objects.exists():
        return
    office = actor_named(tenant, "office")
    writers = {
        actor.unit_name: actor
        for actor in actors_by_unit(tenant, (Role.SECRETARY, Role.SUPERIOR_OFFICE)).values()
    }
    _earlier(office)
    programme, collective, personal = _programme(office)
    programme = open_programme(programme, actor=office)
    for place, (unit, person, duty, traits, summary, deeds) in enumerate(NOMINEES):
        actor = writers.get(unit)
        if actor is None:
            continue
        row = write_nomination(
            None,
            actor=actor,
            category=AwardCategory.objects.select_related("programme").get(
                pk=(personal if person else collective).pk
            ),
            unit=Unit.objects.get(pk=actor.unit_id or 0),
            values={
                "person": person,
                "duty": duty,
                "traits": traits,
                "summary": summary,
                "deeds": deeds,
            },
        )
        _go_up(row, actor, writers, office, levels=(2, 2, 1, 2)[place])


def _earlier(office: Actor) -> None:
    unit = Unit.objects.filter(name="红旗村").first()
    if unit is None:
        return
    enter_honour(
        actor=office,
        unit=unit,
        values={
            "person": "赵春梅",
            "duty": "党支部书记",
            "kind": "honour",
            "title": "优秀党务工作者",
            "occasion": "全市优秀党务工作者表彰",
            "level": "city",
            "organ": "中共示范市委员会",
            "document_number": "示委〔2024〕16号",
            "awarded_on": today() - timedelta(days=500),
        },
    )


def _programme(office: Actor) -> tuple[Programme, AwardCategory, AwardCategory]:
    programme = save_programme(
        None,
        actor=office,
        values={
            "title": f"{today().year}年度党工共建先进集体和个人",
            "kind": ProgrammeKind.PRAISE,
            "conditions": "一、党组织和工会组织健全，按期换届。\n"
            "二、目标任务完成情况良好，上年度考核合格以上。\n三、没有未销号的整改事项。",
            "closes_on": today() + timedelta(days=15),
            "rest_years": 3,
            "departments": ["纪检监察", "公安", "人社"],
        },
    )
    collective = save_category(
        programme,
        None,
        actor=office,
        values={"title": "先进集体", "holder": Holder.UNIT, "places": 20},
        ratios=[Ratio(Trait.GRASSROOTS, Bound.AT_LEAST, 40)],
    )
    personal = save_category(
        programme,
        None,
        actor=office,
        values={"title": "先进个人", "holder": Holder.PERSON, "places": 20},
        ratios=[Ratio(Trait.FRONTLINE, Bound.AT_LEAST, 60), Ratio(Trait.HEAD, Bound.AT_MOST, 15)],
    )
    counties = list(Unit.objects.filter(parent__parent=None, closed_on=None).order_by("path"))
    for category in (collective, personal):
        each, rest = divmod(category.places, len(counties))
        places = {unit.pk: each + (place < rest) for place, unit in enumerate(counties)}
        allot(category, actor=office, places=places)
    return programme, collective, personal


def _go_up(
    row: Nomination, actor: Actor, writers: dict[str, Actor], office: Actor, *, levels: int
) -> None:
    """Sent; then agreed to by the township; then recommended by the county and checked."""
    row = send_nomination(row, actor=actor)
    township, county = writers.get("东风镇"), writers.get("清河县")
    if levels < 2 or township is None or county is None:
        return
    give_opinion(row, actor=township, text="情况属实，同意推荐。")
    row = recommend(row, actor=county)
    for organ in ("纪检监察", "公安", "人社"):
        hear_department(
            row, actor=office, organ=organ, verdict="agreed", text="无不同意见。", reference=""
        )
    if row.person:
        return
    try:
        check_nomination(row, actor=office)
    except DomainError:
        # Something of the demo's year stands against it: left for the office to look at.
        return
