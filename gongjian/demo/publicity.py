"""Publicity of the demo: a campaign with gaps, reports at every point, reprints, a press review."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

from PIL import Image, ImageDraw

from gongjian.commons.evidence.queries import find_place
from gongjian.commons.evidence.services.uploading import take
from gongjian.commons.points.services.rulebooks import draft_rules, put_in_force
from gongjian.demo.people import actor_named, actors_by_unit
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from orgs.enums import Role
from orgs.models import Tenant, Unit
from publicity.models import Campaign, Outlet, Placement
from publicity.points import FRONT, MECHANISM, PUBLISHED, REPRINT
from publicity.queries import KIND
from publicity.services.planning import (
    arrange_coverage,
    plan_coverage,
    save_campaign,
    save_outlet,
    start_campaign,
)
from publicity.services.register import (
    Part,
    file_placement,
    release_placement,
    send_back_placement,
    set_family,
    verify_placement,
    write_placement,
)
from publicity.services.reviews import make_review, save_public_page

#: Name, medium, level, aliases.
OUTLETS: tuple[tuple[str, str, str, list[str]], ...] = (
    ("示范日报", "party_press", "city", ["示范日报客户端"]),
    ("省工人报", "union_press", "province", ["省工人报社"]),
    ("示范电视台", "television", "city", ["示范综合频道"]),
    ("示范人民广播电台", "radio", "city", []),
    ("示范新闻网", "web", "city", ["示范网"]),
    ("全国劳动网", "web", "national", []),
    ("清河工会公众号", "own", "county", []),
)
RULES = {
    "awards": [
        {"label": "全国性媒体刊播", "kind": PUBLISHED, "level": "national", "amount": "20"},
        {"label": "省级媒体刊播", "kind": PUBLISHED, "level": "province", "amount": "10"},
        {"label": "市级电视刊播", "kind": PUBLISHED, "level": "city", "outlet_class": "电视",
         "amount": "6"},
        {"label": "市级媒体刊播", "kind": PUBLISHED, "level": "city", "amount": "5"},
        {"label": "县级及自有媒体刊播", "kind": PUBLISHED, "amount": "1"},
    ],
    "factors": [{"trait": REPRINT, "times": "0.5"}, {"trait": FRONT, "times": "2"}],
    "once_per": "level",
    "split": "declared",
    "caps": [{"span": "year", "amount": "100", "kind": ""}],
}  # fmt: skip


def publicity_year(tenant: Tenant) -> None:
    """A campaign with what appeared and what did not; every state is there to be looked at."""
    if Outlet.objects.exists():
        return
    office = actor_named(tenant, "office")
    rules = draft_rules(
        MECHANISM, actor=office, year=today().year, title="宣传工作积分办法", data=RULES
    )
    put_in_force(rules, actor=office)
    outlets = {
        name: save_outlet(
            None,
            actor=office,
            values={"name": name, "medium": medium, "level": level, "aliases": aliases},
        )
        for name, medium, level, aliases in OUTLETS
    }
    writers = _writers(tenant)
    campaign = _campaign(office, writers)
    _reports(office, writers, outlets, campaign)


def _writers(tenant: Tenant) -> dict[str, Actor]:
    actors = actors_by_unit(tenant, (Role.SUPERIOR_OFFICE, Role.SECRETARY))
    names = {"红旗村", "星火机械公司", "东风镇", "西城街道"}
    units = Unit.objects.filter(pk__in=actors, name__in=names)
    return {unit.name: actors[unit.pk] for unit in units.order_by("-path")}


def _unit(actor: Actor) -> Unit:
    return Unit.objects.get(pk=actor.unit_id or 0)


def _campaign(office: Actor, writers: dict[str, Actor]) -> Campaign:
    campaign = save_campaign(
        None,
        actor=office,
        values={
            "title": "新就业群体建会入会集中宣传",
            "theme": "新就业群体",
            "goal": "讲清楚骑手、快递员、货车司机怎样入会、入会后得到什么。\n"
            "报纸写人，电视拍现场，网站回答职工常问的问题。",
            "starts_on": today() - timedelta(days=40),
            "ends_on": today() + timedelta(days=40),
        },
    )
    plan = (
        ("东风镇", "骑手驿站的一天", "party_press", "city", -12),
        ("红旗村", "板凳会上的新会员", "union_press", "province", -8),
        ("星火机械公司", "车间里的入会宣讲", "television", "city", -5),
        ("西城街道", "快递小哥入会十问", "web", "city", 12),
    )
    for name, topic, medium, level, days in plan:
        if name in writers:
            plan_coverage(
                campaign,
                actor=office,
                unit=_unit(writers[name]),
                values={
                    "topic": topic,
                    "medium": medium,
                    "level": level,
                    "due_on": today() + timedelta(days=days),
                },
            )
    campaign = start_campaign(campaign, actor=office)
    last = campaign.coverages.select_related("campaign", "unit").last()
    if last is not None and last.unit.name in writers:
        arrange_coverage(last, actor=writers[last.unit.name], reason="已与示范新闻网约定采访时间")
    return campaign


def _reports(
    office: Actor, writers: dict[str, Actor], outlets: dict[str, Outlet], campaign: Campaign
) -> None:
    if not {"红旗村", "东风镇"} <= set(writers):
        return
    village, town = writers["红旗村"], writers["东风镇"]
    coverages = {row.topic: row for row in campaign.coverages.all()}
    first = _entered(
        town, outlets["示范日报"], "骑手驿站里的暖心事", -11, spot="第1版", is_front=True,
        genre="feature", coverage=coverages["骑手驿站的一天"],
        excerpt="东风镇把闲置门面改成骑手驿站，热水、充电、法律咨询都在家门口，三个月有一百二十名骑手入会。",
        parts=[Part(_unit(town), Decimal(60)), Part(_unit(village), Decimal(40))],
    )  # fmt: skip
    first = verify_placement(file_placement(first, actor=town), actor=office)
    release_placement(first, actor=office, is_released=True)
    again = _entered(
        town, outlets["全国劳动网"], "骑手驿站里的暖心事", -9, theme="新就业群体",
        link="https://example.org/news/rider", excerpt="转载示范日报。",
    )  # fmt: skip
    again = set_family(again, actor=town, first=first)
    verify_placement(file_placement(again, actor=town), actor=office)
    bench = _entered(
        village, outlets["省工人报"], "板凳会开到老槐树下", -7, spot="第3版", genre="news",
        coverage=coverages["板凳会上的新会员"], origin="invited", reporter="本报记者",
        excerpt="红旗村每月最后一个周五晚上摆开板凳，书记、工会主席和职工面对面谈，三十六条意见办结三十三条。",
    )  # fmt: skip
    bench = verify_placement(
        file_placement(bench, actor=village), actor=office, reason="原件已核对。"
    )
    release_placement(bench, actor=office, is_released=True)
    make_review(
        actor=office,
        title="媒体看党工共建",
        starts_on=today() - timedelta(days=40),
        ends_on=today(),
        note="本期收录新就业群体集中宣传开展以来的报道。",
    )
    save_public_page(
        actor=office,
        values={
            "is_open": True,
            "title": "媒体看党工共建",
            "intro": "报纸、电视和网站上的党建带工建、工建促党建。",
        },
    )
    waiting = _entered(
        village, outlets["示范人民广播电台"], "村里的职工书屋", -3, genre="programme",
        spot="午间新闻", theme="职工之家",
    )  # fmt: skip
    file_placement(waiting, actor=village)
    back = _entered(village, outlets["示范新闻网"], "红旗村烘干机投入使用", -5, theme="职工服务")
    send_back_placement(
        file_placement(back, actor=village),
        actor=office,
        reason="截图看不到日期，请补传带有网址和日期的整页截图。",
    )


def _entered(
    actor: Actor, outlet: Outlet, title: str, days: int, *, parts: list[Part] | None = None,
    **values: object,
) -> Placement:  # fmt: skip
    unit = _unit(actor)
    day = today() + timedelta(days=days)
    placement = write_placement(
        None,
        actor=actor,
        unit=unit,
        values={"title": title, "outlet": outlet, "published_on": day, **values},
        parts=parts or [],
    )
    place = find_place(KIND, placement.pk)
    if place is not None:
        take(place, actor=actor, name=f"{outlet.name}{day:%m%d}.png", content=_clipping(title, day))
    return placement


def _clipping(title: str, day: date) -> bytes:
    """A page of an invented newspaper, as grey lines: no real print is shown."""
    page = Image.new("RGB", (900, 620), (250, 247, 238))
    pen = ImageDraw.Draw(page)
    pen.rectangle((40, 36, 860, 44), fill=(160, 30, 34))
    pen.rectangle((40, 70, 120 + 34 * len(title), 106), fill=(60, 60, 60))
    pen.rectangle((560, 140, 860, 340), fill=(196, 190, 176))
    for column in range(3):
        left = 40 + column * 280
        top = 360 if column == 2 else 140
        for line in range(top, 580, 18):
            width = 150 + (line * 7 + column * 31 + day.day * 13) % 100
            pen.rectangle((left, line, left + width, line + 7), fill=(150, 146, 138))
    out = BytesIO()
    page.save(out, "PNG")
    return out.getvalue()
