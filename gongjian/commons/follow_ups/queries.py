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
    HANDLE_FOLLOW_UP,
    VERIFY_FOLLOW_UP,
    VIEW_FOLLOW_UP,
)
from gongjian.commons.follow_ups.enums import (
    DONE_STATES,
    IN_UNITS_HANDS,
    ExtensionState,
    FollowUpState,
    Light,
    NoteKind,
)
from gongjian.commons.follow_ups.lights import BLUE_FROM, YELLOW_FROM, light_of
from gongjian.commons.follow_ups.models import FollowUp, FollowUpExtension
from gongjian.foundation.audit.trail import history_of
from gongjian.foundation.calendar.working_days import corrections, working_deadline
from gongjian.foundation.kernel.actor import Actor, Scope
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.models import TenantQuerySet


def in_units_hands(scope: Scope | None) -> TenantQuerySet[FollowUp]:
    """Matters that units still have to finish."""
    return FollowUp.objects.within(scope).filter(state__in=IN_UNITS_HANDS)


def matters_of(actor: Actor) -> TenantQuerySet[FollowUp]:
    """What this post's unit has to do or helps to do, the nearest day first."""
    unit_id = actor.unit_id or 0
    found: TenantQuerySet[FollowUp] = FollowUp.objects.filter(  # type: ignore[assignment]
        Q(unit_id=unit_id) | Q(helpers__unit_id=unit_id), state__in=IN_UNITS_HANDS
    )
    return found.select_related("unit", "giver").order_by("due_on", "pk").distinct()


def readable_by(actor: Actor) -> TenantQuerySet[FollowUp]:
    """Matters in the post's reach, and those its unit helps with though they are another's."""
    seen = FollowUp.objects.within(actor.scope(VIEW_FOLLOW_UP))
    helped = FollowUp.objects.filter(helpers__unit_id=actor.unit_id or 0)
    found: TenantQuerySet[FollowUp] = FollowUp.objects.filter(  # type: ignore[assignment]
        Q(pk__in=seen.values("pk")) | Q(pk__in=helped.values("pk"))
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
}


def story_of(follow_up: FollowUp) -> list[Moment]:
    """Steps from the trail and notes by hand in one line of time, newest first."""
    moments = [
        Moment(entry.at, entry.actor_label, entry.label, entry.reason)
        for entry in history_of(follow_up)
        # Urging and escalation stand in the notes with their words.
        if entry.action not in {"follow_ups.follow_up.urged", "follow_ups.follow_up.escalated"}
    ]
    moments += [
        Moment(note.at, note.author, note.get_kind_display(), note.text, _TONES.get(note.kind, ""))  # type: ignore[call-overload]
        for note in follow_up.notes.all()
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

    @property
    def clearance(self) -> str:
        return _percent(self.cleared, self.given)

    @property
    def punctuality(self) -> str:
        return _percent(self.in_time, self.cleared)


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
    }


def _statistics(row: Mapping[str, Any]) -> Statistics:
    taken = row["taken"]
    names = ("given", "open", "overdue", "cleared", "in_time", "returned", "urged", "recurred")
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
