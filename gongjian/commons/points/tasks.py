"""Background work of the points ledger."""

from __future__ import annotations

from gongjian.commons.points.models import PointAccount
from gongjian.commons.points.queries import authors_of_year
from gongjian.commons.points.services.ledger import settle_many
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.tasks import fan_out, system_task, tenant_task


@tenant_task("points.settle_year")
def settle_year(*, mechanism: str, year: int) -> None:
    """After new rules: every account of the year; run twice, it writes nothing anew."""
    settle_many(mechanism, year, authors_of_year(mechanism, year).values_list("pk", flat=True))


@tenant_task("points.settle_ended")
def settle_ended() -> None:
    """Months, quarters and years that are over bring what hangs on their totals."""
    this = today().year
    accounts = PointAccount.objects.filter(year__in=[this - 1, this])
    kinds = accounts.order_by().values_list("mechanism", "year").distinct()
    for mechanism, year in list(kinds):
        units = accounts.filter(mechanism=mechanism, year=year).values_list("unit_id", flat=True)
        settle_many(mechanism, year, list(units))


@system_task("points.tick_settle")
def tick_settle() -> None:
    fan_out("points.settle_ended")
