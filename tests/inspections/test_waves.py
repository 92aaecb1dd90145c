"""A wave: the draw that can be repeated, even teams without an interest, all visits or none."""

from __future__ import annotations

import itertools
import uuid
from datetime import date, timedelta

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from inspections.drawing import days_for, deal, how_many, order_of_draw
from inspections.enums import WaveState
from inspections.models import Visit, Wave
from inspections.queries.waves import preview, standing
from inspections.services.planning import ask_exception, decide_exception
from inspections.services.visiting import Ground, arrange_visit, cancel_visit
from inspections.services.waves import adjust_unit, arrange_wave, draw_wave, drop_wave
from orgs.models import Post
from orgs.queries import actor_of
from tests.factories.inspections import CHECKLIST, arranged, inspector, plan_line
from tests.factories.orgs import seat
from tests.factories.questionnaires import checklist


@given(
    st.lists(st.sets(st.integers(1, 3), max_size=3), max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_loads_are_as_even_as_recusal_allows(allowed):
    """Against every possible dealing: no other one is more even."""
    may_go = {unit: sorted(teams) for unit, teams in enumerate(allowed)}
    dealt = deal(may_go, [1, 2, 3])
    assert set(dealt) == {unit for unit, teams in may_go.items() if teams}
    assert all(team in may_go[unit] for unit, team in dealt.items())

    def unevenness(teams):
        return sum(sum(team == number for team in teams) ** 2 for number in (1, 2, 3))

    every = itertools.product(*(teams for teams in may_go.values() if teams))
    assert unevenness(dealt.values()) == min(map(unevenness, every))


def test_the_draw_can_be_repeated_by_hand():
    # printf '5eed:A' | sha256sum and so on, in the order of the sums.
    codes = ["A", "B", "C"]
    assert order_of_draw("5eed", codes) == order_of_draw("5eed", reversed(codes))
    orders = {tuple(order_of_draw(str(seed), codes)) for seed in range(60)}
    assert len(orders) == 6
    assert [how_many(10, 10), how_many(11, 10), how_many(1, 1), how_many(7, 100)] == [1, 2, 1, 7]


def test_days_leave_out_holidays_and_take_moved_weekends():
    # 2026: 国庆 10.1–10.7, working Saturday 10.10.
    days = days_for(5, date(2026, 9, 30), 2)
    assert days == [date(2026, 9, 30)] * 2 + [date(2026, 10, 8)] * 2 + [date(2026, 10, 9)]
    assert days_for(1, date(2026, 10, 10), 1) == [date(2026, 10, 10)]
    assert days_for(1, date(2026, 10, 1), 1) == [date(2026, 10, 8)]


def wave_values(line, cast, **values):
    return {
        "line": line,
        "title": "第四季度综合督查",
        "version": checklist(cast, *CHECKLIST, title=f"检查表{uuid.uuid4().hex[:6]}"),
        "starts_on": today(),
        "ends_on": min(today() + timedelta(days=25), line.ends_on),
        "per_day": 2,
        "share": 100,
        **values,
    }


def drawn(cast, *units, line=None, members=None, **values):
    line = line or plan_line(cast, *(units or (cast.hongqi, cast.xinghuo, cast.qinghe)))
    second = Post.objects.get(pk=inspector(cast).post_id)
    office = Post.objects.get(pk=cast.office.post_id)
    return draw_wave(
        cast.city,
        actor=cast.office,
        values=wave_values(line, cast, **values),
        leaders=[office],
        members=members or [second],
    )


def test_one_click_makes_all_visits(cast):
    wave = drawn(cast)
    assert not any(row.stops for row in preview(wave))
    wave = arrange_wave(wave, actor=cast.office)
    assert wave.state == WaveState.ARRANGED
    visits = Visit.objects.filter(lines__line=wave.line)
    assert {visit.unit_id for visit in visits} == {
        cast.hongqi.pk,
        cast.xinghuo.pk,
        cast.qinghe.pk,
    }
    for visit in visits:
        assert visit.members.count() == 2
        assert visit.members.filter(is_leader=True).count() == 1
        assert wave.starts_on <= visit.starts_on <= wave.ends_on
    assert (standing(wave).units, standing(wave).visited, standing(wave).share) == (3, 0, 0)
    with pytest.raises(StateConflict):
        arrange_wave(wave, actor=cast.office)
    cancel_visit(visits[0], actor=cast.office, reason="换时间")
    assert standing(wave).units == 2


def test_who_serves_in_a_unit_is_not_sent_there(cast):
    inside = seat(cast.tenant, cast.hongqi, "liaison", "联络员", "包莉")
    wave = drawn(cast, members=[inside.post])
    stopped = {row.item.unit_id: row.stops for row in preview(wave) if row.stops}
    # 红旗 lies in 清河: where its people serve, the units above are theirs as well.
    assert cast.hongqi.pk in stopped
    assert "须回避" in stopped[cast.hongqi.pk][0]
    with pytest.raises(DomainError, match="不能安排"):
        arrange_wave(wave, actor=cast.office)
    assert not Visit.objects.exists()
    for item in wave.units.filter(unit_id__in=stopped):
        with pytest.raises(FieldErrors):
            adjust_unit(item, actor=cast.office, team=1, starts_on=today(), left_out="")
        adjust_unit(item, actor=cast.office, team=None, starts_on=None, left_out="成员须回避")
    if len(stopped) < 3:
        arrange_wave(wave, actor=cast.office)
        assert Visit.objects.count() == 3 - len(stopped)


def test_a_share_is_drawn_and_the_whole_pool_kept(cast):
    wave = drawn(cast, share=34)
    assert wave.units.count() == 3
    assert wave.units.filter(is_drawn=True).count() == 2
    codes = [item.unit.code for item in wave.units.order_by("place")]
    assert codes == order_of_draw(wave.seed, codes)
    with pytest.raises(StateConflict, match="没有抽中"):
        adjust_unit(
            wave.units.get(is_drawn=False),
            actor=cast.office,
            team=1,
            starts_on=today(),
            left_out="",
        )


def test_a_unit_with_a_visit_for_the_item_is_not_drawn_again(cast):
    line = plan_line(cast, cast.hongqi, cast.xinghuo)
    arranged(cast, line=line)
    wave = drawn(cast, line=line)
    assert [item.unit_id for item in wave.units.all()] == [cast.xinghuo.pk]


def test_a_planned_visit_takes_the_item_along(cast):
    """One visit instead of two: what was approved apart is merged by the wave."""
    span = {"starts_on": today(), "ends_on": today() + timedelta(days=10)}
    asked = ask_exception(
        cast.city,
        actor=cast.office,
        unit=cast.hongqi,
        values={"topic": "来信核查", "reason": "职工来信", **span},
    )
    decide_exception(asked, actor=cast.leader, approved=True, number="示督批1号", opinion="")
    asked.refresh_from_db()
    earlier = arrange_visit(
        cast.hongqi,
        actor=cast.office,
        organizer=cast.city,
        ground=Ground(exception=asked),
        values={
            "title": "来信核查",
            "starts_on": today(),
            "ends_on": today(),
            "version": checklist(cast, *CHECKLIST, title="来信核查表"),
        },
    )
    wave = arrange_wave(drawn(cast, cast.hongqi, cast.xinghuo), actor=cast.office)
    assert Visit.objects.filter(unit=cast.hongqi).get() == earlier
    assert wave.units.get(unit=cast.hongqi).visit_id == earlier.pk
    assert earlier.lines.get().line_id == wave.line_id
    assert not earlier.members.exists()  # its own team is named by whoever arranged it


def test_above_the_limit_a_reason_is_asked_for(cast):
    line = plan_line(cast, cast.hongqi, limit=0)
    wave = drawn(cast, line=line)
    assert "上限0次" in preview(wave)[0].stops[0]
    drop_wave(wave, actor=cast.office, reason="重新抽取")
    again = drawn(cast, line=line, over_limit_reason="省里要求全覆盖")
    assert again.seed != wave.seed
    assert preview(again)[0].warns
    assert arrange_wave(again, actor=cast.office).state == WaveState.ARRANGED


def test_refusals_of_a_draw(cast):
    line = plan_line(cast, cast.hongqi)
    with pytest.raises(FieldErrors) as refused:
        drawn(cast, line=line, levels=["province"])
    assert "pool" in refused.value.errors
    with pytest.raises(FieldErrors) as refused:
        drawn(cast, line=line, starts_on=today() - timedelta(days=1))
    assert "starts_on" in refused.value.errors
    with pytest.raises(FieldErrors) as refused:
        drawn(cast, line=line, members=[Post.objects.get(pk=cast.office.post_id)])
    assert "members" in refused.value.errors
    secretary = actor_of(
        Post.objects.get(pk=cast.secretary.post_id).appointments.first(), cast.tenant
    )
    with pytest.raises(NotPermitted):
        draw_wave(
            cast.city,
            actor=secretary,
            values=wave_values(line, cast),
            leaders=[],
            members=[],
        )


def test_the_pages_of_a_wave(sign_in, cast):
    line = plan_line(cast, cast.hongqi, cast.xinghuo, cast.qinghe)
    second = Post.objects.get(pk=inspector(cast).post_id)
    office = sign_in(cast.office)
    form = wave_values(line, cast, share=67)
    answer = office.post(
        reverse("inspections:wave_create"),
        {
            **form,
            "line": line.pk,
            "version": form["version"].pk,
            "pool": "all",
            "leaders": [cast.office.post_id],
            "members": [second.pk],
        },
    )
    wave = Wave.objects.get()
    assert answer.headers["Location"] == wave.get_absolute_url()
    shown = office.get(wave.get_absolute_url()).content.decode()
    assert wave.seed in shown
    assert "没有冲突" in shown
    item = wave.units.filter(is_drawn=True).first()
    address = reverse("inspections:wave_adjust", args=[wave.pk, item.pk])
    assert office.get(address).status_code == 200
    office.post(address, {"left_out": "该单位正在搬迁"})
    assert "不去：该单位正在搬迁" in office.get(wave.get_absolute_url()).content.decode()
    office.post(reverse("inspections:wave_step", args=[wave.pk, "arrange"]), {})
    shown = office.get(wave.get_absolute_url()).content.decode()
    assert "已去 0/" in shown
    assert "第四季度综合督查" in office.get(reverse("inspections:wave_list")).content.decode()
    secretary = sign_in(cast.secretary)
    assert secretary.get(reverse("inspections:wave_create")).status_code == 404
