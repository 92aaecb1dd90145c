"""Values of columns that a general rule cannot guess; ``(place, side) → value`` or the value."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

_TODAY = timezone.localdate()
#: Two of the cells that a return form holds, as its table keeps them.
_CELLS = [
    {
        "code": code,
        "label": "发展会员数",
        "unit_label": "人",
        "value_type": "integer",
        "section": "二",
        "section_title": "建会入会",
        "slot": slot,
        "style": "cumulative",
    }
    for slot, code in enumerate(("Z201", "Z202"))
]

FILLINGS: dict[str, dict[str, Any]] = {
    "assessments.GradeRule": {"excellent_from": 90, "good_from": 80, "qualified_from": 60},
    "documents.OfficialDocument": {"kind": "documents.notice"},
    "documents.ReportJob": {"attempts": 0},
    "responsibilities.ReturnForm": {"cells": _CELLS},
    "follow_ups.FollowUpExtension": {"until": _TODAY + timedelta(days=40), "due_before": _TODAY},
    "meetings.Series": {"per_year": 4},
    "seminars.Call": {"experts_each": 3},
}

#: Columns written after all rows stand: (model, column).
LATER: tuple[tuple[str, str], ...] = ()
