"""Ticks of the beat table and what they ask of each tenant."""

from __future__ import annotations

from gongjian.commons.notices import delivery, services
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.tasks import fan_out, system_task, tenant_task


@system_task("notices.find_due")
def find_due() -> None:
    fan_out("notices.find_due_in_tenant")


@system_task("notices.deliver_due")
def deliver_due() -> None:
    fan_out("notices.deliver_due_in_tenant")


@tenant_task("notices.find_due_in_tenant")
def find_due_in_tenant() -> None:
    services.find_due(today())


@tenant_task("notices.deliver_due_in_tenant")
def deliver_due_in_tenant() -> None:
    delivery.deliver_due(today())
