"""Joint signature of Party and union (会签), by the services."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gongjian.commons.notices.models import Notice
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from orgs.models import Appointment, Post
from orgs.queries import actor_of
from responsibilities.models import JointRule, ReturnRemark, ReturnSignature
from responsibilities.queries.joint import joint_of, unstaffed
from responsibilities.queries.review import waiting_for
from responsibilities.queries.rollup import totals
from responsibilities.queries.thread import thread_of
from responsibilities.services.delegation import delegate_review
from responsibilities.services.joint import set_joint_rule, take_back_signature
from responsibilities.services.returns import submit_return, withdraw_return
from responsibilities.services.review import accept_many, accept_return, send_back_return
from responsibilities.services.review_turns import (
    escalate_return,
    hand_down_return,
    unaccept_return,
)
from tests.factories.joint import make_rule, make_signature
from tests.factories.returns import open_quarter, submitted


@pytest.fixture
def waiting(cast):
    period, _ = open_quarter(cast)
    return submitted(cast, cast.hongqi, period, cast.secretary)


@pytest.fixture
def union(cast):
    return make_rule(cast)


@pytest.mark.parametrize("first", ["party", "union"])
def test_a_return_is_accepted_only_when_both_have_signed(cast, waiting, union, first):
    turns = [cast.township, union] if first == "party" else [union, cast.township]
    row = accept_return(waiting, actor=turns[0], reason="数据属实")
    assert row.state == "submitted"
    assert totals(cast.dongfeng, row.period, row.form)[0].included == 0
    row = accept_return(row, actor=turns[1])
    assert row.state == "accepted"
    assert row.reviewed_by == "；".join(one.label for one in turns)
    assert totals(cast.dongfeng, row.period, row.form)[0].included == 1


def test_without_a_rule_one_reviewer_is_enough(cast, waiting):
    assert accept_return(waiting, actor=cast.township).state == "accepted"
    assert not ReturnSignature.objects.exists()


def test_the_rule_of_another_level_does_not_bind_this_one(cast, waiting):
    make_rule(cast, level="county")
    assert accept_return(waiting, actor=cast.township).state == "accepted"


def test_a_party_signs_once_and_waits(cast, waiting, union):
    make_signature(cast, waiting, union)
    with pytest.raises(StateConflict, match="不必重复"):
        accept_return(waiting, actor=union)
    assert not waiting_for(union).exists()
    assert waiting_for(cast.township).get() == waiting
    assert Notice.objects.filter(
        rule="responsibilities.joint_waiting", post_id=cast.township.post_id
    ).exists()
    assert not Notice.objects.filter(
        rule="responsibilities.joint_waiting", post_id=union.post_id
    ).exists()


def test_who_is_not_the_superior_does_not_sign(cast, waiting, union):
    for actor in (cast.secretary, cast.neighbour, cast.other_county):
        with pytest.raises(NotPermitted):
            accept_return(waiting, actor=actor)


def test_a_post_of_no_party_cannot_sign(cast, waiting, union):
    Post.objects.filter(pk=cast.township.post_id).update(line="")
    with pytest.raises(NotPermitted, match="系统管理员"):
        accept_return(waiting, actor=cast.township)


def test_one_person_does_not_sign_for_both(cast, waiting, union):
    holder = Appointment.objects.get(post_id=union.post_id).user
    second = Appointment.objects.create(
        post=Post.objects.get(pk=cast.township.post_id), user=holder, starts_on=today()
    )
    accept_return(waiting, actor=union)
    with pytest.raises(NotPermitted, match="不能一人签两方"):
        accept_return(waiting, actor=actor_of(second, cast.tenant))


def test_in_turn_the_second_waits_for_the_first(cast, waiting):
    union = make_rule(cast, order="union_first")
    with pytest.raises(StateConflict, match="先由工会组织会签"):
        accept_return(waiting, actor=cast.township)
    accept_return(waiting, actor=union)
    assert accept_return(waiting, actor=cast.township).state == "accepted"


def test_one_returns_and_the_unit_reads_both(cast, waiting, union):
    accept_return(waiting, actor=union, reason="总数可用", remarks={"Z203": "请附发展会员名册"})
    row = send_back_return(
        waiting, actor=cast.township, reason="职工数有出入", remarks={"Z201": "请核对"}
    )
    assert row.state == "sent_back"
    pins = dict(ReturnRemark.objects.values_list("cell", "author"))
    assert pins == {"Z201": cast.township.label, "Z203": union.label}
    told = Notice.objects.get(
        rule="responsibilities.return_sent_back", post_id=cast.secretary.post_id
    )
    assert "职工数有出入" in told.body
    assert "总数可用" in told.body
    joint = joint_of(row, cast.township)
    assert joint is not None
    assert {side.label: side.words for side in joint.sides}["党组织"] == "退回"
    # After the correction both sign anew.
    row = submit_return(row, actor=cast.secretary)
    assert accept_return(row, actor=cast.township).state == "submitted"
    assert accept_return(row, actor=union).state == "accepted"


def test_a_correction_without_any_signature_needs_both_again(cast, waiting, union):
    row = send_back_return(waiting, actor=union, reason="请核对")
    row = submit_return(row, actor=cast.secretary)
    assert accept_return(row, actor=union).state == "submitted"
    with pytest.raises(FieldErrors):
        send_back_return(row, actor=cast.township, reason=" ")
    assert ReturnSignature.objects.filter(voided_at=None).count() == 1


def test_a_signature_is_taken_back_while_the_other_is_missing(cast, waiting, union):
    make_signature(cast, waiting, union)
    with pytest.raises(StateConflict, match="还没有会签"):
        take_back_signature(waiting, actor=cast.township)
    with pytest.raises(NotPermitted):
        take_back_signature(waiting, actor=cast.secretary)
    take_back_signature(waiting, actor=union)
    assert accept_return(waiting, actor=cast.township).state == "submitted"
    assert accept_return(waiting, actor=union).state == "accepted"
    with pytest.raises(StateConflict, match="撤销通过"):
        take_back_signature(waiting, actor=union)


def test_who_has_signed_has_looked(cast, waiting, union):
    make_signature(cast, waiting, union)
    with pytest.raises(StateConflict, match="已经查看"):
        withdraw_return(waiting, actor=cast.secretary)


def test_taking_an_acceptance_back_asks_both_again(cast, waiting, union):
    for actor in (union, cast.township):
        row = accept_return(waiting, actor=actor)
    row = unaccept_return(row, actor=cast.township, reason="有误")
    assert accept_return(row, actor=cast.township).state == "submitted"
    assert accept_return(row, actor=union).state == "accepted"


def test_an_escalated_return_follows_the_rule_of_the_level_above(cast, waiting, union):
    make_signature(cast, waiting, union)
    row = escalate_return(waiting, actor=cast.township, reason="有争议")
    # The county decides alone; what was signed below counts no more.
    assert not ReturnSignature.objects.filter(voided_at=None).exists()
    assert accept_return(row, actor=cast.county).state == "accepted"


def test_handed_down_again_both_sign_from_the_start(cast, waiting, union):
    make_signature(cast, waiting, union)
    row = escalate_return(waiting, actor=union, reason="有争议")
    row = hand_down_return(row, actor=cast.county, reason="照办")
    assert accept_return(row, actor=union).state == "submitted"
    assert accept_return(row, actor=cast.township).state == "accepted"


def test_a_delegate_signs_for_the_party_of_the_giver(cast, waiting, union):
    receiver = Appointment.objects.get(post_id=cast.county.post_id)
    given = delegate_review(
        actor=union,
        receiver=receiver,
        starts_on=today(),
        ends_on=today() + timedelta(days=3),
        reason="外出",
    )
    delegate = actor_of(given.appointment, cast.tenant)
    accept_return(waiting, actor=delegate)
    assert ReturnSignature.objects.get().party == "union"
    assert accept_return(waiting, actor=cast.township).state == "accepted"


def test_bulk_acceptance_gives_the_own_signature_alone(cast, waiting, union):
    other = submitted(cast, cast.xinghuo, waiting.period, cast.neighbour)
    assert accept_many([waiting.pk, other.pk], actor=union) == (2, [])
    for row in (waiting, other):
        row.refresh_from_db()
        assert row.state == "submitted"
    done, refused = accept_many([waiting.pk, other.pk], actor=union)
    assert (done, len(refused)) == (0, 2)
    assert accept_many([waiting.pk, other.pk], actor=cast.township) == (2, [])
    waiting.refresh_from_db()
    assert waiting.state == "accepted"


def test_the_story_tells_each_signature(cast, waiting, union):
    accept_return(waiting, actor=union, reason="属实")
    row = accept_return(waiting, actor=cast.township)
    told = [(event.label, event.who) for event in thread_of(row)]
    assert ("工会组织会签同意", union.label) in told
    assert ("党组织会签同意", cast.township.label) in told
    assert told[-1] == ("审核通过", cast.township.label)


def test_only_the_office_sets_the_rule_and_it_can_be_switched_off(cast, waiting, union):
    for actor in (cast.county, cast.township, cast.leader):
        with pytest.raises(NotPermitted):
            set_joint_rule(actor=actor, level="township", order="")
    make_signature(cast, waiting, union)
    set_joint_rule(actor=cast.office, level="township", order="")
    assert not JointRule.objects.exists()
    assert accept_return(waiting, actor=cast.township).state == "accepted"


def test_units_where_a_party_is_missing_are_named(cast, union):
    gaps = [(unit.name, party) for unit, party in unstaffed("township")]
    assert ("西城街道", "党组织、工会组织") in gaps
    assert not [gap for gap in gaps if gap[0] == "东风镇"]
