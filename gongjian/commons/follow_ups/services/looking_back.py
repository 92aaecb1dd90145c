"""Looking at a cleared matter again (回头看): when, what was found, and a random share."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from django.db import transaction

from gongjian.commons.follow_ups.authority import VERIFY_FOLLOW_UP
from gongjian.commons.follow_ups.enums import FollowUpState, NoteKind
from gongjian.commons.follow_ups.models import FollowUp, FollowUpNote
from gongjian.commons.follow_ups.services.handling import (
    LONGEST_NOTE,
    lock_follow_up,
    look_back,
    reopen_follow_up,
)
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict

T = TypeVar("T")


def _demand_cleared(follow_up: FollowUp, actor: Actor) -> None:
    if not actor.may(VERIFY_FOLLOW_UP, at=follow_up.unit):
        raise NotPermitted("当前职务无权安排这件事的回头看，请联系交办单位。")
    if follow_up.state != FollowUpState.CLEARED:
        raise StateConflict(
            f"事项现在是“{follow_up.get_state_display()}”，已销号的事项才安排回头看。"
        )


@transaction.atomic
def schedule_look_back(
    follow_up: FollowUp, *, actor: Actor, day: date, reason: str = ""
) -> FollowUp:
    """Set the day on which the matter is looked at again."""
    follow_up = lock_follow_up(follow_up)
    _demand_cleared(follow_up, actor)
    if day < today():
        raise FieldErrors({"day": "回头看日期已经过去，请填今天或以后的日期。"})
    before = follow_up.look_back_on
    follow_up.look_back_on = day
    follow_up.revision += 1
    follow_up.save(update_fields=["look_back_on", "revision"])
    record(
        "follow_ups.follow_up.look_back_scheduled",
        follow_up,
        actor=actor,
        label=f"回头看定于{long_date(day)}",
        before={"look_back_on": before},
        after={"look_back_on": day},
        reason=reason.strip(),
    )
    return follow_up


@transaction.atomic
def pass_look_back(follow_up: FollowUp, *, actor: Actor, text: str) -> FollowUp:
    """It held: what was looked at stands in the story, and the matter is closed for good."""
    _demand_text(text)
    follow_up = look_back(follow_up, actor=actor, reason=text)
    _note(follow_up, actor, f"已巩固。{text.strip()}")
    return follow_up


@transaction.atomic
def fail_look_back(follow_up: FollowUp, *, actor: Actor, text: str, due_on: date) -> FollowUp:
    """The trouble came back: given out anew, and counted as a recurrence."""
    _demand_text(text)
    follow_up = reopen_follow_up(follow_up, actor=actor, due_on=due_on, reason=text)
    _note(follow_up, actor, f"已反弹。{text.strip()}")
    return follow_up


def _demand_text(text: str) -> None:
    if not text.strip():
        raise FieldErrors({"text": "请写明看了什么、看到什么，作为回头看的依据。"})


def _note(follow_up: FollowUp, actor: Actor, text: str) -> None:
    FollowUpNote.objects.create(
        follow_up=follow_up,
        kind=NoteKind.LOOK_BACK,
        text=text[:LONGEST_NOTE],
        author=actor.label[:200],
    )


def drawn(pool: Sequence[T], percent: int, seed: int) -> list[T]:
    """A random share of the pool, at least one; the same seed draws the same ones."""
    count = min(len(pool), math.ceil(len(pool) * percent / 100))
    chosen = random.Random(seed).sample(range(len(pool)), count)  # noqa: S311 -- a draw, no secret
    return [pool[place] for place in sorted(chosen)]


@transaction.atomic
def schedule_drawn(
    follow_ups: Sequence[FollowUp], *, actor: Actor, day: date, reason: str
) -> list[FollowUp]:
    """Set one day for all that were drawn, all or none."""
    return [schedule_look_back(item, actor=actor, day=day, reason=reason) for item in follow_ups]
