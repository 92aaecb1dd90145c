"""Joint meetings of the demo: one that is minuted and followed, one that collects items."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone

from gongjian.commons.documents.services import issue_document, sign_off_document
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.follow_ups.services.handling import (
    clear_follow_up,
    receive_follow_up,
    report_follow_up,
)
from gongjian.commons.rolls.services import call_the_rest
from gongjian.demo.people import actor_named, actors_by_unit
from gongjian.foundation.calendar.working_days import corrections, working_deadline
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import SHANGHAI, today
from meetings.models import AgendaItem, Meeting, Series
from meetings.services.agenda import prefill_agenda, propose_item, vet_item
from meetings.services.convening import (
    add_member,
    answer_notice,
    call_for_items,
    open_series,
    plan_meeting,
    roll_of,
    send_notice,
    set_phrases,
)
from meetings.services.sitting import (
    close_meeting,
    distribute_minutes,
    draft_minutes,
    keep_record,
    open_meeting,
    receive_minutes,
    resolve,
    settle_item,
)
from orgs.enums import Role
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
    """One series; the last sitting is minuted, the coming one has items already."""
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
    set_phrases(
        root,
        actor=office,
        lines=["会议原则同意", "会议听取了督查情况通报，", "请牵头单位于月底前报送进展。"],
    )
    _held(series, root, tenant)
    start = datetime.combine(today() + timedelta(days=9), time(9), SHANGHAI)
    meeting = plan_meeting(series, actor=office, starts_at=start)
    call_for_items(meeting, actor=office, due_on=today() + timedelta(days=4))
    text = "两县区反映平台企业不愿配合建会，需要明确由谁牵头约谈。"
    propose_item(
        meeting,
        actor=office,
        unit=root,
        values={
            "title": "新就业形态劳动者建会入会推进慢",
            "body": text,
            "opinion": "由市总工会牵头，市场监管部门配合，逐家约谈。",
            "presenter": "市总工会主席宋涛",
            "minutes": 20,
        },
    )
    prefill_agenda(meeting, actor=office)


#: Title, account of it, what was said, outcome, and the resolution: title, unit, state.
DISCUSSED = (
    (
        "通报第三季度指标进度",
        "各县区指标完成情况和滞后原因。",
        "会议听取了第三季度指标进度通报。会议要求，滞后的县区逐项说明原因、列出补救时间表。",
        "discuss",
        ("滞后指标逐项列出补救时间表", "清河县", "cleared"),
    ),
    (
        "基层工会届满未换届",
        "督查发现十二家基层工会届满一年以上没有换届。",
        "会议认为，换届滞后影响工会正常履职。会议议定，年底前全部完成。",
        "discuss",
        ("年底前完成届满工会换届", "云山区", "late"),
    ),
    (
        "职工活动阵地共建共享",
        "党群服务中心与职工之家分设，重复投入。",
        "会议强调，坚持一个阵地、多种功能，不搞重复建设。",
        "discuss",
        ("提出阵地共建共享清单", "东风镇", "going"),
    ),
    ("新业态劳动者休息驿站选址", "三处选址尚未取得街道同意。", "", "carry", None),
)


def _held(series: Series, root: Unit, tenant: Tenant) -> None:
    """The sitting of the quarter before, from its notice to the minutes that units signed for."""
    office, leader = actor_named(tenant, "office"), actor_named(tenant, "leader")
    speakers = actors_by_unit(tenant, (Role.SUPERIOR_OFFICE, Role.SECRETARY))
    meeting = plan_meeting(
        series, actor=office, starts_at=timezone.now() + timedelta(hours=2),
        values={"recorder": "张秀兰"},
    )  # fmt: skip
    items = []
    for place, (title, body, *_) in enumerate(DISCUSSED):
        item = propose_item(
            meeting, actor=office, unit=root,
            values={"title": title, "body": body, "recurs": place == 0, "minutes": 20},
        )  # fmt: skip
        items.append(vet_item(item, actor=office, verdict="accept"))
    meeting = send_notice(meeting, actor=office)
    for place, called in enumerate(meeting.invitations.select_related("unit")):
        actor = office if called.unit_id == root.pk else speakers.get(called.unit_id)
        if actor is not None:
            answer_notice(
                called, actor=actor, reply="substitute" if place == 2 else "attend",
                substitute="刘洋（副主任）" if place == 2 else "",
            )  # fmt: skip
    day = working_deadline(today(), -40, corrections())
    begun = datetime.combine(day, time(9), SHANGHAI)
    Meeting.objects.filter(pk=meeting.pk).update(
        starts_at=begun, ends_at=begun + timedelta(hours=2), year=begun.year
    )
    meeting = open_meeting(Meeting.objects.get(pk=meeting.pk), actor=office)
    roll = roll_of(meeting)
    assert roll is not None  # noqa: S101 -- opened with the notice
    call_the_rest(roll.sessions.get(), actor=office)
    for item, (_, _, said, outcome, settled) in zip(items, DISCUSSED, strict=True):
        if said:
            keep_record(item, actor=office, text=said, revision=0)
        if settled is not None:
            _resolve(item, settled, office, speakers)
        settle_item(item, actor=office, outcome=outcome)
    meeting = close_meeting(meeting, actor=office)
    document = sign_off_document(draft_minutes(meeting, actor=office), actor=leader)
    issue_document(document, actor=office)
    meeting = distribute_minutes(Meeting.objects.get(pk=meeting.pk), actor=office)
    for copy in meeting.copies.select_related("unit"):
        actor = office if copy.unit_id == root.pk else speakers.get(copy.unit_id)
        if actor is not None and copy.unit.name != "东风镇":
            receive_minutes(copy, actor=actor)


def _resolve(
    item: AgendaItem, settled: tuple[str, str, str], office: Actor, speakers: dict[int, Actor]
) -> None:
    title, name, state = settled
    unit = Unit.objects.filter(name=name).order_by("path").first()
    if unit is None:
        return
    matter = resolve(
        item, actor=office,
        values={
            "title": title, "text": f"{title}，报领导小组办公室。", "unit": unit,
            "due_on": today() + timedelta(days=15),
        },
    ).follow_up  # fmt: skip
    actor = speakers.get(unit.pk)
    if actor is None:
        return
    matter = receive_follow_up(matter, actor=actor)
    if state == "cleared":
        result = "已逐项列出时间表并报送，六项指标恢复到时序进度。"
        clear_follow_up(report_follow_up(matter, actor=actor, result=result), actor=office)
    elif state == "late":
        FollowUp.objects.filter(pk=matter.pk).update(due_on=today() - timedelta(days=6))
