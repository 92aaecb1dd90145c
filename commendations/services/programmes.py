"""Setting a programme up: honours, quotas, ratios; sending it out; public notice; decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max, Sum

from commendations.authority import MANAGE_PROGRAMME
from commendations.enums import COUNTED, NominationState, ProgrammeKind, ProgrammeState
from commendations.models import (
    AwardCategory,
    Nomination,
    Objection,
    Programme,
    Quota,
    RatioRule,
)
from commendations.queries import standings
from commendations.services.telling import posts_of, tell
from gongjian.commons.documents.reporting.subjects import group_choices
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

#: Working days that the list is announced at least (``product.md`` §5).
NOTICE_DAYS = 5


@dataclass(frozen=True, slots=True)
class Ratio:
    trait: str
    bound: str
    percent: int


@transaction.atomic
def save_programme(
    programme: Programme | None, *, actor: Actor, values: Mapping[str, Any]
) -> Programme:
    """Found a programme or change it; once it is sent out only its last day can be moved later."""
    _demand_manager(actor)
    if programme is None:
        programme = Programme(year=today().year)
    else:
        programme = lock_programme(programme)
        if programme.state == ProgrammeState.OPEN:
            if set(values) - {"closes_on"} and any(
                getattr(programme, name) != value
                for name, value in values.items()
                if name != "closes_on"
            ):
                raise StateConflict("通知已经下发，只能推迟推荐截止日期，其他内容不能再改。")
            if values.get("closes_on", programme.closes_on) < programme.closes_on:
                raise FieldErrors({"closes_on": "推荐截止日期只能推迟，不能提前。"})
        elif programme.state != ProgrammeState.DRAFT:
            raise StateConflict("推荐已经截止，不能再改。")
    for name, value in values.items():
        setattr(programme, name, value)
    demand_valid(programme)
    programme.save()
    record("commendations.programme.saved", programme, actor=actor, label="保存评先表彰")
    return programme


@transaction.atomic
def save_category(
    programme: Programme,
    category: AwardCategory | None,
    *,
    actor: Actor,
    values: Mapping[str, Any],
    ratios: Sequence[Ratio] = (),
) -> AwardCategory:
    """An honour with its places and proportions."""
    _demand_manager(actor)
    programme = _draft(programme)
    if category is None:
        last = programme.categories.aggregate(last=Max("position"))["last"] or 0
        category = AwardCategory(programme=programme, position=last + 1)
    given = category.quotas.aggregate(all=Sum("places"))["all"] or 0 if category.pk else 0
    if given > values.get("places", category.places):
        raise FieldErrors({"places": f"已分配名额{given}个，不能少于这个数；请先调整名额分配。"})
    for name, value in values.items():
        setattr(category, name, value)
    demand_valid(category)
    category.save()
    category.ratios.all().delete()
    for ratio in ratios:
        rule = RatioRule(
            category=category, trait=ratio.trait, bound=ratio.bound, percent=ratio.percent
        )
        demand_valid(rule)
        rule.save()
    record(
        "commendations.programme.category_saved",
        programme,
        actor=actor,
        label=f"荣誉类别：{category.title}",
    )
    return category


@transaction.atomic
def allot(
    category: AwardCategory,
    *,
    actor: Actor,
    places: Mapping[int, int],
    group_places: Mapping[str, int] | None = None,
) -> AwardCategory:
    """Give out the places: ``places`` by unit, together never more than there are.

    ``group_places`` holds a peer group to at most so many on the list; a group
    that is not named may take as many as there are. None leaves them as they were.
    """
    _demand_manager(actor)
    programme = _draft(category.programme)
    category = AwardCategory.objects.select_for_update(of=("self",)).get(pk=category.pk)
    total = sum(places.values())
    if total > category.places:
        raise DomainError(
            f"“{category.title}”名额{category.places}个，分配了{total}个，"
            f"多{total - category.places}个。"
        )
    if any(many < 0 for many in places.values()):
        raise DomainError("名额不能是负数。")
    units = set(Unit.objects.filter(pk__in=places, closed_on=None).values_list("pk", flat=True))
    if missing := set(places) - units:
        raise DomainError(f"有{len(missing)}个单位不存在或已撤销，请刷新后重新分配。")
    category.quotas.all().delete()
    for unit_id, many in sorted(places.items()):
        if many:
            Quota.objects.create(category=category, unit_id=unit_id, places=many)
    if group_places is not None:
        _hold_groups(category, group_places)
    record(
        "commendations.programme.allotted",
        programme,
        actor=actor,
        label=f"分配名额：{category.title}，{total}个",
    )
    return category


def _hold_groups(category: AwardCategory, places: Mapping[str, int]) -> None:
    if set(places) - {key for key, _ in group_choices()}:
        raise DomainError("有可比组已不存在，请刷新后重新分配。")
    if any(not 0 <= many <= category.places for many in places.values()):
        raise DomainError(f"可比组名额应在0到{category.places}之间。")
    category.group_places = dict(places)
    category.save(update_fields=["group_places"])


@transaction.atomic
def open_programme(programme: Programme, *, actor: Actor, reason: str = "") -> Programme:
    """下发通知: with honours, with places, before its last day."""
    programme = lock_programme(programme)
    if programme.closes_on < today():
        raise DomainError(f"推荐截止日期{long_date(programme.closes_on)}已过，请改正后再下发。")
    categories = list(programme.categories.prefetch_related("quotas"))
    if not categories:
        raise DomainError("还没有荣誉类别，请先添加。")
    for category in categories:
        if not category.quotas.all():
            raise DomainError(f"“{category}”还没有分配推荐名额，请先分配。")
    programme = advance(programme, "open", actor=actor, at=None, reason=reason)
    paths = set(
        Quota.objects.filter(category__programme=programme).values_list("unit__path", flat=True)
    )
    units = [
        unit.pk
        for unit in Unit.objects.filter(closed_on=None)
        if any(unit.path.startswith(path) for path in paths)
    ]
    tell(
        programme,
        posts_of(units),
        stage="opened",
        title=f"推荐通知：{programme.title}",
        body=f"推荐截止{long_date(programme.closes_on)}。",
        url=programme.get_absolute_url(),
    )
    return programme


@transaction.atomic
def start_review(programme: Programme, *, actor: Actor, reason: str = "") -> Programme:
    programme = lock_programme(programme)
    if not Nomination.objects.filter(category__programme=programme, state__in=COUNTED).exists():
        raise DomainError("还没有推荐对象，不能开始评审。")
    if today() <= programme.closes_on and not reason.strip():
        raise DomainError(
            f"推荐截止日期{long_date(programme.closes_on)}还没有过，提前截止请填写理由。"
        )
    return advance(programme, "review", actor=actor, at=None, reason=reason)


@transaction.atomic
def announce_programme(
    programme: Programme, *, actor: Actor, until: date, reason: str = ""
) -> Programme:
    """公示 for at least five working days, within the places and the proportions."""
    days = working_days_until(today(), until, corrections())
    if days < NOTICE_DAYS:
        raise FieldErrors(
            {"until": f"公示不少于{NOTICE_DAYS}个工作日，所选日期只有{max(days, 0)}个。"}
        )
    programme = lock_programme(programme)
    found = standings(programme)
    if not any(standing.chosen for standing in found):
        raise DomainError("还没有列入拟表彰的对象，不能公示。")
    for standing in found:
        if standing.is_over:
            raise DomainError(
                f"“{standing.category}”名额{standing.category.places}个，列入了{standing.chosen}个，请先减少。"
            )
        for ratio in standing.broken:
            raise DomainError(
                f"“{standing.category}”{ratio.words}，现为{ratio.shown}，还差{ratio.lacking}个。"
            )
    programme = advance(
        programme,
        "announce",
        actor=actor,
        at=None,
        reason=reason,
        changes={"notice_from": today(), "notice_until": until},
    )
    units = Unit.objects.filter(closed_on=None).values_list("pk", flat=True)
    tell(
        programme,
        posts_of(units),
        stage=f"notice-{until:%y%m%d}",
        title=f"公示：{programme.title}",
        body=f"公示至{long_date(until)}，有异议的请实名提出。",
        url=programme.get_absolute_url(),
    )
    return programme


@transaction.atomic
def back_to_review(programme: Programme, *, actor: Actor, reason: str) -> Programme:
    """After an upheld objection the list may change; it is then announced anew."""
    return advance(programme, "back", actor=actor, at=None, reason=reason)


@transaction.atomic
def decide_programme(programme: Programme, *, actor: Actor, reason: str = "") -> Programme:
    """审定: after the notice, every objection answered. The honours are entered with it."""
    programme = lock_programme(programme)
    if programme.notice_until is not None and today() <= programme.notice_until:
        raise DomainError(f"公示至{long_date(programme.notice_until)}，期满后才能审定。")
    if Objection.objects.filter(nomination__category__programme=programme, is_upheld=None).exists():
        raise DomainError("还有异议没有核实，请办公室先处理。")
    for standing in standings(programme):
        for ratio in standing.broken:
            raise DomainError(
                f"“{standing.category}”{ratio.words}，现为{ratio.shown}。"
                "请退回评审，补充后重新公示。"
            )
    programme = advance(
        programme, "decide", actor=actor, at=None, reason=reason, changes={"decided_on": today()}
    )
    chosen = list(
        Nomination.objects.filter(
            category__programme=programme, state=NominationState.CHOSEN
        ).select_related("unit", "category")
    )
    for nomination in chosen:
        advance(nomination, "award", actor=actor, at=None)
    _enter_honours(programme, chosen, actor=actor)
    units = {nomination.unit_id for nomination in chosen}
    tell(
        programme,
        posts_of(sorted(units)),
        stage="decided",
        title=f"已决定：{programme.title}",
        body="本单位有受表彰的集体或个人，证书可在“荣誉登记”中查看。",
        url=programme.get_absolute_url(),
    )
    return programme


def _enter_honours(programme: Programme, chosen: Sequence[Nomination], *, actor: Actor) -> None:
    tenant = Tenant.objects.get(pk=require_tenant_id())
    kind = HonourKind.HONOUR if programme.kind == ProgrammeKind.HONOUR else HonourKind.PRAISE
    grant_honours(
        [
            Grant(
                source=nomination,
                unit=nomination.unit,
                title=nomination.category.title,
                person=nomination.person,
                duty=nomination.duty,
            )
            for nomination in chosen
        ],
        Occasion(
            kind=kind,
            name=programme.title,
            organ=tenant.leading_group,
            level=level_here(),
            awarded_on=today(),
        ),
        actor=actor,
    )


def lock_programme(programme: Programme) -> Programme:
    return Programme.objects.select_for_update(of=("self",)).get(pk=programme.pk)


def _draft(programme: Programme) -> Programme:
    locked = lock_programme(programme)
    if locked.state != ProgrammeState.DRAFT:
        raise StateConflict("通知已经下发，荣誉类别和名额不能再改。")
    return locked


def _demand_manager(actor: Actor) -> None:
    if not actor.may(MANAGE_PROGRAMME):
        raise NotPermitted("评先表彰由办公室组织。")
