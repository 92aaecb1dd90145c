"""What the assessment says about a nomination: low grades, and places by peer group."""

from __future__ import annotations

import pytest

from assessments.enums import Grade
from assessments.services import run_assessment
from commendations.enums import NominationState
from commendations.queries import obstacles, standings
from commendations.services.nominating import check_nomination, choose, leave_out
from commendations.services.programmes import allot
from gongjian.commons.indicators.shelf import indicator_sources
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors
from tests.assessments.test_schemes_of_practice import scheme_of
from tests.factories.assessments import FakeSource, make_group, make_official
from tests.factories.commendations import (
    category_of,
    chosen,
    listed,
    opened,
    programme_of,
    recommended,
)


@pytest.fixture
def figures(monkeypatch) -> FakeSource:
    source = FakeSource()
    monkeypatch.setattr(indicator_sources, "_entries", {"fake": source.entry()})
    return source


def graded(cast, figures, **rates: str):
    """An official result of the townships, by their rates."""
    scheme = scheme_of(cast, "年度考核", [("X1", "proportional", {"full_at": "100"}, "100")])
    for name in ("dongfeng", "xicheng", "nanlu"):
        figures.give("X1", getattr(cast, name).pk, rates.get(name, "85"))
    run = run_assessment(scheme, actor=cast.office)
    return make_official(run, office=cast.office, leader=cast.leader)


def test_a_unit_of_low_grade_is_refused_with_the_reason(cast, figures):
    _, category = opened(cast)
    row = recommended(cast, category, cast.township)
    run = graded(cast, figures, dongfeng="45")
    assert run.unit_scores.get(unit=cast.dongfeng).decided_grade == Grade.UNQUALIFIED
    [obstacle] = obstacles(row, today())
    assert "等次为不合格" in obstacle.words
    assert "下一次考核合格后再推荐" in obstacle.remedy
    with pytest.raises(FieldErrors) as refused:
        check_nomination(row, actor=cast.office)
    said = str(refused.value.errors)
    assert "等次为不合格" in said
    row.refresh_from_db()
    assert row.state == NominationState.RECOMMENDED


def test_a_unit_of_good_grade_is_not(cast, figures):
    _, category = opened(cast)
    row = recommended(cast, category, cast.township)
    graded(cast, figures, dongfeng="85")
    assert obstacles(row, today()) == []
    assert check_nomination(row, actor=cast.office).state == NominationState.CHECKED


def test_a_peer_group_takes_no_more_places_than_it_has(cast):
    villages = make_group(cast.office, "村和企业", "grassroots")
    key = f"assessments/{villages.pk}"
    programme, category = opened(cast, quota={cast.qinghe.pk: 3})
    with pytest.raises(DomainError):  # sent out already
        allot(category, actor=cast.office, places={cast.qinghe.pk: 3}, group_places={key: 1})
    category.group_places = {key: 1}
    category.save()
    rows = [chosen(cast, category), chosen(cast, category, cast.neighbour)]
    rows.append(chosen(cast, category, cast.township))
    listed(cast, programme, [])
    choose(rows[0], actor=cast.office)
    with pytest.raises(DomainError, match="可比组“村和企业”在“先进集体”中的名额1个已满"):
        choose(rows[1], actor=cast.office)
    # A unit of another group is not held back.
    choose(rows[2], actor=cast.office)
    [standing] = standings(programme)
    assert [(one.name, one.places, one.used) for one in standing.groups] == [("村和企业", 1, 1)]
    leave_out(rows[0], actor=cast.office, reason="让给同组的单位。")
    assert choose(rows[1], actor=cast.office).state == NominationState.CHOSEN


def test_a_dissolved_group_holds_nobody_back(cast):
    group = make_group(cast.office, "村和企业", "grassroots")
    programme, category = opened(cast, quota={cast.qinghe.pk: 3})
    category.group_places = {f"assessments/{group.pk}": 0}
    category.save()
    row = chosen(cast, category)
    listed(cast, programme, [])
    with pytest.raises(DomainError, match="名额0个已满"):
        choose(row, actor=cast.office)
    group.delete()
    assert choose(row, actor=cast.office).state == NominationState.CHOSEN
    assert standings(programme)[0].groups == []


def test_places_of_groups_are_given_out_before_the_notice(cast):
    group = make_group(cast.office, "村和企业", "grassroots")
    key = f"assessments/{group.pk}"
    category = category_of(cast, programme_of(cast))
    quota = {cast.qinghe.pk: 2}
    for wrong, word in (({"assessments/0": 1}, "不存在"), ({key: 9}, "0到4"), ({key: -1}, "0到4")):
        with pytest.raises(DomainError, match=word):
            allot(category, actor=cast.office, places=quota, group_places=wrong)
    assert allot(category, actor=cast.office, places=quota, group_places={key: 1}).group_places == {
        key: 1
    }
    # Who gives out places alone leaves those of the groups as they were.
    assert allot(category, actor=cast.office, places=quota).group_places == {key: 1}


def test_places_of_groups_on_the_screen(cast, sign_in):
    group = make_group(cast.office, "村和企业", "grassroots")
    key = f"assessments/{group.pk}"
    category = category_of(cast, programme_of(cast))
    client = sign_in(cast.office)
    address = f"/commendations/categories/{category.pk}/quota/"
    assert "可比组“村和企业”最多" in client.get(address).content.decode()
    answer = client.post(address, {f"unit_{cast.qinghe.pk}": "2", f"group_{key}": "1"})
    assert answer.status_code == 302
    page = client.get(category.programme.get_absolute_url()).content.decode()
    assert "可比组名额：村和企业 0/1" in page
