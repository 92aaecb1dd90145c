"""The life of a return, walked at random by several people and held to a plain model."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict
from responsibilities.models import Consolidation, QuarterlyReturn
from responsibilities.services.joint import take_back_signature
from responsibilities.services.returns import (
    editable_codes,
    save_cells,
    submit_return,
    withdraw_return,
)
from responsibilities.services.review import (
    accept_return,
    mark_seen,
    send_back_consolidation,
    send_back_return,
    submit_consolidation,
)
from responsibilities.services.review_turns import (
    escalate_return,
    hand_down_return,
    unaccept_return,
)
from tests.factories.joint import make_rule
from tests.factories.returns import fill, open_quarter, start

PEOPLE = ("secretary", "township", "county", "office", "neighbour", "other_county")


def life_of(cast, union: Actor | None = None) -> type[RuleBasedStateMachine]:
    """With ``union`` the township signs jointly: Party and union, neither accepts alone."""
    people = {name: getattr(cast, name) for name in PEOPLE} | ({"union": union} if union else {})
    places = {"union": "township"}
    period, form = open_quarter(cast)
    row = fill(start(cast, cast.hongqi, period, cast.secretary), cast.secretary)

    class Life(RuleBasedStateMachine):
        """State, seen, judge, filer, pins and what was handed up are all there is to know."""

        def __init__(self) -> None:
            super().__init__()
            self.savepoint = transaction.savepoint()
            self.state, self.seen, self.judge = "draft", False, "township"
            self.correction, self.handed_up = False, False
            self.filer = ""
            self.pins: set[str] = set()
            self.signed: set[str] = set()

        def teardown(self) -> None:
            transaction.savepoint_rollback(self.savepoint)

        def attempt(self, act: Callable[[], object], *, allowed: bool, permitted: bool) -> bool:
            """Act, and demand a success or the refusal that the model foretells."""
            refused: DomainError | None = None
            try:
                with transaction.atomic():
                    act()
            except DomainError as error:
                refused = error
            assert (refused is None) == (allowed and permitted), refused
            if refused is not None:
                assert refused.message
                assert permitted or isinstance(refused, (NotPermitted, StateConflict))
            return refused is None

        def now(self) -> QuarterlyReturn:
            return QuarterlyReturn.objects.get(pk=row.pk)

        @rule(who=st.sampled_from(sorted(people)))
        def submit(self, who: str) -> None:
            # The township may file on behalf, as the direct superior.
            done = self.attempt(
                lambda: submit_return(self.now(), actor=people[who]),
                allowed=self.state in {"draft", "sent_back"},
                permitted=who in {"secretary", "township", "union"},
            )
            if done:
                self.correction = self.state == "sent_back" and bool(self.pins)
                self.state, self.seen = "submitted", False
                # What the township filed the next level decides; what the unit
                # files itself goes the usual way again.
                if places.get(who, who) == "township":
                    # Both reviewers of the township may file; the other one then decides.
                    self.judge = "township" if union else "county"
                elif self.filer:
                    self.judge = "township"
                self.filer = who if places.get(who, who) == "township" else ""

        @rule(who=st.sampled_from(sorted(people)))
        def withdraw(self, who: str) -> None:
            done = self.attempt(
                lambda: withdraw_return(self.now(), actor=people[who]),
                allowed=self.state == "submitted" and not self.seen,
                permitted=who == "secretary",
            )
            if done:
                self.state = "sent_back" if self.correction else "draft"
                if not self.correction:
                    self.pins = set()

        @rule(who=st.sampled_from(sorted(people)))
        def look(self, who: str) -> None:
            mark_seen(self.now(), actor=people[who])
            if self.state == "submitted" and places.get(who, who) == self.judge:
                self.seen = True

        @rule(who=st.sampled_from(sorted(people)), cells=st.sets(st.sampled_from(["Z201", "Z203"])))
        def send_back(self, who: str, cells: set[str]) -> None:
            done = self.attempt(
                lambda: send_back_return(
                    self.now(),
                    actor=people[who],
                    reason="请核对",
                    remarks=dict.fromkeys(cells, "请核对"),
                ),
                allowed=self.state == "submitted",
                permitted=places.get(who, who) == self.judge,
            )
            if done:
                self.state, self.pins, self.signed = "sent_back", set(cells), set()

        @rule(who=st.sampled_from(sorted(people)))
        def accept(self, who: str) -> None:
            jointly = union is not None and self.judge == "township"
            if self.attempt(
                lambda: accept_return(self.now(), actor=people[who]),
                allowed=self.state == "submitted" and not (jointly and who in self.signed),
                permitted=places.get(who, who) == self.judge and who != self.filer,
            ):
                self.signed |= {who}
                if jointly:
                    self.seen = True
                if not jointly or len(self.signed) == 2:
                    self.state = "accepted"

        @rule(who=st.sampled_from(sorted(people)))
        def unaccept(self, who: str) -> None:
            if self.attempt(
                lambda: unaccept_return(self.now(), actor=people[who], reason="有误"),
                allowed=self.state == "accepted" and not self.handed_up,
                permitted=places.get(who, who) == self.judge,
            ):
                self.state, self.seen, self.signed = "submitted", True, set()

        @precondition(lambda self: union is not None)
        @rule(who=st.sampled_from(sorted(people)))
        def take_back(self, who: str) -> None:
            if self.attempt(
                lambda: take_back_signature(self.now(), actor=people[who]),
                allowed=self.state == "submitted" and who in self.signed,
                permitted=places.get(who, who) == self.judge,
            ):
                self.signed -= {who}

        @rule(who=st.sampled_from(sorted(people)))
        def escalate(self, who: str) -> None:
            above = {"township": "county", "county": "office"}
            if self.attempt(
                lambda: escalate_return(self.now(), actor=people[who], reason="有争议"),
                allowed=self.state == "submitted" and self.judge in above,
                permitted=places.get(who, who) == self.judge,
            ):
                self.judge, self.seen, self.signed = above[self.judge], True, set()

        @rule(who=st.sampled_from(sorted(people)))
        def hand_down(self, who: str) -> None:
            if self.attempt(
                lambda: hand_down_return(self.now(), actor=people[who], reason="照办"),
                allowed=self.state == "submitted" and self.judge != "township",
                permitted=places.get(who, who) == self.judge,
            ):
                self.judge, self.signed = "township", set()

        @rule()
        def hand_up_totals(self) -> None:
            if self.attempt(
                lambda: submit_consolidation(
                    cast.dongfeng, period=period, form=form, actor=cast.township
                ),
                allowed=self.state == "accepted",
                permitted=True,
            ):
                self.handed_up = True

        @precondition(lambda self: self.handed_up)
        @rule()
        def send_totals_back(self) -> None:
            held = Consolidation.objects.get(unit=cast.dongfeng, period=period)
            send_back_consolidation(held, actor=cast.county, reason="请核对")
            self.handed_up = False

        @rule(code=st.sampled_from(["Z201", "Z203", "Z602"]))
        def correct(self, code: str) -> None:
            """Typing is taken in open cells alone: all of a draft, else the pinned ones."""
            open_now = self.state == "draft" or (
                self.state == "sent_back" and (not self.pins or code in self.pins)
            )
            current = self.now()
            slot = next(cell.slot for cell in form.layout() if cell.code == code)
            typed = str(current.values[slot])
            try:
                answer = save_cells(current, actor=cast.secretary, changes={code: typed}, base={})
                saved = code in answer.saved
            except StateConflict:
                saved = False
            assert saved == open_now

        @invariant()
        def agrees(self) -> None:
            current = self.now()
            assert current.state == self.state
            assert (current.accepted_at is not None) == (self.state == "accepted")
            if union and self.state == "submitted":
                live = current.signatures.filter(voided_at=None)
                posts = {people[who].post_id for who in self.signed}
                assert set(live.values_list("post_id", flat=True)) == posts
            if self.state == "submitted":
                assert (current.seen_at is not None) == self.seen
            if self.state in {"submitted", "accepted"}:
                assert editable_codes(current) == set()

    return Life


@pytest.mark.parametrize("jointly", [False, True])
def test_no_walk_through_a_life_leaves_the_model(cast, jointly):
    union = make_rule(cast) if jointly else None
    run_state_machine_as_test(
        life_of(cast, union),
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
