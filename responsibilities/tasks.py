"""Background work of the yearly program: keeping the totals."""

from __future__ import annotations

from gongjian.foundation.tenancy.tasks import fan_out, system_task, tenant_task
from responsibilities.services import rollup, year


@tenant_task("responsibilities.recompute_totals")
def recompute_totals() -> None:
    rollup.recompute()


@system_task("responsibilities.sweep_totals")
def sweep_totals() -> None:
    fan_out("responsibilities.recompute_totals")


@tenant_task("responsibilities.refresh_totals")
def refresh_totals() -> None:
    rollup.refresh_all()


@system_task("responsibilities.check_totals")
def check_totals() -> None:
    fan_out("responsibilities.refresh_totals")


@tenant_task("responsibilities.open_due_periods")
def open_due_periods() -> None:
    year.open_due()


@system_task("responsibilities.tick_opening")
def tick_opening() -> None:
    fan_out("responsibilities.open_due_periods")
