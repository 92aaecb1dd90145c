"""The life of a meeting under random acts, against a plain model of what should have happened."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from gongjian.commons.documents.services import issue_document, sign_off_document
from gongjian.commons.follow_ups.models import FollowUp
from gongjian.commons.rolls.enums import Attendance
from gongjian.foundation.audit.trail import history_of
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError
from meetings.models import AgendaItem, Meeting
from meetings.services.agenda import propose_item, vet_item
from meetings.services.convening import (
    answer_notice,
    call_for_items,
    cancel_meeting,
    roll_of,
    send_notice,
)
from meetings.services.sitting import (
    close_meeting,
    distribute_minutes,
    draft_minutes,
    keep_record,
    open_meeting,
    resolve,
    settle_item,
)
from tests.factories import meetings as made

BEFORE = {"planned", "calling", "noticed"}


def machine_for(cast) -> type[RuleBasedStateMachine]:
    class Life(RuleBasedStateMachine):
        """``items`` says what became of each; ``minutes`` how far the paper is."""

        def __init__(self) -> None:
            super().__init__()
            self.point = transaction.atomic()
            self.point.__enter__()
            self.pk = made.planned(cast).pk
            self.state, self.minutes = "planned", "none"
            self.items: dict[int, str] = {}
            self.records: dict[int, tuple[str, int]] = {}
            self.resolutions, self.acts = 0, 0
            self.is_called = False
            self.reply = "pending"

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.point.__exit__(None, None, None)

        def fresh(self) -> Meeting:
            return Meeting.objects.select_related("series", "unit", "document").get(pk=self.pk)

        def item(self, state: str) -> AgendaItem | None:
            found = [pk for pk, known in self.items.items() if known == state]
            return AgendaItem.objects.get(pk=found[0]) if found else None

        def attempt(self, act, *, works: bool) -> object:
            """It does, or it is refused with a reason and nothing has changed."""
            if works:
                self.acts += 1
                return act()
            with pytest.raises(DomainError) as refused, transaction.atomic():
                act()
            assert str(refused.value)
            return None

        @initialize(stage=st.integers(0, 6))
        def begin(self, stage: int) -> None:
            """Half of the lives begin late, so that the end of them is lived as often."""
            steps = (
                (self.call, lambda: self.propose("office"), lambda: self.propose("secretary"),
                 lambda: self.vet("accept"), lambda: self.vet("write")),
                (self.notice, lambda: self.answer("leave")),
                (self.open,),
                (self.call_roll, lambda: self.settle("discuss"), self.close),
                (self.draft,),
                (self.issue,),
            )  # fmt: skip
            for step in itertools.chain(*steps[:stage]):
                step()

        @rule()
        def call(self) -> None:
            def act() -> None:
                call_for_items(self.fresh(), actor=cast.office, due_on=today())

            works = self.state == "planned"
            self.attempt(act, works=works)
            if works:
                self.state = "calling"

        @rule(who=st.sampled_from(["office", "secretary", "neighbour"]))
        def propose(self, who: str) -> None:
            actor = getattr(cast, who)
            unit = {"office": cast.city, "secretary": cast.hongqi, "neighbour": cast.xinghuo}[who]
            works = (who == "office" and self.state in BEFORE) or (
                who == "secretary" and self.state == "calling"
            )
            item = self.attempt(
                lambda: propose_item(
                    self.fresh(), actor=actor, unit=unit, values={"title": f"议题{len(self.items)}"}
                ),
                works=works,
            )
            if isinstance(item, AgendaItem):
                self.items[item.pk] = "proposed"

        @rule(verdict=st.sampled_from(["accept", "return", "write"]))
        def vet(self, verdict: str) -> None:
            item = self.item("proposed")
            if item is None:
                return
            works = self.state in BEFORE
            self.attempt(
                lambda: vet_item(item, actor=cast.office, verdict=verdict, reason="请补充材料。"),
                works=works,
            )
            if works:
                after = {"accept": "accepted", "return": "returned", "write": "written"}
                self.items[item.pk] = after[verdict]

        @rule()
        def notice(self) -> None:
            known = self.items.values()
            works = (
                self.state in {"planned", "calling"}
                and "accepted" in known
                and "proposed" not in known
            )
            self.attempt(lambda: send_notice(self.fresh(), actor=cast.office), works=works)
            if works:
                self.state = "noticed"

        @rule(reply=st.sampled_from(["attend", "leave", "substitute"]))
        def answer(self, reply: str) -> None:
            called = self.fresh().invitations.filter(unit=cast.hongqi).first()
            if called is None:
                return
            works = self.state == "noticed"
            self.attempt(
                lambda: answer_notice(
                    called, actor=cast.secretary, reply=reply, reason="外出学习",
                    substitute="赵敏" if reply == "substitute" else "",
                ),
                works=works,
            )  # fmt: skip
            if works:
                self.reply = reply

        @rule()
        def open(self) -> None:
            begun = timezone.now() - timedelta(minutes=5)
            if self.state == "noticed":
                self.attempt(lambda: open_meeting(self.fresh(), actor=cast.office), works=False)
                Meeting.objects.filter(pk=self.pk).update(
                    starts_at=begun, ends_at=begun + timedelta(hours=2)
                )
            self.attempt(
                lambda: open_meeting(self.fresh(), actor=cast.office),
                works=self.state == "noticed",
            )
            if self.state == "noticed":
                self.state = "sitting"

        @rule(
            text=st.sampled_from(["会议听取了汇报。", "会议认为，情况属实。"]), behind=st.booleans()
        )
        def keep(self, text: str, behind: bool) -> None:
            item = self.item("accepted") or self.item("discussed")
            if item is None:
                return
            said, revision = self.records.get(item.pk, ("", 0))
            works = self.state in {"sitting", "held"} and not behind
            base = revision - 1 if behind else revision
            self.attempt(
                lambda: keep_record(item, actor=cast.office, text=text, revision=base),
                works=works,
            )
            if works and said != text:
                self.records[item.pk] = (text, revision + 1)

        @rule(outcome=st.sampled_from(["discuss", "carry"]))
        def settle(self, outcome: str) -> None:
            item = self.item("accepted")
            if item is None:
                return
            has_resolution = item.resolutions.exists()
            works = self.state == "sitting" and not (outcome == "carry" and has_resolution)
            self.attempt(lambda: settle_item(item, actor=cast.office, outcome=outcome), works=works)
            if works:
                self.items[item.pk] = "discussed" if outcome == "discuss" else "carried"

        @rule()
        def make_resolution(self) -> None:
            item = self.item("accepted") or self.item("discussed")
            if item is None:
                return
            works = self.state in {"sitting", "held"} and self.minutes == "none"
            values = {"title": "落实经费", "text": "月底前落实。", "unit": cast.hongqi}
            self.attempt(
                lambda: resolve(
                    item, actor=cast.office, values={**values, "due_on": today() + timedelta(9)}
                ),
                works=works,
            )
            self.resolutions += works

        @rule()
        def call_roll(self) -> None:
            if self.state == "sitting":
                made.called(cast, self.fresh())
                self.is_called = True

        @rule()
        def close(self) -> None:
            works = (
                self.state == "sitting" and self.is_called and "accepted" not in self.items.values()
            )
            self.attempt(lambda: close_meeting(self.fresh(), actor=cast.office), works=works)
            if works:
                self.state = "held"

        @rule()
        def draft(self) -> None:
            works = self.state == "held" and self.minutes == "none"
            self.attempt(lambda: draft_minutes(self.fresh(), actor=cast.office), works=works)
            if works:
                self.minutes = "draft"

        @rule()
        def issue(self) -> None:
            if self.minutes != "draft":
                return
            document = sign_off_document(self.fresh().document, actor=cast.leader)
            issue_document(document, actor=cast.office)
            self.minutes = "issued"

        @rule()
        def distribute(self) -> None:
            works = self.state == "held" and self.minutes == "issued"
            self.attempt(lambda: distribute_minutes(self.fresh(), actor=cast.office), works=works)
            if works:
                self.state = "minuted"

        @rule()
        def cancel(self) -> None:
            # Seldom, or most lives would end here.
            if self.acts < 2 or len(self.items) < 2 or self.state not in BEFORE:
                if self.state not in BEFORE:
                    self.attempt(
                        lambda: cancel_meeting(self.fresh(), actor=cast.office, reason="改期。"),
                        works=False,
                    )
                return
            cancel_meeting(self.fresh(), actor=cast.office, reason="改期。")
            self.state = "cancelled"

        @rule(who=st.sampled_from(["secretary", "county", "neighbour", "leader"]))
        def acts_of_others_are_refused(self, who: str) -> None:
            actor = getattr(cast, who)
            for act in (send_notice, open_meeting, close_meeting, distribute_minutes):
                self.attempt(lambda act=act: act(self.fresh(), actor=actor), works=False)

        @invariant()
        def it_is_where_the_model_is(self) -> None:
            meeting = self.fresh()
            assert meeting.state == self.state
            assert dict(meeting.items.values_list("pk", "state")) == self.items
            assert meeting.resolutions.count() == self.resolutions
            assert (meeting.document_id is None) == (self.minutes == "none")
            kept = {
                pk: (text, revision)
                for pk, text, revision in meeting.items.values_list("pk", "record", "revision")
                if revision
            }
            assert kept == self.records

        @invariant()
        def every_resolution_lives_on(self) -> None:
            matters = FollowUp.objects.filter(source_kind="meetings.meeting", source_id=self.pk)
            assert matters.exclude(state="draft").count() == self.resolutions

        @invariant()
        def the_roll_stands_with_the_notice_and_closes_with_the_sitting(self) -> None:
            roll = roll_of(self.fresh())
            seen = self.state in {"noticed", "sitting", "held", "minuted"}
            if self.state != "cancelled":
                assert (roll is not None) == seen
            if roll is None:
                return
            assert (roll.closed_at is not None) == (self.state in {"held", "minuted"})
            own = roll.members.get(unit=cast.hongqi)
            assert own.substitute == ("赵敏" if self.reply == "substitute" else "")
            if self.state == "sitting" and self.reply == "leave" and not self.is_called:
                assert own.marks.get().attendance == Attendance.LEAVE

        @invariant()
        def units_have_the_minutes_once_they_are_out(self) -> None:
            assert self.fresh().copies.exists() == (self.state == "minuted")

        @invariant()
        def nothing_of_the_story_is_lost(self) -> None:
            steps = {"planned": 0, "calling": 1, "noticed": 1, "cancelled": 1, "sitting": 2}
            assert history_of(self.fresh()).count() > steps.get(self.state, 3)

    return Life


def test_the_life_of_a_meeting_equals_the_plain_model(cast):
    run_machine(
        machine_for(cast),
        settings=settings(
            max_examples=14,
            stateful_step_count=18,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
