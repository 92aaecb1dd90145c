"""Who owes what and how it stands (应报清单), whom to call, who was reminded when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, Exists, Max, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from gongjian.commons.notices.models import DigestLine, Notice
from gongjian.commons.notices.queries import rule_label
from gongjian.foundation.calendar.deadlines import moment_of
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.calendar.working_days import corrections, working_days_until
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from orgs.models import Unit
from orgs.queries import current_appointments
from responsibilities.authority import DECIDE_EXTENSION
from responsibilities.enums import ExtensionState, ReturnState
from responsibilities.models import ExtensionRequest, Obligation
from responsibilities.queries.arrangement import asked_units
from responsibilities.queries.locks import is_shut

#: How an obligation stands, in the order of the pills; the first that fits counts.
STANDINGS: dict[str, str] = {
    "overdue": "逾期未报",
    "extended": "延期中",
    "owed": "未报",
    "sent_back": "已退回",
    "waiting": "待审核",
    "accepted": "已通过",
    "exempt": "免报",
    "left": "已撤并",
}
LOOKS = {
    "overdue": "bad",
    "extended": "gold",
    "owed": "warn",
    "sent_back": "bad",
    "waiting": "info",
    "accepted": "ok",
    "exempt": "neutral",
    "left": "neutral",
}
#: Names of acts that are told of but stand on no shelf of rules.
_ACTS = {
    "responsibilities.urged": "人工催办",
    "responsibilities.obligation_changed": "延期、免报通知",
}
#: Standings in which the unit itself still has to act.
CALLED = ("overdue", "extended", "owed", "sent_back")


def standing_rows(rows: QuerySet[Any], day: date | None = None) -> QuerySet[Any]:
    """Obligations with ``standing`` and ``deadline_day``; each has exactly one standing."""
    now = timezone.now() if day is None else moment_of(day - timedelta(days=1))
    filed = Q(returns__first_submitted_at__isnull=False)
    dated = rows.annotate(deadline_day=Coalesce("extended_to", "due_on"))
    standing: QuerySet[Any] = dated.annotate(
        standing=Case(
            When(is_exempt=True, then=Value("exempt")),
            When(returns__state=ReturnState.ACCEPTED, then=Value("accepted")),
            When(returns__state=ReturnState.SENT_BACK, then=Value("sent_back")),
            When(returns__state=ReturnState.SUBMITTED, then=Value("waiting")),
            # Withdrawn by the unit after it had filed: owed again, in time as it was.
            When(filed, then=Value("owed")),
            When(unit__closed_on__lte=Coalesce("extended_to", "due_on"), then=Value("left")),
            When(deadline_at__lte=now, then=Value("overdue")),
            When(extended_to__isnull=False, then=Value("extended")),
            default=Value("owed"),
            output_field=CharField(),
        )
    )
    return standing


def duties_of(period: Period, path: str) -> QuerySet[Any]:
    """What all units below a path owe for a period, with how each stands."""
    rows = Obligation.objects.filter(period=period, unit__path__under=path).annotate(
        shut=Case(When(is_shut(), then=Value(value=True)), default=Value(value=False))
    )
    return standing_rows(rows).select_related("unit__parent", "period", "form")


def newcomers(period: Period, path: str = "") -> QuerySet[Unit]:
    """Open filing units without an obligation: founded since, they file from the next period."""
    held = Obligation.objects.filter(period=period, unit=OuterRef("pk"))
    rows = asked_units(period).filter(~Exists(held))
    return rows.filter(path__under=path).order_by("path") if path else rows.order_by("path")


def standing_counts(rows: QuerySet[Any]) -> dict[str, int]:
    """How many stand how; the sum is the number of rows."""
    found = dict(rows.order_by().values_list("standing").annotate(Count("pk")))
    return {standing: found.get(standing, 0) for standing in STANDINGS}


def reason_of(obligation: Obligation) -> str:
    """Why an obligation is not as usual."""
    if obligation.is_exempt:
        return obligation.exemption_reason
    if obligation.unit.closed_on is not None:
        return f"{obligation.unit.closed_on}起撤并"
    if getattr(obligation, "shut", False):
        return "已封表，延期后可补报"
    return obligation.extension_reason if obligation.extended_to else ""


def asked_for(actor: Actor) -> QuerySet[ExtensionRequest]:
    """Requests that wait for this post, the nearest deadline first."""
    scope = actor.scope(DECIDE_EXTENSION)
    if scope is None:
        return ExtensionRequest.objects.none()
    rows = ExtensionRequest.objects.within(scope).filter(state=ExtensionState.ASKED)
    return rows.select_related("obligation__unit", "obligation__period").order_by(
        "due_before", "pk"
    )


def last_reminded(obligation_ids: Iterable[int]) -> dict[int, datetime]:
    """When somebody was last told of each obligation."""
    rows = Notice.objects.filter(
        subject_kind=Obligation._meta.label_lower, subject_id__in=list(obligation_ids)
    )
    return dict(rows.order_by().values_list("subject_id").annotate(Max("created_at")))


@dataclass(frozen=True, slots=True)
class Told:
    """One notice of an obligation: who was told what, when, and what came of it."""

    at: datetime
    rule: str
    title: str
    post: str
    read_at: datetime | None
    mailed: str


def told_of(obligation: Obligation) -> list[Told]:
    """Who was reminded when, by which channel, with which result; the newest first."""
    notices = list(
        Notice.objects.filter(
            subject_kind=Obligation._meta.label_lower, subject_id=obligation.pk
        ).select_related("post__unit")[:100]
    )
    lines = DigestLine.objects.filter(notice__in=notices).select_related("digest")
    mailed: dict[int, str] = {
        line.notice_id: f"电子邮件：{line.digest.get_state_display()}"
        for line in lines.order_by("pk")
    }
    return [
        Told(
            at=notice.created_at,
            rule=_ACTS.get(notice.rule) or rule_label(notice.rule),
            title=notice.title,
            post=f"{notice.post.unit.name} {notice.post.title}",
            read_at=notice.read_at,
            mailed=mailed.get(notice.pk, ""),
        )
        for notice in notices
    ]


@dataclass(frozen=True, slots=True)
class Call:
    """A line of the phone list."""

    obligation: Obligation
    standing: str
    secretary: str
    chair: str
    phones: Sequence[str]
    reminded_at: datetime | None

    @property
    def label(self) -> str:
        return STANDINGS[self.standing]

    @property
    def look(self) -> str:
        return LOOKS[self.standing]


def calls(period: Period, path: str, limit: int = 1000) -> list[Call]:
    """Whom to call: units that still have to act, the most urgent first."""
    found = duties_of(period, path).filter(standing__in=CALLED)
    rows = list(found.order_by("deadline_day", "unit__path")[:limit])
    people: dict[int, dict[str, tuple[str, str]]] = defaultdict(dict)
    terms = current_appointments().filter(
        post__unit_id__in=[row.unit_id for row in rows], post__role__in=["secretary", "union_chair"]
    )
    for unit_id, role, name, phone in terms.values_list(
        "post__unit_id", "post__role", "user__person_name", "user__work_phone"
    ):
        people[unit_id].setdefault(role, (name, phone))
    reminded = last_reminded(row.pk for row in rows)
    return [_call(row, people[row.unit_id], reminded.get(row.pk)) for row in rows]


def _call(row: Any, held: dict[str, tuple[str, str]], at: datetime | None) -> Call:
    secretary, chair = held.get("secretary", ("", "")), held.get("union_chair", ("", ""))
    return Call(
        obligation=row,
        standing=row.standing,
        secretary=secretary[0],
        chair=chair[0],
        phones=[phone for phone in dict.fromkeys([secretary[1], chair[1]]) if phone],
        reminded_at=at,
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """A point of the timeline of a period."""

    label: str
    day: date
    when: str
    note: str = ""


def timeline(period: Period, day: date | None = None) -> list[Moment]:
    """Open → figures taken → due → last extension, and where today stands between them."""
    day = day or today()
    last = (
        Obligation.objects.filter(period=period, is_exempt=False, extended_to__isnull=False)
        .aggregate(last=Max("extended_to"))
        .get("last")
    )
    points = [("开始填报", period.opens_on), ("期末", period.ends_on), ("截止", period.due_on)]
    if last is not None and last > period.due_on:
        points.append(("最晚延期", last))
    points.sort(key=lambda point: point[1])
    passed = [point for point in points if point[1] < day]
    corrected = corrections()
    moments = []
    for number, (label, on) in enumerate(points):
        when = "past" if number < len(passed) else "now" if number == len(passed) else ""
        left = working_days_until(day, on, corrected)
        note = "今天" if on == day else f"还有 {left} 个工作日" if when == "now" else ""
        moments.append(Moment(label, on, when, note))
    return moments


def has_open_request(outer: str = "pk") -> Exists:
    """Whether a request of the obligation waits for an answer."""
    return Exists(
        ExtensionRequest.objects.filter(obligation=OuterRef(outer), state=ExtensionState.ASKED)
    )
