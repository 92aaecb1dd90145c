"""What the assessment has against commending a unit: vetoes, and the last official result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.db.models import Q

from assessments.enums import OFFICIAL, EntryState, Grade, Method
from assessments.models import LedgerEntry, UnitScore
from gongjian.commons.indicators.eligibility import EligibilityCheck, Obstacle, eligibility_checks


def vetoes(unit_ids: Sequence[int], day: date) -> Mapping[int, Sequence[Obstacle]]:
    """一票否决 that is in force on the day. No reason helps against it."""
    rows = LedgerEntry.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=day),
        unit__in=unit_ids,
        state=EntryState.APPROVED,
        item__method=Method.VETO,
        occurred_on__lte=day,
    ).select_related("item")
    found: dict[int, list[Obstacle]] = {}
    for row in rows:
        found.setdefault(row.unit_id, []).append(
            Obstacle(
                f"一票否决：{row.item.name}（{row.matter}）",
                remedy="不能推荐；认定有误的，请先申请解除。",
                is_final=True,
                url=row.get_absolute_url(),
            )
        )
    return found


def last_result(unit_ids: Sequence[int], day: date) -> Mapping[int, Sequence[Obstacle]]:
    """The unit's latest official result, where it bars commendation or is 不合格."""
    latest: dict[int, UnitScore] = {}
    rows = UnitScore.objects.filter(unit__in=unit_ids, run__state__in=OFFICIAL)
    for score in rows.select_related("run__scheme__period").order_by("run_id"):
        latest[score.unit_id] = score
    found: dict[int, list[Obstacle]] = {}
    for unit_id, score in latest.items():
        if score.is_barred:
            words = f"{score.run}因“{score.limit_note}”不得列入表扬表彰"
        elif score.decided_grade == Grade.UNQUALIFIED:
            words = f"{score.run}等次为不合格"
        else:
            continue
        found[unit_id] = [
            Obstacle(words, remedy="下一次考核合格后再推荐。", is_final=score.is_barred)
        ]
    return found


eligibility_checks.register(EligibilityCheck("assessments.vetoes", "一票否决", vetoes))
eligibility_checks.register(EligibilityCheck("assessments.result", "考核结果", last_result))
