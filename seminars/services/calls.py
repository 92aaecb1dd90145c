"""Calls for papers: set up, opened, closed, put before the judges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count

from gongjian.commons.questionnaires.enums import VersionState
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Unit
from orgs.services import demand_valid
from seminars.authority import MANAGE_CALL
from seminars.enums import AssignmentState, CallState, PaperState
from seminars.models import AwardTier, Call, Paper
from seminars.services.judging import tell_judges
from seminars.services.telling import posts_of, tell


@transaction.atomic
def save_call(
    call: Call | None,
    *,
    actor: Actor,
    values: Mapping[str, Any],
    tiers: Sequence[tuple[str, int]] = (),
) -> Call:
    """Set up a call, or change it; what judges and authors rely on is fixed once it is open."""
    if not actor.may(MANAGE_CALL):
        raise NotPermitted("征文由办公室组织。")
    if call is None:
        call = Call(year=today().year)
    else:
        call = _locked(call)
        if call.state not in {CallState.DRAFT, CallState.OPEN}:
            raise StateConflict("截稿以后，征文的要求不能再改。")
        if call.state == CallState.OPEN and values.get("closes_on", call.closes_on) < today():
            raise FieldErrors({"closes_on": "已发布的征文，截稿日期不能改到今天以前。"})
    before = {name: getattr(call, name) for name in values} if call.pk else {}
    for name, value in values.items():
        setattr(call, name, value)
    if call.corrections_until and call.corrections_until < call.closes_on:
        raise FieldErrors({"corrections_until": "修改截止不能早于截稿日期。"})
    if call.criteria.state != VersionState.PUBLISHED:
        raise FieldErrors({"criteria": "请选择已启用的评分标准。"})
    demand_valid(call)
    call.save()
    _write_tiers(call, tiers)
    record(
        "seminars.call.saved",
        call,
        actor=actor,
        label="保存征文",
        before={name: str(value) for name, value in before.items()},
        after={name: str(value) for name, value in values.items()},
    )
    return call


def _write_tiers(call: Call, tiers: Sequence[tuple[str, int]]) -> None:
    known = [(tier.label, tier.places) for tier in call.tiers.all()]
    if known == list(tiers):
        return
    call.tiers.all().delete()
    for position, (label, places) in enumerate(tiers, start=1):
        tier = AwardTier(call=call, label=label, places=places, position=position)
        demand_valid(tier)
        tier.save()


@transaction.atomic
def open_call(call: Call, *, actor: Actor, reason: str = "") -> Call:
    """Publish: every writing unit is told."""
    call = _locked(call)
    if call.closes_on < today():
        raise DomainError(f"截稿日期{long_date(call.closes_on)}已过，请改正后再发布。")
    if not call.tiers.exists():
        raise DomainError("还没有设奖项，请填写奖项和名额。")
    call = advance(call, "open", actor=actor, at=None, reason=reason)
    units = Unit.objects.filter(closed_on=None).values_list("pk", flat=True)
    tell(
        call,
        posts_of(units),
        stage="opened",
        title=f"征文：{call.title}",
        body=f"截稿日期{long_date(call.closes_on)}，每单位限报{call.unit_quota}篇。",
        url=call.get_absolute_url(),
    )
    return call


@transaction.atomic
def close_call(call: Call, *, actor: Actor, reason: str = "") -> Call:
    """截稿. Before the day it needs a reason: units rely on the day that was told."""
    call = _locked(call)
    if today() <= call.closes_on and not reason.strip():
        raise DomainError(f"截稿日期{long_date(call.closes_on)}还没有过，提前截稿请填写理由。")
    return advance(call, "close", actor=actor, at=None, reason=reason)


@transaction.atomic
def start_review(call: Call, *, actor: Actor, reason: str = "") -> Call:
    """Give the papers to the judges: each is anonymous and has its judges."""
    call = _locked(call)
    papers = Paper.objects.filter(call=call)
    if open_ := papers.filter(state__in=[PaperState.SUBMITTED, PaperState.RETURNED]).count():
        raise DomainError(f"还有{open_}篇没有确认匿名稿（或退回未交），请先处理。")
    ready = papers.filter(state=PaperState.BLINDED)
    if not ready.exists():
        raise DomainError("没有可以评审的论文。")
    counted = ready.annotate(judges=Count("assignments"))
    if short := counted.filter(judges__lt=call.experts_each).count():
        raise DomainError(f"还有{short}篇不足{call.experts_each}位评委，请先分配。")
    call = advance(call, "review", actor=actor, at=None, reason=reason)
    tell_judges(call)
    return call


def unfinished(call: Call) -> int:
    """Reviews that are still asked for."""
    return sum(
        Paper.objects.filter(call=call, assignments__state=AssignmentState.ASKED)
        .annotate(open=Count("assignments"))
        .values_list("open", flat=True)
    )


def _locked(call: Call) -> Call:
    return Call.objects.select_for_update(of=("self",)).select_related("criteria").get(pk=call.pk)
