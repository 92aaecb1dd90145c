"""Cleared matters are looked at again: on a day, with a result, and a tenth by lot."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from gongjian.commons.follow_ups.models import FollowUp, FollowUpNote
from gongjian.commons.follow_ups.services.handling import clear_follow_up
from gongjian.commons.follow_ups.services.looking_back import (
    drawn,
    fail_look_back,
    pass_look_back,
    schedule_look_back,
)
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.web.shelves import todos_of
from tests.factories.follow_ups import cleared, reported


def url(name: str, *args: object) -> str:
    return reverse(f"follow_ups:{name}", args=args)


def test_a_day_is_set_by_who_verifies_and_for_what_was_cleared(cast):
    matter = cleared(cast)
    day = today() + timedelta(days=30)
    assert schedule_look_back(matter, actor=cast.office, day=day).look_back_on == day
    with pytest.raises(FieldErrors):
        schedule_look_back(matter, actor=cast.office, day=today() - timedelta(days=1))
    with pytest.raises(NotPermitted):
        schedule_look_back(matter, actor=cast.secretary, day=day)
    with pytest.raises(StateConflict, match="已销号的事项才安排回头看"):
        schedule_look_back(reported(cast), actor=cast.office, day=day)


def test_what_held_is_written_down_and_closed_for_good(cast):
    matter = cleared(cast)
    with pytest.raises(FieldErrors):
        pass_look_back(matter, actor=cast.office, text=" ")
    assert pass_look_back(matter, actor=cast.office, text="活动室正常开放。").state == "looked_back"
    assert FollowUpNote.objects.get(kind="look_back").text == "已巩固。活动室正常开放。"


def test_what_came_back_is_given_out_anew(cast):
    matter = cleared(cast)
    later = today() + timedelta(days=10)
    again = fail_look_back(matter, actor=cast.office, text="又漏雨了。", due_on=later)
    assert (again.state, again.recurrence_count, again.due_on) == ("issued", 1, later)


def test_the_reporter_does_not_look_back_at_his_own_work(cast):
    own = cleared_by_leader(cast)
    with pytest.raises(DomainError, match="您本人提交的"):
        pass_look_back(own, actor=cast.office, text="很好。")


def cleared_by_leader(cast) -> FollowUp:
    return clear_follow_up(reported(cast, by=cast.office, unit=cast.city), actor=cast.leader)


def test_the_result_on_screen(cast, sign_in):
    held, back = cleared(cast), cleared(cast, title="建立女职工委员会")
    client = sign_in(cast.office)
    assert "登记回头看结果" in client.get(url("followup_detail", held.pk)).content.decode()
    client.post(url("followup_look_back_day", held.pk), {"day": today(), "reason": "领导要求"})
    assert "1 件已销号事项该回头看" in [todo.title for todo in todos_of(cast.office)]
    shown = client.post(
        url("followup_look_back", held.pk), {"finding": "held", "text": "正常开放。"}, follow=True
    )
    assert "已巩固。正常开放。" in shown.content.decode()

    poor = client.post(url("followup_look_back", back.pk), {"finding": "back", "text": "没有了。"})
    assert "请填写新的办理时限" in poor.content.decode()
    client.post(
        url("followup_look_back", back.pk),
        {"finding": "back", "text": "没有了。", "due_on": today() + timedelta(days=9)},
    )
    states = dict(FollowUp.objects.values_list("title", "state"))
    assert states == {held.title: "looked_back", back.title: "issued"}


@given(st.integers(0, 60), st.integers(1, 100), st.integers(0, 2**31 - 1))
def test_a_draw_is_a_share_and_the_same_seed_draws_the_same(size, percent, seed):
    pool = list(range(size))
    chosen = drawn(pool, percent, seed)
    assert len(chosen) == -(-size * percent // 100)
    assert set(chosen) <= set(pool)
    assert len(set(chosen)) == len(chosen)
    assert chosen == drawn(pool, percent, seed)


def test_a_tenth_is_drawn_shown_and_set(cast, sign_in):
    for number in range(3):
        cleared(cast, title=f"整修活动室{number}")
    client = sign_in(cast.office)
    values = {"year": today().year, "percent": 10, "day": str(today() + timedelta(days=7))}
    preview = client.post(url("look_back_draw"), values)
    chosen, seed = preview.context_data["chosen"], preview.context_data["seed"]
    assert len(chosen) == 1
    assert chosen[0].title in preview.content.decode()
    confirmed = {**values, "seed": seed, "previewed": "1"}

    other = client.post(url("look_back_draw"), {**confirmed, "ids": []})
    assert "名单已变" in other.content.decode()
    client.post(url("look_back_draw"), {**confirmed, "ids": [chosen[0].pk]})

    due = FollowUp.objects.filter(look_back_on=today() + timedelta(days=7))
    assert list(due) == chosen
    assert sign_in(cast.secretary).get(url("look_back_draw")).status_code == 404
