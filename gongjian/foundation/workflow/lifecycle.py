"""States of a record and the only door between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from django.db import models, transaction
from django.utils import timezone

from gongjian.foundation.audit.trail import history_of, record
from gongjian.foundation.kernel.actor import Actor, Located
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict

#: Looks at the locked record and returns the refusal in Chinese, or None.
Guard = Callable[[Any, Actor], str | None]


@dataclass(frozen=True, slots=True)
class Step:
    """One declared transition: buttons, services, tests and the diagram read it."""

    name: str
    label: str
    sources: frozenset[str]
    target: str
    permission: str
    action: str
    needs_reason: bool = False
    style: str = ""
    icon: str = ""
    guards: tuple[Guard, ...] = field(default=())


class Lifecycle:
    """The declared steps of a model, by name."""

    def __init__(self, *steps: Step) -> None:
        self.steps: dict[str, Step] = {step.name: step for step in steps}

    def __getitem__(self, name: str) -> Step:
        return self.steps[name]

    def open_to(self, record: Stateful, actor: Actor, *, at: Located | None) -> list[Step]:
        """Steps this actor may take now; pages draw one button for each."""
        return [
            step
            for step in self.steps.values()
            if record.state in step.sources and actor.may(step.permission, at=at)
        ]


class Stateful(models.Model):
    """A record whose ``state`` is written by ``advance`` and by nothing else."""

    lifecycle: ClassVar[Lifecycle]

    state = models.CharField("状态", max_length=20, editable=False)

    class Meta:
        abstract = True

    def get_state_display(self) -> str:
        field: Any = self._meta.get_field("state")
        for value, label in field.flatchoices or ():
            if value == self.state:
                return str(label)
        return self.state


R = TypeVar("R", bound=Stateful)


@transaction.atomic
def advance(
    subject: R,
    step_name: str,
    *,
    actor: Actor,
    at: Located | None,
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
) -> R:
    """Move a record through one step: authority, lock, state, guards, write, trail.

    The row is locked and its state read again, so of two clerks pressing the
    same button the second is told that the first was quicker. ``changes`` are
    written with the new state; ``at`` is the place the authority is needed at
    (None when the record belongs to the tenant as a whole).
    """
    step = subject.lifecycle[step_name]
    if not actor.may(step.permission, at=at):
        raise NotPermitted(f"当前职务无权{step.label}，请切换职务或联系上级办公室。")
    manager = type(subject)._default_manager
    locked = manager.select_for_update(of=("self",)).get(pk=subject.pk)
    _keep_relations(locked, subject)
    if locked.state not in step.sources:
        raise StateConflict(
            f"“{locked}”现在是“{locked.get_state_display()}”，不能{step.label}。"
            f"{_who_was_first(locked)}，请刷新后查看。"
        )
    if step.needs_reason and not reason.strip():
        raise DomainError(f"{step.label}须填写理由，请补充后再办理。")
    for guard in step.guards:
        if refusal := guard(locked, actor):
            raise DomainError(refusal)
    before = {"state": locked.state}
    after: dict[str, Any] = {"state": step.target}
    locked.state = step.target
    for name, value in (changes or {}).items():
        before[name] = getattr(locked, name)
        after[name] = value
        setattr(locked, name, value)
    locked.save(update_fields=list(after))
    record(
        step.action,
        locked,
        actor=actor,
        label=step.label,
        before=_readable(before),
        after=_readable(after),
        reason=reason.strip(),
    )
    return locked


def _keep_relations(locked: Stateful, subject: Stateful) -> None:
    """Spare the fresh row the related rows that the caller has read already."""
    for name, related in subject._state.fields_cache.items():
        key = getattr(locked._meta.get_field(name), "attname", "")
        if related is not None and key and getattr(locked, key) == related.pk:
            locked._state.fields_cache[name] = related


def _who_was_first(subject: Stateful) -> str:
    """Name the last act on the record: who lost a race asks whom to call, not what a lock is."""
    last = history_of(subject).first()
    if last is None:
        return "可能已有人先办理"
    at = timezone.localtime(last.at)
    return f"{last.actor_label}已于{at.month}月{at.day}日{at:%H:%M}办理“{last.label}”"


def _readable(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.pk if isinstance(value, models.Model) else value
        for name, value in values.items()
    }
