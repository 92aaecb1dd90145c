"""Whether a return is shut because its deadline is long past (逾期封表), and what to do then.

The lock keeps out who has not filed. A return that was sent back may always be
corrected, and a unit is let in again by an extension or a reopened window,
because the days are counted from its own deadline.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Q, Value
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone

from gongjian.foundation.calendar.deadlines import spoken_moment
from responsibilities.models import Obligation


def locks_at(obligation: Obligation) -> datetime | None:
    """The moment from which the unit is shut out; none where the period never locks."""
    days = obligation.period.locks_after
    return None if days is None else obligation.deadline_moment + timedelta(days=days)


def lock_reason(obligation: Obligation, at: datetime | None = None) -> str:
    """Why the return is shut at a moment and what to do; empty while it is open.

    Asks the database only once the moment has passed.
    """
    moment = locks_at(obligation)
    if moment is None or obligation.is_exempt or (at or timezone.now()) < moment:
        return ""
    # In Python, so that a list that has read its returns asks nothing more.
    if any(row.first_submitted_at is not None for row in obligation.returns.all()):
        return ""
    return (
        f"{obligation.period}报表已于{spoken_moment(moment)}封表，不能再填写和报送。"
        "确需补报的，请向直接上级申请延期，批准后即可继续，已填内容都还在。"
    )


def is_shut(at: datetime | None = None) -> Q:
    """The same for a list: one condition on obligations instead of a look at each."""
    days = ExpressionWrapper(
        F("period__locks_after") * Value(timedelta(days=1)), output_field=DurationField()
    )
    moment = ExpressionWrapper(F("deadline_at") + days, output_field=DateTimeField())
    return Q(
        LessThanOrEqual(moment, Value(at or timezone.now())),
        period__locks_after__isnull=False,
        is_exempt=False,
        returns__first_submitted_at__isnull=True,
    )
