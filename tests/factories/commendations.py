"""Programmes, nominations and honours for tests, by the services."""

from __future__ import annotations

from commendations.enums import Holder, ProgrammeKind
from commendations.models import AwardCategory, Nomination, Programme
from commendations.services.nominating import (
    check_nomination,
    choose,
    give_opinion,
    recommend,
    send_nomination,
    write_nomination,
)
from commendations.services.programmes import (
    allot,
    open_programme,
    save_category,
    save_programme,
    start_review,
)
from gongjian.commons.honours.models import Honour
from gongjian.commons.honours.services import enter_honour
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from orgs.models import Unit

DEEDS = (
    "三年来坚持每月一次板凳会，收到意见三十六条，办结三十三条，带动周边五个村建立同样的制度。" * 2
)


def programme_of(cast, **values) -> Programme:
    return save_programme(
        None,
        actor=cast.office,
        values={
            "title": "年度党工共建先进",
            "kind": ProgrammeKind.PRAISE,
            "conditions": "两个组织健全，按期换届。",
            "closes_on": today(),
            "rest_years": 3,
            "departments": [],
            **values,
        },
    )


def category_of(
    cast, programme: Programme, *, holder: str = Holder.UNIT, quota=None, ratios=(), **values
) -> AwardCategory:
    category = save_category(
        programme,
        None,
        actor=cast.office,
        values={"title": "先进集体", "holder": holder, "places": 4, **values},
        ratios=list(ratios),
    )
    return allot(category, actor=cast.office, places=quota or {cast.qinghe.pk: 2})


def opened(cast, *, holder: str = Holder.UNIT, **values) -> tuple[Programme, AwardCategory]:
    quota, ratios = values.pop("quota", None), values.pop("ratios", ())
    programme = programme_of(cast, **values)
    category = category_of(cast, programme, holder=holder, quota=quota, ratios=ratios)
    return open_programme(programme, actor=cast.office), category


def nomination_of(
    cast, category: AwardCategory, actor: Actor | None = None, **values
) -> Nomination:
    actor = actor or cast.secretary
    category.refresh_from_db()
    return write_nomination(
        None,
        actor=actor,
        category=AwardCategory.objects.select_related("programme").get(pk=category.pk),
        unit=Unit.objects.get(pk=actor.unit_id),
        values={"summary": "板凳会解决实际问题。", "deeds": DEEDS, **values},
    )


def recommended(cast, category: AwardCategory, actor: Actor | None = None, **values) -> Nomination:
    """Sent by the unit, agreed to by the township, recommended by the county."""
    actor = actor or cast.secretary
    row = send_nomination(nomination_of(cast, category, actor, **values), actor=actor)
    if actor.unit_id != cast.dongfeng.pk:
        give_opinion(row, actor=cast.township, text="同意。")
    return recommend(row, actor=cast.county)


def chosen(cast, category: AwardCategory, actor: Actor | None = None, **values) -> Nomination:
    """Recommended, checked and put on the list; begins the review when it is the first."""
    row = recommended(cast, category, actor, **values)
    return check_nomination(row, actor=cast.office)


def listed(cast, programme: Programme, rows) -> Programme:
    programme = start_review(programme, actor=cast.office, reason="推荐已经齐全。")
    for row in rows:
        row.refresh_from_db()
        choose(row, actor=cast.office)
    return programme


def honour_of(cast, unit: Unit | None = None, **values) -> Honour:
    return enter_honour(
        actor=cast.office,
        unit=unit or cast.hongqi,
        values={
            "title": "先进集体",
            "kind": "honour",
            "level": "city",
            "organ": "示范市党工共建领导小组",
            "awarded_on": today(),
            **values,
        },
    )
