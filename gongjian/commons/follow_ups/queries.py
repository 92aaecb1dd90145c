"""Reads of follow-ups: mine, overdue, the story of one, statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, Sum
from django.db.models.functions import TruncDate

from gongjian.commons.follow_ups.authority import (
    ASSIGN_FOLLOW_UP,
    DECIDE_EXTENSION,
    HANDLE_FOLLOW_UP,
    VERIFY_FOLLOW_UP,
    VIEW_FOLLOW_UP,
)
from gongjian.commons.follow_ups.enums import (
    DONE_STATES,
    IN_UNITS_HANDS,
    OPEN_STATES,
    ExtensionState,
    FollowUpKind,
    FollowUpState,
    Light,
    NoteKind,
)
from gongjian.commons.follow_ups.lights import BLUE_FROM, YELLOW_FROM, light_of
from gongjian.commons.follow_ups.models import (
    FollowUp,
    FollowUpDelegation,
    FollowUpExtension,
    FollowUpHelper,
)
from gongjian.commons.follow_ups.shelf import follow_up_sources
from gongjian.foundation.audit.trail import history_of
from gongjian.foundation.calendar.working_days import corrections, working_deadline
from gongjian.foundation.kernel.actor import Actor, Scope
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.models import TenantQuerySet


def in_units_hands(scope: Scope | None) -> TenantQuerySet[FollowUp]:
    """Matters that units still have to finish."""
    return FollowUp.objects.within(scope).filter(state__in=IN_UNITS_HANDS)


def acted_for(actor: Actor) -> TenantQuerySet[FollowUpDelegation]:
    """Delegations by which this post's unit acts for another one today."""
    day = today()
    found: TenantQuerySet[FollowUpDelegation] = FollowUpDelegation.objects.filter(  # type: ignore[assignment]
        unit_id=actor.unit_id or 0, ended_at=None, starts_on__lte=day, ends_on__gte=day
    )
    return found


def matters_of(actor: Actor) -> TenantQuerySet[FollowUp]:
    """What this post's unit has to do, helps to do or does for another, the nearest day first."""
    unit_id = actor.unit_id or 0
    helped = FollowUpHelper.objects.filter(unit_id=unit_id)
    found: TenantQuerySet[FollowUp] = FollowUp.objects.filter(  # type: ignore[assignment]
        Q(unit_id=unit_id)
        | Q(pk__in=helped.values("follow_up_id"))
        | Q(pk__in=acted_for(actor).values("follow_up_id")),
        state__in=IN_UNITS_HANDS,
    )
    return found.select_related("unit", "giver").order_by("due_on", "pk")


def handled_by(actor: Actor) -> TenantQuerySet[FollowUp]:
    """Matters whose pages of acts open to this post: its own, and those it does for another."""
    own = FollowUp.objects.within(actor.scope(HANDLE_FOLLOW_UP))
    found: TenantQuerySet[FollowUp] = FollowUp.objects.filter(  # type: ignore[assignment]
        Q(pk__in=own.values("pk")) | Q(pk__in=acted_for(actor).values("follow_up_id"))
    )
    return found.select_related("unit", "giver")


#: How a matter concerns this post's unit: part of 我的督办 → its label.
PARTS: dict[str, str] = {
    "own": "主办",
    "helped": "协办",
    "delegated": "受托承办",
    "verify": "待我核验",
    "extension": "待我批复延期",
    "look_back": "待我回头看",
    "given": "我单位交办、在办",
}


def part_of(actor: Actor, part: str) -> TenantQuerySet[FollowUp]:
    """One part of what concerns this post, whatever mechanism it came from."""
    unit_id, all_of = actor.unit_id or 0, FollowUp.objects
    found: Any
    match part:
        case "own":
            found = all_of.filter(unit_id=unit_id, state__in=IN_UNITS_HANDS)
        case "helped":
            helped = FollowUpHelper.objects.filter(unit_id=unit_id).values("follow_up_id")
            found = all_of.filter(pk__in=helped, state__in=IN_UNITS_HANDS)
        case "delegated":
            found = all_of.filter(
                pk__in=acted_for(actor).values("follow_up_id"), state__in=IN_UNITS_HANDS
            )
        case "verify":
            found = waiting_for_verification(actor)
        case "extension":
            asked = extensions_asked(actor.scope(DECIDE_EXTENSION)).values("follow_up_id")
            found = all_of.filter(pk__in=asked)
        case "look_back":
            found = look_backs_due(actor)
        case _:
            found = all_of.filter(giver_id=unit_id, state__in=OPEN_STATES).exclude(unit_id=unit_id)
    ordered: TenantQuerySet[FollowUp] = found.select_related("unit", "giver").order_by(
        "due_on", "pk"
    )
    return ordered


def look_backs_due(actor: Actor) -> TenantQuerySet[FollowUp]:
    """Cleared matters whose day to be looked at again has come."""
    found: TenantQuerySet[FollowUp] = (
        FollowUp.objects.within(actor.scope(VERIFY_FOLLOW_UP))
        .filter(state=FollowUpState.CLEARED, look_back_on__lte=today())
        .exclude(reported_by_user=actor.user_id)
    )
    return found


def readable_by(actor: Actor) -> TenantQuerySet[FollowUp]:
    """Matters in the post's reach, and those its unit helps with though they are another's."""
    seen = FollowUp.objects.within(actor.scope(VIEW_FOLLOW_UP))
    unit_id = actor.unit_id or 0
    helped = FollowUpHelper.objects.filter(unit_id=unit_id)
    # Who once acted for another unit goes on reading what became of it.
    asked = FollowUpDelegation.objects.filter(unit_id=unit_id)
    found: TenantQuerySet[FollowUp] = FollowUp.objects.filter(  # type: ignore[assignment]
        Q(pk__in=seen.values("pk"))
        | Q(pk__in=helped.values("follow_up_id"))
        | Q(pk__in=asked.values("follow_up_id"))
    )
    if not actor.may(ASSIGN_FOLLOW_UP):
        # A draft is nobody's business yet but that of those who draw it up.
        found = found.exclude(state=FollowUpState.DRAFT)
    return found.select_related("unit", "giver")


def waiting_for_verification(actor: Actor) -> TenantQuerySet[FollowUp]:
    return (
        FollowUp.objects.within(actor.scope(VERIFY_FOLLOW_UP))
        .filter(state=FollowUpState.REPORTED)
        .exclude(reported_by_user=actor.user_id)
    )


def extensions_asked(scope: Scope | None) -> TenantQuerySet[FollowUpExtension]:
    return FollowUpExtension.objects.within(scope).filter(state=ExtensionState.ASKED)


def may_handle(actor: Actor) -> bool:
    return actor.may(HANDLE_FOLLOW_UP)


def light_filter(light: str, day: date) -> Q:
    """Rows of one light, said in dates so that an index can serve it."""
    known = corrections()
    yellow = working_deadline(day, YELLOW_FROM, known)
    blue = working_deadline(day, BLUE_FROM, known)
    # A due day on a weekend after the last counted day has the same working days left.
    yellow_end, blue_end = _last_with_same(yellow, known), _last_with_same(blue, known)
    ranges = {
        Light.RED: Q(due_on__lt=day),
        Light.YELLOW: Q(due_on__gte=day, due_on__lte=yellow_end),
        Light.BLUE: Q(due_on__gt=yellow_end, due_on__lte=blue_end),
        Light.NONE: Q(due_on__gt=blue_end),
    }
    return ranges[Light(light)] & Q(state__in=IN_UNITS_HANDS)


def _last_with_same(day: date, known: Mapping[date, bool]) -> date:
    following = working_deadline(day, 1, known)
    return date.fromordinal(following.toordinal() - 1)


def lights_of(follow_ups: Sequence[FollowUp]) -> dict[int, Light]:
    """Light of each matter that is still in a unit's hands."""
    known, day = corrections(), today()
    return {
        item.pk: light_of(item.due_on, day, known)
        for item in follow_ups
        if item.state in IN_UNITS_HANDS
    }


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the story of a matter."""

    at: datetime
    who: str
    what: str
    text: str
    tone: str = ""


_TONES = {
    NoteKind.URGE: "warn",
    NoteKind.ESCALATION: "warn",
    NoteKind.RAISED: "warn",
}
_TOLD_BY_NOTES = {
    "follow_ups.follow_up.urged",
    "follow_ups.follow_up.escalated",
    "follow_ups.follow_up.raised",
}


def story_of(follow_up: FollowUp) -> list[Moment]:
    """Steps from the trail and notes by hand in one line of time, newest first."""
    moments = [
        Moment(entry.at, entry.actor_label, entry.label, entry.reason)
        for entry in history_of(follow_up)
        # These stand in the notes with their words; a look-back stands in the trail.
        if entry.action not in _TOLD_BY_NOTES
    ]
    moments += [
        Moment(note.at, note.author, note.get_kind_display(), note.text, _TONES.get(note.kind, ""))  # type: ignore[call-overload]
        for note in follow_up.notes.exclude(kind=NoteKind.LOOK_BACK)
    ]
    for extension in follow_up.extensions.all():
        moments.append(
            Moment(
                extension.asked_at,
                extension.asked_by,
                f"申请延期至{extension.until:%Y年%-m月%-d日}",
                extension.reason,
            )
        )
        if extension.decided_at is not None and extension.state == ExtensionState.REFUSED:
            moments.append(
                Moment(extension.decided_at, extension.decided_by, "未同意延期", extension.reply)
            )
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


@dataclass(frozen=True, slots=True)
class Statistics:
    """Figures of a set of matters; rates as numerator and denominator."""

    given: int
    open: int
    overdue: int
    cleared: int
    in_time: int
    average_days: float | None
    returned: int
    urged: int
    recurred: int
    #: Matters that came back at least once, and all that were ever cleared.
    relapsed: int
    ever_cleared: int

    @property
    def clearance(self) -> str:
        return _percent(self.cleared, self.given)

    @property
    def punctuality(self) -> str:
        return _percent(self.in_time, self.cleared)

    @property
    def recurrence(self) -> str:
        return _percent(self.relapsed, self.ever_cleared)


def _percent(part: int, whole: int) -> str:
    return f"{part / whole * 100:.1f}%" if whole else "—"


#: Reported on or before the day that held: the waiting of the verifier is not the unit's.
IN_TIME = Q(state__in=DONE_STATES) & Q(reported_on__lte=F("due_on"))


def _with_days(follow_ups: TenantQuerySet[FollowUp]) -> TenantQuerySet[FollowUp]:
    annotated: TenantQuerySet[FollowUp] = follow_ups.exclude(
        state__in=[FollowUpState.DRAFT, FollowUpState.CANCELLED]
    ).annotate(reported_on=TruncDate("reported_at"))
    return annotated


def _figures() -> dict[str, Any]:
    duration = ExpressionWrapper(F("cleared_at") - F("issued_at"), output_field=DurationField())
    return {
        "given": Count("pk"),
        "open": Count("pk", filter=~Q(state__in=DONE_STATES)),
        "overdue": Count("pk", filter=Q(state__in=IN_UNITS_HANDS, due_on__lt=today())),
        "cleared": Count("pk", filter=Q(state__in=DONE_STATES)),
        "in_time": Count("pk", filter=IN_TIME),
        "taken": Avg(duration, filter=Q(state__in=DONE_STATES)),
        "returned": Sum("return_count", default=0),
        "urged": Sum("urge_count", default=0),
        "recurred": Sum("recurrence_count", default=0),
        "relapsed": Count("pk", filter=Q(recurrence_count__gt=0)),
        "ever_cleared": Count("pk", filter=Q(state__in=DONE_STATES) | Q(recurrence_count__gt=0)),
    }


def _statistics(row: Mapping[str, Any]) -> Statistics:
    taken = row["taken"]
    names = (
        "given", "open", "overdue", "cleared", "in_time", "returned", "urged", "recurred",
        "relapsed", "ever_cleared",
    )  # fmt: skip
    return Statistics(
        average_days=None if taken is None else round(taken.total_seconds() / 86400, 1),
        **{name: row[name] for name in names},
    )


def statistics(follow_ups: TenantQuerySet[FollowUp]) -> Statistics:
    """Figures of all matters given out; drafts and cancelled ones count for nobody."""
    return _statistics(_with_days(follow_ups).aggregate(**_figures()))


def statistics_by_unit(follow_ups: TenantQuerySet[FollowUp]) -> list[tuple[str, Statistics]]:
    """One line a responsible unit, those with overdue matters first."""
    rows = (
        _with_days(follow_ups)
        .values("unit_id", "unit__name", "unit__path")
        .annotate(**_figures())
        .order_by("unit__path")
    )
    lines = [(row["unit__name"], _statistics(row)) for row in rows]
    return sorted(lines, key=lambda line: (-line[1].overdue, -line[1].open))


def statistics_by_source(follow_ups: TenantQuerySet[FollowUp]) -> list[tuple[str, Statistics]]:
    """One line a mechanism that matters came from, and a kind of those given out directly."""
    rows = _with_days(follow_ups).values("source_kind", "kind").annotate(**_figures()).order_by()
    lines = [(source_name(row["source_kind"], row["kind"]), _statistics(row)) for row in rows]
    return sorted(lines, key=lambda line: (-line[1].given, line[0]))


def source_name(source_kind: str, kind: str) -> str:
    """“整改事项（来自督查问题）”: the kind, and the record that asked for it."""
    source = follow_up_sources.get(source_kind) if source_kind else None
    label = FollowUpKind(kind).label
    return f"{label}（来自{source.label}）" if source else f"{label}（直接交办）"
