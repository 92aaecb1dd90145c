"""Giving matters out: opening, issuing, handing over, suspending, cancelling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Model
from django.utils import timezone

from gongjian.commons.follow_ups.authority import ASSIGN_FOLLOW_UP
from gongjian.commons.follow_ups.enums import Escalation, ExtensionState, FollowUpState
from gongjian.commons.follow_ups.models import FollowUp, FollowUpHelper
from gongjian.commons.follow_ups.services.telling import tell_source, tell_unit
from gongjian.foundation.audit.trail import history_of, record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.tenancy.scope import require_tenant_id
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Unit
from orgs.services import demand_valid

_NUMBERS = 7320  # first key of the advisory lock of the numbers


@dataclass(frozen=True, slots=True)
class SourceReference:
    """The record a follow-up comes from; ``kind`` is a key of ``follow_up_sources``."""

    kind: str
    id: int
    label: str

    @classmethod
    def of(cls, subject: Model) -> SourceReference:
        return cls(subject._meta.label_lower, subject.pk, str(subject)[:200])


@transaction.atomic
def open_follow_up(
    unit: Unit,
    *,
    actor: Actor,
    giver: Unit,
    values: Mapping[str, Any],
    helpers: Iterable[Unit] = (),
    source: SourceReference | None = None,
) -> FollowUp:
    """Draw up a matter (立项); it reaches nobody until it is issued.

    ``values`` holds kind, urgency, title, basis, requirement, contact, due_on.
    """
    _demand_assign(actor, unit)
    if not unit.is_open:
        raise FieldErrors({"unit": f"“{unit.name}”已撤销，请选择接续的单位。"})
    follow_up = FollowUp(unit=unit, giver=giver, **values)
    if source is not None:
        follow_up.source_kind, follow_up.source_id = source.kind, source.id
        follow_up.source_label = source.label
    _demand_future(follow_up.due_on)
    demand_valid(follow_up)
    follow_up.save()
    _set_helpers(follow_up, helpers)
    record("follow_ups.follow_up.opened", follow_up, actor=actor, label="立项")
    return follow_up


def _demand_assign(actor: Actor, unit: Unit) -> None:
    if not actor.may(ASSIGN_FOLLOW_UP, at=unit):
        raise NotPermitted(
            f"当前职务不能向“{unit.name}”交办事项：办公室可以交办各单位，"
            "县区、乡镇只能交办直接下级。请选择直接下级，或报办公室交办。"
        )


def _demand_future(due_on: date | None) -> None:
    if due_on is not None and due_on < today():
        raise FieldErrors({"due_on": "办理时限已经过去，请填今天或以后的日期。"})


def _set_helpers(follow_up: FollowUp, helpers: Iterable[Unit]) -> None:
    wanted = {unit.pk: unit for unit in helpers if unit.pk != follow_up.unit_id}
    follow_up.helpers.exclude(unit_id__in=wanted).delete()
    known = set(follow_up.helpers.values_list("unit_id", flat=True))
    FollowUpHelper.objects.bulk_create(
        FollowUpHelper(follow_up=follow_up, unit=unit)
        for pk, unit in wanted.items()
        if pk not in known
    )


@transaction.atomic
def edit_follow_up(
    follow_up: FollowUp, *, actor: Actor, values: Mapping[str, Any], helpers: Iterable[Unit]
) -> FollowUp:
    """Change a matter that has not been issued; afterwards it is handed over or cancelled."""
    follow_up = FollowUp.objects.select_for_update(of=("self",)).get(pk=follow_up.pk)
    _demand_assign(actor, follow_up.unit)
    if follow_up.state != FollowUpState.DRAFT:
        raise StateConflict("事项已经交办，不能再改。需要调整时限请办延期，需要换单位请改交。")
    before = {name: getattr(follow_up, name) for name in values}
    for name, value in values.items():
        setattr(follow_up, name, value)
    _demand_assign(actor, follow_up.unit)
    _demand_future(follow_up.due_on)
    demand_valid(follow_up)
    follow_up.save()
    _set_helpers(follow_up, helpers)
    record(
        "follow_ups.follow_up.edited",
        follow_up,
        actor=actor,
        label="修改拟办事项",
        before={name: _plain(value) for name, value in before.items()},
        after={name: _plain(value) for name, value in values.items()},
    )
    return follow_up


def _plain(value: object) -> object:
    return value.pk if isinstance(value, Model) else value


@transaction.atomic
def issue_follow_up(follow_up: FollowUp, *, actor: Actor, reason: str = "") -> FollowUp:
    """Give the matter out (交办): it takes its number and the unit is told."""
    _demand_future(follow_up.due_on)
    year, serial = _next_number()
    follow_up = advance(
        follow_up,
        "issue",
        actor=actor,
        at=follow_up.unit,
        reason=reason,
        changes={
            "year": year,
            "serial": serial,
            "issued_at": timezone.now(),
            "first_due_on": follow_up.due_on,
            "revision": follow_up.revision + 1,
        },
    )
    tell_unit(
        follow_up,
        act="issued",
        title=f"交办事项请签收：{follow_up.title}",
        body=f"办理时限{long_date(follow_up.due_on)}。{follow_up.requirement[:200]}",
    )
    tell_source(follow_up)
    return follow_up


def _next_number() -> tuple[int, int]:
    # Held to the end of the transaction: a number belongs to one matter, and a
    # rolled-back issue gives it back before anybody else has asked.
    year = today().year
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_NUMBERS, require_tenant_id()])
    last = FollowUp.objects.filter(year=year).aggregate(last=Max("serial"))["last"]
    return year, (last or 0) + 1


@transaction.atomic
def issue_many(follow_ups: Sequence[FollowUp], *, actor: Actor) -> list[FollowUp]:
    """Issue several drafts together, all or none."""
    return [issue_follow_up(follow_up, actor=actor) for follow_up in follow_ups]


@transaction.atomic
def hand_over(
    follow_up: FollowUp, *, actor: Actor, unit: Unit, due_on: date, reason: str
) -> FollowUp:
    """Give the matter to another unit, which starts with a receipt of its own."""
    _demand_assign(actor, unit)
    _demand_future(due_on)
    if unit.pk == follow_up.unit_id:
        raise FieldErrors({"unit": "这就是现在的主办单位，请选择另一个单位。"})
    tell_unit(
        follow_up,
        act="handed_over",
        title=f"事项已改交其他单位，不再由你单位办理：{follow_up.title}",
    )
    _close_extensions(follow_up, actor=actor, reason="事项已改交其他单位，时限另定。")
    follow_up = advance(
        follow_up,
        "hand_over",
        actor=actor,
        at=follow_up.unit,
        reason=reason,
        changes={
            "unit": unit,
            "due_on": due_on,
            # The new unit is judged by the day that it was given.
            "first_due_on": due_on,
            "handler": "",
            "received_at": None,
            "escalation": Escalation.NONE,
            "revision": follow_up.revision + 1,
        },
    )
    follow_up.helpers.filter(unit=unit).delete()
    # Whom the former unit had asked does not act for the new one.
    follow_up.delegations.filter(ended_at=None).update(
        ended_at=timezone.now(), ended_by=actor.label[:200]
    )
    tell_unit(follow_up, act="issued", title=f"交办事项请签收：{follow_up.title}", body=reason)
    tell_source(follow_up)
    return follow_up


@transaction.atomic
def suspend_follow_up(follow_up: FollowUp, *, actor: Actor, until: date, reason: str) -> FollowUp:
    """Put a matter off (暂缓) until a day; on that day the tick takes it up again."""
    if until <= today():
        raise FieldErrors({"until": "暂缓到的日期要在今天以后，请重新填写。"})
    _close_extensions(follow_up, actor=actor, reason="事项已暂缓，恢复办理时时限相应顺延。")
    follow_up = advance(
        follow_up,
        "suspend",
        actor=actor,
        at=follow_up.unit,
        reason=reason,
        changes={"suspended_until": until, "revision": follow_up.revision + 1},
    )
    tell_unit(
        follow_up,
        act="suspended",
        title=f"事项暂缓至{long_date(until)}：{follow_up.title}",
        body=reason,
    )
    tell_source(follow_up)
    return follow_up


@transaction.atomic
def resume_follow_up(follow_up: FollowUp, *, actor: Actor, reason: str = "") -> FollowUp:
    """Take a suspended matter up again; the days it rested are added to its day."""
    rested = _rested_days(follow_up)
    follow_up = advance(
        follow_up,
        "resume",
        actor=actor,
        at=follow_up.unit,
        reason=reason,
        changes={
            "suspended_until": None,
            "due_on": follow_up.due_on + rested,
            "escalation": Escalation.NONE,
            "revision": follow_up.revision + 1,
        },
    )
    tell_unit(
        follow_up,
        act="resumed",
        title=f"事项恢复办理，时限{long_date(follow_up.due_on)}：{follow_up.title}",
    )
    tell_source(follow_up)
    return follow_up


def _close_extensions(follow_up: FollowUp, *, actor: Actor, reason: str) -> None:
    """A request for more time has no object any more; the unit is told so by the reply."""
    for extension in follow_up.extensions.filter(state=ExtensionState.ASKED):
        advance(
            extension,
            "refuse",
            actor=actor,
            at=follow_up.unit,
            reason=reason,
            changes={
                "reply": reason,
                "decided_by": actor.label[:200],
                "decided_at": timezone.now(),
            },
        )


def _rested_days(follow_up: FollowUp) -> timedelta:
    suspended = history_of(follow_up).filter(action="follow_ups.follow_up.suspended").first()
    return today() - timezone.localtime(suspended.at).date() if suspended else timedelta(0)


@transaction.atomic
def cancel_follow_up(follow_up: FollowUp, *, actor: Actor, reason: str) -> FollowUp:
    """Call a matter off; its number stays used and its story stays."""
    was_out = follow_up.state != FollowUpState.DRAFT
    _close_extensions(follow_up, actor=actor, reason="事项已撤销。")
    follow_up = advance(
        follow_up,
        "cancel",
        actor=actor,
        at=follow_up.unit,
        reason=reason,
        changes={"revision": follow_up.revision + 1},
    )
    if was_out:
        tell_unit(
            follow_up,
            act="cancelled",
            title=f"事项已撤销，不需再办：{follow_up.title}",
            body=reason,
        )
    tell_source(follow_up)
    return follow_up
