"""Reports that nobody has to ask for: of each period, when its filing has closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.reporting.kinds import Form, request_overview
from gongjian.commons.documents.reporting.subjects import (
    Extent,
    group_choices,
    sections_in_order,
)
from gongjian.foundation.calendar.models import Period, PeriodKind
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.scope import require_tenant_id
from orgs.models import Tenant, Unit
from orgs.queries import open_children, root_unit, system_actor

#: A tick that was missed (machine off over a holiday) is caught up so long.
CAUGHT_UP = timedelta(days=15)
#: Periods with figures of the whole tenant; what is asked once (专项) has its own list.
KINDS = (PeriodKind.QUARTER, PeriodKind.HALF_YEAR, PeriodKind.YEAR)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One scheduled report; ``key`` makes it one, however often the tick comes."""

    extent: Extent
    form: Form
    unit: Unit | None = None
    group: str = ""

    def key(self, period: Period) -> str:
        about = self.unit.pk if self.unit is not None else self.group or "all"
        return f"scheduled:{period.pk}:{self.extent}:{about}:{self.form}"


@transaction.atomic
def schedule_reports(day: date) -> int:
    """Ask for the reports of every period whose filing closed before ``day``.

    One that failed or was cancelled stays so: people decide whether it is
    tried again.
    """
    closed = Period.objects.filter(
        kind__in=KINDS, due_on__lt=day, due_on__gte=day - CAUGHT_UP
    ).order_by("due_on", "pk")
    due = [
        period for period in closed if any(source.covers(period) for source in sections_in_order())
    ]
    if not due:
        return 0
    actor = system_actor(Tenant.objects.get(pk=require_tenant_id()))
    wanted = list(_wanted())
    return sum(_ask(period, wanted, actor) for period in due)


def _wanted() -> Iterator[_Wanted]:
    """The tenant in both forms, each peer group and each unit right below the root on paper."""
    for form in Form:
        yield _Wanted(Extent.TENANT, form)
    for key, _ in group_choices():
        yield _Wanted(Extent.GROUP, Form.PDF, group=key)
    root = root_unit()
    if root is not None:
        for unit in open_children(root):
            yield _Wanted(Extent.UNIT, Form.PDF, unit=unit)


def _ask(period: Period, wanted: list[_Wanted], actor: Actor) -> int:
    keys = [one.key(period) for one in wanted]
    there = set(
        ReportJob.objects.filter(idempotency_key__in=keys).values_list("idempotency_key", flat=True)
    )
    missing = [one for one in wanted if one.key(period) not in there]
    for one in missing:
        request_overview(
            actor=actor,
            extent=one.extent,
            period=period,
            form=one.form,
            unit=one.unit,
            group=one.group,
            idempotency_key=one.key(period),
        )
    return len(missing)
