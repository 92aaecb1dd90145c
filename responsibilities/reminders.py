"""What returns and targets remind of. Nobody is reminded of what is done or waits on others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from django.db.models import Exists, F, Max, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse

from gongjian.commons.notices.shelf import Reminder, ReminderRule, reminder_rules
from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.calendar.working_days import (
    corrections,
    is_working_day,
    working_days_until,
    working_deadline,
)
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import SHANGHAI, long_date
from orgs.models import Unit
from orgs.queries import current_appointments
from responsibilities.authority import ACKNOWLEDGE_TARGET, REVIEW_RETURN, VIEW_RETURN, VIEW_ROLLUP
from responsibilities.enums import PlanState, ReturnState, TargetState
from responsibilities.models import Obligation, QuarterlyReturn, Target
from responsibilities.queries.returns import REVIEWING_ROLES, filers_of
from responsibilities.queries.wording import written_words
from responsibilities.wording import (
    RECEIPT_WAITING,
    RETURN_DUE,
    REVIEW_OVERDUE,
    REVIEW_WAITING,
    said,
)

#: The office's own words, by rule and stage.
Written = Mapping[tuple[str, str], tuple[str, str]]

#: Working days around the deadline on which those who file are told.
STEPS = (-10, -3, 0, 1, 5)
#: From here on the superior is told as well.
ESCALATION = 5
#: Working days a target may wait for its receipt.
RECEIPT_PATIENCE = 5
#: A reviewer is told after two working days, and again after five with his superior.
REVIEW_STEPS = (2, 5)
#: Calendar days that surely hold the steps, the longest holidays included.
_EARLIEST, _LATEST = timedelta(days=35), timedelta(days=30)


def _held_posts(unit_ids: Iterable[int], roles: Sequence[str]) -> dict[int, list[int]]:
    """Posts at many units which somebody holds."""
    terms = current_appointments().filter(post__unit_id__in=set(unit_ids), post__role__in=roles)
    found: dict[int, list[int]] = defaultdict(list)
    for unit_id, post_id in terms.values_list("post__unit_id", "post_id"):
        found[unit_id].append(post_id)
    return found


# --- returns that are due -----------------------------------------------------------------


def _step_on(day: date, deadline: date, corrected: Mapping[date, bool]) -> int | None:
    """The last step reached by ``day``: a day without a sweep delays, it loses nothing."""
    reached = None
    for step in STEPS:
        on = working_deadline(deadline, step, corrected)
        if step == 0 and not is_working_day(deadline, corrected):
            on = working_deadline(deadline, -1, corrected)
        if on <= day:
            reached = step
    return reached


def _stage(step: int | str, obligation: Obligation) -> str:
    """An extension starts the steps anew, so its day is part of the stage."""
    name = step if isinstance(step, str) else f"{step:+d}" if step else "0"
    return f"{name}@{obligation.extended_to:%Y%m%d}" if obligation.extended_to else name


def returns_due(day: date) -> Iterator[Reminder]:
    """Those who file, around the deadline; after five working days their superior too."""
    filed = QuarterlyReturn.objects.filter(obligation=OuterRef("pk")).exclude(
        state=ReturnState.DRAFT
    )
    owed = (
        Obligation.objects.annotate(deadline_day=Coalesce("extended_to", "due_on"))
        .filter(
            ~Exists(filed),
            is_exempt=False,
            unit__closed_on__isnull=True,
            period__opens_on__lte=day,
            deadline_day__range=(day - _LATEST, day + _EARLIEST),
        )
        .select_related("unit", "period")
        .order_by("pk")
    )
    corrected = corrections()
    steps: dict[date, int | None] = {}
    late: list[tuple[Obligation, int]] = []
    for obligation in owed:
        if obligation.deadline not in steps:
            steps[obligation.deadline] = _step_on(day, obligation.deadline, corrected)
        step = steps[obligation.deadline]
        if step is not None:
            late.append((obligation, step))
    filers = filers_of([obligation.unit_id for obligation, _ in late])
    superiors = _held_posts(
        (row.unit.parent_id for row, step in late if step >= ESCALATION and row.unit.parent_id),
        REVIEWING_ROLES,
    )
    written = written_words()
    for found, step in late:
        yield _to_filers(found, step, filers.get(found.unit_id, []), written)
        if step >= ESCALATION:
            yield _to_superior(found, superiors.get(found.unit.parent_id or 0, []), written)


def _owed_values(obligation: Obligation) -> dict[str, str]:
    return {
        "单位": obligation.unit.name,
        "期间": str(obligation.period),
        "截止日": long_date(obligation.deadline),
    }


def _to_filers(
    obligation: Obligation, step: int, post_ids: Sequence[int], written: Written
) -> Reminder:
    stage = f"{step:+d}" if step else "0"
    title, body = said(written, RETURN_DUE, stage, _owed_values(obligation))
    return Reminder(
        subject_kind=Obligation._meta.label_lower,
        subject_id=obligation.pk,
        stage=_stage(step, obligation),
        post_ids=post_ids,
        title=title,
        body=body,
        url=reverse("responsibilities:return_fill", args=[obligation.pk]),
        deadline=obligation.deadline,
    )


def _to_superior(obligation: Obligation, post_ids: Sequence[int], written: Written) -> Reminder:
    title, body = said(written, RETURN_DUE, "superior", _owed_values(obligation))
    return Reminder(
        subject_kind=Obligation._meta.label_lower,
        subject_id=obligation.pk,
        stage=_stage("superior", obligation),
        post_ids=post_ids,
        title=title,
        body=body,
        url=reverse("responsibilities:progress"),
        deadline=obligation.deadline,
    )


def _may_see_obligation(actor: Actor, subject_id: int) -> bool:
    obligation = Obligation.objects.filter(pk=subject_id).select_related("unit").first()
    return obligation is not None and actor.may(VIEW_RETURN, at=obligation.unit)


# --- returns that wait for review ---------------------------------------------------------


def _lying(day: date) -> list[tuple[QuarterlyReturn, date, int]]:
    """Returns that wait for a reviewer, since when, and the last step they have reached."""
    # So many working days are at least as many days.
    before = day - timedelta(days=REVIEW_STEPS[0])
    waiting = (
        QuarterlyReturn.objects.filter(state=ReturnState.SUBMITTED, submitted_at__date__lte=before)
        .select_related("period", "review_place__parent", "unit__parent")
        .order_by("pk")
    )
    corrected = corrections()
    found = []
    for row in waiting:
        if row.submitted_at is None or row.review_unit.parent is None:
            continue
        came_in = row.submitted_at.astimezone(SHANGHAI).date()
        waited = working_days_until(came_in, day, corrected)
        if reached := [step for step in REVIEW_STEPS if step <= waited]:
            found.append((row, came_in, reached[-1]))
    return found


def reviews_waiting(day: date) -> Iterator[Reminder]:
    """Reviewers, once a return has waited two working days, and again after five."""
    lying = _lying(day)
    posts = _held_posts((row.review_unit.parent_id or 0 for row, _, _ in lying), REVIEWING_ROLES)
    written = written_words()
    for row, came_in, step in lying:
        told = posts.get(row.review_unit.parent_id or 0, [])
        yield _to_reviewer(row, came_in, step, told, written)


def reviews_overdue(day: date) -> Iterator[Reminder]:
    """The level above the reviewer, once a return has waited five working days."""
    late = [(row, came_in) for row, came_in, step in _lying(day) if step == REVIEW_STEPS[-1]]
    places = [(row, came_in, row.review_unit.parent) for row, came_in in late]
    posts = _held_posts((place.parent_id or 0 for _, _, place in places if place), REVIEWING_ROLES)
    written = written_words()
    for row, came_in, place in places:
        if place is not None and place.parent_id:
            yield _above_reviewer(row, came_in, place, posts.get(place.parent_id, []), written)


def _sent_values(row: QuarterlyReturn, came_in: date) -> dict[str, str]:
    return {"单位": row.unit.name, "期间": str(row.period), "报送日": long_date(came_in)}


def _to_reviewer(
    row: QuarterlyReturn, came_in: date, step: int, post_ids: Sequence[int], written: Written
) -> Reminder:
    stage = "waiting" if step == REVIEW_STEPS[0] else "waiting5"
    title, body = said(written, REVIEW_WAITING, stage, _sent_values(row, came_in))
    return Reminder(
        subject_kind=QuarterlyReturn._meta.label_lower,
        subject_id=row.pk,
        # Each submission waits for itself.
        stage=f"{stage}@{came_in:%Y%m%d}",
        post_ids=post_ids,
        title=title,
        body=body,
        url=row.get_absolute_url(),
    )


def _above_reviewer(
    row: QuarterlyReturn, came_in: date, place: Unit, post_ids: Sequence[int], written: Written
) -> Reminder:
    values = {**_sent_values(row, came_in), "审核单位": place.name}
    title, body = said(written, REVIEW_OVERDUE, "above", values)
    return Reminder(
        subject_kind=QuarterlyReturn._meta.label_lower,
        subject_id=row.pk,
        stage=f"above@{came_in:%Y%m%d}",
        post_ids=post_ids,
        title=title,
        body=body,
        url=row.get_absolute_url(),
    )


def _may_review(actor: Actor, subject_id: int) -> bool:
    rows = QuarterlyReturn.objects.filter(pk=subject_id).select_related("unit", "review_place")
    row = rows.first()
    return row is not None and actor.may(REVIEW_RETURN, at=row.review_unit)


def _may_oversee(actor: Actor, subject_id: int) -> bool:
    row = QuarterlyReturn.objects.filter(pk=subject_id).select_related("unit").first()
    return row is not None and actor.may(VIEW_ROLLUP, at=row.unit)


# --- targets that wait for their receipt ---------------------------------------------------


def receipts_waiting(day: date) -> Iterator[Reminder]:
    """Units that have not acknowledged five working days after the issue; one notice a unit."""
    rows = list(
        Target.objects.filter(
            Q(proposed_value__isnull=True) | ~Q(proposal_decision=""),
            state=TargetState.ISSUED,
            parent__isnull=False,
            plan__state=PlanState.APPROVED,
            unit__closed_on__isnull=True,
        ).values_list("pk", "unit_id", "unit__name")
    )
    waiting = {pk: unit_id for pk, unit_id, _ in rows}
    names = {unit_id: name for _, unit_id, name in rows}
    corrected = corrections()
    oldest: dict[int, date] = {}
    counts: dict[int, int] = defaultdict(int)
    for target_id, issued_on in _issue_days(waiting).items():
        if working_days_until(issued_on, day, corrected) < RECEIPT_PATIENCE:
            continue
        unit_id = waiting[target_id]
        counts[unit_id] += 1
        oldest[unit_id] = min(oldest.get(unit_id, issued_on), issued_on)
    posts = _held_posts(counts, ("secretary", "superior_office"))
    written = written_words()
    for unit_id in sorted(counts):
        issued_on = oldest[unit_id]
        values = {
            "单位": names.get(unit_id, ""),
            "项数": str(counts[unit_id]),
            "下达日": long_date(issued_on),
        }
        title, body = said(written, RECEIPT_WAITING, "receipt", values)
        yield Reminder(
            subject_kind=Unit._meta.label_lower,
            subject_id=unit_id,
            stage=f"receipt@{issued_on:%Y%m%d}",
            post_ids=posts.get(unit_id, []),
            title=title,
            body=body,
            url=reverse("responsibilities:my_targets"),
        )


def _issue_days(target_ids: Iterable[int]) -> dict[int, date]:
    """When each target was last handed down, as the trail tells."""
    entries = (
        TrailEntry.objects.filter(
            subject_kind=Target._meta.label_lower,
            subject_id__in=list(target_ids),
            action__in=["responsibilities.target.issued", "responsibilities.target.reissued"],
        )
        .order_by()
        .values_list("subject_id")
        .annotate(last=Max(F("at")))
    )
    return {pk: last.astimezone(SHANGHAI).date() for pk, last in entries if pk is not None}


def _may_acknowledge(actor: Actor, subject_id: int) -> bool:
    unit = Unit.objects.filter(pk=subject_id).first()
    return unit is not None and actor.may(ACKNOWLEDGE_TARGET, at=unit)


reminder_rules.register(
    ReminderRule(
        key=RETURN_DUE,
        label="季度报表报送",
        due=returns_due,
        may_see=_may_see_obligation,
        stages=("-10", "-3", "0", "+1", "+5", "superior"),
    )
)
reminder_rules.register(
    ReminderRule(
        key=REVIEW_WAITING,
        label="季度报表审核",
        due=reviews_waiting,
        may_see=_may_review,
        stages=("waiting", "waiting5"),
    )
)
reminder_rules.register(
    ReminderRule(
        key=REVIEW_OVERDUE,
        label="督促下级审核",
        due=reviews_overdue,
        may_see=_may_oversee,
        stages=("above",),
    )
)
reminder_rules.register(
    ReminderRule(
        key=RECEIPT_WAITING,
        label="目标任务签收",
        due=receipts_waiting,
        may_see=_may_acknowledge,
        stages=("receipt",),
    )
)
