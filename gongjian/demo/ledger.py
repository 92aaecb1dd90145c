"""Ledger of the demo: a year of enterprises, organizations, foundings, and a list to compare."""

from __future__ import annotations

import csv
import io
import random
from datetime import date, timedelta

from gongjian.demo.people import actor_named
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from ledger.enums import Form, Operation, RestructuringKind
from ledger.models import Body, Entry, Founding
from ledger.services.entries import save_entry, write_visit
from ledger.services.foundings import (
    guide_founding,
    open_restructuring,
    plan_founding,
    prepare_founding,
)
from ledger.services.imports import compare_list, keep_list
from ledger.services.organizations import build_own, cover
from ledger.text import check_digit
from orgs.enums import Level, Line, OrganizationKind
from orgs.models import Tenant, Unit

#: Trades of invented enterprises: word, kind, section of industry.
TRADES: tuple[tuple[str, str, str], ...] = (
    ("精工机械有限公司", "private", "C"),
    ("食品有限公司", "private", "C"),
    ("纺织有限公司", "private", "C"),
    ("物流有限公司", "private", "G"),
    ("商贸有限公司", "private", "F"),
    ("建筑工程有限公司", "private", "E"),
    ("软件有限公司", "private", "I"),
    ("物业服务有限公司", "private", "K"),
    ("餐饮管理有限公司", "private", "H"),
    ("新材料（中国）有限公司", "foreign", "C"),
    ("供水有限公司", "state", "D"),
    ("果蔬专业合作社", "cooperative", "A"),
    ("即时配送站", "platform", "G"),
    ("商会", "association", "S"),
    ("养老服务中心", "service", "Q"),
)
NAMES = (
    "青禾", "明溪", "白鹭", "云杉", "竹海", "长风", "星野", "松涛", "金穗", "红枫", "蓝湾",
    "石桥", "沃土", "春晖", "远帆",
)  # fmt: skip
PEOPLE = ("何平", "孟晓", "罗敏", "唐宁", "顾清", "严华", "史磊", "冯洁", "邵勇", "汤文")
#: Entries of each town.
PER_TOWN = 9


def ledger_year(tenant: Tenant) -> None:
    """Towns keep their ledger through the year; every state is there to be looked at."""
    if Entry.objects.exists():
        return
    office = actor_named(tenant, "office")
    chance = random.Random(2026)  # noqa: S311 -- demo data, the same each time
    first: dict[int | None, Unit] = {}
    for found in Unit.objects.filter(level=Level.TOWNSHIP, closed_on=None).order_by("path"):
        first.setdefault(found.parent_id, found)
    towns = list(first.values())
    number = 0
    for town in towns:
        entries = []
        for at in range(PER_TOWN):
            number += 1
            entries.append(_enter(office, town, number, at, chance))
        _organize(office, town, entries, chance)
    _on_the_way(office)
    _clocks(office)
    _waiting_list(office, towns)


def _code(number: int, head: str = "91990001") -> str:
    first = f"{head}{number:09d}"
    return first + check_digit(first)


def _enter(office: Actor, town: Unit, number: int, at: int, chance: random.Random) -> Entry:
    word, kind, industry = TRADES[(number * 7 + at) % len(TRADES)]
    name = f"{town.name.rstrip('镇乡街道')}{NAMES[number % len(NAMES)]}{word}"
    workers = chance.choice((6, 12, 18, 28, 35, 46, 64, 88, 120, 260))
    is_society = kind in {"association", "service"}
    founded = date(2008 + number % 15, 1 + number % 12, 1 + number % 27)
    return save_entry(
        None,
        actor=office,
        unit=town,
        since=today() - timedelta(days=330),
        values={
            "name": name,
            "credit_code": _code(number, "52990001" if is_society else "91990001"),
            "kind": kind,
            "industry": industry,
            "founded_on": founded,
            "address": f"{town.name}振兴路{number}号",
            "place": chance.choice(("", "振兴产业园", "第三网格", "商务中心二号楼")),
            "legal_person": PEOPLE[number % len(PEOPLE)],
            "contact": PEOPLE[(number + 3) % len(PEOPLE)],
            "is_above_scale": workers >= 120,
            "source": "market",
            "counted_on": today() - timedelta(days=330),
            "worker_count": workers,
            "women_count": workers * 2 // 5,
            "migrant_count": workers // 3,
            "party_member_count": max(0, workers // 16 - number % 2),
            "member_count": 0,
            "party_instructor": f"{town.name}党建办{PEOPLE[(number + 5) % len(PEOPLE)]}",
            "union_instructor": f"{town.name}总工会{PEOPLE[(number + 7) % len(PEOPLE)]}",
        },
    )


def _organize(office: Actor, town: Unit, entries: list[Entry], chance: random.Random) -> None:
    """Some build of their own through the year, the small ones join the town's joint union."""
    joint: Body | None = None
    for at, entry in enumerate(entries):
        day = today() - timedelta(days=chance.randrange(30, 300))
        big = entry.worker_count >= 25
        if big and at % 4 != 3:
            _build(office, entry, Line.UNION, day, at)
            _join(office, entry, day)
        elif not big and at % 3:
            if joint is None:
                joint = _build(
                    office, entry, Line.UNION, day, at, form=Form.JOINT,
                    name=f"{town.name}小微企业联合工会", kind=OrganizationKind.JOINT_UNION,
                )  # fmt: skip
            else:
                start = max(day, joint.founded_on)
                cover(entry, actor=office, body=joint, form=Form.JOINT, starts_on=start)
            _join(office, entry, max(day, joint.founded_on))
        if entry.party_member_count >= 3 and at % 5 != 2:
            _build(office, entry, Line.PARTY, day, at)


def _build(
    office: Actor, entry: Entry, line: Line, day: date, at: int, *,
    form: Form = Form.OWN, name: str = "", kind: OrganizationKind | None = None,
) -> Body:  # fmt: skip
    party = line == Line.PARTY
    usual = OrganizationKind.PARTY_BRANCH if party else OrganizationKind.GRASSROOTS_UNION
    line_mark = "委" if party else "工"
    values = {
        "kind": kind or usual,
        "name": name or (f"中共{entry.name}支部委员会" if party else f"{entry.name}工会委员会"),
        "superior": f"{entry.unit.name}{'党委' if party else '总工会'}",
        "approval_number": f"{entry.unit.name[:1]}{line_mark}〔{day.year}〕{at + 3}号",
        "founded_on": day,
    }
    if not party:
        values |= {"has_audit": at % 3 > 0, "has_women": at % 2 == 0, "has_account": at % 4 > 0}
    coverage = build_own(
        entry,
        actor=office,
        line=line,
        values=values,
        term={
            "head": PEOPLE[(entry.pk + at) % len(PEOPLE)],
            "is_full_time": not party and entry.worker_count >= 200,
            "is_crossed": at % 2 == 0,
            "due_on": day + timedelta(days=(1095, 365, 340, 1826)[at % 4]),
        },
        form=form,
    )
    return coverage.body


def _join(office: Actor, entry: Entry, day: date) -> None:
    """Workers join once there is a union."""
    members = entry.worker_count * (70 + entry.pk % 28) // 100
    save_entry(
        entry,
        actor=office,
        unit=entry.unit,
        since=day,
        values={"member_count": members, "women_member_count": members * 2 // 5,
                "has_congress": members > 30, "has_openness": members > 30,
                "counted_on": day},
    )  # fmt: skip


def _on_the_way(office: Actor) -> None:
    """Foundings at every point of their way, some of them late."""
    for at, founding in enumerate(Founding.objects.select_related("entry__unit").order_by("pk")):
        if not founding.is_running:
            continue
        step = at % 4
        if step >= 1:
            founding = guide_founding(founding, actor=office)  # noqa: PLW2901 -- its next state
            write_visit(
                founding.entry,
                actor=office,
                visited_on=today() - timedelta(days=12),
                visitor=founding.entry.union_instructor[-2:],
                text="向出资人讲解政策，答应先召开职工座谈会，月底前推选筹备组。",
            )
        if step >= 2:
            founding = prepare_founding(founding, actor=office)  # noqa: PLW2901 -- its next state
        if step == 3:
            plan_founding(
                founding,
                actor=office,
                values={
                    "leader": "周海燕",
                    "person": founding.entry.union_instructor[-2:],
                    "note": "筹备组已成立，等待上级批复。",
                    "due_on": today() + timedelta(days=5),
                },
            )


def _clocks(office: Actor) -> None:
    """A restructured enterprise, and one that closed."""
    entries = list(Entry.objects.filter(worker_count__gte=100).select_related("unit")[:2])
    for entry, days in zip(entries, (150, 60), strict=False):
        open_restructuring(
            entry,
            actor=office,
            kind=RestructuringKind.CONVERTED,
            completed_on=today() - timedelta(days=days),
            approval_number="示国资〔2026〕12号",
        )
    last = Entry.objects.select_related("unit").order_by("-pk").first()
    if last is not None:
        save_entry(last, actor=office, unit=last.unit, values={"operation": Operation.DEREGISTERED})


def _waiting_list(office: Actor, towns: list[Unit]) -> None:
    """A list of the market register, compared and waiting for decisions."""
    town = towns[0]
    entries = list(Entry.objects.filter(unit=town).order_by("pk"))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ["企业名称", "统一社会信用代码", "所属乡镇", "企业类型", "从业人数", "登记状态"]
    )
    for entry in entries[1:5]:
        writer.writerow([entry.name, entry.credit_code, town.name, "", entry.worker_count, "存续"])
    for entry in entries[5:7]:
        writer.writerow(
            [entry.name, entry.credit_code, town.name, "", entry.worker_count + 9, "存续"]
        )
    alike = entries[7].name.replace("有限公司", "有限责任公司")
    writer.writerow([alike, "", town.name, "", 30, "存续"])
    base = town.name.rstrip("镇乡街道")
    for at, word in enumerate(("智能装备有限公司", "冷链物流有限公司", "家政服务有限公司")):
        writer.writerow(
            [f"{base}新程{word}", _code(9000 + at), town.name, "有限责任公司", 26 + at * 20, "存续"]
        )
    writer.writerow([f"{base}旧码商行", "91990001000000001A", town.name, "个体工商户", 3, "存续"])
    upload = keep_list(
        out.getvalue().encode("utf-8-sig"),
        actor=office,
        unit=town,
        file_name="市场主体名单.csv",
        values={
            "source": "market",
            "as_of": today() - timedelta(days=3),
            "is_complete": True,
        },
    )
    compare_list(upload, actor=office, mapping=upload.mapping)
