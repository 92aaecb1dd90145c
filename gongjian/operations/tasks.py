"""Every night all invariants are asked."""

from __future__ import annotations

from gongjian.foundation.tenancy.tasks import fan_out, system_task, tenant_task
from gongjian.operations import verification


@tenant_task("operations.verify_tenant")
def verify_tenant() -> None:
    verification.verify_tenant()


@system_task("operations.tick_verify")
def tick_verify() -> None:
    fan_out("operations.verify_tenant")
