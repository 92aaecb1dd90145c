"""审核时效: the superior's own time, by reviewing unit."""

from __future__ import annotations

from datetime import datetime, time

import pytest
from django.urls import reverse

from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.calendar.working_days import corrections, working_deadline
from gongjian.foundation.kernel.actor import Reach, Scope
from gongjian.foundation.kernel.dates import SHANGHAI, today
from responsibilities.queries import review_times as module
from responsibilities.queries.duty_rates import Stay
from responsibilities.queries.review_times import review_times
from responsibilities.services.review import accept_return
from responsibilities.services.review_turns import escalate_return
from tests.factories.returns import open_quarter, submitted

EVERYWHERE = Scope(Reach.TENANT, "")


@pytest.fixture
def opened(cast):
    period, _ = open_quarter(cast)
    return period


def _days_ago(days: int) -> datetime:
    day = working_deadline(today(), -days, corrections())
    return datetime.combine(day, time(10), tzinfo=SHANGHAI)


@pytest.fixture
def stays(monkeypatch):
    """The trail cannot be rewritten, so the stays are given; everything else is real."""
    given: dict[int, tuple[Stay, ...]] = {}
    monkeypatch.setattr(module, "stays_by_return", lambda ids: given)
    return given


def test_what_is_answered_and_what_waits_stand_apart(cast, opened, stays):
    first = submitted(cast, cast.hongqi, opened, cast.secretary)
    second = submitted(cast, cast.xinghuo, opened, cast.neighbour)
    ten, eight, two = (_days_ago(days).date() for days in (10, 8, 2))
    stays[first.pk] = (Stay(ten, eight), Stay(eight, two))
    stays[second.pk] = (Stay(_days_ago(7).date()),)
    (line,) = review_times(EVERYWHERE, opened)
    assert line.unit == cast.dongfeng
    assert sorted(line.answered) == [2, 6]
    assert (line.median, line.longest) == (4, 7)
    assert (line.waiting, line.too_long, line.oldest) == ([7], 1, second)
    # One in time, one too late, one waiting too long already.
    assert line.rate == 33.3


def test_a_return_waits_with_whom_it_was_escalated_to(cast, opened):
    row = submitted(cast, cast.hongqi, opened, cast.secretary)
    (line,) = review_times(EVERYWHERE, opened)
    assert (line.unit, line.waiting) == (cast.dongfeng, [0])
    escalate_return(row, actor=cast.township, reason="有争议")
    (line,) = review_times(EVERYWHERE, opened)
    assert line.unit == cast.qinghe


def test_who_sees_what(cast, opened):
    submitted(cast, cast.hongqi, opened, cast.secretary)
    county = Scope(Reach.SUBTREE, cast.qinghe.path)
    assert [line.unit for line in review_times(county, opened)] == [cast.dongfeng]
    assert review_times(Scope(Reach.SUBTREE, cast.yunshan.path), opened) == []


def test_the_page_and_the_card_say_it(sign_in, cast, opened):
    row = submitted(cast, cast.hongqi, opened, cast.secretary)
    client = sign_in(cast.county)
    page = client.get(reverse("responsibilities:review_times")).content.decode()
    assert "东风镇" in page
    assert '待审核 <b class="digits">1</b> 份' in page
    accept_return(row, actor=cast.township)
    page = client.get(reverse("responsibilities:review_times")).content.decode()
    assert "1 次" in page
    desk = sign_in(cast.township).get(reverse("web:desk_cards")).content.decode()
    assert "本级审核时效" in desk
    assert sign_in(cast.secretary).get(reverse("responsibilities:review_times")).status_code == 404
    assert TrailEntry.objects.filter(action="responsibilities.return.accepted").exists()


def test_the_figures_cost_the_same_for_one_and_four(cast, opened, django_assert_num_queries):
    submitted(cast, cast.hongqi, opened, cast.secretary)
    with django_assert_num_queries(4):
        review_times(EVERYWHERE, opened)
    submitted(cast, cast.xinghuo, opened, cast.neighbour)
    with django_assert_num_queries(4):
        review_times(EVERYWHERE, opened)


def test_nothing_filed_is_nothing_to_say(sign_in, cast, opened):
    page = sign_in(cast.office).get(reverse("responsibilities:review_times")).content.decode()
    assert "还没有报送的报表" in page
