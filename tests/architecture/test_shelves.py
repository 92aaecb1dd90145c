"""Every entry of every shelf, run on an empty and on a filled tenant: types, reach, statements."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.template.loader import get_template
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gongjian.commons.indicators.shelf import Figure, Offered, indicator_sources
from gongjian.commons.notices.shelf import Reminder, reminder_rules
from gongjian.foundation.calendar.periods import ensure_year
from gongjian.foundation.kernel.authority import authorities
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.counts import count_all
from gongjian.foundation.web.shelves import (
    GROUPS,
    Todo,
    dashboard_cards,
    navigation,
    todo_sources,
    todos_of,
)
from orgs.models import Post, Unit
from responsibilities.services.review import accept_return
from tests.factories.planning import issue_down_to_the_village
from tests.factories.returns import make_due, open_quarter, start, submitted

#: Statements that one entry may take, however many units there are.
MEASURE, RULE, TODO, CARD = 20, 10, 8, 12
ROLES = ("leader", "office", "county", "township", "secretary", "union_chair", "viewer", "auditor")


@pytest.fixture
def filled(cast):
    """Targets in part acknowledged, one return accepted, one waiting, one begun, one late."""
    issue_down_to_the_village(cast)
    period, _ = open_quarter(cast)
    accept_return(submitted(cast, cast.hongqi, period, cast.secretary), actor=cast.township)
    start(cast, cast.xinghuo, period, cast.neighbour)
    make_due(period, today() - timedelta(days=9))
    return cast


@pytest.fixture(params=["empty", "filled"])
def either(request, cast):
    """A tenant with people and nothing else, then one in the middle of its work."""
    if request.param == "filled":
        request.getfixturevalue("filled")
    return cast


def test_sources_offer_and_measure_in_a_bounded_number_of_statements(either):
    for source in indicator_sources:
        demand_figures(source)


def demand_figures(source) -> None:
    offered = list(source.offer())
    assert all(isinstance(entry, Offered) for entry in offered)
    codes = [entry.code for entry in offered]
    assert len(codes) == len(set(codes))
    assert {entry.mode for entry in offered} <= {"scored", "track", "restricted"}
    units = [unit.pk for unit in Unit.objects.order_by("path")]
    period = ensure_year(today().year)

    with CaptureQueriesContext(connection) as captured:
        figures = list(source.measure(codes, units, period))

    assert len(captured) <= MEASURE
    for figure in figures:
        assert isinstance(figure, Figure)
        for name in ("value", "numerator", "denominator", "target"):
            number = getattr(figure, name)
            assert number is None or isinstance(number, Decimal)
        if figure.denominator is not None:
            assert 0 <= figure.numerator <= figure.denominator
        assert figure.code in codes
        assert figure.unit_id in units
        assert figure.source
        assert figure.as_of is None or isinstance(figure.as_of, date)
    assert len({(figure.code, figure.unit_id) for figure in figures}) == len(figures)
    assert list(source.measure([], units, period)) == []
    assert list(source.measure(codes, [], period)) == []
    assert list(source.measure(["没有这个"], units, period)) == []


def test_rules_tell_posts_that_exist_of_things_they_may_see(either):
    for rule in reminder_rules:
        demand_reminders(rule, either)


def demand_reminders(rule, cast) -> None:
    posts = set(Post.objects.values_list("pk", flat=True))
    for ahead in (0, 20):
        with CaptureQueriesContext(connection) as captured:
            found = list(rule.due(today() + timedelta(days=ahead)))
        assert len(captured) <= RULE
        for entry in found:
            assert isinstance(entry, Reminder)
            assert len(entry.stage) <= 20
            assert entry.title
            assert entry.url.startswith("/")
            assert set(entry.post_ids) <= posts
        told = [(entry.subject_kind, entry.subject_id, entry.stage) for entry in found]
        assert len(told) == len(set(told))
    if rule.may_see is not None:
        assert rule.may_see(cast.secretary, 0) is False


def test_sources_of_todos_answer_every_role(either):
    for source, role in itertools.product(todo_sources, ROLES):
        with CaptureQueriesContext(connection) as captured:
            found = todos_of(getattr(either, role), [source])
        assert len(captured) <= TODO, (source.key, role)
        for entry in found:
            assert isinstance(entry, Todo)
            assert entry.title
            assert entry.url.startswith("/")


def test_cards_are_built_and_drawn_for_every_role_that_may_see_them(either):
    for card, role in itertools.product(dashboard_cards, ROLES):
        actor = getattr(either, role)
        if actor.may(card.permission):
            demand_card(card, actor)


def demand_card(card, actor) -> None:
    with CaptureQueriesContext(connection) as captured:
        values = card.build(actor)
        if values is not None:
            assert isinstance(values, Mapping)
            get_template(card.template).render({"data": values, "card": card})
    assert len(captured) <= CARD, (card.key, actor.role)


def test_every_card_and_entry_asks_for_a_declared_permission():
    declared = {entry.key for entry in authorities}
    for entry in (*navigation, *dashboard_cards):
        assert entry.permission in declared


def test_lines_of_the_navigation_lead_somewhere(either):
    for entry in navigation:
        assert entry.group in GROUPS
        assert reverse(entry.url_name).startswith("/")
    for entry, role in itertools.product(navigation, ROLES):
        if entry.waiting is not None:
            # Only said here: the shell counts all of them in one statement.
            with CaptureQueriesContext(connection) as captured:
                question = entry.waiting(getattr(either, role))
            assert len(captured) == 0, (entry.key, role)
            assert isinstance(entry.badge(sum(count_all([question]))), str)


def test_the_shelves_are_not_empty():
    for shelf in (indicator_sources, reminder_rules, todo_sources, dashboard_cards, navigation):
        assert len(shelf)
