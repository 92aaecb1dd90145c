"""Background work of the points ledger."""

from __future__ import annotations

from django.db import transaction

from gongjian.commons.points.models import PointAccount
from gongjian.commons.points.queries import authors_of_year
from gongjian.commons.points.services.ledger import settle_many
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.tasks import fan_out, system_task, tenant_task


@tenant_task("points.settle_year")
def settle_year(*, mechanism: str, year: int) -> None:
    """After new rules: every account of the year; run twice, it writes nothing anew."""
    with transaction.atomic():
        units = list(authors_of_year(mechanism, year).values_list("pk", flat=True))
    settle_many(mechanism, year, units)


@tenant_task("points.settle_ended")
def settle_ended() -> None:
    """Months, quarters and years that are over bring what hangs on their totals."""
    this = today().year
    with transaction.atomic():
        accounts = PointAccount.objects.filter(year__in=[this - 1, this]).order_by()
        held = list(accounts.values_list("mechanism", "year", "unit_id"))
    for mechanism, year in sorted({(mechanism, year) for mechanism, year, _ in held}):
        settle_many(mechanism, year, [pk for *key, pk in held if key == [mechanism, year]])


@system_task("points.tick_settle")
def tick_settle() -> None:
    fan_out("points.settle_ended")
