"""Two people at once over one visit: committed rows, two connections, one winner."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from gongjian.commons.follow_ups.models import FollowUp
from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, StateConflict
from gongjian.foundation.tenancy.scope import tenant_scope
from inspections.enums import FindingState, VisitState, WaveState
from inspections.models import RectificationNotice, Visit
from inspections.services.inspecting import (
    confirm_visit,
    sign_visit,
    start_visit,
    take_signature_back,
)
from inspections.services.planning import approve_plan, draw_up_plan, put_line, submit_plan
from inspections.services.rectifying import issue_notice
from inspections.services.visiting import merge_into
from inspections.services.waves import arrange_wave
from tests.factories.cast import build_cast
from tests.factories.inspections import arranged, confirmed, filled
from tests.inspections.test_waves import drawn
from tests.together import both


@pytest.fixture
def people(transactional_db):
    with transaction.atomic():
        return build_cast()


def losers(answers: list[object]) -> list[DomainError]:
    return [answer for answer in answers if isinstance(answer, DomainError)]


def steps(visit: Visit, action: str) -> int:
    return TrailEntry.objects.filter(action=action, subject_id=visit.pk).count()


def test_two_leaders_sign_at_once(people):
    """Two windows of the head of the team: one signature, the other is told."""
    with tenant_scope(people.tenant.pk), transaction.atomic():
        visit = filled(people)
    answers = both(
        people,
        lambda: sign_visit(Visit.objects.get(pk=visit.pk), actor=people.office),
        lambda: sign_visit(Visit.objects.get(pk=visit.pk), actor=people.office),
    )
    assert [type(error) for error in losers(answers)] == [StateConflict]
    with tenant_scope(people.tenant.pk), transaction.atomic():
        assert Visit.objects.get().state == VisitState.SIGNED
        assert steps(visit, "inspections.visit.signed") == 1


def test_the_unit_confirms_while_the_leader_takes_the_signature_back(people):
    with tenant_scope(people.tenant.pk), transaction.atomic():
        visit = sign_visit(filled(people), actor=people.office)
    answers = both(
        people,
        lambda: confirm_visit(
            Visit.objects.get(pk=visit.pk), actor=people.secretary, opinion="情况属实。"
        ),
        lambda: take_signature_back(
            Visit.objects.get(pk=visit.pk), actor=people.office, reason="还要补一条"
        ),
    )
    assert [type(error) for error in losers(answers)] == [StateConflict]
    with tenant_scope(people.tenant.pk), transaction.atomic():
        held = Visit.objects.get()
        assert held.state in {VisitState.CONFIRMED, VisitState.UNDER_WAY}
        assert (held.confirmed_at is not None) == (held.state == VisitState.CONFIRMED)


def test_two_issue_the_notice_at_once(people):
    with tenant_scope(people.tenant.pk), transaction.atomic():
        visit = confirmed(people)

    def issue() -> object:
        held = Visit.objects.get(pk=visit.pk)
        return issue_notice(
            held,
            actor=people.office,
            findings=held.findings.all(),
            due_on=today() + timedelta(days=20),
        )

    answers = both(people, issue, issue)
    assert len(losers(answers)) == 1
    with tenant_scope(people.tenant.pk), transaction.atomic():
        notice = RectificationNotice.objects.get()
        finding = visit.findings.get()
        assert (finding.state, finding.notice_id) == (FindingState.NOTIFIED, notice.pk)
        assert FollowUp.objects.filter(source_id=finding.pk).count() == 1


def two_lines(cast):
    """A plan with two items for one unit."""
    year = today().year
    span = {"starts_on": today(), "ends_on": today()}
    plan = draw_up_plan(
        cast.city,
        actor=cast.office,
        values={"year": year, "title": "督查计划", "visit_limit": 2},
    )
    lines = [
        put_line(plan, actor=cast.office, units=[cast.hongqi], values={"topic": topic, **span})
        for topic in ("综合督查", "专项督查")
    ]
    submit_plan(plan, actor=cast.office)
    approve_plan(plan, actor=cast.leader, number="1号")
    for line in lines:
        line.plan.refresh_from_db()
    return lines


def test_a_visit_is_merged_while_it_is_started(people):
    """Merged first, then started, or started and no longer to be merged; never a half of it."""
    with tenant_scope(people.tenant.pk), transaction.atomic():
        first, second = two_lines(people)
        visit = arranged(people, line=first)
    answers = both(
        people,
        lambda: start_visit(Visit.objects.get(pk=visit.pk), actor=people.office),
        lambda: merge_into(Visit.objects.get(pk=visit.pk), actor=people.office, lines=[second]),
    )
    assert not isinstance(answers[0], DomainError)
    with tenant_scope(people.tenant.pk), transaction.atomic():
        held = Visit.objects.get()
        assert held.state == VisitState.UNDER_WAY
        was_merged = held.lines.filter(line=second).exists()
        assert was_merged != isinstance(answers[1], StateConflict)


def test_two_merge_the_same_item_at_once(people):
    with tenant_scope(people.tenant.pk), transaction.atomic():
        first, second = two_lines(people)
        visit = arranged(people, line=first)

    def merge() -> object:
        held = Visit.objects.get(pk=visit.pk)
        return merge_into(held, actor=people.office, lines=[second])

    answers = both(people, merge, merge)
    assert [type(error) for error in losers(answers)] == [FieldErrors]
    with tenant_scope(people.tenant.pk), transaction.atomic():
        assert visit.lines.count() == 2


def test_a_wave_is_arranged_once(people):
    with tenant_scope(people.tenant.pk), transaction.atomic():
        wave = drawn(people)
    answers = both(
        people,
        lambda: arrange_wave(wave, actor=people.office),
        lambda: arrange_wave(wave, actor=people.office),
    )
    assert [type(error) for error in losers(answers)] == [StateConflict]
    with tenant_scope(people.tenant.pk), transaction.atomic():
        wave.refresh_from_db()
        assert wave.state == WaveState.ARRANGED
        assert Visit.objects.count() == 3
