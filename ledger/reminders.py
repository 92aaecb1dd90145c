"""What the ledger reminds of: foundings, ends of terms and restructurings, on their days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from gongjian.commons.notices.shelf import Reminder, ReminderRule, reminder_rules
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date
from ledger.authority import EDIT_ENTRY
from ledger.models import Founding, Restructuring, Term
from ledger.queries.entries import rules
from ledger.queries.foundings import ending_terms, running_foundings, running_restructurings
from orgs.enums import Role
from orgs.models import Post

WRITERS = (Role.SECRETARY, Role.UNION_CHAIR, Role.SUPERIOR_OFFICE)
#: Days before the day; the last one passed is the one that is sent.
FOUNDING_STEPS = (7, 0, -1)
TERM_STEPS = (90, 30, 0, -1)
CLOCK_STEPS = (60, 30, 0, -1)


def stage_of(day: date, due_on: date, steps: Iterable[int]) -> str:
    """The last step passed, "" before the first."""
    left = (due_on - day).days
    passed = [step for step in steps if left <= step]
    return f"{-passed[-1]:+d}" if passed else ""


def _posts(unit_ids: Iterable[int]) -> dict[int, list[int]]:
    posts: dict[int, list[int]] = {}
    for post_id, unit_id in (
        Post.objects.filter(unit__in=set(unit_ids), role__in=WRITERS)
        .order_by("pk")
        .values_list("pk", "unit_id")
    ):
        posts.setdefault(unit_id, []).append(post_id)
    return posts


def _remind(
    day: date, rows: list[Any], steps: tuple[int, ...], unit_of: Callable[[Any], Any],
    words: Callable[[Any], tuple[str, str]],
) -> Iterator[Reminder]:  # fmt: skip
    posts = _posts(unit_of(row).pk for row in rows)
    for row in rows:
        stage = stage_of(day, row.due_on, steps)
        receivers = posts.get(unit_of(row).pk, [])
        if not stage or not receivers:
            continue
        title, body = words(row)
        # The deadline is part of the stage: each stretch of the way is reminded of anew.
        yield Reminder(
            subject_kind=row._meta.label_lower,
            subject_id=row.pk,
            stage=f"{row.due_on:%y%m%d}{stage}",
            post_ids=receivers,
            title=title[:120],
            body=body,
            url=row.get_absolute_url(),
            deadline=row.due_on,
        )


def foundings_due(day: date) -> Iterator[Reminder]:
    rows = list(running_foundings().filter(due_on__lte=day + timedelta(days=FOUNDING_STEPS[0])))
    yield from _remind(
        day,
        rows,
        FOUNDING_STEPS,
        lambda row: row.entry.unit,
        lambda row: (
            f"{row.get_state_display()}{'已超期' if row.due_on < day else '将到期'}：{row}",
            f"本步期限{long_date(row.due_on)}。请办理下一步，或填写障碍；不具备条件的请说明理由。",
        ),
    )


def terms_ending(day: date) -> Iterator[Reminder]:
    notice = rules().term_notice_days
    steps = (notice, *(step for step in TERM_STEPS if step < notice))
    yield from _remind(
        day,
        list(ending_terms(day, notice)),
        steps,
        lambda row: row.body.unit,
        lambda row: (
            f"{'届满未换届' if row.due_on < day else '准备换届'}：{row.body}",
            f"第{row.number}届{long_date(row.due_on)}届满。请按程序换届，换届后登记新一届。",
        ),
    )


def restructurings_due(day: date) -> Iterator[Reminder]:
    rows = list(running_restructurings().filter(due_on__lte=day + timedelta(days=CLOCK_STEPS[0])))
    yield from _remind(
        day,
        rows,
        CLOCK_STEPS,
        lambda row: row.entry.unit,
        lambda row: (
            f"改制后双建健全{'已超期' if row.due_on < day else '将到期'}：{row.entry}",
            f"{long_date(row.due_on)}前，党组织和工会都要健全。",
        ),
    )


def may_see_founding(actor: Actor, pk: int) -> bool:
    return Founding.objects.within(actor.scope(EDIT_ENTRY)).filter(pk=pk).exists()


def may_see_term(actor: Actor, pk: int) -> bool:
    return Term.objects.within(actor.scope(EDIT_ENTRY)).filter(pk=pk).exists()


def may_see_restructuring(actor: Actor, pk: int) -> bool:
    return Restructuring.objects.within(actor.scope(EDIT_ENTRY)).filter(pk=pk).exists()


reminder_rules.register(
    ReminderRule(
        "ledger.foundings_due",
        "组建事项提醒",
        foundings_due,
        may_see=may_see_founding,
        stages=("到期前7天", "当天", "超期"),
    )
)
reminder_rules.register(
    ReminderRule(
        "ledger.terms_ending",
        "换届提醒",
        terms_ending,
        may_see=may_see_term,
        stages=("届满前90天", "前30天", "当天", "超期"),
    )
)
reminder_rules.register(
    ReminderRule(
        "ledger.restructurings_due",
        "改制健全提醒",
        restructurings_due,
        may_see=may_see_restructuring,
        stages=("到期前60天", "前30天", "当天", "超期"),
    )
)
