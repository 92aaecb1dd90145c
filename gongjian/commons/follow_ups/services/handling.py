"""Acting on a matter: receipt, progress, report, verification, look-back, more time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from gongjian.commons.follow_ups.authority import (
    DECIDE_EXTENSION,
    URGE_FOLLOW_UP,
    VIEW_FOLLOW_UP,
)
from gongjian.commons.follow_ups.enums import (
    IN_UNITS_HANDS,
    OPEN_STATES,
    Escalation,
    ExtensionState,
    FollowUpState,
    NoteKind,
)
from gongjian.commons.follow_ups.models import FollowUp, FollowUpExtension, FollowUpNote
from gongjian.commons.follow_ups.places import may_handle_it, place_of_handling
from gongjian.commons.follow_ups.services.telling import tell_giver, tell_source, tell_unit
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.workflow.lifecycle import advance
from orgs.services import demand_valid

#: A matter is looked at again after so many days (回头看, three months).
LOOK_BACK_AFTER = timedelta(days=90)
LONGEST_NOTE = 1000


def lock_follow_up(follow_up: FollowUp) -> FollowUp:
    return (
        FollowUp.objects.select_for_update(of=("self",))
        .select_related("unit", "giver")
        .get(pk=follow_up.pk)
    )


@transaction.atomic
def receive_follow_up(follow_up: FollowUp, *, actor: Actor, reason: str = "") -> FollowUp:
    """Sign for a matter (签收); who signed is the handler until somebody else is named."""
    follow_up = advance(
        follow_up,
        "receive",
        actor=actor,
        at=place_of_handling(follow_up, actor),
        reason=reason,
        changes={
            "received_at": timezone.now(),
            "handler": follow_up.handler or actor.person_name,
            "revision": follow_up.revision + 1,
        },
    )
    tell_source(follow_up)
    return follow_up


@transaction.atomic
def name_handler(follow_up: FollowUp, *, actor: Actor, handler: str) -> FollowUp:
    """Name who in the unit sees to it (承办人)."""
    follow_up = lock_follow_up(follow_up)
    _demand_handle(follow_up, actor)
    if follow_up.state not in IN_UNITS_HANDS:
        raise StateConflict(f"事项现在是“{follow_up.get_state_display()}”，不能更换承办人。")
    before = {"handler": follow_up.handler}
    follow_up.handler = handler.strip()
    demand_valid(follow_up)
    follow_up.save(update_fields=["handler"])
    record(
        "follow_ups.follow_up.handler_named",
        follow_up,
        actor=actor,
        label="指定承办人",
        before=before,
        after={"handler": follow_up.handler},
    )
    return follow_up


def _demand_handle(follow_up: FollowUp, actor: Actor) -> None:
    if not may_handle_it(follow_up, actor):
        raise NotPermitted(
            f"这件事由“{follow_up.unit.name}”主办，当前职务不能代办。请切换到该单位的职务。"
        )


@transaction.atomic
def note_follow_up(
    follow_up: FollowUp, *, actor: Actor, text: str, kind: str = NoteKind.PROGRESS
) -> FollowUpNote:
    """Add a line to the story: progress by the unit or a helper, an opinion by others."""
    text = text.strip()
    if not text:
        raise FieldErrors({"text": "请写明进展或意见，再保存。"})
    helps = actor.unit_id is not None and follow_up.helpers.filter(unit_id=actor.unit_id).exists()
    handles = may_handle_it(follow_up, actor)
    if not (handles or helps or actor.may(VIEW_FOLLOW_UP, at=follow_up.unit)):
        raise NotPermitted("当前职务看不到这件事，不能添加记录。")
    if kind == NoteKind.PROGRESS and not (handles or helps):
        kind = NoteKind.COMMENT
    note = FollowUpNote(
        follow_up=follow_up, kind=kind, text=text[:LONGEST_NOTE], author=actor.label[:200]
    )
    demand_valid(note)
    note.save()
    return note


@transaction.atomic
def report_follow_up(
    follow_up: FollowUp, *, actor: Actor, result: str, reason: str = ""
) -> FollowUp:
    """Say that it is done, and how (申请办结); another person verifies."""
    if not result.strip():
        raise FieldErrors({"result": "请写明怎么办的、办成什么样，核验人据此销号。"})
    if len(result) > 2000:
        raise FieldErrors({"result": f"办理结果最多2000字，现在{len(result)}字，请精简。"})
    follow_up = advance(
        follow_up,
        "report",
        actor=actor,
        at=place_of_handling(follow_up, actor),
        reason=reason,
        changes={
            "result": result.strip(),
            "reported_at": timezone.now(),
            "reported_by": actor.label[:200],
            "reported_by_user": actor.user_id,
            "revision": follow_up.revision + 1,
        },
    )
    for extension in follow_up.extensions.filter(state=ExtensionState.ASKED):
        place = place_of_handling(follow_up, actor)
        advance(extension, "withdraw", actor=actor, at=place, reason="已申请办结")
    tell_giver(
        follow_up,
        act="reported",
        title=f"{follow_up.unit.name}申请办结，请核验：{follow_up.title}",
        body=follow_up.result[:300],
    )
    tell_source(follow_up)
    return follow_up


@transaction.atomic
def take_back_report(follow_up: FollowUp, *, actor: Actor, reason: str = "") -> FollowUp:
    """Take the request back before anybody verified it."""
    follow_up = advance(
        follow_up,
        "take_back",
        actor=actor,
        at=place_of_handling(follow_up, actor),
        reason=reason,
        changes={
            "reported_at": None,
            "reported_by": "",
            "reported_by_user": None,
            "revision": follow_up.revision + 1,
        },
    )
    tell_source(follow_up)
    return follow_up


@transaction.atomic
def return_follow_up(follow_up: FollowUp, *, actor: Actor, reason: str) -> FollowUp:
    """Send the report back as not good enough (退办); the day does not move."""
    follow_up = advance(
        follow_up,
        "return",
        actor=actor,
        at=follow_up.unit,
        reason=reason,
        changes={
            "return_count": follow_up.return_count + 1,
            "opinion": reason.strip()[:500],
            "reported_at": None,
            "revision": follow_up.revision + 1,
        },
    )
    tell_unit(follow_up, act="returned", title=f"办结申请被退办：{follow_up.title}", body=reason)
    tell_source(follow_up)
    return follow_up


@transaction.atomic
def clear_follow_up(follow_up: FollowUp, *, actor: Actor, reason: str = "") -> FollowUp:
    """Verify the result and strike the matter off (核验销号)."""
    follow_up = advance(
        follow_up,
        "clear",
        actor=actor,
        at=follow_up.unit,
        reason=reason,
        changes={
            "cleared_at": timezone.now(),
            "cleared_by": actor.label[:200],
            "opinion": reason.strip()[:500],
            "look_back_on": today() + LOOK_BACK_AFTER,
            "revision": follow_up.revision + 1,
        },
    )
    tell_unit(follow_up, act="cleared", title=f"事项已核验销号：{follow_up.title}", body=reason)
    tell_source(follow_up)
    return follow_up


@transaction.atomic
def clear_many(follow_ups: Sequence[FollowUp], *, actor: Actor, reason: str) -> list[FollowUp]:
    """Verify several reports together, all or none."""
    return [clear_follow_up(item, actor=actor, reason=reason) for item in follow_ups]


@transaction.atomic
def look_back(follow_up: FollowUp, *, actor: Actor, reason: str = "") -> FollowUp:
    """Look again months later and find it still good (回头看通过)."""
    follow_up = advance(
        follow_up,
        "look_back",
        actor=actor,
        at=follow_up.unit,
        reason=reason,
        changes={"revision": follow_up.revision + 1},
    )
    tell_source(follow_up)
    return follow_up


@transaction.atomic
def reopen_follow_up(follow_up: FollowUp, *, actor: Actor, due_on: date, reason: str) -> FollowUp:
    """The trouble came back (反弹): the same matter is given out anew with a new day."""
    if due_on <= today():
        raise FieldErrors({"due_on": "新的办理时限要在今天以后，请重新填写。"})
    follow_up = advance(
        follow_up,
        "reopen",
        actor=actor,
        at=follow_up.unit,
        reason=reason,
        changes={
            "recurrence_count": follow_up.recurrence_count + 1,
            "due_on": due_on,
            "first_due_on": due_on,
            "received_at": None,
            "reported_at": None,
            "cleared_at": None,
            "look_back_on": None,
            "escalation": Escalation.NONE,
            "revision": follow_up.revision + 1,
        },
    )
    tell_unit(
        follow_up,
        act="reopened",
        title=f"回头看发现问题反弹，请重新办理：{follow_up.title}",
        body=reason,
    )
    tell_source(follow_up)
    return follow_up


@transaction.atomic
def ask_extension(
    follow_up: FollowUp, *, actor: Actor, until: date, reason: str
) -> FollowUpExtension:
    """Ask for more time; only while the day has not passed (逾期不再受理)."""
    follow_up = lock_follow_up(follow_up)
    _demand_handle(follow_up, actor)
    if follow_up.state not in {FollowUpState.IN_HAND, FollowUpState.RETURNED}:
        raise StateConflict(
            f"事项现在是“{follow_up.get_state_display()}”，不能申请延期；未签收的请先签收。"
        )
    if today() > follow_up.due_on:
        raise DomainError(
            f"办理时限{long_date(follow_up.due_on)}已过，按规定延期须在到期前申请。"
            "请尽快办结，并在办理结果中说明逾期原因。"
        )
    errors = {}
    if until <= follow_up.due_on:
        errors["until"] = f"申请延至的日期要晚于现在的时限{long_date(follow_up.due_on)}。"
    if not reason.strip():
        errors["reason"] = "请写明为什么不能按期办结，批复人据此决定。"
    if errors:
        raise FieldErrors(errors)
    extension = FollowUpExtension(
        follow_up=follow_up,
        due_before=follow_up.due_on,
        until=until,
        reason=reason.strip()[:500],
        asked_by=actor.label[:200],
    )
    demand_valid(extension)
    extension.save()
    record("follow_ups.extension.asked", extension, actor=actor, label="申请延期", reason=reason)
    tell_giver(
        follow_up,
        act="extension_asked",
        title=f"{follow_up.unit.name}申请延期至{long_date(until)}：{follow_up.title}",
        body=extension.reason,
    )
    return extension


@transaction.atomic
def decide_extension(
    extension: FollowUpExtension, *, actor: Actor, granted: bool, reply: str
) -> FollowUpExtension:
    """Grant or refuse more time; a granted day becomes the day of the matter."""
    follow_up = lock_follow_up(extension.follow_up)
    if not actor.may(DECIDE_EXTENSION, at=follow_up.unit):
        raise NotPermitted("当前职务无权批复延期，请联系交办单位。")
    extension = advance(
        extension,
        "grant" if granted else "refuse",
        actor=actor,
        at=follow_up.unit,
        reason=reply,
        changes={
            "reply": reply.strip()[:500],
            "decided_by": actor.label[:200],
            "decided_at": timezone.now(),
        },
    )
    if granted:
        advance(
            follow_up,
            "extend_returned" if follow_up.state == FollowUpState.RETURNED else "extend",
            actor=actor,
            at=follow_up.unit,
            reason=reply,
            changes={
                "due_on": extension.until,
                "escalation": Escalation.NONE,
                "revision": follow_up.revision + 1,
            },
        )
        tell_source(follow_up)
    word = f"已同意延期至{long_date(extension.until)}" if granted else "未同意延期"
    tell_unit(
        follow_up,
        act="extension_decided",
        title=f"{word}：{follow_up.title}",
        body=reply,
    )
    return extension


@transaction.atomic
def urge_follow_up(follow_up: FollowUp, *, actor: Actor, text: str = "") -> FollowUpNote:
    """Urge the unit (催办); once a day is enough for anybody."""
    follow_up = lock_follow_up(follow_up)
    if not actor.may(URGE_FOLLOW_UP, at=follow_up.unit):
        raise NotPermitted("当前职务无权催办这件事，请联系交办单位。")
    if follow_up.state not in IN_UNITS_HANDS:
        raise StateConflict(
            f"事项现在是“{follow_up.get_state_display()}”，不在主办单位手上，不需催办。"
        )
    urged = follow_up.notes.filter(kind=NoteKind.URGE).first()
    if urged is not None and timezone.localtime(urged.at).date() == today():
        raise StateConflict(f"今天已由{urged.author}催办过，同一件事一天只催办一次。")
    follow_up.urge_count += 1
    follow_up.revision += 1
    follow_up.save(update_fields=["urge_count", "revision"])
    text = text.strip() or f"请于{long_date(follow_up.due_on)}前办结并申请销号。"
    note = FollowUpNote.objects.create(
        follow_up=follow_up, kind=NoteKind.URGE, text=text[:LONGEST_NOTE], author=actor.label[:200]
    )
    record("follow_ups.follow_up.urged", follow_up, actor=actor, label="催办", reason=text)
    tell_unit(
        follow_up,
        act="urged",
        title=f"催办（第{follow_up.urge_count}次）：{follow_up.title}",
        body=text,
    )
    return note


@transaction.atomic
def escalate_follow_up(follow_up: FollowUp, *, actor: Actor, text: str) -> FollowUpNote:
    """Ask the giver to help where the unit cannot get further alone (提请协调)."""
    follow_up = lock_follow_up(follow_up)
    _demand_handle(follow_up, actor)
    if follow_up.state not in OPEN_STATES:
        raise StateConflict(f"事项现在是“{follow_up.get_state_display()}”，不需再协调。")
    if not text.strip():
        raise FieldErrors({"text": "请写明卡在哪里、需要谁帮什么。"})
    follow_up.revision += 1
    follow_up.save(update_fields=["revision"])
    note = FollowUpNote.objects.create(
        follow_up=follow_up,
        kind=NoteKind.ESCALATION,
        text=text.strip()[:LONGEST_NOTE],
        author=actor.label[:200],
    )
    record("follow_ups.follow_up.escalated", follow_up, actor=actor, label="提请协调", reason=text)
    tell_giver(
        follow_up,
        act="escalated",
        title=f"{follow_up.unit.name}提请协调：{follow_up.title}",
        body=text,
    )
    return note
