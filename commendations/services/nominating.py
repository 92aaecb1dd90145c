"""Nominations on their way up: written, sent, agreed to level by level, recommended, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from commendations.authority import CHECK_NOMINATION, RECOMMEND, WRITE_NOMINATION
from commendations.enums import (
    COUNTED,
    PERSONAL,
    WITH_UNIT,
    Holder,
    NominationState,
    ProgrammeState,
    Verdict,
)
from commendations.models import AwardCategory, Nomination, Objection, Opinion, Quota
from commendations.queries import (
    group_standings,
    missing_departments,
    missing_opinions,
    obstacles,
    opinions_now,
    quota_over,
)
from commendations.services.programmes import lock_programme
from commendations.services.telling import office_posts, posts_of, tell
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    Outdated,
    StateConflict,
)
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Unit
from orgs.services import demand_valid

_SHORTEST_DEEDS = 50


@transaction.atomic
def write_nomination(
    nomination: Nomination | None,
    *,
    actor: Actor,
    category: AwardCategory,
    unit: Unit,
    values: Mapping[str, Any],
    revision: int | None = None,
) -> Nomination:
    """Write a nomination or change it while it is with the unit."""
    if not actor.may(WRITE_NOMINATION, at=unit):
        raise NotPermitted("由所在单位申报。")
    programme = category.programme
    if programme.state != ProgrammeState.OPEN:
        raise StateConflict(f"“{programme}”{programme.get_state_display()}，现在不能申报。")
    if nomination is None:
        nomination = Nomination(category=category, unit=unit)
    else:
        nomination = _locked(nomination)
        if nomination.state not in WITH_UNIT:
            raise StateConflict("已经报送，需要修改的请先取回。")
        if revision is not None and revision != nomination.revision:
            raise Outdated(
                "deeds",
                revision=nomination.revision,
                saved={
                    "姓名": nomination.person,
                    "简介": nomination.summary,
                    "事迹": nomination.deeds,
                },
            )
    for name, value in values.items():
        setattr(nomination, name, value)
    is_person = category.holder == Holder.PERSON
    if is_person and not nomination.person.strip():
        raise FieldErrors({"person": "请填写姓名。"})
    if not is_person:
        nomination.person, nomination.duty, nomination.traits = "", "", []
    nomination.person = nomination.person.strip()
    nomination.traits = [trait for trait in nomination.traits if trait in PERSONAL]
    nomination.revision += 1
    demand_valid(nomination)
    nomination.save()
    record("commendations.nomination.written", nomination, actor=actor, label="填写推荐")
    return nomination


@transaction.atomic
def send_nomination(nomination: Nomination, *, actor: Actor, reason: str = "") -> Nomination:
    """报送: with the opinion of the own unit, which is the sender's."""
    nomination = _locked(nomination)
    programme = nomination.category.programme
    if programme.state != ProgrammeState.OPEN or today() > programme.closes_on:
        raise DomainError(
            f"推荐截止{long_date(programme.closes_on)}，现在不能报送；确有原因的请与办公室联系。"
        )
    if len(nomination.deeds.strip()) < _SHORTEST_DEEDS:
        raise DomainError(f"主要事迹太短，请至少写{_SHORTEST_DEEDS}个字。")
    quota = quota_over(nomination)
    if quota is None:
        raise DomainError("本单位所属地区没有这项荣誉的推荐名额，请与上级联系。")
    nomination = advance(
        nomination,
        "send",
        actor=actor,
        at=nomination.unit,
        reason=reason,
        changes={"round": nomination.round + 1, "remark": ""},
    )
    _say(nomination, actor=actor, unit=nomination.unit, verdict=Verdict.AGREED, text="同意推荐。")
    _tell_next(nomination, quota)
    return nomination


@transaction.atomic
def take_back(nomination: Nomination, *, actor: Actor, reason: str = "") -> Nomination:
    """取回: before anybody above has given an opinion."""
    nomination = _locked(nomination)
    if any(row.unit_id not in {None, nomination.unit_id} for row in opinions_now(nomination)):
        raise StateConflict("上级已经签署意见，不能取回；需要修改的请上级退回。")
    return advance(nomination, "take_back", actor=actor, at=nomination.unit, reason=reason)


@transaction.atomic
def give_opinion(nomination: Nomination, *, actor: Actor, text: str) -> Opinion:
    """同意 of a unit between the nominee and the quota; who disagrees sends back."""
    nomination = _locked(nomination)
    if nomination.state != NominationState.SENT:
        raise StateConflict(f"现在是“{nomination.get_state_display()}”，不用签署意见。")
    unit = Unit.objects.get(pk=actor.unit_id or 0)
    quota = _quota(nomination)
    if not actor.may(RECOMMEND, at=nomination.unit):
        raise NotPermitted("由上级单位签署意见。")
    missing = missing_opinions(nomination, quota)
    if not missing or missing[0].pk != unit.pk:
        waits = f"现在由“{missing[0].name}”签署" if missing else "意见已经齐全"
        raise StateConflict(f"{waits}，请刷新后查看。")
    opinion = _say(nomination, actor=actor, unit=unit, verdict=Verdict.AGREED, text=text)
    if missing[1:]:
        _tell_next(nomination, quota)
    return opinion


@transaction.atomic
def recommend(nomination: Nomination, *, actor: Actor, reason: str = "") -> Nomination:
    """推荐 by the unit with the quota: the last place is given once."""
    quota = _quota(nomination)
    # Two who take the last place meet here; the second sees the first.
    quota = Quota.objects.select_for_update(of=("self",)).select_related("unit").get(pk=quota.pk)
    nomination = _locked(nomination)
    if not actor.may(RECOMMEND, at=quota.unit):
        raise NotPermitted(f"由“{quota.unit.name}”推荐，名额在那里。")
    missing = missing_opinions(nomination, quota)
    if missing and missing[0].pk != quota.unit_id:
        raise DomainError(f"“{missing[0].name}”还没有签署意见。")
    used = Nomination.objects.filter(
        category=nomination.category_id, recommender=quota.unit_id, state__in=COUNTED
    ).count()
    if used >= quota.places:
        raise DomainError(
            f"“{quota.unit.name}”的名额{quota.places}个已用完，请先退回其他推荐对象。"
        )
    if missing:
        _say(
            nomination,
            actor=actor,
            unit=quota.unit,
            verdict=Verdict.AGREED,
            text=reason.strip() or "同意推荐。",
        )
    nomination = advance(
        nomination,
        "recommend",
        actor=actor,
        at=quota.unit,
        reason=reason,
        changes={"recommender": quota.unit},
    )
    tell(
        nomination,
        office_posts(),
        stage=f"recommended-{nomination.round}",
        title=f"推荐：{nomination}（{nomination.category}）",
        url=nomination.get_absolute_url(),
    )
    return nomination


@transaction.atomic
def return_nomination(nomination: Nomination, *, actor: Actor, reason: str) -> Nomination:
    nomination = _locked(nomination)
    nomination = advance(
        nomination,
        "return",
        actor=actor,
        at=nomination.unit,
        reason=reason,
        changes={"remark": reason[:500], "recommender": None},
    )
    tell(
        nomination,
        posts_of([nomination.unit_id]),
        stage=f"returned-{nomination.round}",
        title=f"推荐材料退回：{nomination}",
        body=reason,
        url=nomination.get_absolute_url(),
    )
    return nomination


@transaction.atomic
def hear_department(
    nomination: Nomination, *, actor: Actor, organ: str, verdict: str, text: str, reference: str
) -> Opinion:
    """A department's answer on paper, entered by the office with its letter."""
    if not actor.may(CHECK_NOMINATION):
        raise NotPermitted("部门意见由办公室登记。")
    nomination = _locked(nomination)
    if verdict == Verdict.REFUSED and not text.strip():
        raise FieldErrors({"text": "不同意的，请写明原因。"})
    opinion = Opinion(
        nomination=nomination,
        organ=organ,
        verdict=verdict,
        text=text.strip(),
        reference=reference.strip(),
        signer=actor.label[:200],
        round=max(nomination.round, 1),
    )
    demand_valid(opinion)
    opinion.save()
    record(
        "commendations.nomination.department",
        nomination,
        actor=actor,
        label=f"{organ}意见：{opinion.get_verdict_display()}"[:60],
    )
    return opinion


@transaction.atomic
def check_nomination(
    nomination: Nomination, *, actor: Actor, reason: str = "", exception: str = ""
) -> Nomination:
    """资格审查: nothing final stands against it; anything else only with a reason kept."""
    nomination = _locked(nomination)
    if missing := missing_departments(nomination):
        raise DomainError(f"还没有{'、'.join(missing)}的意见，请征求后登记。")
    found = obstacles(nomination, today())
    if final := [one for one in found if one.is_final]:
        raise DomainError(f"{final[0].words}。{final[0].remedy}")
    if found and not exception.strip():
        raise FieldErrors(
            {"exception": f"{'；'.join(one.words for one in found)}。确需推荐的，请写明例外理由。"}
        )
    return advance(
        nomination,
        "check",
        actor=actor,
        at=None,
        reason=reason or exception,
        changes={"exception": exception.strip()[:300]},
    )


@transaction.atomic
def choose(nomination: Nomination, *, actor: Actor, reason: str = "") -> Nomination:
    """列入拟表彰, while there are places and the list is not announced yet."""
    programme = lock_programme(nomination.category.programme)
    if programme.state != ProgrammeState.REVIEW:
        raise StateConflict(f"“{programme}”{programme.get_state_display()}，名单现在不能改。")
    category = nomination.category
    taken = Nomination.objects.filter(category=category, state=NominationState.CHOSEN).count()
    if taken >= category.places:
        raise DomainError(f"“{category}”名额{category.places}个已满，请先移出其他对象。")
    for standing in group_standings(category, [nomination.unit_id]):
        if standing.used >= standing.places:
            raise DomainError(
                f"可比组“{standing.name}”在“{category}”中的名额{standing.places}个已满，"
                "请先移出同组的其他对象。"
            )
    return advance(nomination, "choose", actor=actor, at=None, reason=reason)


@transaction.atomic
def leave_out(nomination: Nomination, *, actor: Actor, reason: str) -> Nomination:
    programme = lock_programme(nomination.category.programme)
    if programme.state not in {ProgrammeState.OPEN, ProgrammeState.REVIEW}:
        raise StateConflict("名单正在公示或已经决定；要移出的，请先退回评审。")
    nomination = advance(nomination, "leave_out", actor=actor, at=None, reason=reason)
    tell(
        nomination,
        posts_of([nomination.unit_id]),
        stage=f"left_out-{today():%m%d}",
        title=f"未列入名单：{nomination}",
        body=reason,
        url=nomination.get_absolute_url(),
    )
    return nomination


@transaction.atomic
def object_to(
    nomination: Nomination, *, actor: Actor, text: str, by: str, contact: str
) -> Objection:
    """异议 by name, within the days of the notice."""
    programme = lock_programme(nomination.category.programme)
    over = programme.notice_until is not None and today() > programme.notice_until
    if programme.state != ProgrammeState.NOTICE or over:
        raise StateConflict("现在不在公示期内，不能提出异议。")
    if len(text.strip()) < 10:
        raise FieldErrors({"text": "请写明事实和理由，至少 10 个字。"})
    objection = Objection(
        nomination=nomination, text=text.strip(), by=by.strip() or actor.label[:200],
        contact=contact.strip(),
    )  # fmt: skip
    demand_valid(objection)
    objection.save()
    record("commendations.nomination.objected", nomination, actor=actor, label="提出异议")
    tell(
        objection,
        office_posts(),
        stage="objected",
        title=f"公示异议：{nomination}",
        body=text,
        url=nomination.get_absolute_url(),
    )
    return objection


@transaction.atomic
def answer_objection(
    objection: Objection, *, actor: Actor, is_upheld: bool, answer: str
) -> Objection:
    """核实: upheld, the nominee is off the list at once."""
    if not actor.may(CHECK_NOMINATION):
        raise NotPermitted("异议由办公室核实。")
    objection = (
        Objection.objects.select_for_update(of=("self",))
        .select_related("nomination__category__programme", "nomination__unit")
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
    nomination = objection.nomination
    record(
        "commendations.nomination.objection_answered",
        nomination,
        actor=actor,
        label="异议成立" if is_upheld else "异议不成立",
        reason=answer,
    )
    if is_upheld:
        advance(nomination, "leave_out", actor=actor, at=None, reason=f"异议成立：{answer.strip()}")
    return objection


def _quota(nomination: Nomination) -> Quota:
    quota = quota_over(nomination)
    if quota is None:
        raise DomainError("没有这项荣誉的推荐名额。")
    return quota


def _say(nomination: Nomination, *, actor: Actor, unit: Unit, verdict: str, text: str) -> Opinion:
    opinion = Opinion(
        nomination=nomination,
        unit=unit,
        organ=unit.name,
        verdict=verdict,
        text=text.strip() or "同意推荐。",
        signer=actor.label[:200],
        round=nomination.round,
    )
    demand_valid(opinion)
    opinion.save()
    record(
        "commendations.nomination.opinion",
        nomination,
        actor=actor,
        label=f"{unit.name}签署意见"[:60],
        reason=opinion.text,
    )
    return opinion


def _tell_next(nomination: Nomination, quota: Quota) -> None:
    missing = missing_opinions(nomination, quota)
    if missing:
        tell(
            nomination,
            posts_of([missing[0].pk]),
            stage=f"next-{nomination.round}-{missing[0].pk}",
            title=f"请审核推荐：{nomination}（{nomination.category}）",
            url=nomination.get_absolute_url(),
        )


def _locked(nomination: Nomination) -> Nomination:
    return (
        Nomination.objects.select_for_update(of=("self",))
        .select_related("category__programme", "unit")
        .get(pk=nomination.pk)
    )
