"""A pasted column of names becomes units, or says line by line why not."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from orgs.models import Unit
from orgs.pasted import units_named
from tests.factories.orgs import make_unit


def test_names_codes_and_names_with_their_superior_are_read(cast):
    text = f"{cast.hongqi.name}\t18\n\n {cast.xinghuo.code} \n东风镇（清河县）\n{cast.hongqi.code}"
    with CaptureQueriesContext(connection) as captured:
        found = units_named(text, Unit.objects.all())
    assert [unit.pk for unit in found.units] == [cast.hongqi.pk, cast.xinghuo.pk, cast.dongfeng.pk]
    assert found.problems == []
    assert len(captured) == 1


def test_what_is_not_there_is_named_with_its_line(cast):
    found = units_named("红旗村\n没有村\n东风镇（云山区）", Unit.objects.all())
    assert [unit.pk for unit in found.units] == [cast.hongqi.pk]
    assert [problem[:8] for problem in found.problems] == ["第2行“没有村”", "第3行“东风镇（"]


def test_a_name_that_two_units_bear_is_not_guessed(cast):
    twin = make_unit(
        cast.tenant,
        cast.xicheng,
        "990001002009",
        cast.hongqi.name,
        level=cast.hongqi.level,
        category=cast.hongqi.category,
    )
    text = f"{cast.hongqi.name}\n{twin.name}（{cast.xicheng.name}）\n{cast.hongqi.code}"
    found = units_named(text, Unit.objects.all())
    assert [unit.pk for unit in found.units] == [twin.pk, cast.hongqi.pk]
    (problem,) = found.problems
    assert "有2个同名单位" in problem
    assert "请改写代码" in problem


def test_only_units_of_the_given_ones_are_found(cast):
    near = Unit.objects.filter(parent=cast.dongfeng)
    assert units_named(cast.qinghe.name, near).units == []
