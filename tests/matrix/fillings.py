"""Values of columns that a general rule cannot guess; ``(place, side) → value`` or the value."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.search import SearchVector
from django.db.models import Value
from django.utils import timezone

from gongjian.commons.documents.contexts import CircularContext
from tests.matrix.marks import mark

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
    "documents.OfficialDocument": {
        "kind": "documents.notice",
        "context": lambda place, side: CircularContext(
            organs=[f"领导小组{mark(side.letter, place)}"],
            title=f"通知{mark(side.letter, place)}",
            main_recipients="各县",
            body=f"正文{mark(side.letter, place)}",
        ).as_values(),
    },
    "documents.ReportJob": {"attempts": 0},
    # With a name; one without holds no unit that the world could mark.
    "feedback.Suggestion": {"mark": ""},
    "documents.NumberEntry": {"state": "used"},
    "search.SearchEntry": {"words": SearchVector(Value("词"), config="simple")},
    "responsibilities.QuarterlyReturn": {"values": [Decimal(1), Decimal(1)]},
    "responsibilities.ReturnForm": {"cells": _CELLS},
    "follow_ups.FollowUpExtension": {"until": _TODAY + timedelta(days=40), "due_before": _TODAY},
    "meetings.Series": {"per_year": 4},
    "meetings.AgendaItem": {"minutes": 10},
    "calendars.CalendarLink": {"stopped_at": timezone.now()},
    "seminars.Call": {"experts_each": 3},
}

#: Columns written after all rows stand: (model, column).
LATER: tuple[tuple[str, str], ...] = ()
