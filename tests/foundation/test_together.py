"""Rows of many tables in one statement are those that each table gives alone."""

from __future__ import annotations

from datetime import datetime

from django.apps import apps
from django.db import connection
from django.db.models import Count, Prefetch, Value
from django.test.utils import CaptureQueriesContext

from gongjian.foundation.kernel.once import one_page
from gongjian.foundation.tenancy import counts
from gongjian.foundation.tenancy.models import TenantOwned
from gongjian.foundation.tenancy.scope import tenant_scope
from gongjian.foundation.tenancy.together import fetch_all, look_up_together
from orgs.models import Appointment, Post, Unit, User
from orgs.queries import own_unit, own_unit_ahead, root_unit, root_unit_ahead
from tests.factories.returns import open_quarter, submitted


def _facts(record):
    return {name: value for name, value in vars(record).items() if name != "_state"}


def _same(one, other):
    assert type(one) is type(other)
    if hasattr(one, "_meta"):
        assert _facts(one) == _facts(other)
        for name, value in _facts(one).items():
            assert type(value) is type(_facts(other)[name]), name
    else:
        assert one == other


def test_rows_of_many_shapes_take_one_statement_and_are_the_same(cast):
    def questions():
        return [
            Unit.objects.order_by("-path")[:3],
            None,
            Unit.objects.none(),
            Appointment.objects.select_related("user", "post__unit").order_by("pk"),
            Unit.objects.values("level").annotate(n=Count("pk")).order_by("level"),
            Unit.objects.order_by("path").values_list("path", flat=True),
            Unit.objects.order_by("pk").annotate(word=Value("百%分"))[:1],
            Unit.objects.filter(name="没有的单位"),
            User.objects.filter(pk=cast.secretary.user_id),
        ]

    with CaptureQueriesContext(connection) as captured:
        together = fetch_all(questions())
    assert len(captured) == 1
    alone = [[] if asked is None else list(asked) for asked in questions()]
    assert [len(rows) for rows in together] == [len(rows) for rows in alone]
    for ours, theirs in zip(together, alone, strict=True):
        for one, other in zip(ours, theirs, strict=True):
            _same(one, other)
    with CaptureQueriesContext(connection) as captured:
        assert together[3][0].post.unit.name
    assert len(captured) == 0


def test_every_kind_of_column_comes_back_as_it_was(cast):
    """Numbers, dates, moments, arrays, JSON, yes and no, and nothing at all: all tables at once."""
    period, _ = open_quarter(cast)
    held = submitted(cast, cast.hongqi, period, cast.secretary)
    tables = [
        model.objects.order_by("pk")[:20]
        for model in apps.get_models()
        if issubclass(model, TenantOwned) and model._meta.managed
    ]
    assert len(tables) > 100
    together = fetch_all(tables)
    returns = next(rows for rows in together if rows and isinstance(rows[0], type(held)))
    assert returns[0].values == held.values
    assert isinstance(returns[0].submitted_at, datetime)
    for ours, asked in zip(together, tables, strict=True):
        theirs = list(asked.all())
        for one, other in zip(ours, theirs, strict=True):
            _same(one, other)


def test_the_wall_stands_before_each_question(cast):
    with tenant_scope(cast.elsewhere.pk):
        there, posts = fetch_all([Unit.objects.order_by("pk"), Post.objects.order_by("pk")])
    assert {row.tenant_id for row in [*there, *posts]} == {cast.elsewhere.pk}


def test_what_was_fetched_stays_and_a_narrower_question_asks_anew(cast):
    units, posts = Unit.objects.order_by("path"), Post.objects.prefetch_related(Prefetch("unit"))
    fetch_all([units, posts])
    with CaptureQueriesContext(connection) as captured:
        assert cast.city.name in [unit.name for unit in units]
    assert len(captured) == 0
    assert [unit.pk for unit in units.filter(pk=cast.hongqi.pk)] == [cast.hongqi.pk]


def test_many_rows_are_fetched_only_by_who_looks_through_them(cast, monkeypatch):
    monkeypatch.setattr(counts, "FEW", 1)

    def counts_only():
        (everyone,) = yield [Unit.objects.all()]
        return everyone.count

    def looks():
        own, other = yield [
            Unit.objects.filter(pk=cast.hongqi.pk),
            Unit.objects.filter(pk=cast.city.pk),
        ]
        return own.first().name, other.first().name

    total = Unit.objects.count()
    with CaptureQueriesContext(connection) as captured:
        found = counts.ask_together([counts_only(), looks()])
    assert found == [total, (cast.hongqi.name, cast.city.name)]
    assert len(captured) == 2
    assert captured[1]["sql"].count(" UNION ALL ") == 1


def test_what_the_page_needs_anyway_is_asked_ahead_in_one_statement(cast):
    with one_page(), CaptureQueriesContext(connection) as captured:
        look_up_together(
            [own_unit_ahead(cast.secretary), root_unit_ahead(), own_unit_ahead(cast.secretary)]
        )
        assert own_unit(cast.secretary) == cast.hongqi
        assert root_unit() == cast.city
        look_up_together([root_unit_ahead()])
    assert len(captured) == 1
    with CaptureQueriesContext(connection) as captured:
        # Outside a page nothing is kept, so nothing is asked.
        look_up_together([root_unit_ahead()])
    assert len(captured) == 0
