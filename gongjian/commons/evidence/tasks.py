"""Background work of the evidence."""

from __future__ import annotations

from gongjian.commons.evidence.services.clearing import clear_all
from gongjian.foundation.tenancy.tasks import fan_out, system_task, tenant_task


@tenant_task("evidence.clear_unused")
def clear_unused() -> None:
    clear_all()


@system_task("evidence.tick_clearing")
def tick_clearing() -> None:
    fan_out("evidence.clear_unused")
