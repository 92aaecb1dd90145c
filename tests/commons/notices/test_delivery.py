from __future__ import annotations

import smtplib
import threading
from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, transaction

from gongjian.commons.notices import delivery
from gongjian.commons.notices.enums import DigestState
from gongjian.commons.notices.models import Digest, DigestLine, Notice
from gongjian.commons.notices.services import find_due, notify
from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import Appointment
from orgs.queries import system_actor
from orgs.services import appoint, create_post
from tests.factories.cast import build_cast
from tests.factories.notices import reminder, rule

DAY = date(2026, 9, 24)
QUARTER_HOUR = timedelta(minutes=15)


def tell(cast, *actors, stage="-3", **values):
    return notify(
        rule="returns.due",
        subject=values.pop("subject", cast.hongqi),
        stage=stage,
        post_ids=[actor.post_id for actor in actors],
        title=values.pop("title", "请报送第三季度报表"),
        url="/responsibilities/returns/1/",
        deadline=date(2026, 10, 9),
        **values,
    )


def second_post(cast, actor):
    """A further post of the same person, 工会主席兼任."""
    by = system_actor(cast.tenant)
    post = create_post(cast.hongqi, actor=by, title="工会主席", role="union_chair")
    user = Appointment.objects.get(pk=actor.appointment_id).user
    return appoint(post, actor=by, user=user).post


def test_one_digest_a_day_gathers_all_posts_of_a_person(cast, give_address):
    give_address(cast.secretary)
    post = second_post(cast, cast.secretary)
    tell(cast, cast.secretary)
    notify(rule="x", subject=cast.xinghuo, stage="0", post_ids=[post.pk], title="请签收目标")
    assert delivery.deliver_due(DAY) == 1
    [message] = mail.outbox
    assert message.subject == "党工共建：您有 2 项待办（9月24日）"
    assert message.to == [f"user{cast.secretary.user_id}@example.test"]
    assert "赵春梅：" in message.body
    assert "请报送第三季度报表（截止：10月9日）" in message.body
    assert "http://127.0.0.1:8000/responsibilities/returns/1/" in message.body
    assert "请签收目标" in message.body
    digest = Digest.objects.get()
    assert (digest.state, digest.attempts, digest.result) == (DigestState.SENT, 1, "共2项")


def test_a_duty_that_comes_through_two_posts_is_one_line(cast, give_address):
    give_address(cast.secretary)
    post = second_post(cast, cast.secretary)
    notify(
        rule="x",
        subject=cast.hongqi,
        stage="0",
        post_ids=[cast.secretary.post_id, post.pk],
        title="请签收目标",
    )
    delivery.deliver_due(DAY)
    assert mail.outbox[0].body.count("请签收目标") == 1
    assert DigestLine.objects.count() == 2


def test_however_often_the_sweep_runs_a_person_is_mailed_once_a_day(cast, give_address, clock):
    give_address(cast.secretary)
    tell(cast, cast.secretary)
    delivery.deliver_due(DAY)
    tell(cast, cast.secretary, stage="0")
    for _ in range(4):
        clock.shift(QUARTER_HOUR)
        assert delivery.deliver_due(DAY) == 0
    assert len(mail.outbox) == 1


def test_the_next_day_brings_only_what_was_not_sent(cast, give_address, clock):
    give_address(cast.secretary)
    tell(cast, cast.secretary, title="第一项")
    delivery.deliver_due(DAY)
    tell(cast, cast.secretary, stage="0", title="第二项")
    # 25 to 27 September 2026 are 中秋.
    clock.shift(timedelta(days=4))
    assert delivery.deliver_due(date(2026, 9, 28)) == 1
    assert "第二项" in mail.outbox[1].body
    assert "第一项" not in mail.outbox[1].body


@pytest.mark.parametrize("day", [date(2026, 9, 25), date(2026, 10, 1), date(2026, 10, 11)])
def test_nothing_is_sent_on_a_day_off(cast, give_address, day):
    give_address(cast.secretary)
    tell(cast, cast.secretary)
    assert delivery.deliver_due(day) == 0
    assert (mail.outbox, Digest.objects.count()) == ([], 0)


def test_a_moved_working_weekend_is_a_working_day(cast, give_address, clock):
    give_address(cast.secretary)
    tell(cast, cast.secretary)
    clock.shift(timedelta(days=-4))
    Appointment.objects.update(starts_on=date(2026, 9, 1))
    assert delivery.deliver_due(date(2026, 9, 20)) == 1


def test_what_the_post_may_see_no_more_is_not_sent(cast, give_address, shelf, clock):
    give_address(cast.secretary, cast.union_chair)
    seen = []

    def may_see(actor, subject_id):
        seen.append((actor.person_name, subject_id, actor.grants.get("notices.view_own")))
        return actor.role == "secretary"

    posts = [cast.secretary.post_id, cast.union_chair.post_id]
    shelf.register(rule("a", [reminder(cast.hongqi, posts)], may_see=may_see))
    find_due(DAY)
    assert delivery.deliver_due(DAY) == 1
    assert [message.to for message in mail.outbox] == [
        [f"user{cast.secretary.user_id}@example.test"]
    ]
    assert ("孙国强", cast.hongqi.pk, Reach.OWN) in seen
    skipped = Digest.objects.get(user_id=cast.union_chair.user_id)
    assert (skipped.state, skipped.attempts) == (DigestState.SKIPPED, 0)
    # A digest that was empty in the morning does not keep the day's later notices back.
    clock.shift(QUARTER_HOUR)
    tell(cast, cast.union_chair)
    assert delivery.deliver_due(DAY) == 1


def test_whose_term_has_ended_gets_nothing_and_the_successor_gets_it(cast, give_address):
    give_address(cast.secretary, cast.neighbour)
    tell(cast, cast.secretary)
    Appointment.objects.filter(pk=cast.secretary.appointment_id).update(
        starts_on=date(2026, 1, 1), ends_on=date(2026, 9, 23)
    )
    assert delivery.deliver_due(DAY) == 0
    old = Appointment.objects.get(pk=cast.secretary.appointment_id)
    heir = Appointment.objects.get(pk=cast.neighbour.appointment_id).user
    appoint(old.post, actor=system_actor(cast.tenant), user=heir)
    assert delivery.deliver_due(DAY) == 1
    assert mail.outbox[0].to == [heir.email or f"user{heir.pk}@example.test"]


def test_what_was_read_or_is_stale_is_not_sent(cast, give_address, clock):
    give_address(cast.secretary, cast.union_chair)
    tell(cast, cast.secretary, cast.union_chair)
    Notice.objects.filter(post_id=cast.secretary.post_id).update(read_at="2026-09-24T08:00+08:00")
    Notice.objects.filter(post_id=cast.union_chair.post_id).update(
        created_at="2026-09-01T08:00+08:00"
    )
    assert delivery.deliver_due(DAY) == 0


def test_whoever_has_no_address_is_not_mailed(cast):
    tell(cast, cast.secretary)
    assert delivery.deliver_due(DAY) == 0
    assert Digest.objects.count() == 0


@pytest.fixture
def mail_server(monkeypatch):
    """A mail server that can be taken down for some addresses."""
    refused: set[str] = set()
    accept = EmailBackend.send_messages

    def send_messages(self, messages):
        if refused & {address for message in messages for address in message.to}:
            raise smtplib.SMTPServerDisconnected("away")
        return accept(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", send_messages)
    return refused


def test_a_failed_mail_is_tried_again_and_given_up_after_three(
    cast, give_address, clock, mail_server
):
    give_address(cast.secretary, cast.union_chair)
    mail_server.add(f"user{cast.secretary.user_id}@example.test")
    tell(cast, cast.secretary, cast.union_chair)
    assert delivery.deliver_due(DAY) == 1
    digest = Digest.objects.get(user_id=cast.secretary.user_id)
    assert (digest.state, digest.attempts) == (DigestState.FAILED, 1)
    assert "SMTPServerDisconnected" in digest.result
    delivery.deliver_due(DAY)
    digest.refresh_from_db()
    assert digest.attempts == 1  # not again at once
    for _ in range(5):
        clock.shift(QUARTER_HOUR)
        delivery.deliver_due(DAY)
    digest.refresh_from_db()
    assert (digest.state, digest.attempts) == (DigestState.DEAD, 3)
    assert not DigestLine.objects.filter(digest=digest).exists()


def test_a_mail_server_that_comes_back_gets_the_digest(cast, give_address, clock, mail_server):
    give_address(cast.secretary)
    mail_server.add(f"user{cast.secretary.user_id}@example.test")
    tell(cast, cast.secretary)
    delivery.deliver_due(DAY)
    mail_server.clear()
    clock.shift(QUARTER_HOUR)
    assert delivery.deliver_due(DAY) == 1
    assert Digest.objects.get().attempts == 2


def test_the_claim_of_a_dead_worker_is_taken_again(cast, give_address, clock):
    give_address(cast.secretary)
    tell(cast, cast.secretary)
    delivery._prepare(DAY)
    assert delivery._claim(DAY) is not None
    assert delivery.deliver_due(DAY) == 0
    clock.shift(QUARTER_HOUR)
    assert delivery.deliver_due(DAY) == 1


def test_a_message_that_kills_its_worker_is_given_up(cast, give_address, clock):
    give_address(cast.secretary)
    tell(cast, cast.secretary)
    for _ in range(3):
        delivery._prepare(DAY)
        assert delivery._claim(DAY) is not None
        clock.shift(QUARTER_HOUR)
    assert delivery.deliver_due(DAY) == 0
    assert Digest.objects.get().state == DigestState.DEAD


def test_who_lost_the_claim_does_not_write_the_outcome(cast, give_address, clock):
    give_address(cast.secretary)
    tell(cast, cast.secretary)
    delivery._prepare(DAY)
    slow = delivery._claim(DAY)
    clock.shift(QUARTER_HOUR)
    delivery.deliver_due(DAY)
    assert not delivery._finish(slow, DigestState.FAILED, "迟到的结果")
    assert Digest.objects.get().state == DigestState.SENT


def test_what_a_day_left_over_is_closed_on_the_next(cast, give_address, clock):
    give_address(cast.secretary)
    tell(cast, cast.secretary)
    delivery._prepare(DAY)
    clock.shift(timedelta(days=4))
    assert delivery.deliver_due(date(2026, 9, 28)) == 1
    assert Digest.objects.get(day=DAY).state == DigestState.SKIPPED


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_time_send_each_digest_once(give_address):
    with transaction.atomic():
        people = build_cast()
        staff = [people.secretary, people.union_chair, people.neighbour, people.township]
        give_address(*staff)
        with tenant_scope(people.tenant.pk):
            tell(people, *staff)
    gate, sent = threading.Barrier(3), []

    def work() -> None:
        try:
            with tenant_scope(people.tenant.pk):
                gate.wait()
                sent.append(delivery.deliver_due(DAY))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sent) == 4
    assert len({message.to[0] for message in mail.outbox}) == len(mail.outbox) == 4
