"""Chapters of the mechanisms in the reports: each counts its own, added up in one way."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from gongjian.commons.documents.reporting.content import Listing, Words
from gongjian.commons.documents.reporting.subjects import (
    Extent,
    Group,
    Subject,
    report_sections,
)
from gongjian.commons.documents.reporting.tallies import Chapter, Tally, section_of
from gongjian.foundation.calendar.periods import ensure_year
from gongjian.foundation.kernel.dates import today
from inspections.models import Visit
from meetings.enums import MeetingState
from meetings.models import Meeting
from tests.factories import (
    bulletins,
    follow_ups,
    inspections,
    meetings,
    publicity,
    seminars,
    training,
)


def about(unit, *, group: Group | None = None, year: int | None = None) -> Subject:
    extent = Extent.GROUP if group is not None else Extent.UNIT
    return Subject(extent, unit.name, unit, ensure_year(year or today().year), group)


def listing(section) -> dict[str, list]:
    (found,) = [block for block in section.blocks if isinstance(block, Listing)]
    return {str(row[0]): list(row[1:]) for row in found.rows}


def held(cast) -> None:
    meeting = meetings.sitting(cast)
    meetings.resolved(cast, meeting)
    Meeting.objects.filter(pk=meeting.pk).update(state=MeetingState.HELD, starts_at=timezone.now())


def visited(cast) -> None:
    inspections.confirmed(cast)
    Visit.objects.update(starts_on=today(), ends_on=today())


# Chapter → how something of it comes about, the words that must stand at its head, and where.
MECHANISMS = {
    "meetings.held": (held, {"召开联席会议（次）": "1", "承办议定事项（件）": "1"}),
    "inspections.made": (visited, {"接受督查（次）": "1"}),
    "training.held": (training.finished, {"举办培训班（期）": "1"}),
    "seminars.written": (
        lambda cast: seminars.handed_in(cast, seminars.call_of(cast)),
        {"报送论文（篇）": "1", "到期课题结题率（%）": "—"},
    ),
    "bulletins.sent": (bulletins.sent, {"报送信息（篇）": "1", "采用率（%）": "0.0"}),
    "publicity.verified": (publicity.verified, {"核实刊播（篇）": "1", "首发（篇）": "1"}),
    "follow_ups.given": (follow_ups.issued, {"交办督办事项（件）": "1"}),
}


@pytest.mark.parametrize("key", MECHANISMS)
def test_each_mechanism_has_its_chapter(cast, key):
    happen, wanted = MECHANISMS[key]
    source = report_sections[key]
    assert source.build(about(cast.city)) is None
    happen(cast)
    section = source.build(about(cast.city))
    assert section is not None
    shown = {line.label: line.value for line in section.headlines}
    assert {label: shown[label] for label in wanted} == wanted
    assert any("不作排名" in note for note in section.notes)
    assert isinstance(section.blocks[0], Words)
    # Neither another year's report nor that of a place where nothing happened speaks of it.
    assert source.build(about(cast.city, year=today().year - 1)) is None
    assert source.build(about(cast.nanlu)) is None
    assert not source.covers(ensure_year(today().year))


@pytest.fixture
def chapter(cast) -> Chapter:
    held = {cast.city.path: 1, cast.hongqi.path: 2, cast.xinghuo.path: 3, cast.nanlu.path: 4}
    good = {cast.hongqi.path: 1, cast.nanlu.path: 4}
    return Chapter(
        "tests.held",
        "试办",
        lambda first, last: [Tally("试办", held, measure="次"), Tally("合格率", good, held)],
        order=1,
    )


def test_branches_add_up_and_stand_in_the_order_of_the_divisions(cast, chapter):
    section = section_of(chapter, about(cast.city))
    rows = listing(section)
    assert list(rows) == ["本级", "清河县", "云山区", "合计"]
    assert rows["本级"] == [1, Decimal(0)]
    assert rows["清河县"] == [5, Decimal(20)]
    assert rows["云山区"] == [4, Decimal(100)]
    assert rows["合计"] == [10, Decimal(50)]
    assert "试办10次，合格率50.0%（5/10）" in section.blocks[0].text


def test_a_unit_tells_of_its_own_branch_only(cast, chapter):
    rows = listing(section_of(chapter, about(cast.dongfeng)))
    assert rows == {
        "本级": [0, None],
        "红旗村": [2, Decimal(50)],
        "星火机械公司": [3, Decimal(0)],
        "合计": [5, Decimal(20)],
    }
    # With nobody below it there is no table, only the words.
    section = section_of(chapter, about(cast.hongqi))
    assert [type(block) for block in section.blocks] == [Words]
    assert section_of(chapter, about(cast.xicheng)) is None


def test_a_peer_group_has_a_line_for_each_unit(cast, chapter):
    group = Group("1", "乡镇", (cast.dongfeng.pk, cast.xicheng.pk, cast.nanlu.pk))
    rows = listing(section_of(chapter, about(cast.city, group=group)))
    assert rows == {
        "东风镇": [5, Decimal(20)],
        "西城街道": [0, None],
        "南麓镇": [4, Decimal(100)],
        "合计": [9, Decimal(500) / 9],
    }


def test_nothing_is_counted_before_its_time(cast, chapter):
    asked: list[tuple[date, date]] = []

    def count(first: date, last: date) -> list[Tally]:
        asked.append((first, last))
        return []

    counting = Chapter("tests.asked", "试办", count, order=1)
    assert section_of(counting, about(cast.city, year=today().year + 1)) is None
    assert asked == []
    section_of(counting, about(cast.city))
    assert asked == [(date(today().year, 1, 1), today())]
