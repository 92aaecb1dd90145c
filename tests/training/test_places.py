"""Places: by quota and in turn, given on by themselves, never one too many."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongjian.commons.notices.models import Notice
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.tenancy.scope import tenant_scope
from tests.factories import training as made
from tests.factories.cast import build_cast
from training.enums import EnrolmentState
from training.models import Enrolment, TrainingClass
from training.queries.places import Places
from training.services.enrolling import (
    approve_enrolment,
    cancel_enrolment,
    decline_enrolment,
    move_enrolment,
    nominate,
)
from training.services.planning import edit_class, release_quotas, set_quotas


def states(training_class) -> list[str]:
    return list(training_class.enrolments.order_by("turn", "pk").values_list("state", flat=True))


def test_the_head_of_a_unit_signs_up_and_lets_go_in_one_act(cast):
    training_class = made.opened(cast, quotas={cast.dongfeng: 2})
    enrolment = nominate(training_class, actor=cast.secretary, unit=cast.hongqi, name="赵春梅")
    assert enrolment.state == "booked"
    assert enrolment.trainee.user_ref == cast.secretary.user_id
    assert enrolment.approved_by == cast.secretary.label


def test_another_ones_nomination_waits_for_the_head_of_the_unit(cast):
    training_class = made.opened(cast)
    enrolment = nominate(training_class, actor=cast.union_chair, unit=cast.hongqi, name="孙国强")
    assert enrolment.state == "requested"
    assert enrolment.turn is None
    with pytest.raises(NotPermitted):
        approve_enrolment(enrolment, actor=cast.union_chair)
    assert approve_enrolment(enrolment, actor=cast.secretary).state == "booked"
    with pytest.raises(StateConflict):
        approve_enrolment(enrolment, actor=cast.secretary)
    other = nominate(training_class, actor=cast.union_chair, unit=cast.hongqi, name="李平")
    with pytest.raises(DomainError, match="理由"):
        decline_enrolment(other, actor=cast.secretary, reason="")
    assert decline_enrolment(other, actor=cast.secretary, reason="工作离不开").state == "declined"


def test_a_unit_signs_up_its_own_people_and_nobody_twice(cast):
    training_class = made.opened(cast)
    with pytest.raises(NotPermitted, match="本单位报名"):
        nominate(training_class, actor=cast.secretary, unit=cast.xinghuo, name="郑卫东")
    made.signed_up(cast, training_class)
    with pytest.raises(FieldErrors) as refused:
        made.signed_up(cast, training_class)
    assert "不必重复报名" in refused.value.errors["name"][0]


def test_a_full_quota_makes_wait_while_the_class_still_has_room(cast):
    training_class = made.opened(cast, quotas={cast.dongfeng: 1, cast.yunshan: 1})
    assert made.signed_up(cast, training_class, name="甲").state == "booked"
    assert made.signed_up(cast, training_class, name="乙").state == "waiting"
    # Another quota has room; who waits there does not stand in the way.
    far = nominate(training_class, actor=cast.other_county, unit=cast.nanlu, name="丙")
    assert far.state == "booked"
    # No quota covers 西城街道: only the wait-list is open to it.
    bare = nominate(training_class, actor=cast.county, unit=cast.xicheng, name="丁")
    assert bare.state == "waiting"


def test_a_place_that_falls_free_goes_to_who_waits_longest_and_tells_the_unit(cast):
    training_class = made.opened(cast, capacity=2)
    first, second, third, fourth = (
        made.signed_up(cast, training_class, name=name) for name in "甲乙丙丁"
    )
    assert states(training_class) == ["booked", "booked", "waiting", "waiting"]
    cancel_enrolment(first, actor=cast.township, reason="出差")
    assert states(training_class) == ["cancelled", "booked", "booked", "waiting"]
    third.refresh_from_db()
    assert Notice.objects.filter(title__contains="候补录取：丙").exists()
    assert not Notice.objects.filter(title__contains="候补录取：丁").exists()
    assert (second.turn, third.turn, fourth.turn) == (2, 3, 4)


def test_more_places_and_released_quotas_fill_in_order_and_fewer_are_refused(cast):
    training_class = made.opened(cast, capacity=3, quotas={cast.dongfeng: 1, cast.yunshan: 2})
    for name in "甲乙丙":
        made.signed_up(cast, training_class, name=name)
    nominate(training_class, actor=cast.other_county, unit=cast.nanlu, name="丁")
    assert states(training_class) == ["booked", "waiting", "waiting", "booked"]
    release_quotas(training_class, actor=cast.office)
    assert states(training_class) == ["booked", "booked", "waiting", "booked"]
    edit_class(training_class, actor=cast.office, values={"capacity": 4})
    assert states(training_class) == ["booked"] * 4
    with pytest.raises(FieldErrors) as refused:
        edit_class(training_class, actor=cast.office, values={"capacity": 3})
    assert "已录取4人" in refused.value.errors["capacity"][0]
    with pytest.raises(StateConflict):
        release_quotas(training_class, actor=cast.office)


def test_quotas_never_exceed_the_class_nor_unseat_anybody(cast):
    training_class = made.opened(cast, capacity=3, quotas={cast.dongfeng: 2})
    made.signed_up(cast, training_class, name="甲")
    made.signed_up(cast, training_class, name="乙")
    with pytest.raises(FieldErrors, match="更正"):
        set_quotas(training_class, actor=cast.office, places={cast.yunshan.pk: 2})
    with pytest.raises(FieldErrors) as refused:
        set_quotas(training_class, actor=cast.office, places={cast.dongfeng.pk: 1})
    assert "已录取2人" in refused.value.errors["places"][0]
    set_quotas(training_class, actor=cast.office, places={cast.yunshan.pk: 1})
    assert Places(training_class).shares[cast.yunshan.path].left == 1


def test_a_transfer_gives_the_old_place_on_and_takes_a_new_turn(cast):
    plan = made.plan_of(cast)
    first = made.planned(cast, plan, title="第一期", capacity=1)
    second = made.planned(cast, plan, title="第二期", capacity=1)
    made.approved(cast, plan)
    first, second = (made.open_class(item, actor=cast.office) for item in (first, second))
    one, two = (made.signed_up(cast, first, name=name) for name in "甲乙")
    with pytest.raises(FieldErrors, match="更正"):
        move_enrolment(one, actor=cast.township, to=second, reason="")
    arrived = move_enrolment(one, actor=cast.township, to=second, reason="时间冲突")
    two.refresh_from_db()
    assert (arrived.state, two.state) == ("booked", "booked")
    assert Enrolment.objects.get(pk=one.pk).state == "moved"
    assert arrived.moved_from_id == one.pk
    with pytest.raises(FieldErrors):
        move_enrolment(arrived, actor=cast.township, to=second, reason="再转")


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_never_exceed_and_keep_their_order():
    """Fifty heads of units press at the same moment; then places fall free in between."""
    with transaction.atomic():
        cast = build_cast()
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        training_class = made.opened(cast, capacity=20, quotas={cast.dongfeng: 12, cast.yunshan: 8})
    start = threading.Barrier(50)
    failures: list[Exception] = []

    def sign_up(number: int) -> None:
        try:
            start.wait(timeout=60)
            with tenant_scope(cast.tenant.pk), transaction.atomic():
                held = TrainingClass.objects.get(pk=training_class.pk)
                if number % 2:
                    nominate(held, actor=cast.township, unit=cast.hongqi, name=f"甲{number}")
                else:
                    nominate(held, actor=cast.other_county, unit=cast.nanlu, name=f"乙{number}")
                if number % 10 == 3:
                    gone = (
                        held.enrolments.filter(state="booked", unit=cast.hongqi)
                        .order_by("turn")
                        .first()
                    )
                    if gone is not None:
                        cancel_enrolment(gone, actor=cast.township, reason="让位")
        except Exception as error:  # noqa: BLE001 -- looked at below
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=sign_up, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=240)

    # A place that two wanted to give up at once is given up once; nothing else may fail.
    assert all(isinstance(error, StateConflict) for error in failures), failures
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        held = TrainingClass.objects.get(pk=training_class.pk)
        rows = list(held.enrolments.order_by("turn").values_list("turn", "unit_id", "state"))
        turns = [turn for turn, _, _ in rows]
        assert turns == sorted(set(turns))
        booked = Counter(unit for _, unit, state in rows if state == "booked")
        assert booked == {cast.hongqi.pk: 12, cast.nanlu.pk: 8}
        for unit in (cast.hongqi.pk, cast.nanlu.pk):
            line = [state for _, owner, state in rows if owner == unit and state != "cancelled"]
            assert line == sorted(line), "somebody was booked past one who waits longer"
            assert len(line) > line.count("booked")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    acts=st.lists(
        st.one_of(
            st.tuples(st.just("sign"), st.sampled_from(["东", "南"]), st.integers(0, 5)),
            st.tuples(st.just("cancel"), st.just(""), st.integers(0, 9)),
            st.tuples(st.just("more"), st.just(""), st.integers(1, 2)),
        ),
        max_size=14,
    )
)
def test_whatever_happens_nobody_is_booked_past_one_who_waits_longer(cast, acts):
    with transaction.atomic():
        training_class = made.opened(cast, capacity=4, quotas={cast.dongfeng: 2, cast.yunshan: 2})
        for kind, where, number in acts:
            step(cast, training_class, kind, where, number)
            rows = list(training_class.enrolments.select_related("unit").order_by("turn"))
            places = Places(TrainingClass.objects.get(pk=training_class.pk))
            assert places.booked <= places.capacity
            for share in places.shares.values():
                assert share.used <= share.quota.places
                assert not (share.waiting and share.left)
            for unit in (cast.hongqi, cast.nanlu):
                line = [
                    row.state
                    for row in rows
                    if row.unit_id == unit.pk
                    and row.state in {EnrolmentState.BOOKED, EnrolmentState.WAITING}
                ]
                assert line == sorted(line)
        transaction.set_rollback(True)


def step(cast, training_class, kind: str, where: str, number: int) -> None:
    held = TrainingClass.objects.get(pk=training_class.pk)
    if kind == "sign":
        unit, actor = (
            (cast.hongqi, cast.township) if where == "东" else (cast.nanlu, cast.other_county)
        )
        try:
            nominate(held, actor=actor, unit=unit, name=f"{where}{number}")
        except FieldErrors:
            return
    elif kind == "cancel":
        living = list(held.enrolments.filter(state__in=["booked", "waiting"]).order_by("turn"))
        if living:
            gone = living[number % len(living)]
            actor = cast.township if gone.unit_id == cast.hongqi.pk else cast.other_county
            cancel_enrolment(gone, actor=actor, reason="不能参加")
    else:
        quota = held.quotas.get(unit=cast.dongfeng)
        edit_class(held, actor=cast.office, values={"capacity": held.capacity + number})
        set_quotas(held, actor=cast.office, places={cast.dongfeng.pk: quota.places + number})
