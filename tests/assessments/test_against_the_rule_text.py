"""A second reckoning that knows only the printed sentences, on a thousand random units.

Nothing of the product's arithmetic is used: the sentences of the scheme are
read with patterns, and numbers are decimals of fifty places instead of fractions.
"""

from __future__ import annotations

import datetime
import random
import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, localcontext

from django.db import connection

from assessments.models import LedgerEntry, ScoreSheet
from assessments.services import run_assessment
from orgs.models import Unit
from tests.assessments.test_schemes_of_practice import scheme_of

UNITS = 1000
CENT = Decimal("0.01")
ITEMS = [
    ("R01", "proportional", {"full_at": "95", "floor": "40"}, "12"),
    ("R02", "proportional", {}, "11"),
    ("R03", "timed", {"schedule": ["20", "50", "75", "100"]}, "9"),
    ("R04", "inverse", {"full_at": "6"}, "8"),
    ("R05", "pass", {"full_at": "70"}, "7"),
    (
        "R06",
        "stepped",
        {"steps": [{"from": "80", "points": "13"}, {"from": "50.5", "points": "7.25"}]},
        "13",
    ),
    (
        "R07",
        "stepped",
        {
            "of": "target",
            "steps": [{"from": "100", "percent": "100"}, {"from": "60", "percent": "35"}],
        },
        "9",
    ),
    ("R08", "band", {"low": "20", "high": "60"}, "6"),
    ("R09", "band", {"low": "30", "high": "50", "points": "0.3"}, "5"),
    ("R10", "deduct", {"points": "0.35"}, "5"),
    ("R11", "deduct", {"each": "7"}, "5"),
    ("R12", "shortfall", {"base": "60", "points": "0.5"}, "4"),
    ("R13", "shortfall", {"base": "80", "step": "7", "points": "1", "partial": "up"}, "3"),
    (
        "R14",
        "shortfall",
        {"step": "3", "points": "0.2", "most": "1.5", "partial": "down"},
        "3",
    ),
    (
        "B01",
        "bonus",
        {
            "levels": [{"level": "国家级", "points": "3"}, {"level": "省级", "points": "1.5"}],
            "exclusive": True,
            "cap": "5",
        },
        None,
    ),
    ("S01", "surplus", {"base": "70", "step": "7", "points": "0.5", "cap": "1.8"}, None),
    ("P01", "penalty", {"levels": [{"level": "通报批评", "points": "2.5"}]}, None),
]
RATES = {"R01", "R06"}
NUMBER = r"([\d.]+)"


def half_up(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def by_sentence(text: str, weight: Decimal, value: Decimal, target: Decimal | None) -> Decimal:
    """Points out of ``weight`` as the sentence says, not yet rounded."""
    base_lost = lost(text, value, target)
    if base_lost is not None:
        limit = re.search(rf"最多扣{NUMBER}分", text)
        if limit:
            base_lost = min(base_lost, Decimal(limit[1]))
        return max(weight - base_lost, Decimal(0))
    if "本项分值的" in text:
        percent = Decimal(re.search(rf"扣本项分值的{NUMBER}%", text)[1])
        return max(weight - value * weight * percent / 100, Decimal(0))
    if "分档" in text:
        return stepped(text, weight, value, target)
    if "否则不得分" in text:
        low, high = re.search(rf"在{NUMBER}至{NUMBER}之间", text).groups()
        return weight if Decimal(low) <= value <= Decimal(high) else Decimal(0)
    if "时序进度" in text:
        due = target * Decimal(re.findall(rf"{NUMBER}%", text)[2]) / 100  # third quarter
        return weight * value / due if value < due else weight
    if "未达到的不得分" in text:
        return weight if value >= Decimal(re.search(rf"达到{NUMBER}得", text)[1]) else Decimal(0)
    if "反向" in text:
        goal = Decimal(re.search(rf"不高于{NUMBER}得", text)[1])
        return weight if value <= goal else weight * goal / value
    goal = target if "目标值" in text else Decimal(re.search(rf"达到{NUMBER}得", text)[1])
    floor = re.search(rf"低于{NUMBER}不得分", text)
    if floor and value < Decimal(floor[1]):
        return Decimal(0)
    return weight if value >= goal else weight * value / goal


def lost(text: str, value: Decimal, target: Decimal | None) -> Decimal | None:
    """Points that a rule of deduction takes off, before any limit; None is another rule."""
    if found := re.search(rf"每发生1次扣{NUMBER}分", text):
        return value * Decimal(found[1])
    if found := re.search(rf"在{NUMBER}至{NUMBER}之间得满分，每偏离1扣{NUMBER}分", text):
        low, high, each = map(Decimal, found.groups())
        return max(low - value, value - high, Decimal(0)) * each
    found = re.search(rf"应达到(目标值|[\d.]+)，每少{NUMBER}扣{NUMBER}分", text)
    if found is None:
        return None
    base = target if found[1] == "目标值" else Decimal(found[1])
    times = max(base - value, Decimal(0)) / Decimal(found[2])
    if "按一个单位计" in text:
        times = times.to_integral_value(ROUND_CEILING)
    elif "不足一个单位的不计" in text:
        times = times.to_integral_value(ROUND_FLOOR)
    return times * Decimal(found[3])


def stepped(text: str, weight: Decimal, value: Decimal, target: Decimal | None) -> Decimal:
    if "完成率" in text:
        value = value * 100 / target
        for low, percent in re.findall(rf"{NUMBER}%以上得{NUMBER}%的分值", text):
            if value >= Decimal(low):
                return weight * Decimal(percent) / 100
        return Decimal(0)
    for low, points in re.findall(rf"{NUMBER}以上得{NUMBER}分", text):
        if value >= Decimal(low):
            return Decimal(points)
    return Decimal(0)


def redistribute(weights: dict[str, Decimal], absent: set[str]) -> dict[str, Decimal]:
    """Split a hundred in whole cents in proportion to the weights that are left."""
    left = {code: weight for code, weight in weights.items() if code not in absent}
    whole = sum(left.values())
    if whole == 100:
        return left
    exact = {code: weight * 10_000 / whole for code, weight in left.items()}
    cents = {code: int(share) for code, share in exact.items()}
    rest = 10_000 - sum(cents.values())
    order = sorted(exact, key=lambda code: (cents[code] - exact[code], list(left).index(code)))
    for code in order[:rest]:
        cents[code] += 1
    return {code: Decimal(share) / 100 for code, share in cents.items()}


def extras(texts: dict[str, str], happened: list[tuple[str, str, str]], value: Decimal) -> Decimal:
    """Bonus and penalty from the sentences."""
    worth = dict(re.findall(rf"(国家级|省级)加{NUMBER}分", texts["B01"]))
    best: dict[str, Decimal] = {}
    for code, matter, level in happened:
        if code == "B01":
            best[matter] = max(best.get(matter, Decimal(0)), Decimal(worth[level]))
    bonus = min(
        sum(best.values(), Decimal(0)), Decimal(re.search(r"最多加(\d+)分", texts["B01"])[1])
    )
    base, step, each, cap = map(
        Decimal,
        re.search(
            rf"超过{NUMBER}的，每多{NUMBER}加{NUMBER}分，最多加{NUMBER}分", texts["S01"]
        ).groups(),
    )
    surplus = half_up(min(max(value - base, Decimal(0)) / step * each, cap))
    penalty = Decimal(re.search(rf"通报批评扣{NUMBER}分", texts["P01"])[1])
    return min(bonus + surplus, Decimal(6)) - penalty * sum(
        code == "P01" for code, _, _ in happened
    )


def plant(parent: Unit) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO orgs_unit (tenant_id, code, name, pinyin, level, category, parent_id, path,
                depth, child_count, sort_order, principal_name, worker_count, member_count,
                party_member_count, enterprise_count)
            SELECT tenant_id, code || to_char(g, 'FM00000'), '第' || g || '村', 'x', 'province',
                'region', id, path || to_char(g, 'FM0000'), depth + 1, 0, g, '', 1, 1, 1, 1
            FROM orgs_unit, generate_series(1, %s) g WHERE id = %s RETURNING id
            """,
            [UNITS, parent.pk],
        )
        return [pk for (pk,) in cursor.fetchall()]


def test_a_thousand_random_units_agree_to_the_cent(cast, figures):
    chance = random.Random(20260101)
    scheme = scheme_of(cast, "随机考核", ITEMS, level="province", grade={"bonus_cap": Decimal(6)})
    ids = plant(cast.hongqi)
    texts = {item.code: item.rule_text for item in scheme.items.all()}
    pks = {item.code: item for item in scheme.items.all()}
    weights = {code: Decimal(weight) for code, _, _, weight in ITEMS if weight}
    known: dict[tuple[int, str], tuple[Decimal, Decimal | None]] = {}
    events: dict[int, list[tuple[str, str, str]]] = {}
    rows = []
    for unit_id in ids:
        for code in [*weights, "S01"]:
            if chance.random() < 0.12 and code != "S01":
                continue  # 不适用
            target = Decimal(chance.randint(1, 12000)) / 100
            if code in RATES:
                top, bottom = chance.randint(0, 90), chance.randint(1, 90)
                figures.give(code, unit_id, None, numerator=str(top), denominator=str(bottom))
                with localcontext() as context:
                    context.prec = 50
                    known[unit_id, code] = (Decimal(top) * 100 / bottom, None)
                continue
            value = Decimal(chance.randint(0, 10_000)) / chance.choice([1, 100, 100])
            figures.give(code, unit_id, str(value), target=str(target))
            known[unit_id, code] = (value, target)
        for code, levels in (("B01", ["国家级", "省级"]), ("P01", ["通报批评"])):
            for number in range(chance.choice([0, 0, 0, 1, 2, 3])):
                level, matter = chance.choice(levels), f"事项{number % 2}"
                row = LedgerEntry(
                    item=pks[code],
                    unit_id=unit_id,
                    matter=matter,
                    level=level,
                    occurred_on=f"2026-03-{number + 1:02d}",
                    evidence="依据",
                    state="approved",
                )
                rows.append(row)
                events.setdefault(unit_id, []).append((code, matter, level))
    LedgerEntry.objects.bulk_create(rows)

    run = run_assessment(scheme, actor=cast.office, as_of=datetime.date(2026, 9, 30))

    totals = dict(run.unit_scores.values_list("unit_id", "total"))
    wrong = []
    with localcontext() as context:
        context.prec = 50
        for unit_id in ids:
            absent = {code for code in weights if (unit_id, code) not in known}
            shares = redistribute(weights, absent)
            total = sum(
                half_up(
                    by_sentence(texts[code], weights[code], *known[unit_id, code])
                    * share
                    / weights[code]
                )
                for code, share in shares.items()
            )
            more = extras(texts, events.get(unit_id, []), known[unit_id, "S01"][0])
            total = max(total + more, Decimal(0))
            if totals[unit_id] != total:
                wrong.append((unit_id, totals[unit_id], total))
    assert len(ids) == UNITS
    assert ScoreSheet.objects.filter(run=run).count() == UNITS
    assert wrong == []
