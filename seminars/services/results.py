"""Prizes: ranked, announced, objected to, decided; and what was adopted afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from gongjian.commons.honours.enums import HonourKind
from gongjian.commons.honours.services import Grant, Occasion, grant_honours, level_here
from gongjian.foundation.audit.trail import record
from gongjian.foundation.calendar.working_days import corrections, working_days_until
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.tenancy.scope import require_tenant_id
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Tenant, Unit
from orgs.services import demand_valid
from seminars.authority import MANAGE_CALL, TELL_UPTAKE, WRITE_PAPER
from seminars.enums import AssignmentState, CallState, PaperState
from seminars.models import (
    Award,
    AwardTier,
    Call,
    Objection,
    Paper,
    PaperAuthor,
    ReviewAssignment,
    Uptake,
)
from seminars.ranking import places, tiers_for
from seminars.services.telling import office_posts, posts_of, tell

#: Working days that prizes are announced at least (``product.md`` §5).
NOTICE_DAYS = 5


def scores_of(call: Call) -> dict[int, list[Decimal]]:
    found: dict[int, list[Decimal]] = {}
    rows = ReviewAssignment.objects.filter(
        paper__call=call, paper__state=PaperState.BLINDED, state=AssignmentState.DONE
    ).values_list("paper", "score")
    for paper, score in rows:
        if score is not None:
            found.setdefault(paper, []).append(score)
    return found


@transaction.atomic
def rank_call(call: Call, *, actor: Actor, reason: str = "") -> Call:
    """Places by the judges' points, prizes by the places; every judge has been heard."""
    call = _locked(call)
    waiting = ReviewAssignment.objects.filter(
        paper__call=call, paper__state=PaperState.BLINDED, state=AssignmentState.ASKED
    ).count()
    if waiting:
        raise DomainError(f"还有{waiting}份评审没有提交，请催办或改派后再拟奖。")
    given = scores_of(call)
    papers = list(Paper.objects.filter(call=call, state=PaperState.BLINDED))
    if unread := [paper.code for paper in papers if len(given.get(paper.pk, [])) < 2]:
        raise DomainError(f"{'、'.join(unread)}不足两位评委评分，请补派评委。")
    call = advance(call, "rank", actor=actor, at=None, reason=reason)
    ranked = places(given, drops_extremes=call.drops_extremes)
    tiers = list(call.tiers.all())
    prize = tiers_for(ranked, [(tier.pk, tier.places) for tier in tiers])
    Award.objects.filter(call=call).delete()
    for place in ranked:
        Award.objects.create(
            paper_id=place.key,
            call=call,
            tier_id=prize[place.key],
            rank=place.rank,
            score=place.score,
            spread=place.spread,
        )
    return call


@transaction.atomic
def back_to_review(call: Call, *, actor: Actor, reason: str) -> Call:
    return advance(call, "back", actor=actor, at=None, reason=reason)


@transaction.atomic
def change_prize(award: Award, *, actor: Actor, tier: AwardTier | None, reason: str) -> Award:
    """Give another prize than the places say; why is shown with the result."""
    if not actor.may(MANAGE_CALL):
        raise NotPermitted("奖项由办公室拟定。")
    call = _locked(award.call)
    if call.state != CallState.RANKED:
        raise StateConflict("只有拟奖阶段可以调整奖项。")
    if not reason.strip():
        raise FieldErrors({"reason": "调整奖项须写明理由，公示时会一并列出。"})
    award = Award.objects.select_related("paper", "tier").get(pk=award.pk)
    if tier is not None:
        taken = Award.objects.filter(call=call, tier=tier).exclude(pk=award.pk).count()
        if taken >= tier.places:
            raise FieldErrors({"tier": f"{tier.label}名额{tier.places}个已满，请先调整其他论文。"})
    before = str(award.tier or "未获奖")
    award.tier, award.reason = tier, reason.strip()
    demand_valid(award)
    award.save(update_fields=["tier", "reason"])
    record(
        "seminars.call.prize_changed",
        call,
        actor=actor,
        label=f"调整奖项：{award.paper.code}"[:60],
        before={"tier": before},
        after={"tier": str(tier or "未获奖")},
        reason=reason,
    )
    return award


@transaction.atomic
def announce_call(call: Call, *, actor: Actor, until: date, reason: str = "") -> Call:
    """公示 for at least five working days; every unit may object."""
    days = working_days_until(today(), until, corrections())
    if days < NOTICE_DAYS:
        raise FieldErrors(
            {"until": f"公示不少于{NOTICE_DAYS}个工作日，所选日期只有{max(days, 0)}个。"}
        )
    call = _locked(call)
    if not Award.objects.filter(call=call, tier__isnull=False).exists():
        raise DomainError("没有拟获奖的论文，不能公示。")
    call = advance(
        call,
        "announce",
        actor=actor,
        at=None,
        reason=reason,
        changes={"notice_from": today(), "notice_until": until},
    )
    units = Unit.objects.filter(closed_on=None).values_list("pk", flat=True)
    tell(
        call,
        posts_of(units),
        stage="notice",
        title=f"评奖公示：{call.title}",
        body=f"公示至{long_date(until)}，有异议的请在此前提出。",
        url=call.get_absolute_url(),
    )
    return call


@transaction.atomic
def object_to(award: Award, *, actor: Actor, unit: Unit, text: str) -> Objection:
    if not actor.may(WRITE_PAPER, at=unit):
        raise NotPermitted("异议由单位提出。")
    call = _locked(award.call)
    if call.state != CallState.NOTICE or (call.notice_until and today() > call.notice_until):
        raise StateConflict("现在不在公示期内，不能提出异议。")
    if len(text.strip()) < 10:
        raise FieldErrors({"text": "请写明异议的事实和理由，至少 10 个字。"})
    objection = Objection(award=award, unit=unit, text=text.strip(), by=actor.label[:200])
    demand_valid(objection)
    objection.save()
    record("seminars.call.objected", call, actor=actor, label=f"提出异议：{award.paper.title}"[:60])
    tell(
        objection,
        office_posts(),
        stage="objected",
        title=f"公示异议：{award.paper.title}",
        body=text,
        url=call.get_absolute_url(),
    )
    return objection


@transaction.atomic
def answer_objection(
    objection: Objection, *, actor: Actor, is_upheld: bool, answer: str
) -> Objection:
    """Decide an objection; one that is upheld takes the prize away."""
    if not actor.may(MANAGE_CALL):
        raise NotPermitted("异议由办公室处理。")
    call = _locked(objection.award.call)
    objection = (
        Objection.objects.select_for_update(of=("self",))
        .select_related("award__paper", "award__tier")
        .get(pk=objection.pk)
    )
    if objection.is_upheld is not None:
        raise StateConflict("这项异议已经处理，请刷新后查看。")
    if len(answer.strip()) < 10:
        raise FieldErrors({"answer": "请写明核实情况，至少 10 个字。"})
    objection.is_upheld, objection.answer = is_upheld, answer.strip()
    objection.answered_by = actor.label[:200]
    demand_valid(objection)
    objection.save()
    if is_upheld:
        award = objection.award
        award.tier, award.reason = None, f"异议成立：{answer.strip()}"[:300]
        award.save(update_fields=["tier", "reason"])
    record(
        "seminars.call.objection_answered",
        call,
        actor=actor,
        label=f"处理异议：{objection.award.paper.title}"[:60],
        after={"upheld": is_upheld},
        reason=answer,
    )
    tell(
        objection,
        posts_of([objection.unit_id]),
        stage="answered",
        title=f"异议{'成立' if is_upheld else '不成立'}：{objection.award.paper.title}",
        body=answer,
        url=call.get_absolute_url(),
    )
    return objection


@transaction.atomic
def award_call(call: Call, *, actor: Actor, reason: str = "") -> Call:
    """审定公布: after the last day of the notice, with every objection answered."""
    call = _locked(call)
    if call.notice_until is not None and today() <= call.notice_until:
        raise DomainError(f"公示至{long_date(call.notice_until)}，期满后才能审定。")
    if Objection.objects.filter(award__call=call, is_upheld=None).exists():
        raise DomainError("还有异议没有处理，请办公室先核实答复。")
    call = advance(call, "award", actor=actor, at=None, reason=reason)
    _enter_prizes(call, actor=actor)
    for award in Award.objects.filter(call=call, tier__isnull=False).select_related(
        "paper", "tier"
    ):
        units = {award.paper.unit_id, *award.paper.authors.values_list("unit_id", flat=True)}
        tell(
            award,
            posts_of(sorted(units)),
            stage="awarded",
            title=f"获{award.tier}：{award.paper.title}",
            body=call.title,
            url=award.paper.get_absolute_url(),
        )
    return call


def _enter_prizes(call: Call, *, actor: Actor) -> None:
    """One honour for each author of a prize paper; units get theirs by their authors."""
    tenant = Tenant.objects.get(pk=require_tenant_id())
    authors = PaperAuthor.objects.filter(
        paper__awards__call=call, paper__awards__tier__isnull=False
    ).select_related("unit", "paper")
    tiers = {
        award.paper_id: str(award.tier)
        for award in Award.objects.filter(call=call, tier__isnull=False).select_related("tier")
    }
    grant_honours(
        [
            Grant(
                source=author,
                unit=author.unit,
                title=f"{tiers[author.paper_id]}：{author.paper.title}",
                person=author.name,
            )
            for author in authors.order_by("paper__awards__rank", "paper", "position")
        ],
        Occasion(
            kind=HonourKind.PRIZE,
            name=str(call),
            organ=tenant.leading_group,
            level=level_here(),
            awarded_on=today(),
        ),
        actor=actor,
    )


# --- uptake ----------------------------------------------------------------------------------


@transaction.atomic
def tell_uptake(paper: Paper, *, actor: Actor, unit: Unit, values: Mapping[str, Any]) -> Uptake:
    """Say that a unit took something over; the unit itself confirms it."""
    if not (actor.may(MANAGE_CALL) or actor.may(TELL_UPTAKE, at=paper.unit)):
        raise NotPermitted("成果转化由作者单位或办公室登记。")
    if paper.state in {PaperState.DRAFT, PaperState.WITHDRAWN}:
        raise StateConflict("论文还没有提交，不能登记成果转化。")
    if values["adopted_on"] > today():
        raise FieldErrors({"adopted_on": "采纳日期不能晚于今天。"})
    uptake = Uptake(paper=paper, unit=unit, **values)
    demand_valid(uptake)
    uptake.save()
    record("seminars.uptake.told", uptake, actor=actor, label=f"登记成果转化：{paper.title}"[:60])
    tell(
        uptake,
        posts_of([unit.pk]),
        stage="told",
        title=f"请确认是否采纳：{paper.title}",
        body=uptake.document,
        url=uptake.get_absolute_url(),
    )
    return uptake


@transaction.atomic
def confirm_uptake(uptake: Uptake, *, actor: Actor, reason: str = "") -> Uptake:
    return _decide(uptake, "confirm", actor=actor, reason=reason)


@transaction.atomic
def refuse_uptake(uptake: Uptake, *, actor: Actor, reason: str) -> Uptake:
    return _decide(uptake, "refuse", actor=actor, reason=reason)


def _decide(uptake: Uptake, step: str, *, actor: Actor, reason: str) -> Uptake:
    uptake = advance(
        uptake,
        step,
        actor=actor,
        at=uptake.unit,
        reason=reason,
        changes={"decided_by": actor.label[:200]},
    )
    tell(
        uptake,
        posts_of([uptake.paper.unit_id]),
        stage=f"{step}-{today():%m%d}",
        title=f"{uptake.unit.name}{uptake.get_state_display()}：{uptake.paper.title}",
        body=reason,
        url=uptake.get_absolute_url(),
    )
    return uptake


def _locked(call: Call) -> Call:
    return Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
