"""A sensible scheme out of what the mechanisms offer, to start from."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from assessments.authority import MANAGE_SCHEME
from assessments.enums import Method, Mode
from assessments.models import PeerGroup, Scheme
from assessments.queries import shelf_entries
from assessments.services.holding import demand
from assessments.services.schemes import (
    add_item,
    add_offered_items,
    create_scheme,
    set_weights,
)
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.numbers import largest_remainder
from orgs.enums import Level

DEFAULT_GROUPS = (
    ("县区", Level.COUNTY),
    ("乡镇街道", Level.TOWNSHIP),
    ("村社区企业", Level.GRASSROOTS),
)
#: Points out of a hundred for the one item that people judge (软件规划).
_JUDGED_SHARE = Decimal("0.1")


@transaction.atomic
def scheme_from_defaults(
    period: Period, *, actor: Actor, title: str = "", full_score: int = 100
) -> Scheme:
    """Draft a scheme: all scored indicators on offer in equal parts, a tenth for judges.

    Three peer groups are made when the tenant has none of that name. What does
    not apply to a unit is handed to its other items, so one grid fits all levels.
    """
    demand(actor, MANAGE_SCHEME, "制定考核方案")
    scheme = create_scheme(
        actor=actor,
        values={
            "title": title or f"{period}党工共建考核方案",
            "period": period,
            "full_score": full_score,
        },
    )
    groups = [
        PeerGroup.objects.get_or_create(
            name=name, defaults={"level": level, "sort_order": place * 10}
        )[0]
        for place, (name, level) in enumerate(DEFAULT_GROUPS, start=1)
    ]
    keys = [entry.key for entry in shelf_entries() if entry.offered.mode == Mode.SCORED]
    items = add_offered_items(scheme, actor=actor, keys=keys)
    judged = add_item(
        scheme,
        actor=actor,
        values={
            "code": "P01",
            "name": "党工共建工作实效",
            "dimension": "综合评议",
            "method": Method.JUDGED,
            "order": len(items) * 10 + 10,
        },
    )
    full = Decimal(full_score)
    for_judges = full * _JUDGED_SHARE if items else full
    parts = largest_remainder(full - for_judges, [Decimal(1)] * len(items))
    points = dict(zip([item.pk for item in items], parts, strict=True)) | {judged.pk: for_judges}
    return set_weights(
        scheme,
        actor=actor,
        weights={
            (item_id, group.pk): weight for item_id, weight in points.items() for group in groups
        },
    )
