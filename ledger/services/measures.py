"""Taking 单位基数 from the ledger, so that nobody is asked for them again (一次填报)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import DomainError, NotPermitted
from ledger.authority import MANAGE_LEDGER
from ledger.queries.measures import NAMES, measure_gaps
from orgs.models import Unit


@transaction.atomic
def take_measures(*, actor: Actor, unit_ids: Sequence[int]) -> int:
    """Write the ledger's sums to the chosen units, each with its before and after."""
    if not actor.may(MANAGE_LEDGER):
        raise NotPermitted("单位基数由办公室按台账更新。")
    if not unit_ids:
        raise DomainError("请先勾选要更新的单位。")
    list(Unit.objects.select_for_update(of=("self",)).filter(pk__in=unit_ids).order_by("pk"))
    gaps = measure_gaps(list(unit_ids))
    for gap in gaps:
        before = {name: getattr(gap.unit, name) for name in NAMES}
        for name in NAMES:
            setattr(gap.unit, name, gap.counted[name])
        gap.unit.save(update_fields=list(NAMES))
        record(
            "ledger.measures.taken",
            gap.unit,
            actor=actor,
            label="按台账更新基数",
            before=before,
            after=gap.counted,
        )
    return len(gaps)
