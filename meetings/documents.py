"""What meetings print: the minutes (纪要) as an official document, the pack for the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from gongjian.commons.documents.contexts import CircularContext
from gongjian.commons.documents.rendering import render_pdf
from gongjian.commons.documents.rendering.joining import join
from gongjian.commons.documents.shelves import (
    DocumentKind,
    ProducedFile,
    Production,
    Progress,
    ReportKind,
    document_kinds,
    report_kinds,
)
from gongjian.commons.evidence.enums import FileKind
from gongjian.commons.evidence.models import EvidenceUse
from gongjian.commons.evidence.queries import uses_behind
from gongjian.commons.evidence.storage import path_of
from gongjian.commons.rolls.enums import THERE, Attendance
from gongjian.commons.rolls.models import RollMark
from gongjian.foundation.kernel.dates import long_date
from gongjian.foundation.tenancy.scope import require_tenant_id
from meetings.authority import VIEW_MEETING
from meetings.enums import Capacity, ItemState
from meetings.models import AgendaItem, Meeting, Resolution
from meetings.queries import results_to_report
from orgs.models import Tenant

_ORDER = "一二三四五六七八九十"


def _chinese(number: int) -> str:
    """一 to 九十九, for the heads of the first level."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _ORDER[ones - 1]
    head = "十" if tens == 1 else f"{_ORDER[tens - 1]}十"
    return head + (_ORDER[ones - 1] if ones else "")


def build_minutes(meeting: Meeting) -> CircularContext:
    """会议听取、会议议定, then who was there in the order of rank."""
    tenant = Tenant.objects.get(pk=require_tenant_id())
    regional = meeting.unit.parent_id is None
    organ = tenant.leading_group if regional else meeting.unit.name
    start = timezone.localtime(meeting.starts_at)
    lines = [
        (
            f"{long_date(start.date())}，{meeting.host}在{meeting.place}主持召开{meeting}。"
            "现将会议议定事项纪要如下："
        )
    ]
    discussed = meeting.items.filter(state=ItemState.DISCUSSED, is_internal=False)
    for number, item in enumerate(discussed.prefetch_related("resolutions"), start=1):
        lines += [f"{_chinese(number)}、{item.title}", *_said(item)]
    lines += _others(meeting)
    lines += _attendance(meeting)
    return CircularContext(
        organs=[organ],
        title=f"{meeting}纪要",
        main_recipients="",
        body="\n".join(lines),
        signatures=[f"{organ}办公室" if regional else organ],
        seal_mm=0,
        printer=f"{organ}办公室" if regional else organ,
    )


def _said(item: AgendaItem) -> list[str]:
    lines = [line.strip() for line in item.record.splitlines() if line.strip()]
    resolutions = list(item.resolutions.select_related("unit", "follow_up"))
    for resolution in resolutions:
        text = f"会议议定：{resolution.text.strip().rstrip('。')}。"
        helpers = "、".join(
            helper.unit.name for helper in resolution.follow_up.helpers.select_related("unit")
        )
        owner = f"牵头单位：{resolution.unit.name}"
        owner += f"；配合单位：{helpers}" if helpers else ""
        lines.append(f"{text}（{owner}；完成时限：{long_date(resolution.due_on)}）")
    return lines or ["会议听取了有关情况。"]


def _open(meeting: Meeting, state: ItemState) -> list[AgendaItem]:
    """Items of a state that may stand in a paper which leaves the office."""
    return list(meeting.items.filter(state=state, is_internal=False))


def _others(meeting: Meeting) -> list[str]:
    lines = []
    if names := [f"“{item}”" for item in _open(meeting, ItemState.WRITTEN)]:
        lines.append(f"会议书面听取了{'、'.join(names)}的情况。")
    if names := [f"“{item}”" for item in _open(meeting, ItemState.CARRIED)]:
        lines.append(f"{'、'.join(names)}结转下次会议研究。")
    return lines


def _attendance(meeting: Meeting) -> list[str]:
    """Groups in the order of the roll; a substitute is named as such."""
    marks = RollMark.objects.filter(
        session__roll__subject_kind=meeting._meta.label_lower,
        session__roll__subject_id=meeting.pk,
    ).select_related("member__unit")
    groups: dict[str, list[str]] = {}
    for mark in marks.order_by("member__position", "member_id"):
        member = mark.member
        there = mark.attendance in THERE
        group = member.capacity if there else Attendance(mark.attendance).label
        words = f"{member.name}（{member.unit.name}{member.duty}）"
        if mark.substitute:
            words = f"{mark.substitute}（代{member.unit.name}{member.name}）"
        groups.setdefault(group, []).append(words)
    order = [*(capacity.label for capacity in Capacity), "请假", "缺席"]
    return [f"{name}：{'、'.join(groups[name])}。" for name in order if name in groups]


def pack_values(meeting: Meeting, *, internal: bool = False) -> dict[str, Any]:
    """会议材料: agenda, what became of the last resolutions, the papers of each item.

    Internal items stand in the copy of the convener alone (``internal``).
    """
    start = timezone.localtime(meeting.starts_at)
    items = meeting.items.filter(
        state__in=[ItemState.ACCEPTED, ItemState.DISCUSSED, ItemState.CARRIED]
    ).select_related("unit", "earlier")
    written = meeting.items.filter(state=ItemState.WRITTEN)
    if not internal:
        items, written = items.filter(is_internal=False), written.filter(is_internal=False)
    papers = _papers(items)
    return {
        "organ": f"{Tenant.objects.get(pk=require_tenant_id()).leading_group}办公室"
        if meeting.unit.parent_id is None
        else meeting.unit.name,
        "title": f"{meeting}材料",
        "when": f"{long_date(start.date())}{start:%H:%M}",
        "place": meeting.place,
        "host": meeting.host,
        "items": [
            {
                "number": str(number),
                "title": item.title,
                "unit": item.unit.name,
                "presenter": item.presenter,
                "minutes": f"{item.minutes}分钟" if item.minutes else "",
                "body": item.body or "（由提出单位现场汇报）",
                "opinion": item.opinion,
                "again": f"第{item.appearance}次出现" if item.appearance > 1 else "",
                "papers": [
                    {
                        "number": f"{number}-{place}",
                        "title": use.evidence.title,
                        "where": _where(use),
                    }
                    for place, use in enumerate(papers.get(item.pk, []), start=1)
                ],
            }
            for number, item in enumerate(items, start=1)
        ],
        "results": [_result(resolution) for resolution in results_to_report(meeting)],
        "written": [str(item) for item in written],
        "people": [
            {
                "name": called.name,
                "unit": f"{called.unit}{called.duty}",
                "capacity": called.get_capacity_display(),
            }
            for called in meeting.invitations.select_related("unit")
        ],
    }


def _papers(items: Iterable[AgendaItem]) -> dict[int, list[EvidenceUse]]:
    found: dict[int, list[EvidenceUse]] = {}
    for use in uses_behind(AgendaItem._meta.label_lower, [item.pk for item in items]):
        found.setdefault(use.subject_id, []).append(use)
    return found


def _where(use: EvidenceUse) -> str:
    """附后 for what is bound behind the pack, else where the paper is found."""
    if _is_bound(use):
        return "附后"
    return use.evidence.number or use.evidence.whereabouts or use.evidence.link or "另附"


def _is_bound(use: EvidenceUse) -> bool:
    file = use.evidence.file
    return file is not None and file.kind == FileKind.PDF and file.purged_at is None


def _result(resolution: Resolution) -> dict[str, str]:
    return {
        "title": resolution.title,
        "unit": resolution.unit.name,
        "due_on": f"{resolution.follow_up.due_on:%Y-%m-%d}",
        "state": resolution.follow_up.get_state_display(),
        "result": resolution.follow_up.result or "—",
    }


def produce_pack(parameters: Mapping[str, Any]) -> Production:
    """One PDF: the pack, and behind it the papers that are PDF themselves, in their order."""
    meeting = Meeting.objects.select_related("series", "unit").get(pk=parameters["meeting"])
    internal = bool(parameters.get("internal"))
    yield Progress(20, "正在排版")
    content = render_pdf("meetings/pack.html", pack_values(meeting, internal=internal)).content
    items = meeting.items.filter(
        state__in=[ItemState.ACCEPTED, ItemState.DISCUSSED, ItemState.CARRIED]
    )
    if not internal:
        items = items.filter(is_internal=False)
    found = _papers(items)
    bound = [
        use.evidence.file
        for item in items
        for use in found.get(item.pk, [])
        if use.evidence.file is not None and _is_bound(use)
    ]
    if bound:
        yield Progress(70, f"正在装订{len(bound)}份附件")
        content = join([content, *(path_of(paper.sha256).read_bytes() for paper in bound)])
    return ProducedFile(f"{meeting}材料.pdf", "application/pdf", content)


MINUTES = document_kinds.register(
    DocumentKind("meetings.minutes", "会议纪要", "documents/minutes.html", "2", build_minutes)
)
PACK = report_kinds.register(ReportKind("meetings.pack", "会议材料", VIEW_MEETING, produce_pack))
