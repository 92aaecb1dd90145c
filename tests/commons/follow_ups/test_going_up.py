"""What does not move goes up: by rule after some working days, and by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from gongjian.commons.follow_ups.enums import Escalation
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.follow_ups.queries import story_of
from gongjian.commons.follow_ups.services.escalating import (
    level_reached,
    raise_follow_up,
    raise_overdue,
)
from gongjian.commons.follow_ups.services.handling import report_follow_up
from gongjian.commons.notices.models import Notice
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from tests.factories.follow_ups import in_hand, reported


def told(actor) -> int:
    return Notice.objects.filter(rule="follow_ups.raised", post_id=actor.post_id).count()


@pytest.mark.parametrize(
    ("urgency", "late", "level"),
    [
        ("normal", 4, Escalation.NONE),
        ("normal", 5, Escalation.SUPERIOR),
        ("normal", 9, Escalation.SUPERIOR),
        ("normal", 10, Escalation.LEADERS),
        ("urgent", 0, Escalation.NONE),
        ("urgent", 1, Escalation.SUPERIOR),
        ("urgent", 3, Escalation.LEADERS),
    ],
)
def test_the_rule_counts_working_days(urgency, late, level):
    assert level_reached(urgency, late) == level


def test_an_overdue_matter_goes_up_by_itself_once_a_level(cast):
    with time_machine.travel("2026-09-18 09:00 +0800", tick=False):
        matter = in_hand(cast, due_on=today() + timedelta(days=5))  # 23 September
    levels = {}
    # 25 to 27 September and 1 to 7 October are off, 10 October is worked.
    for day in ("09-24", "09-30", "10-07", "10-08", "10-09", "10-13", "10-14", "10-15"):
        with time_machine.travel(f"2026-{day} 06:50 +0800", tick=False):
            raise_overdue()
            raise_overdue()
        matter.refresh_from_db()
        levels[day] = matter.escalation
    assert levels == {
        "09-24": 0,
        "09-30": 0,
        "10-07": 0,
        "10-08": 1,
        "10-09": 1,
        "10-13": 1,
        "10-14": 2,
        "10-15": 2,
    }
    # The township stands above the village, the leader above all.
    assert (told(cast.township), told(cast.leader), told(cast.secretary)) == (2, 1, 2)
    assert [moment.what for moment in story_of(matter)].count("升级督办") == 2


def test_what_was_reported_in_the_meantime_does_not_go_up(cast):
    matter = in_hand(cast)
    FollowUp.objects.filter(pk=matter.pk).update(due_on=today() - timedelta(days=60))
    report_follow_up(matter, actor=cast.secretary, result="已办。")
    assert raise_overdue() == 0


def test_by_hand_it_goes_up_at_once_and_not_twice(cast):
    matter = in_hand(cast)
    with pytest.raises(FieldErrors):
        raise_follow_up(matter, actor=cast.office, level=Escalation.SUPERIOR, text=" ")
    with pytest.raises(NotPermitted):
        raise_follow_up(matter, actor=cast.secretary, level=Escalation.SUPERIOR, text="快办")
    raise_follow_up(matter, actor=cast.leader, level=Escalation.LEADERS, text="影响全局。")
    with pytest.raises(StateConflict, match="不必再提"):
        raise_follow_up(matter, actor=cast.office, level=Escalation.SUPERIOR, text="再提")
    with pytest.raises(StateConflict, match="不在主办单位手上"):
        raise_follow_up(reported(cast), actor=cast.office, level=Escalation.SUPERIOR, text="提")


def test_going_up_on_screen(cast, sign_in):
    matter = in_hand(cast)
    client = sign_in(cast.office)
    page = reverse("follow_ups:followup_raise", args=[matter.pk])
    assert "逾期满5个工作日自动提级上级单位" in client.get(page).content.decode()
    answer = client.post(page, {"level": "1", "text": "两次催办没有回音。"}, follow=True)

    shown = answer.content.decode()
    assert "已提级上级单位" in shown
    assert "两次催办没有回音。" in shown
    listed = client.get(reverse("follow_ups:followup_list"), {"mark": "raised"})
    assert matter.title in listed.content.decode()
    assert sign_in(cast.secretary).get(page).status_code == 404
