"""A meeting of the demo that collects items, so that the next one can be clicked through."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from gongjian.demo.people import actor_named
from gongjian.foundation.kernel.dates import SHANGHAI, today
from meetings.models import Series
from meetings.services.agenda import prefill_agenda, propose_item
from meetings.services.convening import add_member, call_for_items, open_series, plan_meeting
from orgs.models import Tenant, Unit
from orgs.queries import root_unit

#: Unit, name, duty, capacity; the first stands for the region itself.
MEMBERS = (
    ("", "李明远", "领导小组组长", "chair"),
    ("清河县", "周海燕", "党工共建办主任", "member"),
    ("云山区", "钱立", "党工共建办主任", "member"),
    ("东风镇", "吴建国", "党建办主任", "observer"),
)


def convene(tenant: Tenant) -> None:
    """One series; the coming sitting is calling for items and has some already."""
    if Series.objects.exists():
        return
    office = actor_named(tenant, "office")
    root = root_unit()
    assert root is not None  # noqa: S101 -- every tenant has a root
    values = {
        "name": "党工共建工作联席会议",
        "host": "领导小组组长李明远",
        "place": "市委第三会议室",
    }
    series = open_series(root, actor=office, values=values)
    for name, person, duty, capacity in MEMBERS:
        unit = Unit.objects.filter(name=name).order_by("path").first() if name else root
        if unit is not None:
            add_member(series, actor=office, unit=unit, name=person, duty=duty, capacity=capacity)
    start = datetime.combine(today() + timedelta(days=9), time(9), SHANGHAI)
    meeting = plan_meeting(series, actor=office, starts_at=start)
    call_for_items(meeting, actor=office, due_on=today() + timedelta(days=4))
    text = "两县区反映平台企业不愿配合建会，需要明确由谁牵头约谈。"
    propose_item(
        meeting,
        actor=office,
        unit=root,
        values={"title": "新就业形态劳动者建会入会推进慢", "body": text},
    )
    prefill_agenda(meeting, actor=office)
