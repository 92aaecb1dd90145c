from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from django.db import connection, transaction

from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.audit.trail import history_of
from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict
from gongjian.foundation.tenancy.scope import tenant_scope
from gongjian.foundation.workflow.lifecycle import Lifecycle, Step, advance
from responsibilities.models import AnnualPlan
from tests.factories.cast import build_cast


def _no_plan_of_the_past(plan, actor):
    return "过去年度的方案不能审定，请核对年度。" if plan.year < 2020 else None


@pytest.fixture(autouse=True)
def lifecycle(monkeypatch):
    """A small life of its own, so that the rules of plans may change."""
    steps = Lifecycle(
        Step(
            "approve",
            "审定",
            frozenset({"draft"}),
            "approved",
            "test.approve",
            "test.plan.approved",
            guards=(_no_plan_of_the_past,),
        ),
        Step(
            "withdraw",
            "收回",
            frozenset({"approved"}),
            "draft",
            "test.approve",
            "test.plan.withdrawn",
            needs_reason=True,
        ),
    )
    monkeypatch.setattr(AnnualPlan, "lifecycle", steps)
    return steps


def with_grant(actor, reach=Reach.TENANT):
    return replace(actor, grants={**actor.grants, "test.approve": reach})


@pytest.fixture
def plan(cast):
    return AnnualPlan.objects.create(year=2026, title="2026年度方案")


@pytest.fixture
def leader(cast):
    return with_grant(cast.leader)


def test_a_step_moves_the_record_and_leaves_its_trail(cast, plan, leader):
    moved = advance(plan, "approve", actor=leader, at=None, changes={"priorities": "扩大覆盖"})
    plan.refresh_from_db()
    assert (moved.state, plan.state, plan.priorities) == ("approved", "approved", "扩大覆盖")
    [entry] = history_of(plan)
    assert (entry.action, entry.label) == ("test.plan.approved", "审定")
    assert entry.before == {"state": "draft", "priorities": ""}
    assert entry.after == {"state": "approved", "priorities": "扩大覆盖"}
    assert entry.actor_label == "示范市组长 李明远"
    assert (entry.user_id, entry.post_id) == (leader.user_id, leader.post_id)


def test_without_the_permission_nothing_moves(cast, plan):
    with pytest.raises(NotPermitted, match="切换职务"):
        advance(plan, "approve", actor=cast.leader, at=None)
    plan.refresh_from_db()
    assert plan.state == "draft"
    assert not history_of(plan).exists()


def test_the_permission_must_reach_the_place(cast, plan):
    county = with_grant(cast.county, Reach.CHILDREN)
    for place in (cast.hongqi, cast.qinghe, cast.nanlu):
        with pytest.raises(NotPermitted):
            advance(plan, "approve", actor=county, at=place)
    assert advance(plan, "approve", actor=county, at=cast.dongfeng).state == "approved"


def test_a_step_from_the_wrong_state_says_what_is_the_case(plan, leader):
    stale = AnnualPlan.objects.get(pk=plan.pk)
    advance(plan, "approve", actor=leader, at=None)
    with pytest.raises(StateConflict, match=r"2026年度方案.*已审定.*刷新"):
        advance(stale, "approve", actor=leader, at=None)
    assert history_of(plan).count() == 1


@pytest.mark.parametrize("reason", ["", "  \n\u3000"])
def test_a_reason_is_asked_for_where_declared(plan, leader, reason):
    plan = advance(plan, "approve", actor=leader, at=None)
    with pytest.raises(DomainError, match="理由"):
        advance(plan, "withdraw", actor=leader, at=None, reason=reason)
    advance(plan, "withdraw", actor=leader, at=None, reason="  数字有误 ")
    assert history_of(plan)[0].reason == "数字有误"


def test_a_guard_looks_at_the_stored_record(plan, leader):
    AnnualPlan.objects.filter(pk=plan.pk).update(year=2019)
    with pytest.raises(DomainError, match="过去年度"):
        advance(plan, "approve", actor=leader, at=None)
    plan.refresh_from_db()
    assert plan.state == "draft"


def test_only_steps_open_to_the_actor_are_offered(cast, plan, leader, lifecycle):
    assert [step.name for step in lifecycle.open_to(plan, leader, at=None)] == ["approve"]
    assert lifecycle.open_to(plan, cast.secretary, at=None) == []


def test_a_record_of_another_tenant_cannot_be_moved(cast, plan):
    foreign = with_grant(cast.stranger)
    with tenant_scope(cast.elsewhere.pk), pytest.raises(AnnualPlan.DoesNotExist):
        advance(plan, "approve", actor=foreign, at=None)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_the_same_button_one_wins():
    with transaction.atomic():
        people = build_cast()
        with tenant_scope(people.tenant.pk):
            plan = AnnualPlan.objects.create(year=2026, title="2026年度方案")
    leader = with_grant(people.leader)
    gate, outcomes = threading.Barrier(6), []

    def press() -> None:
        try:
            with tenant_scope(people.tenant.pk):
                gate.wait()
                advance(plan, "approve", actor=leader, at=None)
                outcomes.append("won")
        except StateConflict:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["told"] * 5 + ["won"]
    with tenant_scope(people.tenant.pk), transaction.atomic():
        assert TrailEntry.objects.filter(action="test.plan.approved").count() == 1
