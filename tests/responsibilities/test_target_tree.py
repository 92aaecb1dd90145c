from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from responsibilities.queries.tree import chain
from responsibilities.services.allocation import allocate, issue_targets
from tests.factories.planning import issue_down_to_the_village, make_approved_plan, target_of


@pytest.fixture
def plan(cast):
    """1000 for the region; the city hands down 10 % more, the county 20 % more."""
    plan = make_approved_plan(cast, codes=("Z203",), value=1000)
    allocate(
        target_of(plan, cast.city),
        actor=cast.office,
        values={cast.qinghe.pk: Decimal(800), cast.yunshan.pk: Decimal(300)},
        reason="留有余地",
    )
    issue_targets(cast.city, plan=plan, actor=cast.office)
    allocate(
        target_of(plan, cast.qinghe),
        actor=cast.county,
        values={cast.dongfeng.pk: Decimal(500), cast.xicheng.pk: Decimal(460)},
        reason="防止落空",
    )
    return plan


def test_what_each_level_adds_is_counted_from_the_region(cast, plan):
    first, second = chain(target_of(plan, cast.qinghe))

    assert (first.excess, first.accumulated) == (Decimal("10.0"), Decimal("10.0"))
    assert (second.excess, second.accumulated) == (Decimal("20.0"), Decimal("32.0"))


def test_a_level_that_adds_nothing_counts_as_nothing(cast):
    plan = issue_down_to_the_village(cast)

    assert all(row.accumulated == 0 for row in chain(target_of(plan, cast.dongfeng)))


def test_the_tree_opens_level_by_level(cast, plan, sign_in):
    client = sign_in(cast.office)
    root = target_of(plan, cast.city)
    page = client.get(reverse("responsibilities:target_tree", args=[root.pk])).content.decode()
    assert "＋10.0%" in page
    assert cast.dongfeng.name not in page

    county = target_of(plan, cast.qinghe)
    rows = client.get(reverse("responsibilities:target_tree_level", args=[county.pk]))
    assert cast.dongfeng.name in rows.content.decode()
    assert "＋32.0%" in rows.content.decode()


def test_the_tree_ends_at_the_reach_of_the_post(cast, plan, sign_in):
    root = target_of(plan, cast.city)
    for name in ("target_tree", "target_tree_level"):
        address = reverse(f"responsibilities:{name}", args=[root.pk])
        assert sign_in(cast.county).get(address).status_code == 404


def test_a_level_costs_the_same_for_many_units(cast, plan, sign_in, django_assert_max_num_queries):
    client = sign_in(cast.office)
    address = reverse("responsibilities:target_tree", args=[target_of(plan, cast.city).pk])
    client.get(address)
    with django_assert_max_num_queries(11):
        client.get(address)
