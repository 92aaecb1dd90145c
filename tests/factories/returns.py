"""Open quarters and returns for tests, made by the services."""

from __future__ import annotations

from datetime import date, timedelta

from gongjian.foundation.calendar.models import Period
from gongjian.foundation.calendar.periods import ensure_quarter
from gongjian.foundation.kernel.dates import today
from orgs.models import Unit
from responsibilities.models import (
    ExtensionRequest,
    Indicator,
    Obligation,
    QuarterlyReturn,
    ReturnForm,
)
from responsibilities.services.duties import ask_extension
from responsibilities.services.library import load_indicator_library
from responsibilities.services.obligations import draft_form, open_period, publish_form
from responsibilities.services.returns import save_cells, start_return, submit_return

#: 发展会员数 (本季), 职工总数 (时点), 工会会员数 (时点, ≤ 职工总数), 已整改问题数 and 发现问题数.
CODES = ("Z201", "Z202", "Z203", "Z602", "Z603")
VALUES = {"Z201": "120", "Z202": "90", "Z203": "12", "Z602": "8", "Z603": "6"}


def make_form(cast, codes: tuple[str, ...] = CODES) -> ReturnForm:
    """A published form of a few cells."""
    if not Indicator.objects.exists():
        load_indicator_library(actor=cast.office)
    form = draft_form(
        actor=cast.office,
        title="党工共建工作季度报表",
        indicators=Indicator.objects.filter(code__in=codes).order_by("code"),
    )
    return publish_form(form, actor=cast.office)


def make_quarter(year: int = 2026, ordinal: int = 3, *, due_in: int = 10) -> Period:
    """A quarter whose filing window is open today and closes in some days."""
    period = ensure_quarter(year, ordinal)
    period.opens_on = min(period.opens_on, today() - timedelta(days=5))
    period.due_on = today() + timedelta(days=due_in)
    period.opens_on = min(period.opens_on, period.due_on)
    period.save()
    return period


def open_quarter(cast, *, form: ReturnForm | None = None, **values) -> tuple[Period, ReturnForm]:
    """A quarter that is open for all grassroots units of the cast."""
    form = form or make_form(cast)
    period = make_quarter(**values)
    open_period(period, form=form, actor=cast.office)
    return period, form


def start(cast, unit: Unit, period: Period, actor) -> QuarterlyReturn:
    return start_return(Obligation.objects.get(unit=unit, period=period), actor=actor)


def fill(quarterly_return: QuarterlyReturn, actor, **values) -> QuarterlyReturn:
    """Type values for all cells of the form, the given ones instead of the usual."""
    codes = [cell.code for cell in quarterly_return.form.layout()]
    changes = {code: str(values.get(code, VALUES.get(code, "5"))) for code in codes}
    remarks = dict.fromkeys(codes, "情况属实")
    save_cells(quarterly_return, actor=actor, changes=changes, base={}, remarks=remarks)
    quarterly_return.refresh_from_db()
    return quarterly_return


def submitted(cast, unit: Unit, period: Period, actor, **values) -> QuarterlyReturn:
    """A return that waits for review."""
    return submit_return(fill(start(cast, unit, period, actor), actor, **values), actor=actor)


def make_due(period: Period, day: date) -> None:
    """Move the deadline of a period and of all that is owed for it."""
    period.opens_on, period.due_on = min(period.opens_on, day), day
    period.save()
    Obligation.objects.filter(period=period).update(due_on=day)


def ask_more_time(obligation: Obligation, actor, *, days: int = 5) -> ExtensionRequest:
    """A request of the unit for some days more."""
    until = max(obligation.deadline, today()) + timedelta(days=days)
    return ask_extension(obligation, actor=actor, until=until, reason="支部换届，人员未到位")
