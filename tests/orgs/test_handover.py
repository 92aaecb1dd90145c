"""Handover: opened by a change of holder, signed by both, frozen when it is received."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from gongjian.commons.notices.models import Notice
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.web.shelves import todos_of
from orgs.enums import HandoverState
from orgs.handover_services import hand_over, hand_over_for, receive, tick_items
from orgs.models import Appointment, Handover
from orgs.queries import actor_of
from orgs.services import appoint, end_appointment
from tests.factories.guidance import (
    make_handed,
    make_handover,
    seat_successor,
    term_of,
)
from tests.factories.orgs import UserFactory, seat
from tests.factories.planning import issue_down_to_the_village


def titles(actor) -> list[str]:
    return [todo.title for todo in todos_of(actor)]


def test_the_end_of_a_term_opens_a_handover_and_the_successor_joins_it(cast):
    handover = make_handover(cast)
    assert handover.state == HandoverState.OPEN
    assert handover.incoming is None
    successor = seat_successor(cast)
    handover.refresh_from_db()
    assert handover.incoming_id == successor.appointment_id
    assert Handover.objects.count() == 1


def test_a_successor_who_comes_first_opens_it_too(cast):
    seat_successor(cast)
    handover = Handover.objects.get()
    assert handover.outgoing_id == cast.secretary.appointment_id
    end_appointment(term_of(cast.secretary), actor=cast.administrator, ends_on=today())
    assert Handover.objects.count() == 1


def test_no_handover_where_nothing_changes_hands(cast):
    end_appointment(term_of(cast.viewer), actor=cast.administrator)
    seat(cast.tenant, cast.xicheng, "secretary", "书记", "新人")
    assert not Handover.objects.exists()
    # The same person once more.
    term = term_of(cast.secretary)
    end_appointment(term, actor=cast.administrator, ends_on=today())
    appoint(term.post, actor=cast.administrator, user=term.user, starts_on=today())
    assert Handover.objects.get().incoming is None


def test_both_sign_the_same_list(cast):
    plan = issue_down_to_the_village(cast, year=today().year)
    handover, successor = make_handed(cast)
    items = list(handover.items.all())
    assert [item.heading for item in items] == ["在执行的目标任务"]
    assert "发展会员数" in items[0].text
    with pytest.raises(DomainError, match="还有 1 项没有接收"):
        receive(handover, actor=successor, note="")
    tick_items(
        handover, actor=successor, ticks={items[0].pk: True}, remarks={items[0].pk: "已核对"}
    )
    done = receive(handover, actor=successor, note="接收完毕。")
    assert done.state == HandoverState.RECEIVED
    assert done.snapshot[0]["text"] == items[0].text
    assert done.snapshot[0]["remark"] == "已核对"
    plan.refresh_from_db()
    with pytest.raises(StateConflict):
        receive(done, actor=successor, note="")


def test_only_the_two_people_named_sign(cast):
    handover = make_handover(cast)
    successor = seat_successor(cast)
    handover.refresh_from_db()
    for actor in (successor, cast.union_chair, cast.township, cast.administrator):
        with pytest.raises(NotPermitted):
            hand_over(handover, actor=actor, note="好")
    with pytest.raises(FieldErrors):
        hand_over(handover, actor=cast.secretary, note=" ")
    handed = hand_over(handover, actor=cast.secretary, note="无")
    for actor in (cast.secretary, cast.union_chair, cast.township):
        with pytest.raises(NotPermitted):
            receive(handed, actor=actor, note="")
        with pytest.raises(NotPermitted):
            tick_items(handed, actor=actor, ticks={}, remarks={})
    with pytest.raises(StateConflict):
        hand_over(handed, actor=cast.secretary, note="再来")


def test_the_superior_signs_only_for_somebody_who_has_gone(cast):
    handover = make_handover(cast)
    with pytest.raises(DomainError, match="仍在任"):
        hand_over_for(handover, actor=cast.township, reason="代签")
    Appointment.objects.filter(pk=handover.outgoing_id).update(ends_on=today() - timedelta(days=1))
    handover = Handover.objects.get(pk=handover.pk)
    with pytest.raises(NotPermitted):
        hand_over_for(handover, actor=cast.county, reason="不是直接上级")
    with pytest.raises(DomainError, match="须填写理由"):
        hand_over_for(handover, actor=cast.township, reason=" ")
    done = hand_over_for(handover, actor=cast.township, reason="已调离本县")
    assert done.state == HandoverState.HANDED
    assert done.stand_in_reason == "已调离本县"
    assert cast.township.person_name in done.handed_by


def test_who_moved_to_another_post_still_signs(cast):
    handover = make_handover(cast, gone=True)
    user = term_of(cast.secretary).user
    post = seat(cast.tenant, cast.xicheng, "union_chair", "工会主席", "某人").post
    term = appoint(post, actor=cast.administrator, user=user, starts_on=today())
    moved = actor_of(term, cast.tenant)
    with pytest.raises(DomainError, match="仍在任"):
        hand_over_for(handover, actor=cast.township, reason="代签")
    assert any("确认移交" in title for title in titles(moved))
    assert hand_over(handover, actor=moved, note="无").state == HandoverState.HANDED


def test_everyone_is_told_what_waits_for_them(cast):
    handover = make_handover(cast)
    assert any("确认移交" in title for title in titles(cast.secretary))
    assert not any("移交" in title for title in titles(cast.township))
    successor = seat_successor(cast)
    hand_over(Handover.objects.get(), actor=cast.secretary, note="无")
    assert any("接收" in title for title in titles(successor))
    notices = Notice.objects.filter(rule="responsibilities.handover")
    assert {notice.post_id for notice in notices} == {
        cast.secretary.post_id,
        cast.township.post_id,
    }
    receive(Handover.objects.get(pk=handover.pk), actor=successor, note="")
    assert notices.filter(stage__startswith="received").exists()
    assert not any("交接" in title or "接收" in title for title in titles(successor))


def test_the_superior_is_asked_once_the_holder_has_gone(cast):
    make_handover(cast, gone=True)
    assert any("代签" in title for title in titles(cast.township))
    assert not any("代签" in title for title in titles(cast.county))


# --- pages --------------------


def test_a_successor_takes_over_page_by_page(cast, sign_in):
    issue_down_to_the_village(cast, year=today().year)
    handover = make_handover(cast)
    successor = seat_successor(cast)
    url = handover.get_absolute_url()
    sign, items, take = (
        reverse(f"orgs:handover_{name}", args=[handover.pk])
        for name in ("sign", "items", "receive")
    )
    client = sign_in(cast.secretary)
    text = client.get(url).content.decode()
    assert "发展会员数" in text
    assert "确认移交" in text
    assert client.get(sign).status_code == 200
    assert client.post(sign, {"note": ""}).status_code == 422
    assert client.post(sign, {"note": "资料在柜中。"}).status_code == 302
    assert client.get(items).status_code == 404
    client = sign_in(successor)
    assert "逐项接收" in client.get(url).content.decode()
    assert client.get(items).status_code == 200
    item = handover.items.get()
    assert client.post(take, {"note": ""}).status_code == 422
    client.post(items, {f"seen_{item.pk}": "on", f"remark_{item.pk}": "已核对"})
    assert client.post(take, {"note": "齐全。"}).status_code == 302
    text = client.get(url).content.decode()
    assert "清单已冻结" in text
    assert "已核对" in text


def test_the_stand_in_page_and_who_sees_a_handover(cast, sign_in):
    handover = make_handover(cast, gone=True)
    url = reverse("orgs:handover_stand_in", args=[handover.pk])
    assert sign_in(cast.township).get(url).status_code == 200
    assert "代签移交" in sign_in(cast.township).get(handover.get_absolute_url()).content.decode()
    assert sign_in(cast.township).post(url, {"reason": "已调离"}).status_code == 302
    for stranger in (cast.neighbour, cast.other_county, cast.stranger):
        assert sign_in(stranger).get(handover.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_statements_however_long(
    cast, sign_in, count, django_assert_num_queries
):
    for actor in (cast.secretary, cast.union_chair, cast.neighbour)[:count]:
        end_appointment(term_of(actor), actor=cast.administrator)
        post = term_of(actor).post
        appoint(post, actor=cast.administrator, user=UserFactory(), starts_on=today())
    client = sign_in(cast.office)
    client.get(reverse("orgs:handover_list"), headers={"HX-Request": "true"})
    with django_assert_num_queries(6):
        response = client.get(reverse("orgs:handover_list"), headers={"HX-Request": "true"})
    assert response.status_code == 200
