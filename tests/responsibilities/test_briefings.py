"""定期简报: figures sent to posts weekly and after a deadline."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from gongjian.commons.notices.models import Notice
from gongjian.commons.notices.services import find_due
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted
from orgs.models import Appointment, Post
from responsibilities.briefings import briefing_words, briefings_due, weekly_day
from responsibilities.models import BriefingPlan
from responsibilities.services.briefings import add_briefings, change_briefing, remove_briefing
from tests.factories.briefings import make_briefing
from tests.factories.returns import make_due, open_quarter, submitted


def _url(name: str, *args: object) -> str:
    return reverse(f"responsibilities:{name}", args=args)


@pytest.fixture
def opened(cast):
    period, _ = open_quarter(cast)
    return period


def test_each_reads_the_figures_of_the_own_branch(cast, opened):
    submitted(cast, cast.hongqi, opened, cast.secretary)
    make_briefing(cast, cast.county)
    make_briefing(cast, cast.leader)
    found = {one.post_ids[0]: one for one in briefings_due(date(2026, 6, 8))}
    county, city = found[cast.county.post_id], found[cast.leader.post_id]
    assert "应报3家，已报1家" in county.body
    assert "应报4家，已报1家" in city.body
    assert f"unit={cast.qinghe.pk}" in county.url
    assert "松岭村" in city.body
    assert "松岭村" not in county.body


@pytest.mark.parametrize(
    ("weekday", "day", "due"),
    [
        (0, date(2026, 6, 8), date(2026, 6, 8)),  # a plain Monday
        (0, date(2026, 6, 10), date(2026, 6, 8)),  # a sweep that was missed
        (0, date(2026, 10, 5), None),  # the National Day holiday
        (0, date(2026, 10, 8), date(2026, 10, 8)),  # the first working day after it
        (4, date(2026, 6, 8), date(2026, 6, 5)),
        (3, date(2026, 6, 10), None),  # last Thursday's is no news any more
    ],
)
def test_a_week_has_one_day_and_holidays_put_it_off(weekday, day, due):
    assert weekly_day(weekday, day, {}) == due


def test_the_same_week_tells_once(cast, opened):
    make_briefing(cast, cast.county)
    monday = date(2026, 6, 8)
    stages = {one.stage for day in range(3) for one in briefings_due(monday + timedelta(days=day))}
    assert stages == {"week20260608"}


def test_after_a_deadline_the_outcome_is_sent_once(cast, opened):
    make_due(opened, today() - timedelta(days=1))
    make_briefing(cast, cast.county, weekday=None, after_deadline=True)
    # The sweep of the next days, whichever of them is the first working day.
    for days in range(12):
        for one in briefings_due(today() + timedelta(days=days)):
            assert one.stage == f"due{opened.pk}"
            assert "填报截止情况" in one.title
            break
        else:
            continue
        break
    else:
        pytest.fail("nobody was told")
    find_due(today() + timedelta(days=days))
    find_due(today() + timedelta(days=days))
    assert Notice.objects.filter(rule="responsibilities.briefing").count() == 1


def test_an_empty_post_is_told_nothing(cast, opened):
    make_briefing(cast, cast.county)
    Appointment.objects.filter(post_id=cast.county.post_id).update(
        ends_on=today() - timedelta(days=1), starts_on=today() - timedelta(days=9)
    )
    assert not list(briefings_due(date(2026, 6, 8)))


def test_who_owes_is_named_up_to_five(cast, opened):
    words = briefing_words(cast.city, opened)
    assert "未报4家" in words
    assert "红旗村" in words
    assert "等" not in words


def test_only_the_office_sets_it_and_only_for_those_who_may_see(cast, opened):
    county = Post.objects.get(pk=cast.county.post_id)
    with pytest.raises(NotPermitted):
        add_briefings([county], actor=cast.county, weekday=0, after_deadline=False)
    with pytest.raises(FieldErrors):
        add_briefings([county], actor=cast.office, weekday=None, after_deadline=False)
    secretary = Post.objects.get(pk=cast.secretary.post_id)
    with pytest.raises(FieldErrors):
        add_briefings([secretary], actor=cast.office, weekday=0, after_deadline=False)
    with pytest.raises(FieldErrors):
        add_briefings([], actor=cast.office, weekday=0, after_deadline=False)
    plan = make_briefing(cast, cast.county)
    with pytest.raises(FieldErrors):
        add_briefings([county], actor=cast.office, weekday=0, after_deadline=False)
    with pytest.raises(NotPermitted):
        change_briefing(plan, actor=cast.leader, weekday=1, after_deadline=True)
    with pytest.raises(NotPermitted):
        remove_briefing(plan, actor=cast.county)


def test_the_office_adds_changes_and_removes_on_the_screen(sign_in, cast, opened):
    client = sign_in(cast.office)
    assert "还没有设置" in client.get(_url("briefing_list")).content.decode()
    data = {"posts": [cast.county.post_id, cast.leader.post_id], "weekday": "0"}
    answer = client.post(_url("briefing_create"), data, follow=True).content.decode()
    assert "已设置2个职务" in answer
    assert "每周一" in answer
    plan = BriefingPlan.objects.get(post_id=cast.county.post_id)
    refused = client.post(_url("briefing_edit", plan.pk), {"weekday": ""})
    assert refused.status_code == 422
    client.post(_url("briefing_edit", plan.pk), {"weekday": "4", "after_deadline": "on"})
    plan.refresh_from_db()
    assert (plan.weekday, plan.after_deadline) == (4, True)
    client.post(_url("briefing_remove", plan.pk))
    assert BriefingPlan.objects.count() == 1
    for name in ("briefing_list", "briefing_create"):
        assert sign_in(cast.county).get(_url(name)).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(sign_in, cast, count, django_assert_num_queries):
    for actor in (cast.county, cast.leader, cast.township)[:count]:
        make_briefing(cast, actor)
    client, url = sign_in(cast.office), reverse("responsibilities:briefing_list")
    client.get(url)
    with django_assert_num_queries(6):
        client.get(url)
