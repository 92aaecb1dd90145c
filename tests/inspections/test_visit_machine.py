"""The life of a visit under random acts, against a plain model of what should have happened."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from gongjian.commons.questionnaires.scoring import Given
from gongjian.foundation.audit.trail import history_of
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError
from inspections.models import Visit
from inspections.services.inspecting import (
    Bundle,
    confirm_there,
    confirm_visit,
    save_bundle,
    sign_visit,
    start_visit,
    take_signature_back,
)
from inspections.services.rectifying import issue_notice
from inspections.services.visiting import cancel_visit, close_visit, move_visit
from tests.factories.inspections import arranged, finding_item, inspector

TEAM = ("office", "inspector")
PEOPLE = (*TEAM, "secretary", "county")


def machine_for(cast) -> type[RuleBasedStateMachine]:
    class Life(RuleBasedStateMachine):
        """``findings`` says what became of each, ``says`` what the first question was answered."""

        def __init__(self) -> None:
            super().__init__()
            self.point = transaction.atomic()
            self.point.__enter__()
            visit = arranged(cast)
            self.pk = visit.pk
            self.first, self.second = (item.pk for item in visit.version.questions.all())
            self.people = {name: getattr(cast, name, None) for name in PEOPLE}
            self.people["inspector"] = inspector(cast)
            self.state, self.is_today = "planned", True
            self.says, self.conclusion = "", ""
            self.items: dict[str, dict] = {}
            self.findings: dict[str, str] = {}
            self.acts = 0

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.point.__exit__(None, None, None)

        def fresh(self) -> Visit:
            return Visit.objects.select_related("unit", "organizer", "sheet", "version").get(
                pk=self.pk
            )

        def attempt(self, act, *, works: bool) -> bool:
            """It does, or it is refused with a reason and nothing has changed."""
            if works:
                act()
                self.acts += 1
            else:
                with pytest.raises(DomainError) as refused, transaction.atomic():
                    act()
                assert str(refused.value)
            return works

        def send(self, who: str, bundle: Bundle) -> bool:
            return self.attempt(
                lambda: save_bundle(self.fresh(), actor=self.people[who], bundle=bundle),
                works=self.state == "under_way" and who in TEAM,
            )

        @initialize(stage=st.integers(0, 5))
        def begin(self, stage: int) -> None:
            """Half of the lives begin late, so that the end of them is lived as often."""
            steps = (
                (lambda: self.start("office"),),
                (lambda: self.answer("inspector", "no"), lambda: self.note("office", linked=True)),
                (lambda: self.sign("office"),),
                (self.order_rectification,),
                (lambda: self.confirm("secretary"),),
            )
            for step in itertools.chain(*steps[:stage]):
                step()

        @rule(later=st.booleans())
        def move(self, later: bool) -> None:
            day = today() + timedelta(days=1) if later else today()
            # The plan is for the year; its last day has no tomorrow.
            if day.year == today().year and self.attempt(
                lambda: move_visit(self.fresh(), actor=cast.office, starts_on=day, ends_on=day),
                works=self.state == "planned",
            ):
                self.is_today = not later

        @rule(who=st.sampled_from(PEOPLE))
        def start(self, who: str) -> None:
            works = self.state == "planned" and self.is_today and who in TEAM
            if self.attempt(lambda: start_visit(self.fresh(), actor=self.people[who]), works=works):
                self.state = "under_way"

        @rule(who=st.sampled_from(PEOPLE), says=st.sampled_from(["yes", "no"]))
        def answer(self, who: str, says: str) -> None:
            bundle = Bundle(
                answers={self.first: Given(says), self.second: Given("3")},
                base={self.first: Given(self.says), self.second: Given("3" if self.says else "")},
            )
            if self.send(who, bundle):
                self.says = says

        @rule(who=st.sampled_from(TEAM), linked=st.booleans())
        def note(self, who: str, linked: bool) -> None:
            item = finding_item(self.first if linked else None)
            if len(self.findings) < 3 and self.send(who, Bundle(findings=[item])):
                self.items[item["key"]] = item
                self.findings[item["key"]] = "noted"

        @rule(how=st.sampled_from(["solve", "open", "remove"]))
        def change(self, how: str) -> None:
            key = next(iter(self.findings), "")
            if not key:
                return
            words = {
                "solve": {"solved_there": "当场补齐"}, "open": {"solved_there": ""},
                "remove": {"removed": True},
            }[how]  # fmt: skip
            if not self.send("office", Bundle(findings=[{**self.items[key], **words}])):
                return
            if how == "remove":
                del self.findings[key], self.items[key]
            else:
                self.findings[key] = "solved" if how == "solve" else "noted"

        @rule()
        def conclude(self) -> None:
            remarks, base = {"conclusion": "总体较好。"}, {"conclusion": self.conclusion}
            if self.send("office", Bundle(remarks=remarks, remark_base=base)):
                self.conclusion = "总体较好。"

        @rule(who=st.sampled_from(PEOPLE))
        def sign(self, who: str) -> None:
            linked = any(item["question"] == self.first for item in self.items.values())
            whole = self.says == "yes" or (self.says == "no" and linked)
            works = self.state == "under_way" and who == "office" and whole
            if self.attempt(lambda: sign_visit(self.fresh(), actor=self.people[who]), works=works):
                self.state = "signed"

        @rule(who=st.sampled_from(PEOPLE))
        def take_back(self, who: str) -> None:
            works = (
                self.state == "signed"
                and who == "office"
                and "notified" not in self.findings.values()
            )
            if self.attempt(
                lambda: take_signature_back(
                    self.fresh(), actor=self.people[who], reason="漏记一项。"
                ),
                works=works,
            ):
                self.state = "under_way"

        @rule(who=st.sampled_from(PEOPLE))
        def confirm(self, who: str) -> None:
            works = self.state == "signed" and who == "secretary"
            if self.attempt(
                lambda: confirm_visit(self.fresh(), actor=self.people[who], opinion="情况属实。"),
                works=works,
            ):
                self.state = "confirmed"

        @rule(who=st.sampled_from(PEOPLE))
        def confirm_in_the_room(self, who: str) -> None:
            works = self.state == "signed" and who in TEAM
            if self.attempt(
                lambda: confirm_there(
                    self.fresh(), actor=self.people[who], name="王立", duty="书记", opinion=""
                ),
                works=works,
            ):
                self.state = "confirmed"

        @rule()
        def order_rectification(self) -> None:
            visit = self.fresh()
            open_ones = visit.findings.filter(state="noted")
            works = self.state in {"signed", "confirmed"} and "noted" in self.findings.values()
            if self.attempt(
                lambda: issue_notice(
                    visit, actor=cast.office, findings=open_ones,
                    due_on=today() + timedelta(days=20),
                ),
                works=works,
            ):  # fmt: skip
                for key, state in self.findings.items():
                    self.findings[key] = "notified" if state == "noted" else state

        @rule()
        def close(self) -> None:
            said = bool(self.findings) or bool(self.conclusion)
            works = self.state == "confirmed" and "noted" not in self.findings.values() and said
            if self.attempt(lambda: close_visit(self.fresh(), actor=cast.office), works=works):
                self.state = "closed"

        @rule(who=st.sampled_from(["secretary", "office"]))
        def cancel(self, who: str) -> None:
            # Seldom while it could still begin, or most lives would end here.
            if self.state == "planned" and self.is_today:
                return
            works = self.state == "planned" and who == "office"
            if self.attempt(
                lambda: cancel_visit(self.fresh(), actor=self.people[who], reason="合并督查。"),
                works=works,
            ):
                self.state = "cancelled"

        @invariant()
        def it_is_where_the_model_is(self) -> None:
            visit = self.fresh()
            assert visit.state == self.state
            assert visit.conclusion == self.conclusion
            known = dict(visit.findings.values_list("client_key", "state"))
            assert {str(key): state for key, state in known.items()} == self.findings

        @invariant()
        def both_sides_stand_under_what_was_confirmed(self) -> None:
            visit = self.fresh()
            assert bool(visit.signed_by) == (self.state in {"signed", "confirmed", "closed"})
            assert bool(visit.confirmed_by) == (self.state in {"confirmed", "closed"})

        @invariant()
        def nothing_of_the_story_is_lost(self) -> None:
            steps = {"planned": 0, "cancelled": 1, "under_way": 1, "signed": 2, "confirmed": 3}
            assert history_of(self.fresh()).count() > steps.get(self.state, 4)

    return Life


def test_the_life_of_a_visit_equals_the_plain_model(cast):
    run_machine(
        machine_for(cast),
        settings=settings(
            max_examples=12,
            stateful_step_count=18,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
