"""Authority and lock before any write: what every service of this app begins with."""

from __future__ import annotations

from typing import TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from gongjian.foundation.kernel.actor import Actor, Located
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.workflow.lifecycle import Stateful

R = TypeVar("R", bound=Stateful)


def demand(actor: Actor, permission: str, act: str, *, at: Located | None = None) -> None:
    if not actor.may(permission, at=at):
        raise NotPermitted(f"当前职务无权{act}，请切换职务或联系领导小组办公室。")


def hold(subject: R, *states: str, act: str) -> R:
    """Lock the record and refuse when its state has moved on meanwhile."""
    manager = type(subject)._default_manager
    locked = manager.select_for_update(of=("self",)).get(pk=subject.pk)
    if locked.state not in states:
        raise StateConflict(
            f"“{locked}”现在是“{locked.get_state_display()}”，不能{act}。请刷新后按最新状态办理。"
        )
    return locked


def check(record: models.Model) -> None:
    """Validate as a service does: messages of fields stand beside their fields."""
    try:
        record.full_clean(exclude=["tenant"])
    except ValidationError as error:
        found = error.message_dict
        general = found.pop(NON_FIELD_ERRORS, [])
        if found:
            raise FieldErrors(found, "；".join(general)) from error
        raise DomainError("；".join(general)) from error
