"""The life of a matter under random acts, against a plain model of what should have happened."""

from __future__ import annotations

from dataclasses import replace
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
    hand_over,
    resume_follow_up,
    suspend_follow_up,
)
from gongjian.commons.follow_ups.services.escalating import raise_follow_up
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
from gongjian.foundation.kernel.errors import DomainError, StateConflict
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
    "hand_over": (frozenset({"issued", "in_hand", "returned"}), "issued"),
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
            self.unit, self.level, self.reporter = cast.hongqi, 0, ""
            self.recurrences, self.acts = 0, 0

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.point.__exit__(None, None, None)

        def holder(self):
            """Who acts for the unit that has the matter."""
            return cast.secretary if self.unit == cast.hongqi else cast.township

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
            self.do("receive", lambda row: receive_follow_up(row, actor=self.holder()))

        @rule(who=st.sampled_from(["secretary", "both_hats"]))
        def report(self, who: str) -> None:
            actor = self.holder()
            if who == "both_hats":
                actor = replace(actor, user_id=cast.leader.user_id)
            if self.do("report", lambda row: report_follow_up(row, actor=actor, result="已办。")):
                self.reporter = who
                # What was asked for goes with the report.
                self.asked = None

        @rule()
        def take_back(self) -> None:
            self.do("take_back", lambda row: take_back_report(row, actor=self.holder()))

        @rule()
        def send_back(self) -> None:
            self.do(
                "return", lambda row: return_follow_up(row, actor=cast.office, reason="不合格。")
            )

        @rule()
        def clear(self) -> None:
            self.do("clear", lambda row: clear_follow_up(row, actor=cast.office))

        @rule()
        def verify_ones_own_report_in_another_post(self) -> None:
            """The leader may verify, but not what the same person reported for the village."""
            if self.state != "reported" or self.reporter != "both_hats":
                return
            with (
                pytest.raises(DomainError, match="您本人提交的，须由另一个人核验"),
                transaction.atomic(),
            ):
                clear_follow_up(self.fresh(), actor=cast.leader)

        @rule()
        def second_verifier_comes_late(self) -> None:
            """Who acts on the page he opened before is told who was quicker, and what was done."""
            seen = self.fresh()
            if not self.do("clear", lambda row: clear_follow_up(row, actor=cast.office)):
                return
            with (
                pytest.raises(StateConflict, match=r"现在是“已销号”.*已于.*办理“核验销号”"),
                transaction.atomic(),
            ):
                return_follow_up(seen, actor=cast.leader, reason="不行。")

        @rule(level=st.integers(1, 2))
        def go_up(self, level: int) -> None:
            def act() -> None:
                raise_follow_up(self.fresh(), actor=cast.office, level=level, text="拖延。")

            if self.state in {"issued", "in_hand", "returned"} and level > self.level:
                act()
                self.level = level
            else:
                with pytest.raises(StateConflict), transaction.atomic():
                    act()

        @rule(days=st.integers(-1, 20), to=st.sampled_from(["dongfeng", "hongqi"]))
        def give_to_another(self, days: int, to: str) -> None:
            unit, later = getattr(cast, to), today() + timedelta(days=days)

            def act(row: FollowUp) -> None:
                hand_over(row, actor=cast.office, unit=unit, due_on=later, reason="改交。")

            if days < 0 or unit == self.unit:
                with pytest.raises(DomainError), transaction.atomic():
                    act(self.fresh())
            elif self.do("hand_over", act):
                self.unit, self.due, self.first, self.level = unit, later, later, 0
                self.asked = None

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
                self.level = 0
                self.recurrences += 1

        @rule()
        def put_off(self) -> None:
            later = today() + timedelta(days=5)
            if self.do(
                "suspend",
                lambda row: suspend_follow_up(row, actor=cast.office, until=later, reason="等款。"),
            ):
                # The days it rests are added; what was asked for before is answered by that.
                self.asked = None

        @rule()
        def take_up(self) -> None:
            if self.do("resume", lambda row: resume_follow_up(row, actor=cast.office)):
                self.level = 0

        @rule(days=st.integers(-3, 12))
        def ask(self, days: int) -> None:
            until = self.due + timedelta(days=days)

            def act() -> None:
                ask_extension(
                    self.fresh(), actor=self.holder(), until=until, reason="材料没有到齐。"
                )

            fits = self.state in {"in_hand", "returned"} and today() <= self.due < until
            if fits and self.asked is None:
                act()
                self.asked = until
            else:
                late = self.state in {"in_hand", "returned"} and self.due < today()
                why = "已过，按规定延期须在到期前申请" if late else None
                with pytest.raises(DomainError, match=why), transaction.atomic():
                    act()

        @rule(granted=st.booleans())
        def decide(self, granted: bool) -> None:
            row = self.waiting()
            if row is None or self.state not in {"in_hand", "returned"}:
                return
            decide_extension(row, actor=cast.office, granted=granted, reply="知悉。")
            if granted and self.asked is not None:
                self.due, self.level = self.asked, 0
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
            assert (row.unit, row.escalation) == (self.unit, self.level)
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
