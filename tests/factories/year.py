"""Periods set down for a year, made by the services."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from gongjian.foundation.calendar.models import PeriodKind
from gongjian.foundation.kernel.dates import today
from responsibilities.models import Arrangement, Indicator, ReturnForm
from responsibilities.queries.arrangement import Line, usual_lines
from responsibilities.services.designer import publish_form
from responsibilities.services.obligations import draft_form
from responsibilities.services.year import add_special, arrange


def usual(kind: str = PeriodKind.QUARTER, ordinal: int = 3, year: int = 2026, **values) -> Line:
    """One line of the usual year whose window is open today."""
    line = next(line for line in usual_lines(year) if (line.kind, line.ordinal) == (kind, ordinal))
    dates = {"opens_on": today() - timedelta(days=5), "due_on": today() + timedelta(days=10)}
    return replace(line, **(dates | values))


def special(name: str = "新就业形态专项", **values) -> Line:
    """A report that is asked once, of this year."""
    return replace(usual(), name=name, kind=PeriodKind.SPECIAL, **values)


def make_special(cast, form: ReturnForm, **values) -> Arrangement:
    line = special(**({"form_key": form.key} | values))
    return add_special(2026, line, actor=cast.office)


def make_arrangement(cast, **values) -> Arrangement:
    return arrange(2026, usual(**values), actor=cast.office)


def make_beside(cast, key: str, codes: tuple[str, ...]) -> ReturnForm:
    """A published form beside the quarterly one, which must exist already."""
    form = draft_form(
        actor=cast.office,
        title="专项报表" if key == "special" else f"报表{key}",
        indicators=Indicator.objects.filter(code__in=codes).order_by("code"),
    )
    form.key, form.version = key, 1
    form.save(update_fields=["key", "version"])
    return publish_form(form, actor=cast.office)
