"""The coming year of the demo, arranged as an office would in December."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from gongjian.foundation.kernel.dates import today
from orgs.models import Tenant
from orgs.queries import system_actor
from responsibilities.models import Arrangement
from responsibilities.queries.arrangement import form_titles, usual_lines
from responsibilities.services.year import arrange_year


def arrange_next_year(tenant: Tenant) -> None:
    """Four quarters due at noon and the year with a lock; nothing of it is open yet."""
    year = today().year + 1
    if Arrangement.objects.filter(period__year=year).exists() or not form_titles():
        return
    lines = {(line.kind, line.ordinal): line for line in usual_lines(year)}
    quarters = [replace(lines["quarter", number], due_time=time(12)) for number in range(1, 5)]
    whole = replace(lines["year", 1], locks_after=10)
    arrange_year(year, actor=system_actor(tenant), lines=[*quarters, whole])
