"""Correcting a printed issue by a slip of its own."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max

from bulletins.authority import CORRECT_ISSUE
from bulletins.enums import IssueState
from bulletins.models import BulletinSeries, Correction, Issue
from bulletins.services.telling import tell_corrected
from bulletins.text import plain_of
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from orgs.services import demand_valid


@transaction.atomic
def correct_issue(
    issue: Issue, *, actor: Actor, place: int, wrong: str, right: str, reason: str
) -> Correction:
    """Sign a correction: numbered, dated, told to every unit that got the issue.

    ``place`` counts the items as they were printed. The words that are
    corrected must stand there, else readers would look for them in vain.
    """
    if not actor.may(CORRECT_ISSUE):
        raise NotPermitted("更正由领导小组组长签发，请切换到该职务。")
    # The series is locked, so that two corrections at once get two numbers.
    series = BulletinSeries.objects.select_for_update().get(pk=issue.series_id)
    issue = Issue.objects.select_for_update(of=("self",)).get(pk=issue.pk)
    if issue.state != IssueState.SENT_OUT or issue.frozen is None:
        raise StateConflict("这一期还没有印发。发现差错的，请退回编排后直接改正。")
    items = issue.frozen["items"]
    if not 0 <= place < len(items):
        raise FieldErrors({"place": "请选择差错所在的稿件。"})
    item, wrong, right = items[place], wrong.strip(), right.strip()
    printed = "".join(f"{item['title']}\n{plain_of(item['body'])}\n{item['credit']}".split())
    if "".join(wrong.split()) not in printed:
        raise FieldErrors({"wrong": "这篇稿件里没有这段原文，请照印发的文字抄录。"})
    if wrong == right:
        raise FieldErrors({"right": "更正后的文字与原文相同，请核对。"})
    day = today()
    taken = Correction.objects.filter(series=series, year=day.year)
    correction = Correction(
        issue=issue,
        series=series,
        year=day.year,
        number=(taken.aggregate(last=Max("number"))["last"] or 0) + 1,
        title=item["title"],
        wrong=wrong,
        right=right,
        reason=reason.strip(),
        printed_on=day,
        issued_by=actor.label[:200],
    )
    demand_valid(correction)
    correction.save()
    record(
        "bulletins.issue.corrected", issue, actor=actor,
        label=f"更正：{correction.title}"[:60], reason=correction.reason,
    )  # fmt: skip
    tell_corrected(correction)
    return correction
