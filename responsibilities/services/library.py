"""The indicator library a tenant starts with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import NotPermitted
from orgs.models import Tenant
from responsibilities.authority import MANAGE_PLAN
from responsibilities.enums import (
    AllocationStyle,
    Frequency,
    IndicatorKind,
    QuarterlyStyle,
    ValueType,
)
from responsibilities.models import Indicator

_FIXTURES = Path(__file__).parent.parent / "fixtures"
_SECTIONS = {
    "A": "责任制",
    "B": "组织覆盖",
    "C": "规范化建设",
    "D": "维权服务",
    "E": "理论研讨",
    "F": "教育培训",
    "G": "信息宣传",
    "H": "例会督查",
    "I": "满意度",
    "N": "扣分项",
    "P": "加分项",
    "V": "一票否决",
}
_KINDS = {
    "硬": IndicatorKind.HARD,
    "软": IndicatorKind.SOFT,
    "加": IndicatorKind.BONUS,
    "扣": IndicatorKind.DEDUCTION,
    "否决": IndicatorKind.VETO,
}
_FREQUENCIES = {"季": Frequency.QUARTER, "半年": Frequency.HALF_YEAR, "年": Frequency.YEAR}
_QUARTERLY = {
    "本季": QuarterlyStyle.INCREMENTAL,
    "累计": QuarterlyStyle.CUMULATIVE,
    "时点": QuarterlyStyle.LATEST,
}
_TYPES = {
    "%": ValueType.PERCENT,
    "是/否": ValueType.YES_NO,
    "分": ValueType.DECIMAL,
    "学时": ValueType.DECIMAL,
}
#: Less is better: problems that come back, deductions, vetoes.
_FALLING = frozenset({"↓", "-", "否"})
_EMPTY = "—"


def _text(row: Mapping[str, Any], key: str) -> str:
    value = str(row.get(key, ""))
    return "" if value == _EMPTY else value


def _allocation_style(kind: str, value_type: str) -> str:
    """Rates hold alike for everybody, counts add up, bonus and veto are not split."""
    if kind not in {IndicatorKind.HARD, IndicatorKind.SOFT}:
        return AllocationStyle.NONE
    if value_type == ValueType.INTEGER:
        return AllocationStyle.SUMS
    return AllocationStyle.RATIO if value_type == ValueType.DECIMAL else AllocationStyle.SAME


def read_row(row: Mapping[str, Any]) -> Indicator:
    """Make an unsaved indicator from a row of the fixture with its Chinese spellings."""
    kind = _KINDS[row["kind"]]
    value_type = _TYPES.get(row["unit"], ValueType.INTEGER)
    section = row.get("section", row["code"][0])
    quarterly = row.get("quarterly")
    return Indicator(
        code=row["code"],
        name=row["name"],
        section=section,
        section_title=row.get("section_title") or _SECTIONS[section],
        kind=kind,
        unit_label=row["unit"],
        value_type=value_type,
        numerator=_text(row, "numerator"),
        denominator=_text(row, "denominator"),
        rises=row["direction"] not in _FALLING,
        source=row["source"],
        method=_text(row, "method"),
        weight=Decimal(str(row["weight"])),
        target_text=_text(row, "target"),
        frequency=_FREQUENCIES[row["freq"]],
        evidence=row["evidence"],
        mode=row["mode"],
        note=row["note"],
        quarterly_style=_QUARTERLY[quarterly] if quarterly else QuarterlyStyle.LATEST,
        allocation_style=_allocation_style(kind, value_type),
        is_reported=quarterly is not None,
    )


@transaction.atomic
def load_indicator_library(*, actor: Actor) -> int:
    """Add the indicators of the fixtures that the tenant does not have yet; return how many.

    Rows that exist are left alone: the tenant may have changed weights or wording.
    """
    if not actor.may(MANAGE_PLAN):
        raise NotPermitted("当前职务无权维护指标库，请联系领导小组办公室。")
    known = set(Indicator.objects.values_list("code", flat=True))
    rows: list[Mapping[str, Any]] = []
    for name in ("indicators.json", "reported_indicators.json"):
        rows += json.loads((_FIXTURES / name).read_text(encoding="utf-8"))
    added = [read_row(row) for row in rows if row["code"] not in known]
    Indicator.objects.bulk_create(added, ignore_conflicts=True)
    if added:
        record(
            "responsibilities.library.loaded",
            Tenant.objects.get(pk=actor.tenant_id),
            actor=actor,
            label="载入指标库",
            after={"count": len(added)},
        )
    return len(added)
