"""The life of a finding under random acts, against a plain model of what should have happened."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.follow_ups.services.assigning import (
    cancel_follow_up,
    hand_over,
    resume_follow_up,
    suspend_follow_up,
)
from gongjian.commons.follow_ups.services.handling import (
    clear_follow_up,
    look_back,
    receive_follow_up,
    reopen_follow_up,
    report_follow_up,
    return_follow_up,
    take_back_report,
)
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError
from inspections.models import Finding
from inspections.queries.findings import figures
from inspections.services.rectifying import dismiss_finding, issue_notice
from tests.factories.inspections import confirmed

#: Act → (states of the matter it starts from, state of the finding after it). The plain model.
LIFE: dict[str, tuple[set[str], str]] = {
    "receive": ({"issued"}, "in_hand"),
    "report": ({"in_hand", "returned"}, "reported"),
    "take_back": ({"reported"}, "in_hand"),
    "return": ({"reported"}, "in_hand"),
    "clear": ({"reported"}, "cleared"),
    "look_back": ({"cleared"}, "looked_back"),
    "reopen": ({"cleared", "looked_back"}, "notified"),
    "cancel": ({"issued", "in_hand", "returned", "suspended"}, "called_off"),
}
MATTER_AFTER = {
    "receive": "in_hand",
    "report": "reported",
    "take_back": "in_hand",
    "return": "returned",
    "clear": "cleared",
    "look_back": "looked_back",
    "reopen": "issued",
    "cancel": "cancelled",
}


def machine_for(cast) -> type[RuleBasedStateMachine]:
    class Life(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.point = transaction.atomic()
            self.point.__enter__()
            self.finding: Finding = confirmed(cast).findings.get()
            self.expected, self.matter, self.recurrences = "noted", "", 0

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.point.__exit__(None, None, None)

        @property
        def follow_up(self) -> FollowUp:
            return FollowUp.objects.select_related("unit", "giver").get(source_id=self.finding.pk)

        def fresh(self) -> Finding:
            return Finding.objects.select_related("visit", "unit").get(pk=self.finding.pk)

        @rule()
        def notify(self) -> None:
            def act() -> None:
                issue_notice(
                    self.finding.visit,
                    actor=cast.office,
                    findings=[self.finding],
                    due_on=today() + timedelta(days=20),
                )

            if self.expected == "noted":
                act()
                self.expected, self.matter = "notified", "issued"
            else:
                with pytest.raises(DomainError):
                    act()

        @precondition(lambda self: self.expected != "noted" or self.recurrences == 0)
        @rule()
        def dismiss(self) -> None:
            if self.expected == "noted":
                # Rarely wanted here: it ends the life, so only its refusal is drawn.
                with pytest.raises(DomainError):
                    dismiss_finding(self.fresh(), actor=cast.office, reason=" ")
                return
            with pytest.raises(DomainError):
                dismiss_finding(self.fresh(), actor=cast.office, reason="不算")

        def do(self, name: str, act) -> None:
            if not self.matter:
                return
            sources, after = LIFE[name]
            if self.matter not in sources:
                with pytest.raises(DomainError):
                    act(self.follow_up)
                return
            act(self.follow_up)
            self.matter, self.expected = MATTER_AFTER[name], after
            if name == "reopen":
                self.recurrences += 1

        @rule()
        def receive(self) -> None:
            self.do("receive", lambda item: receive_follow_up(item, actor=cast.secretary))

        @rule()
        def report(self) -> None:
            self.do(
                "report", lambda item: report_follow_up(item, actor=cast.secretary, result="已改")
            )

        @rule()
        def take_back(self) -> None:
            self.do("take_back", lambda item: take_back_report(item, actor=cast.secretary))

        @rule()
        def send_back(self) -> None:
            self.do("return", lambda item: return_follow_up(item, actor=cast.office, reason="差"))

        @rule()
        def clear(self) -> None:
            self.do("clear", lambda item: clear_follow_up(item, actor=cast.office))

        @rule()
        def look_again(self) -> None:
            self.do("look_back", lambda item: look_back(item, actor=cast.office))

        @rule()
        def relapse(self) -> None:
            later = today() + timedelta(days=9)
            self.do(
                "reopen",
                lambda item: reopen_follow_up(item, actor=cast.office, due_on=later, reason="反弹"),
            )

        @precondition(lambda self: self.recurrences > 0)
        @rule()
        def cancel(self) -> None:
            self.do("cancel", lambda item: cancel_follow_up(item, actor=cast.office, reason="撤"))

        @precondition(lambda self: self.matter in {"issued", "in_hand", "returned"})
        @rule()
        def put_off_and_take_up(self) -> None:
            """Resting changes nothing of the finding; afterwards it is in hand."""
            item = suspend_follow_up(
                self.follow_up, actor=cast.office, until=today() + timedelta(days=3), reason="等"
            )
            assert self.fresh().state == self.expected
            resume_follow_up(item, actor=cast.office)
            self.matter, self.expected = "in_hand", "in_hand"

        @precondition(lambda self: self.matter == "in_hand")
        @rule()
        def hand_on(self) -> None:
            """Another unit starts anew with a receipt."""
            other = cast.dongfeng if self.follow_up.unit != cast.dongfeng else cast.hongqi
            hand_over(
                self.follow_up,
                actor=cast.office,
                unit=other,
                due_on=today() + timedelta(days=9),
                reason="由镇里统筹",
            )
            hand_over(
                self.follow_up,
                actor=cast.office,
                unit=cast.hongqi,
                due_on=today() + timedelta(days=9),
                reason="仍由村里办",
            )
            self.matter, self.expected = "issued", "notified"

        @invariant()
        def the_finding_is_where_the_model_is(self) -> None:
            held = self.fresh()
            assert (held.state, held.recurrence_count) == (self.expected, self.recurrences)
            counted = figures(Finding.objects.filter(pk=held.pk), today())
            assert counted.recurred == (1 if self.recurrences else 0)
            assert counted.cleared == (1 if self.expected in {"cleared", "looked_back"} else 0)

    return Life


def test_a_finding_follows_its_matter_whatever_happens(cast):
    run_machine(
        machine_for(cast),
        settings=settings(
            max_examples=12,
            stateful_step_count=18,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
