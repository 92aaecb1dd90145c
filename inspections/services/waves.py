"""Waves: drawing units, dealing them out to teams, and arranging all visits with one click."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from gongjian.foundation.audit.trail import record
from gongjian.foundation.calendar.working_days import corrections
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.workflow.lifecycle import advance
from inspections.authority import ARRANGE_VISIT, PLAN_INSPECTION
from inspections.drawing import days_for, deal, how_many, order_of_draw
from inspections.enums import PlanState, WaveState
from inspections.models import VisitMember, Wave, WaveMember, WaveUnit
from inspections.queries.waves import Row, preview, teams_that_may_go, units_of_pool
from inspections.services.telling import tell
from inspections.services.visiting import Ground, arrange_visit, merge_into
from orgs.models import Post, Unit
from orgs.queries import current_appointments
from orgs.services import demand_valid


@transaction.atomic
def draw_wave(
    organizer: Unit,
    *,
    actor: Actor,
    values: Mapping[str, Any],
    leaders: Sequence[Post],
    members: Sequence[Post],
) -> Wave:
    """Draw the units, form the teams and give each unit a team and a day; nothing is sent yet."""
    _demand_planner(actor, organizer)
    wave = Wave(
        organizer=organizer, seed=secrets.token_hex(8), drawn_by=actor.label[:200], **values
    )
    _demand_days(wave)
    demand_valid(wave)
    pool = units_of_pool(wave.line, wave.pool, wave.levels, wave.categories)
    if not pool:
        raise FieldErrors({"pool": "这个范围里没有还要安排的单位，请放宽层级、类别或换计划事项。"})
    for unit in pool:
        if not actor.may(ARRANGE_VISIT, at=unit):
            raise FieldErrors({"line": f"“{unit.name}”不是本单位可以督查的单位，请另选计划事项。"})
    wave.save()
    by_code = {unit.code: unit for unit in pool}
    drawn = how_many(len(pool), wave.share)
    WaveUnit.objects.bulk_create(
        WaveUnit(wave=wave, unit=by_code[code], place=place, is_drawn=place <= drawn)
        for place, code in enumerate(order_of_draw(wave.seed, by_code), start=1)
    )
    _form_teams(wave, leaders, members)
    _deal_out(wave)
    record(
        "inspections.wave.drawn",
        wave,
        actor=actor,
        label=f"{len(pool)}家中抽取{drawn}家",
        after={"seed": wave.seed, "pool": len(pool), "drawn": drawn},
    )
    return wave


def _demand_planner(actor: Actor, unit: Unit) -> None:
    if not actor.may(PLAN_INSPECTION, at=unit):
        raise NotPermitted(f"“{unit.name}”的督查由该单位的办公室安排，请切换职务。")


def _demand_days(wave: Wave) -> None:
    line = wave.line
    if line.plan.state != PlanState.APPROVED or line.plan.unit_id != wave.organizer_id:
        raise FieldErrors({"line": "请选择本单位已批准的年度计划中的事项。"})
    if wave.starts_on < today():
        raise FieldErrors({"starts_on": "督查日期已经过去，请填今天或以后的日期。"})
    if not (line.starts_on <= wave.starts_on and wave.ends_on <= line.ends_on):
        raise FieldErrors(
            {
                "starts_on": f"“{line.topic}”批准的时间是{long_date(line.starts_on)}到"
                f"{long_date(line.ends_on)}，请改在期内。"
            }
        )


def _form_teams(wave: Wave, leaders: Sequence[Post], members: Sequence[Post]) -> None:
    """One team for each leader; the members are dealt out in turn."""
    leading = {post.pk for post in leaders}
    others = [post for post in members if post.pk not in leading]
    if not leaders:
        raise FieldErrors({"leaders": "请至少选择一名组长，一名组长带一个组。"})
    if len(others) < len(leaders):
        raise FieldErrors(
            {"members": f"{len(leaders)}个组每组至少两人，还要{len(leaders) - len(others)}名成员。"}
        )
    terms = {
        term.post_id: term
        for term in current_appointments()
        .filter(post__in=[*leaders, *others])
        .select_related("user")
    }
    seen: dict[int, str] = {}
    rows = []
    for place, post in enumerate([*leaders, *others]):
        term = terms.get(post.pk)
        field = "leaders" if place < len(leaders) else "members"
        if term is None:
            raise FieldErrors({field: f"“{post}”现在没有人任职，请另选。"})
        if term.user_id in seen:
            raise FieldErrors({field: f"{term.user.person_name}选了两次，请只选一个职务。"})
        seen[term.user_id] = post.title
        rows.append(
            WaveMember(
                wave=wave,
                team=place % len(leaders) + 1,
                post=post,
                user_id_held=term.user_id,
                name=term.user.person_name,
                is_leader=place < len(leaders),
            )
        )
    WaveMember.objects.bulk_create(rows)


def _deal_out(wave: Wave) -> None:
    """Teams in balance and without an interest; then days, neighbours one after another."""
    items = list(wave.units.filter(is_drawn=True).select_related("unit"))
    members = list(wave.members.all())
    known = teams_that_may_go([item.unit for item in items], members)
    may_go = {pk: [team for team, who in told.items() if not who] for pk, told in known.items()}
    dealt = deal(may_go, sorted({member.team for member in members}))
    of_team: dict[int, list[WaveUnit]] = defaultdict(list)
    for item in items:
        item.team = dealt.get(item.unit_id)
        if item.team is not None:
            of_team[item.team].append(item)
    corrected = corrections()
    for going in of_team.values():
        going.sort(key=lambda item: item.unit.path)
        days = days_for(len(going), wave.starts_on, wave.per_day, corrected)
        for item, day in zip(going, days, strict=True):
            item.starts_on = day
    WaveUnit.objects.bulk_update(items, ["team", "starts_on"])


def _lock(wave: Wave, actor: Actor, act: str) -> Wave:
    held = (
        Wave.objects.select_for_update(of=("self",))
        .select_related("organizer", "line__plan", "version__questionnaire")
        .get(pk=wave.pk)
    )
    _demand_planner(actor, held.organizer)
    if held.state != WaveState.DRAFT:
        raise StateConflict(f"这一轮督查{held.get_state_display()}，不能再{act}。")
    return held


@transaction.atomic
def adjust_unit(
    item: WaveUnit, *, actor: Actor, team: int | None, starts_on: date | None, left_out: str
) -> WaveUnit:
    """Another team or day for one unit, or why nobody goes there after all."""
    wave = _lock(item.wave, actor, "调整")
    item = wave.units.select_related("unit").get(pk=item.pk)
    if not item.is_drawn:
        raise StateConflict(f"“{item.unit.name}”没有抽中，不能调整。")
    left_out = left_out.strip()
    if not left_out:
        known = teams_that_may_go([item.unit], wave.members.all())[item.unit_id]
        if team not in known:
            raise FieldErrors({"team": "请选择组别；不去的，请写明理由。"})
        if known[team]:
            raise FieldErrors({"team": f"{known[team]}在该单位任职，按规定回避，请选别的组。"})
        if starts_on is None or not wave.starts_on <= starts_on <= wave.ends_on:
            raise FieldErrors(
                {
                    "starts_on": f"日期要在{long_date(wave.starts_on)}到"
                    f"{long_date(wave.ends_on)}之间。"
                }
            )
    item.team, item.starts_on, item.left_out = team, starts_on, left_out
    demand_valid(item)
    item.save(update_fields=["team", "starts_on", "left_out"])
    said = f"不去：{left_out}" if left_out else f"第{team}组，{starts_on}"
    record(
        "inspections.wave.adjusted", wave, actor=actor, label=f"调整{item.unit}"[:60], reason=said
    )
    return item


@transaction.atomic
def arrange_wave(wave: Wave, *, actor: Actor, reason: str = "") -> Wave:
    """All visits of the wave at once, or none: a unit that stands in the way is named."""
    wave = _lock(wave, actor, "安排")
    rows = [row for row in preview(wave) if not row.item.left_out]
    stopped = [row for row in rows if row.stops]
    if stopped:
        names = "；".join(f"{row.item.unit}：{row.stops[0]}" for row in stopped[:3])
        raise DomainError(f"还有{len(stopped)}家不能安排。{names}。")
    if not rows:
        raise DomainError("这一轮没有要去的单位，请放弃后重新抽取。")
    _demand_days(wave)
    wave = advance(
        wave,
        "arrange",
        actor=actor,
        at=wave.organizer,
        reason=reason,
        changes={"arranged_at": timezone.now()},
    )
    teams: dict[int, list[WaveMember]] = defaultdict(list)
    for member in wave.members.select_related("post"):
        teams[member.team].append(member)
    for row in rows:
        _arrange_one(wave, row, teams[row.item.team or 0], actor)
    WaveUnit.objects.bulk_update([row.item for row in rows], ["visit", "team"])
    _tell_teams(wave, rows, teams)
    return wave


def _arrange_one(wave: Wave, row: Row, team: Sequence[WaveMember], actor: Actor) -> None:
    item = row.item
    if row.merge is not None:
        item.visit = merge_into(row.merge, actor=actor, lines=[wave.line])
        item.team = None
        return
    day = item.starts_on
    try:
        visit = arrange_visit(
            item.unit,
            actor=actor,
            organizer=wave.organizer,
            ground=Ground([wave.line]),
            values={
                "title": wave.title,
                "starts_on": day,
                "ends_on": day,
                "version": wave.version,
                "partners": wave.line.partners,
                "over_limit_reason": wave.over_limit_reason,
            },
        )
    except FieldErrors as error:
        said = "；".join(text for texts in error.errors.values() for text in texts)
        raise DomainError(f"{item.unit}：{said}") from error
    VisitMember.objects.bulk_create(
        VisitMember(
            visit=visit,
            post=member.post,
            user_id_held=member.user_id_held,
            name=member.name,
            is_leader=member.is_leader,
        )
        for member in team
    )
    names = "、".join(member.name for member in team)
    record("inspections.visit.team_named", visit, actor=actor, label="督查组", reason=names)
    item.visit = visit


def _tell_teams(wave: Wave, rows: Sequence[Row], teams: Mapping[int, Sequence[WaveMember]]) -> None:
    """One notice a person for the whole wave, not one for each visit."""
    for number, members in teams.items():
        going = [row.item for row in rows if row.item.team == number and row.merge is None]
        if going:
            first = min(item.starts_on for item in going if item.starts_on is not None)
            tell(
                wave,
                [member.post_id for member in members],
                rule="wave_team",
                stage=f"team-{number}",
                title=f"请参加{wave.title}：第{number}组，{len(going)}家",
                body=f"{long_date(first)}起。督查单位："
                + "、".join(item.unit.name for item in going[:20]),
            )


@transaction.atomic
def drop_wave(wave: Wave, *, actor: Actor, reason: str) -> Wave:
    """Give a draw up; it stays in the list with its seed and the reason."""
    return advance(wave, "drop", actor=actor, at=wave.organizer, reason=reason)
