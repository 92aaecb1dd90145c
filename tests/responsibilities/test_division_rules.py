"""The rule that children and reserve make the parent: by property, under races, in plain SQL."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from gongjian.foundation.kernel.errors import DomainError
from gongjian.foundation.tenancy.scope import tenant_scope
from responsibilities.enums import AllocationMethod
from responsibilities.models import Target
from responsibilities.services.allocation import Share, allocate, issue_targets, propose_allocation
from responsibilities.services.targets import amend_target
from tests.factories.planning import issue_down_to_the_village, make_approved_plan, target_of

steps = st.sampled_from([Decimal(1), Decimal("0.01")])
weights = st.integers(0, 5000).map(Decimal)
trees = st.recursive(
    st.just([]), lambda deeper: st.lists(deeper, min_size=1, max_size=5), max_leaves=25
)


@given(
    tree=trees,
    pieces=st.integers(0, 500_000),
    step=steps,
    method=st.sampled_from(list(AllocationMethod)),
    data=st.data(),
)
def test_children_and_reserve_make_the_parent_at_every_level(tree, pieces, step, method, data):
    def descend(node, total: Decimal) -> None:
        if not node:
            return
        reserve = step * data.draw(st.integers(0, int(total / step)))
        shares = [Share(base=data.draw(weights), measure=data.draw(weights)) for _ in node]
        parts = propose_allocation(method, total=total, reserve=reserve, shares=shares, step=step)
        assert sum(parts) + reserve == total
        assert all(part >= 0 and part % step == 0 for part in parts)
        for child, part in zip(node, parts, strict=True):
            descend(child, part)

    descend(tree, step * pieces)


@given(
    pieces=st.integers(0, 100_000),
    step=steps,
    bases=st.lists(st.integers(1, 9999).map(Decimal), min_size=1, max_size=30),
)
def test_no_share_is_off_by_a_whole_step(pieces, step, bases):
    total = step * pieces
    shares = [Share(base=base) for base in bases]
    parts = propose_allocation(
        AllocationMethod.BY_BASE, total=total, reserve=Decimal(0), shares=shares, step=step
    )

    for part, base in zip(parts, bases, strict=True):
        assert abs(part - total * base / sum(bases)) < step


@given(
    total=st.integers(0, 10_000).map(Decimal),
    fixed=st.lists(st.one_of(st.none(), st.integers(0, 3000).map(Decimal)), min_size=1),
)
def test_what_is_handed_down_keeps_its_value(total, fixed):
    shares = [Share(base=Decimal(1), fixed=value) for value in fixed]
    parts = propose_allocation(
        AllocationMethod.EVENLY, total=total, reserve=Decimal(0), shares=shares
    )

    taken = sum(value for value in fixed if value is not None)
    for part, value in zip(parts, fixed, strict=True):
        assert value is None or part == value
    if None in fixed and taken <= total:
        assert sum(parts) == total


def test_the_database_refuses_a_sum_that_is_off_in_plain_sql(cast):
    plan = issue_down_to_the_village(cast)
    child = target_of(plan, cast.yunshan)

    with (
        pytest.raises(IntegrityError, match=r"target_adds_up|下级合计"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE responsibilities_target SET value = value - 1 WHERE id = %s", [child.pk]
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    child.refresh_from_db()
    assert child.value == Decimal(300)


def test_a_rate_is_handed_down_unchanged_and_a_lower_one_stands_without_a_reason(cast):
    plan = make_approved_plan(cast, codes=("B05",), rate=85)
    root = target_of(plan, cast.city, "B05")

    allocate(
        root,
        actor=cast.office,
        values={cast.qinghe.pk: Decimal(85), cast.yunshan.pk: Decimal(80)},
    )
    assert issue_targets(cast.city, plan=plan, actor=cast.office) == 2

    with pytest.raises(DomainError, match="加码"):
        county = target_of(plan, cast.qinghe, "B05")
        allocate(
            county,
            actor=cast.county,
            values={cast.dongfeng.pk: Decimal(90), cast.xicheng.pk: Decimal(85)},
        )


@pytest.mark.django_db(transaction=True)
def test_two_clerks_amending_siblings_never_break_the_sum():
    from tests.factories.cast import build_cast

    with transaction.atomic():
        cast = build_cast()
    tenant_id = cast.tenant.pk
    with tenant_scope(tenant_id), transaction.atomic():
        plan = make_approved_plan(cast, codes=("Z203",), value=1000)
        allocate(
            target_of(plan, cast.city),
            actor=cast.office,
            values={cast.qinghe.pk: Decimal(600), cast.yunshan.pk: Decimal(350)},
            reserve=Decimal(50),
        )
        issue_targets(cast.city, plan=plan, actor=cast.office)
    start, results = threading.Barrier(2, timeout=20), []

    def add(unit, value: int) -> None:
        try:
            with tenant_scope(tenant_id), transaction.atomic():
                target = target_of(plan, unit)
                start.wait()
                amend_target(target, actor=cast.office, value=Decimal(value), reason="同时调增")
            results.append("done")
        except DomainError as error:
            results.append(error.message)
        finally:
            connections.close_all()

    # Only 50 are in reserve: one of the two must be refused.
    threads = [
        threading.Thread(target=add, args=pair)
        for pair in ((cast.qinghe, 640), (cast.yunshan, 390))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert results.count("done") == 1, results
    with tenant_scope(tenant_id), transaction.atomic():
        root = target_of(plan, cast.city)
        below = sum(Target.objects.filter(parent=root).values_list("value", flat=True))
        assert below + root.reserve == root.value == 1000
        assert root.reserve == 10
