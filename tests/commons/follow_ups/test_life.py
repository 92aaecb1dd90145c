"""The life of a matter under random acts, against a plain model of what should have happened."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from gongjian.commons.follow_ups.models import FollowUp, FollowUpExtension
from gongjian.commons.follow_ups.services.assigning import (
    cancel_follow_up,
    resume_follow_up,
    suspend_follow_up,
)
from gongjian.commons.follow_ups.services.handling import (
    ask_extension,
    clear_follow_up,
    decide_extension,
    look_back,
    receive_follow_up,
    reopen_follow_up,
    report_follow_up,
    return_follow_up,
    take_back_report,
)
from gongjian.foundation.audit.trail import history_of
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError
from tests.factories.follow_ups import issued

#: Act → (states it starts from, state after it). The plain model.
LIFE: dict[str, tuple[frozenset[str], str]] = {
    "receive": (frozenset({"issued"}), "in_hand"),
    "report": (frozenset({"in_hand", "returned"}), "reported"),
    "take_back": (frozenset({"reported"}), "in_hand"),
    "return": (frozenset({"reported"}), "returned"),
    "clear": (frozenset({"reported"}), "cleared"),
    "look_back": (frozenset({"cleared"}), "looked_back"),
    "reopen": (frozenset({"cleared", "looked_back"}), "issued"),
    "suspend": (frozenset({"issued", "in_hand", "returned"}), "suspended"),
    "resume": (frozenset({"suspended"}), "in_hand"),
    "cancel": (frozenset({"issued", "in_hand", "returned", "suspended"}), "cancelled"),
}


def machine_for(cast) -> type[RuleBasedStateMachine]:
    class Life(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.point = transaction.atomic()
            self.point.__enter__()
            self.pk = issued(cast).pk
            self.state = "issued"
            self.due: date = self.fresh().due_on
            self.first = self.due
            self.asked: date | None = None
            self.recurrences, self.acts = 0, 0

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.point.__exit__(None, None, None)

        def fresh(self) -> FollowUp:
            return FollowUp.objects.select_related("unit", "giver").get(pk=self.pk)

        def do(self, name: str, act) -> bool:
            sources, after = LIFE[name]
            if self.state not in sources:
                with pytest.raises(DomainError), transaction.atomic():
                    act(self.fresh())
                return False
            act(self.fresh())
            self.state = after
            self.acts += 1
            return True

        @rule()
        def receive(self) -> None:
            self.do("receive", lambda row: receive_follow_up(row, actor=cast.secretary))

        @rule()
        def report(self) -> None:
            if self.do(
                "report", lambda row: report_follow_up(row, actor=cast.secretary, result="已办。")
            ):
                # What was asked for goes with the report.
                self.asked = None

        @rule()
        def take_back(self) -> None:
            self.do("take_back", lambda row: take_back_report(row, actor=cast.secretary))

        @rule()
        def send_back(self) -> None:
            self.do(
                "return", lambda row: return_follow_up(row, actor=cast.office, reason="不合格。")
            )

        @rule()
        def clear(self) -> None:
            self.do("clear", lambda row: clear_follow_up(row, actor=cast.office))

        @rule(who=st.sampled_from(["secretary", "union_chair", "neighbour", "other_county"]))
        def clear_without_being_asked(self, who: str) -> None:
            """Neither the unit itself nor a stranger declares it done, in any state."""
            with pytest.raises(DomainError), transaction.atomic():
                clear_follow_up(self.fresh(), actor=getattr(cast, who))

        @rule()
        def look_again(self) -> None:
            self.do("look_back", lambda row: look_back(row, actor=cast.office))

        @rule(days=st.integers(-2, 20))
        def relapse(self, days: int) -> None:
            later = today() + timedelta(days=days)

            def act(row: FollowUp) -> None:
                reopen_follow_up(row, actor=cast.office, due_on=later, reason="反弹。")

            if days <= 0:
                with pytest.raises(DomainError), transaction.atomic():
                    act(self.fresh())
            elif self.do("reopen", act):
                self.due = self.first = later
                self.recurrences += 1

        @rule()
        def put_off(self) -> None:
            later = today() + timedelta(days=5)
            if self.do(
                "suspend",
                lambda row: suspend_follow_up(row, actor=cast.office, until=later, reason="等款。"),
            ):
                # What was asked for before waits on, or went with it: the database says which.
                self.asked = self.asked if self.waiting() else None

        @rule()
        def take_up(self) -> None:
            self.do("resume", lambda row: resume_follow_up(row, actor=cast.office))

        @rule(days=st.integers(-3, 12))
        def ask(self, days: int) -> None:
            until = self.due + timedelta(days=days)

            def act() -> None:
                ask_extension(
                    self.fresh(), actor=cast.secretary, until=until, reason="材料没有到齐。"
                )

            fits = self.state in {"in_hand", "returned"} and today() <= self.due < until
            if fits and self.asked is None:
                act()
                self.asked = until
            else:
                with pytest.raises(DomainError), transaction.atomic():
                    act()

        @rule(granted=st.booleans())
        def decide(self, granted: bool) -> None:
            row = self.waiting()
            if row is None or self.state not in {"in_hand", "returned"}:
                return
            decide_extension(row, actor=cast.office, granted=granted, reply="知悉。")
            if granted and self.asked is not None:
                self.due = self.asked
            self.asked = None

        @rule()
        def the_day_passes(self) -> None:
            """From now on it is too late to ask for more time."""
            if self.waiting() is None:
                self.due = today() - timedelta(days=1)
                FollowUp.objects.filter(pk=self.pk).update(due_on=self.due)

        def waiting(self) -> FollowUpExtension | None:
            return FollowUpExtension.objects.filter(follow_up=self.pk, state="asked").first()

        @invariant()
        def it_is_where_the_model_is(self) -> None:
            row = self.fresh()
            assert (row.state, row.due_on) == (self.state, self.due)
            assert row.recurrence_count == self.recurrences
            assert (self.waiting() is not None) == (self.asked is not None)

        @invariant()
        def nothing_of_the_story_is_lost(self) -> None:
            assert history_of(self.fresh()).count() >= self.acts

    return Life


def test_a_matter_goes_only_where_the_model_goes(cast):
    run_machine(
        machine_for(cast),
        settings=settings(
            max_examples=20,
            stateful_step_count=60,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_cancelled_matter_stays_cancelled(cast):
    row = cancel_follow_up(issued(cast), actor=cast.office, reason="不再需要。")
    for act in (
        lambda: receive_follow_up(row, actor=cast.secretary),
        lambda: report_follow_up(row, actor=cast.secretary, result="办了。"),
        lambda: clear_follow_up(row, actor=cast.office),
    ):
        with pytest.raises(DomainError):
            act()
