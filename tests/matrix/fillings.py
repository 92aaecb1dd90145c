"""Values of columns that a general rule cannot guess; ``(place, side) → value`` or the value."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

_TODAY = timezone.localdate()

FILLINGS: dict[str, dict[str, Any]] = {
    "assessments.GradeRule": {"excellent_from": 90, "good_from": 80, "qualified_from": 60},
    "documents.ReportJob": {"attempts": 0},
    "follow_ups.FollowUpExtension": {"until": _TODAY + timedelta(days=40), "due_before": _TODAY},
    "meetings.Series": {"per_year": 4},
    "seminars.Call": {"experts_each": 3},
}

#: Columns written after all rows stand: (model, column).
LATER: tuple[tuple[str, str], ...] = ()
