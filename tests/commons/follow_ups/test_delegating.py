"""For some days another unit acts for the responsible one, which answers all the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from gongjian.commons.follow_ups.models import FollowUpDelegation
from gongjian.commons.follow_ups.queries import matters_of, readable_by
from gongjian.commons.follow_ups.services.assigning import hand_over
from gongjian.commons.follow_ups.services.delegating import (
    Delegated,
    delegate_follow_up,
    end_delegation,
)
from gongjian.commons.follow_ups.services.handling import (
    clear_follow_up,
    note_follow_up,
    report_follow_up,
)
from gongjian.commons.notices.models import Notice
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from tests.factories.follow_ups import delegated, in_hand, issued


def asked(cast, **values) -> Delegated:
    given = {
        "unit": cast.hongqi,
        "starts_on": today(),
        "ends_on": today() + timedelta(days=5),
        "reason": "经办人外出学习。",
        **values,
    }
    return Delegated(**given)


def towns_matter(cast, **values):
    return in_hand(cast, cast.dongfeng, by=cast.township, **values)


def test_who_is_asked_acts_as_the_unit_would_and_another_person_still_verifies(cast):
    matter = delegated(cast)

    assert matter in readable_by(cast.secretary)
    assert list(matters_of(cast.secretary)) == [matter]
    assert note_follow_up(matter, actor=cast.secretary, text="已核对一半").kind == "progress"
    reported = report_follow_up(matter, actor=cast.secretary, result="已办妥。")
    assert reported.unit == cast.dongfeng
    with pytest.raises(DomainError):
        clear_follow_up(reported, actor=cast.secretary)
    assert clear_follow_up(reported, actor=cast.office).state == "cleared"


def test_before_and_after_its_days_nobody_acts_for_the_unit(cast):
    matter = towns_matter(cast)
    later = asked(cast, starts_on=today() + timedelta(days=2), ends_on=today() + timedelta(days=4))
    delegate_follow_up(matter, actor=cast.township, delegated=later)
    for days, may in ((0, False), (2, True), (4, True), (5, False)):
        with time_machine.travel(today() + timedelta(days=days, hours=0), tick=False):
            assert (matter in matters_of(cast.secretary)) is may, days
    with pytest.raises(NotPermitted, match="无权申请办结"):
        report_follow_up(matter, actor=cast.secretary, result="已办妥。")


def test_what_was_taken_back_is_the_units_own_again(cast):
    matter = delegated(cast)
    with pytest.raises(NotPermitted, match="只有主办单位可以委托"):
        end_delegation(matter, actor=cast.secretary)
    end_delegation(matter, actor=cast.township, reason="经办人已回来。")

    assert list(matters_of(cast.secretary)) == []
    assert matter in readable_by(cast.secretary)
    assert Notice.objects.filter(rule="follow_ups.delegation_ended").exists()
    with pytest.raises(StateConflict, match="已经终止"):
        end_delegation(matter, actor=cast.township)
    again = delegate_follow_up(matter, actor=cast.township, delegated=asked(cast))
    assert again.ended_at is None


def test_a_matter_that_goes_to_another_unit_takes_no_delegation_along(cast):
    matter = delegated(cast)
    hand_over(
        matter,
        actor=cast.office,
        unit=cast.hongqi,
        due_on=today() + timedelta(days=9),
        reason="改由村办理。",
    )
    assert FollowUpDelegation.objects.get().ended_by == cast.office.label


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"starts_on": -1}, "starts_on"),
        ({"ends_on": -1}, "ends_on"),
        ({"ends_on": 31}, "ends_on"),
        ({"reason": " "}, "reason"),
        ({"unit": "county"}, "unit"),
    ],
)
def test_a_poor_delegation_is_refused_beside_its_field(cast, values, field):
    matter = towns_matter(cast)
    given = {
        name: today() + timedelta(days=value) if isinstance(value, int) else value
        for name, value in values.items()
    }
    if values.get("unit") == "county":
        given["unit"] = cast.dongfeng
    with pytest.raises(FieldErrors) as error:
        delegate_follow_up(matter, actor=cast.township, delegated=asked(cast, **given))
    assert field in error.value.errors


def test_only_what_is_in_hand_is_delegated_and_once_at_a_time(cast):
    with pytest.raises(StateConflict, match="未签收的请先签收"):
        delegate_follow_up(issued(cast, cast.dongfeng), actor=cast.township, delegated=asked(cast))
    with pytest.raises(DomainError, match="已经委托给红旗村"):
        delegate_follow_up(delegated(cast), actor=cast.township, delegated=asked(cast))


def test_delegating_and_acting_on_screen(cast, sign_in):
    matter = towns_matter(cast)
    client = sign_in(cast.township)
    page = reverse("follow_ups:followup_detail", args=[matter.pk])
    assert "委托承办" in client.get(page).content.decode()
    answer = client.post(
        reverse("follow_ups:followup_delegate", args=[matter.pk]),
        {
            "unit": cast.hongqi.pk,
            "starts_on": today(),
            "ends_on": today() + timedelta(days=3),
            "reason": "代办三天。",
        },
        follow=True,
    )
    assert "委托红旗村承办" in answer.content.decode()

    village = sign_in(cast.secretary)
    seen = village.get(page).content.decode()
    assert "申请办结" in seen
    assert "收回委托" not in seen
    village.post(reverse("follow_ups:followup_report", args=[matter.pk]), {"result": "已办妥。"})
    matter.refresh_from_db()
    assert matter.state == "reported"
    assert "受托承办" not in village.get(reverse("follow_ups:my_matters")).content.decode()

    township = sign_in(cast.township)
    township.post(reverse("follow_ups:delegation_end", args=[matter.pk]), {"reason": ""})
    assert FollowUpDelegation.objects.get().ended_at is not None
