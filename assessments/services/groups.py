"""Peer groups: who may be compared with whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from assessments.authority import MANAGE_SCHEME
from assessments.models import PeerGroup, PeerGroupUnit
from assessments.services.holding import check, demand
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import FieldErrors
from orgs.models import Unit

_FIELDS = ("name", "level", "categories", "sort_order")


@transaction.atomic
def create_peer_group(
    *, actor: Actor, values: Mapping[str, Any], units: Sequence[Unit] = ()
) -> PeerGroup:
    demand(actor, MANAGE_SCHEME, "设置可比组")
    group = PeerGroup(**{name: values[name] for name in _FIELDS if name in values})
    check(group)
    group.save()
    _name_units(group, units)
    record(
        "assessments.peer_group.created",
        group,
        actor=actor,
        label="新建可比组",
        after=_facts(group),
    )
    return group


@transaction.atomic
def edit_peer_group(
    group: PeerGroup, *, actor: Actor, values: Mapping[str, Any], units: Sequence[Unit] = ()
) -> PeerGroup:
    """Change the rule. Results already computed keep the groups they were made with."""
    demand(actor, MANAGE_SCHEME, "设置可比组")
    group = PeerGroup.objects.select_for_update(of=("self",)).get(pk=group.pk)
    before = _facts(group)
    for name in _FIELDS:
        if name in values:
            setattr(group, name, values[name])
    check(group)
    group.save()
    _name_units(group, units)
    record(
        "assessments.peer_group.edited",
        group,
        actor=actor,
        label="修改可比组",
        before=before,
        after=_facts(group),
    )
    return group


def _facts(group: PeerGroup) -> dict[str, Any]:
    facts: dict[str, Any] = {name: getattr(group, name) for name in _FIELDS}
    facts["units"] = list(group.named_units.order_by("unit_id").values_list("unit_id", flat=True))
    return facts


def _name_units(group: PeerGroup, units: Sequence[Unit]) -> None:
    taken = (
        PeerGroupUnit.objects.filter(unit__in=units)
        .exclude(group=group)
        .select_related("group", "unit")
        .first()
    )
    if taken is not None:
        raise FieldErrors({"units": f"“{taken.unit}”已指定到“{taken.group}”，请先从那一组移出。"})
    if not units and not group.level and not group.categories:
        raise FieldErrors({"level": "请选择层级或类别，或者逐个指定单位。"})
    group.named_units.exclude(unit__in=units).delete()
    there = set(group.named_units.values_list("unit_id", flat=True))
    PeerGroupUnit.objects.bulk_create(
        [PeerGroupUnit(group=group, unit=unit) for unit in units if unit.pk not in there]
    )
