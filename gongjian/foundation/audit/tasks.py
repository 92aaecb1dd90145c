"""Sealing of the trail, every few minutes."""

from __future__ import annotations

from gongjian.foundation.audit.sealing import seal_all
from gongjian.foundation.tenancy.tasks import fan_out, system_task, tenant_task


@tenant_task("audit.seal_trail")
def seal_trail() -> None:
    seal_all()


@system_task("audit.tick_sealing")
def tick_sealing() -> None:
    fan_out("audit.seal_trail")
