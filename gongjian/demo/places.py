"""Invented places and people of the demo tenants. Any likeness is an accident."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from orgs.enums import Category, Level

#: County → its townships and systems, each with the kind it is.
COUNTIES: dict[str, list[str]] = {
    "清河县": ["东风镇", "柳河镇", "西城街道", "清河开发区"],
    "云山区": ["南麓镇", "云栖街道", "白石街道"],
    "临江县": ["江口镇", "渡头乡", "临江街道"],
    "望山县": ["望山镇", "石桥乡", "松坪镇"],
    "双河区": ["双桥街道", "河湾街道", "双河工业园"],
    "金沙县": ["金沙镇", "沙坪乡"],
    "北塔区": ["北塔街道", "塔前街道"],
    "白云县": ["白云镇", "云岭乡"],
}
_VILLAGES = ["松岭", "新桥", "桃源", "青峰", "大湾", "长坪", "丰禾", "双塘", "石门"]
_COMMUNITIES = ["长街", "幸福里", "文昌", "和平", "朝阳", "滨江", "育才", "东苑"]
_ENTERPRISES = [
    "启明机械公司",
    "永达纺织公司",
    "晨光电子公司",
    "绿源食品公司",
    "宏远建材公司",
    "智联科技公司",
    "顺通物流公司",
    "华信化工公司",
]
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜"
_GIVEN = [
    "建国", "春梅", "卫东", "海燕", "志强", "秀兰", "国栋", "丽华", "永年", "晓峰", "桂芳", "立新",
    "文斌", "玉珍", "明远", "雪琴", "振华", "素云", "家豪", "慧敏",
]  # fmt: skip


@dataclass(slots=True)
class Place:
    """A unit to be made, with those below it."""

    code: str
    name: str
    level: str
    category: str
    workers: int
    below: list[Place] = field(default_factory=list)

    def walk(self) -> Iterator[Place]:
        yield self
        for place in self.below:
            yield from place.walk()


def person_name(chance: random.Random) -> str:
    return chance.choice(_SURNAMES) + chance.choice(_GIVEN)


def _kind_of_township(name: str) -> str:
    if name.endswith("街道"):
        return Category.STREET
    return Category.TOWN if name.endswith(("镇", "乡")) else Category.PARK


def _grassroots(township: Place, chance: random.Random, count: int) -> list[Place]:
    places = []
    used: set[str] = set()
    for number in range(1, count + 1):
        is_enterprise = township.category == Category.PARK or number % 4 == 0
        if is_enterprise:
            pool, suffix, category = _ENTERPRISES, "", Category.PRIVATE_ENTERPRISE
        elif township.category == Category.STREET:
            pool, suffix, category = _COMMUNITIES, "社区", Category.COMMUNITY
        else:
            pool, suffix, category = _VILLAGES, "村", Category.VILLAGE
        stem = chance.choice([name for name in pool if name not in used])
        used.add(stem)
        name = township.name.removesuffix("镇").removesuffix("乡").removesuffix("街道")
        full = f"{name}{stem}" if is_enterprise else f"{stem}{suffix}"
        workers = chance.randint(60, 400) if is_enterprise else chance.randint(25, 160)
        places.append(
            Place(f"{township.code}{number:03d}", full, Level.GRASSROOTS, category, workers)
        )
    return places


def prefecture(seed: int = 2026) -> Place:
    """示范市: 8 counties, 22 townships and systems, some 90 grassroots units."""
    chance = random.Random(seed)  # noqa: S311 -- demo data, the same each time
    city = Place("9900", "示范市", Level.PREFECTURE, Category.REGION, 0)
    for order, (county_name, townships) in enumerate(COUNTIES.items(), start=1):
        county = Place(f"9900{order:02d}", county_name, Level.COUNTY, Category.REGION, 0)
        for number, name in enumerate(townships, start=1):
            kind = _kind_of_township(name)
            township = Place(f"{county.code}{number:03d}", name, Level.TOWNSHIP, kind, 0)
            township.below = _grassroots(township, chance, 4 + (order + number) % 2)
            township.workers = sum(place.workers for place in township.below)
            county.below.append(township)
        county.workers = sum(place.workers for place in county.below)
        city.below.append(county)
    _name_the_cast_places(city)
    city.workers = sum(place.workers for place in city.below)
    return city


def _name_the_cast_places(city: Place) -> None:
    """Give the two units of the tour the names that the accounts speak of."""
    first, second, *_ = city.below[0].below[0].below
    first.name, first.category = "红旗村", Category.VILLAGE
    second.name, second.category, second.workers = (
        "星火机械公司",
        Category.PRIVATE_ENTERPRISE,
        268,
    )


def small_prefecture() -> Place:
    """远山市: the second tenant, small, to see that the two never meet."""
    city = Place("9800", "远山市", Level.PREFECTURE, Category.REGION, 900)
    county = Place("980001", "远山县", Level.COUNTY, Category.REGION, 900)
    town = Place("980001001", "雾谷镇", Level.TOWNSHIP, Category.TOWN, 900)
    town.below = [
        Place(f"980001001{number:03d}", f"{name}村", Level.GRASSROOTS, Category.VILLAGE, 300)
        for number, name in enumerate(["云脚", "望溪", "石坳"], start=1)
    ]
    county.below, city.below = [town], [county]
    return city
