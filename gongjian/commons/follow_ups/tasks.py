"""Background work of the follow-ups."""

from __future__ import annotations

from gongjian.commons.follow_ups.services.escalating import raise_overdue
from gongjian.commons.follow_ups.services.resting import resume_due
from gongjian.foundation.tenancy.tasks import fan_out, system_task, tenant_task


@tenant_task("follow_ups.resume_due")
def resume_suspended() -> None:
    resume_due()


@tenant_task("follow_ups.raise_overdue")
def raise_what_is_overdue() -> None:
    raise_overdue()


@system_task("follow_ups.tick_raise")
def tick_raise() -> None:
    fan_out("follow_ups.raise_overdue")


@system_task("follow_ups.tick_resume")
def tick_resume() -> None:
    fan_out("follow_ups.resume_due")
