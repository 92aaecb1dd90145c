"""Follow-ups for tests, brought to their states by the services."""

from __future__ import annotations

from datetime import date, timedelta

from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.follow_ups.services.assigning import issue_follow_up, open_follow_up
from gongjian.commons.follow_ups.services.delegating import Delegated, delegate_follow_up
from gongjian.commons.follow_ups.services.handling import (
    clear_follow_up,
    receive_follow_up,
    report_follow_up,
)
from gongjian.foundation.kernel.dates import today
from orgs.models import Unit


def draft(cast, unit: Unit | None = None, *, due_on: date | None = None, **values) -> FollowUp:
    given = {
        "title": "整修职工活动室",
        "requirement": "年底前整修到位，交照片和验收单。",
        "due_on": due_on or today() + timedelta(days=30),
        **{name: value for name, value in values.items() if name not in {"helpers", "source"}},
    }
    return open_follow_up(
        unit or cast.hongqi,
        actor=cast.office,
        giver=cast.city,
        values=given,
        helpers=values.get("helpers", ()),
        source=values.get("source"),
    )


def issued(cast, unit: Unit | None = None, **values) -> FollowUp:
    return issue_follow_up(draft(cast, unit, **values), actor=cast.office)


def in_hand(cast, unit: Unit | None = None, *, by=None, **values) -> FollowUp:
    return receive_follow_up(issued(cast, unit, **values), actor=by or cast.secretary)


def reported(cast, *, by=None, **values) -> FollowUp:
    actor = by or cast.secretary
    return report_follow_up(in_hand(cast, by=actor, **values), actor=actor, result="已整修并验收。")


def cleared(cast, **values) -> FollowUp:
    return clear_follow_up(reported(cast, **values), actor=cast.office)


def delegated(cast, **values) -> FollowUp:
    """A township's matter that its village sees to for five days."""
    matter = in_hand(cast, cast.dongfeng, by=cast.township, **values)
    delegate_follow_up(
        matter,
        actor=cast.township,
        delegated=Delegated(
            unit=cast.hongqi,
            starts_on=today(),
            ends_on=today() + timedelta(days=5),
            reason="经办人外出学习。",
        ),
    )
    return FollowUp.objects.select_related("unit", "giver").get(pk=matter.pk)
