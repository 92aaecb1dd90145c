"""Entering, filing and verifying what appeared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from gongjian.commons.points.reckoning import Share
from gongjian.commons.points.services.ledger import Occurrence, note_fact, withdraw_facts_of
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Unit
from orgs.services import demand_valid
from publicity.authority import VERIFY_PLACEMENT, WRITE_PLACEMENT
from publicity.enums import WRITABLE, Origin, PlacementState
from publicity.models import Outlet, Placement, PlacementShare
from publicity.points import FRONT, INVITED, LEAD, MECHANISM, PUBLISHED, REPRINT
from publicity.queries import alike, clippings_of, same_report
from publicity.services.telling import tell_units

MOST_UNITS = 10
_WHOLE = Decimal(100)
_NAMES = {
    "title", "outlet", "published_on", "spot", "is_front", "genre", "origin", "theme",
    "reporter", "excerpt", "link", "coverage",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A unit's declared share of a report."""

    unit: Unit
    percent: Decimal


@transaction.atomic
def write_placement(
    placement: Placement | None,
    *,
    actor: Actor,
    unit: Unit,
    values: Mapping[str, Any],
    parts: Sequence[Part] = (),
) -> Placement:
    """Enter a report or change the entry while it is the unit's."""
    if not actor.may(WRITE_PLACEMENT, at=unit):
        raise NotPermitted("宣传刊播由本单位登记，也可以由办公室代为登记。")
    if placement is None:
        placement = Placement(unit=unit, entered_by_user_id=actor.user_id)
    else:
        placement = _locked(placement)
        if placement.state not in WRITABLE:
            raise StateConflict("已经报送核实，不能再改；要改的，请办公室退回。")
    for name, value in values.items():
        if name not in _NAMES:
            raise ValueError(name)
        setattr(placement, name, value)
    _demand_sense(placement)
    if placement.coverage is not None:
        placement.campaign = placement.coverage.campaign
        placement.theme = placement.theme or placement.campaign.theme
    else:
        placement.campaign = None
    demand_valid(placement)
    placement.save()
    _share(placement, parts or [Part(unit, _WHOLE)])
    record("publicity.placement.written", placement, actor=actor, label="登记宣传刊播")
    return placement


def _demand_sense(placement: Placement) -> None:
    if placement.published_on > today():
        raise FieldErrors({"published_on": "刊播日期还没有到；计划中的报道请列入宣传策划。"})
    if not placement.outlet.is_listed(placement.published_on):
        raise FieldErrors(
            {"outlet": f"“{placement.outlet}”在刊播当日不在媒体名录中，请联系办公室。"}
        )
    coverage = placement.coverage
    if coverage is not None and coverage.unit_id != placement.unit_id:
        raise FieldErrors({"coverage": "这是其他单位的宣传任务，请选择本单位的。"})


def _share(placement: Placement, parts: Sequence[Part]) -> None:
    """Write the shares down; they make exactly a hundred."""
    if len(parts) > MOST_UNITS:
        raise FieldErrors({"shares": f"共享单位最多 {MOST_UNITS} 个。"})
    if len({part.unit.pk for part in parts}) < len(parts):
        raise FieldErrors({"shares": "同一单位只填一行。"})
    total = sum((part.percent for part in parts), Decimal(0))
    if total != _WHOLE or any(part.percent <= 0 for part in parts):
        raise FieldErrors({"shares": f"各单位份额合计应为 100%，现在是 {total.normalize():f}%。"})
    placement.shares.all().delete()
    for position, part in enumerate(parts):
        share = PlacementShare(
            placement=placement, unit=part.unit, percent=part.percent, position=position
        )
        demand_valid(share)
        share.save()


@transaction.atomic
def set_family(
    placement: Placement, *, actor: Actor, first: Placement | None, reason: str = ""
) -> Placement:
    """Say that it is a reprint of another report, or with a reason that it is none.

    A family has one first report; a reprint of a reprint belongs to the same one.
    """
    placement = _locked(placement)
    verifier = actor.may(VERIFY_PLACEMENT) and placement.state == PlacementState.FILED
    own = actor.may(WRITE_PLACEMENT, at=placement.unit) and placement.state in WRITABLE
    if not (verifier or own):
        raise StateConflict("已核实的报道不能改动转载关系，请先撤销核实。")
    if first is None:
        if not reason.strip():
            raise FieldErrors({"reason": "请写明为什么不是同一报道。"})
        placement.reprint_of, placement.not_alike = None, reason.strip()[:200]
        label = "认定不是转载"
    else:
        root = first.reprint_of or first
        if root.pk == placement.pk or placement.reprints.exists():
            raise DomainError("它本身已有转载登记在册，请改为把另一篇认定为转载。")
        placement.reprint_of, placement.not_alike = root, ""
        label = f"认定为转载：{root.outlet}"[:60]
    placement.save(update_fields=["reprint_of", "not_alike"])
    record("publicity.placement.family", placement, actor=actor, label=label, reason=reason)
    return placement


@transaction.atomic
def file_placement(placement: Placement, *, actor: Actor, reason: str = "") -> Placement:
    """Hand it in with its clipping. Of two that hand in the same report the second is told."""
    # All entries of an outlet pass here one after the other: none slips in beside the check.
    Outlet.objects.select_for_update(of=("self",)).get(pk=placement.outlet_id)
    placement = Placement.objects.select_related("unit", "outlet").get(pk=placement.pk)
    if not clippings_of(placement):
        raise DomainError("请先上传剪报、截图或节目文件。只有网址不能作为佐证，网页随时会失效。")
    twin = same_report(placement)
    if twin is not None:
        raise DomainError(
            f"这篇报道已由{twin.unit}登记（{twin.outlet}，{twin.published_on:%Y-%m-%d}）。"
            "属于共同成果的，请与该单位协商份额，由办公室退回后补上。"
        )
    placement = advance(
        placement, "file", actor=actor, at=placement.unit, reason=reason,
        changes={"filed_by": actor.label[:200], "filed_on": today(), "remark": ""},
    )  # fmt: skip
    placement.filed_by_user_id = actor.user_id
    placement.save(update_fields=["filed_by_user"])
    return placement


@transaction.atomic
def withdraw_placement(placement: Placement, *, actor: Actor, reason: str) -> Placement:
    return advance(placement, "withdraw", actor=actor, at=placement.unit, reason=reason)


@transaction.atomic
def verify_placement(placement: Placement, *, actor: Actor, reason: str = "") -> Placement:
    """The office has seen the clipping: it counts. Never by who entered or filed it."""
    placement = _locked(placement)
    if actor.user_id in {placement.entered_by_user_id, placement.filed_by_user_id}:
        raise NotPermitted("登记或报送的人不能核实自己的登记，请由办公室另一人核实。")
    if not clippings_of(placement):
        raise DomainError("没有剪报文件，不能核实，请退回补充。")
    if placement.reprint_of_id is None and not placement.not_alike:
        likely = [one for one in alike(placement) if one.reprint_of_id != placement.pk]
        if likely:
            raise DomainError(
                f"与{likely[0].outlet}的同题报道可能是同一篇，请先认定是否转载，再核实。"
            )
    placement = advance(
        placement, "verify", actor=actor, at=placement.unit, reason=reason,
        changes={"verified_by": actor.label[:200], "remark": reason.strip()[:500]},
    )  # fmt: skip
    _credit(placement, actor)
    tell_units(
        placement, title=f"宣传刊播已核实：{placement.title}", body="可在积分台账查看计分情况。"
    )
    return placement


def _credit(placement: Placement, actor: Actor) -> None:
    traits = {
        trait
        for trait, holds in (
            (FRONT, placement.is_front),
            (REPRINT, placement.reprint_of_id is not None),
            (INVITED, placement.origin == Origin.INVITED),
            (LEAD, placement.origin == Origin.LEAD),
        )
        if holds
    }
    note_fact(
        MECHANISM,
        placement,
        Occurrence(
            kind=PUBLISHED,
            family=f"publicity:{placement.root_id}",
            title=placement.title,
            happened_on=placement.published_on,
            reported_on=placement.filed_on or today(),
            level=placement.outlet.level,
            outlet=placement.outlet.name,
            outlet_class=placement.outlet.get_medium_display(),
            traits=frozenset(traits),
        ),
        actor=actor,
        shares=[Share(share.unit_id, "", share.percent) for share in placement.shares.all()],
    )


@transaction.atomic
def send_back_placement(placement: Placement, *, actor: Actor, reason: str) -> Placement:
    placement = _decide(placement, "send_back", actor=actor, reason=reason)
    tell_units(placement, title=f"宣传刊播退回补充：{placement.title}", body=reason.strip())
    return placement


@transaction.atomic
def reject_placement(placement: Placement, *, actor: Actor, reason: str) -> Placement:
    placement = _decide(placement, "reject", actor=actor, reason=reason)
    tell_units(placement, title=f"宣传刊播不予认定：{placement.title}", body=reason.strip())
    return placement


@transaction.atomic
def annul_placement(placement: Placement, *, actor: Actor, reason: str) -> Placement:
    """Take a verification back: off the public page, and its points are reversed."""
    placement = _decide(
        placement, "annul", actor=actor, reason=reason, changes={"is_released": False}
    )
    withdraw_facts_of(placement, actor=actor, reason=reason)
    tell_units(placement, title=f"已撤销核实：{placement.title}", body=reason.strip())
    return placement


def _decide(
    placement: Placement,
    step: str,
    *,
    actor: Actor,
    reason: str,
    changes: Mapping[str, Any] | None = None,
) -> Placement:
    return advance(
        placement, step, actor=actor, at=placement.unit, reason=reason,
        changes={"remark": reason.strip()[:500], **(changes or {})},
    )  # fmt: skip


@transaction.atomic
def release_placement(placement: Placement, *, actor: Actor, is_released: bool) -> Placement:
    """Put a verified report on the public page, or take it off."""
    if not actor.may(VERIFY_PLACEMENT):
        raise NotPermitted("对外公开由办公室决定。")
    placement = _locked(placement)
    if placement.state != PlacementState.VERIFIED:
        raise StateConflict("只有已核实的报道可以对外公开。")
    if placement.is_released != is_released:
        placement.is_released = is_released
        placement.save(update_fields=["is_released"])
        label = "对外公开" if is_released else "撤下公开"
        record("publicity.placement.released", placement, actor=actor, label=label)
    return placement


def _locked(placement: Placement) -> Placement:
    Placement.objects.select_for_update(of=("self",)).get(pk=placement.pk)
    return Placement.objects.select_related("unit", "outlet", "reprint_of").get(pk=placement.pk)
