from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import connection, transaction

from gongjian.commons.notices.models import Notice
from gongjian.commons.notices.services import find_due, mark_all_read, mark_read, notify
from gongjian.commons.notices.shelf import ReminderRule
from gongjian.foundation.tenancy.scope import tenant_scope
from tests.factories.cast import build_cast
from tests.factories.notices import reminder, rule

DAY = date(2026, 9, 24)


def test_a_post_is_told_once_per_stage(cast):
    told = {
        "rule": "returns.sent_back",
        "subject": cast.hongqi,
        "post_ids": [cast.secretary.post_id, cast.secretary.post_id, cast.union_chair.post_id],
        "title": "报表已退回",
    }
    assert notify(stage="returned-1", **told) == 2
    assert notify(stage="returned-1", **told) == 0
    assert notify(stage="returned-2", **told) == 2
    assert Notice.objects.count() == 4


def test_a_notice_goes_down_with_the_act_it_tells_of(cast):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        notify(
            rule="x", subject=cast.hongqi, stage="0", post_ids=[cast.secretary.post_id], title="甲"
        )
        1 / 0
    assert Notice.objects.count() == 0


def test_sweeping_often_tells_once(cast, shelf):
    shelf.register(rule("a", [reminder(cast.hongqi, [cast.secretary.post_id])]))
    assert [find_due(DAY) for _ in range(5)] == [1, 0, 0, 0, 0]


def test_a_later_stage_tells_again(cast, shelf):
    stages = iter(["-3", "0", "+1"])
    shelf.register(
        ReminderRule(
            "a",
            "甲",
            due=lambda _: [reminder(cast.hongqi, [cast.secretary.post_id], next(stages))],
        )
    )
    assert [find_due(DAY) for _ in range(3)] == [1, 1, 1]


def test_a_broken_rule_does_not_stop_the_others(cast, shelf, caplog):
    def broken(day):
        yield reminder(cast.hongqi, [cast.secretary.post_id])
        # Also a broken statement, which ends the transaction it stands in.
        Notice.objects.extra(where=["nonsense"]).count()

    shelf.register(ReminderRule("a", "坏规则", due=broken))
    shelf.register(rule("b", [reminder(cast.hongqi, [cast.union_chair.post_id])]))
    assert find_due(DAY) == 1
    assert "reminder rule a failed" in caplog.text
    assert list(Notice.objects.values_list("rule", flat=True)) == ["b"]


def test_a_rule_that_names_a_post_of_another_tenant_tells_nobody(cast, shelf):
    shelf.register(rule("a", [reminder(cast.hongqi, [cast.stranger.post_id])]))
    assert find_due(DAY) == 0


def test_only_the_post_itself_marks_its_notice_as_read(cast, clock):
    notify(rule="x", subject=cast.hongqi, stage="0", post_ids=[cast.secretary.post_id], title="甲")
    notice = Notice.objects.get()
    mark_read(notice, actor=cast.union_chair)
    notice.refresh_from_db()
    assert notice.read_at is None
    mark_read(notice, actor=cast.secretary)
    notice.refresh_from_db()
    first = notice.read_at
    clock.shift(60)
    mark_read(notice, actor=cast.secretary)
    notice.refresh_from_db()
    assert notice.read_at == first


def test_what_came_in_after_the_page_was_drawn_stays_unread(cast):
    for stage in ("1", "2", "3"):
        notify(
            rule="x",
            subject=cast.hongqi,
            stage=stage,
            post_ids=[cast.secretary.post_id, cast.union_chair.post_id],
            title="甲",
        )
    seen = Notice.objects.filter(post_id=cast.secretary.post_id).order_by("pk")[1]
    assert mark_all_read(actor=cast.secretary, up_to=seen.pk) == 2
    assert mark_all_read(actor=cast.secretary) == 1
    assert Notice.objects.filter(read_at__isnull=True).count() == 3


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_the_same_time_tell_once(shelf):
    with transaction.atomic():
        people = build_cast()
    posts = [people.secretary.post_id, people.union_chair.post_id, people.township.post_id]
    shelf.register(rule("a", [reminder(people.hongqi, posts, str(stage)) for stage in range(20)]))
    gate, added = threading.Barrier(4), []

    def sweep() -> None:
        try:
            with tenant_scope(people.tenant.pk):
                gate.wait()
                added.append(find_due(DAY))
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with tenant_scope(people.tenant.pk), transaction.atomic():
        assert Notice.objects.count() == 60
    assert len(added) == 4
