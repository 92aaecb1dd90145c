"""The life of a finding from the visit to the look-back, and what is refused on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gongjian.commons.follow_ups.enums import FollowUpKind, FollowUpState
from gongjian.commons.follow_ups.services.assigning import cancel_follow_up
from gongjian.commons.follow_ups.services.handling import (
    clear_follow_up,
    look_back,
    receive_follow_up,
    reopen_follow_up,
    report_follow_up,
)
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from inspections.enums import FindingState, VisitState
from inspections.models import Finding
from inspections.queries.findings import figures
from inspections.services.inspecting import (
    Bundle,
    confirm_there,
    confirm_visit,
    save_bundle,
    sign_visit,
    take_signature_back,
)
from inspections.services.rectifying import dismiss_finding, issue_notice
from inspections.services.visiting import close_visit
from tests.factories.inspections import (
    confirmed,
    filled,
    finding_item,
    inspector,
    notified,
    plan_line,
)


def state_of(finding: Finding) -> str:
    return Finding.objects.get(pk=finding.pk).state


def cleared(cast, finding: Finding):
    matter = receive_follow_up(finding.follow_up, actor=cast.secretary)
    matter = report_follow_up(matter, actor=cast.secretary, result="已换届，见批复。")
    return clear_follow_up(matter, actor=cast.office, reason="属实")


def test_from_the_notice_to_the_look_back_and_back_again(cast):
    finding = notified(cast)
    assert finding.follow_up.kind == FollowUpKind.RECTIFICATION
    assert finding.notice.number.startswith("整改〔")
    matter = receive_follow_up(finding.follow_up, actor=cast.secretary)
    assert state_of(finding) == FindingState.IN_HAND
    matter = report_follow_up(matter, actor=cast.secretary, result="已换届。")
    assert state_of(finding) == FindingState.REPORTED
    matter = clear_follow_up(matter, actor=cast.office)
    assert state_of(finding) == FindingState.CLEARED
    matter = look_back(matter, actor=cast.office)
    assert state_of(finding) == FindingState.LOOKED_BACK
    reopen_follow_up(matter, actor=cast.office, due_on=today() + timedelta(days=9), reason="又超届")
    finding.refresh_from_db()
    assert (finding.state, finding.recurrence_count) == (FindingState.NOTIFIED, 1)
    counted = figures(Finding.objects.all(), today())
    assert (counted.recurred, counted.cleared_ever, counted.recurrence) == (1, 1, "100.0%")


def test_a_cancelled_matter_calls_the_rectification_off(cast):
    finding = notified(cast)
    cancel_follow_up(finding.follow_up, actor=cast.office, reason="单位撤并")
    assert state_of(finding) == FindingState.CALLED_OFF


def test_only_the_head_of_the_team_signs_and_only_a_whole_checklist(cast):
    visit = filled(cast, findings=[], says="no")
    with pytest.raises(DomainError, match="第1题要记下发现的问题"):
        sign_visit(visit, actor=cast.office)
    first = visit.version.questions.first()
    save_bundle(visit, actor=cast.office, bundle=Bundle(findings=[finding_item(first.pk)]))
    with pytest.raises(DomainError, match="组长陈静签字"):
        sign_visit(visit, actor=inspector(cast))
    visit = sign_visit(visit, actor=cast.office)
    assert visit.sheet.score is not None
    with pytest.raises(StateConflict, match="不能再改"):
        save_bundle(visit, actor=cast.office, bundle=Bundle())
    visit = take_signature_back(visit, actor=cast.office, reason="漏记一条")
    save_bundle(visit, actor=cast.office, bundle=Bundle(findings=[finding_item()]))
    assert visit.findings.count() == 2


def test_the_unit_confirms_for_itself_or_in_the_room(cast):
    visit = sign_visit(filled(cast), actor=cast.office)
    with pytest.raises(NotPermitted):
        confirm_visit(visit, actor=cast.neighbour, opinion="")
    with pytest.raises(FieldErrors):
        confirm_there(visit, actor=cast.office, name="赵春梅", duty=" ", opinion="")
    visit = confirm_there(
        visit, actor=cast.office, name="赵春梅", duty="书记", opinion="第一条已着手"
    )
    assert visit.confirmed_by == "红旗村书记 赵春梅（现场签字）"
    with pytest.raises(StateConflict):
        confirm_visit(visit, actor=cast.secretary, opinion="")


def test_what_was_solved_there_needs_no_notice(cast):
    visit = confirmed(cast, findings=[finding_item(solved_there="当场补齐签字")])
    finding = visit.findings.get()
    assert finding.state == FindingState.SOLVED
    with pytest.raises(StateConflict):
        issue_notice(
            visit, actor=cast.office, findings=[finding], due_on=today() + timedelta(days=5)
        )
    assert close_visit(visit, actor=cast.office).state == VisitState.CLOSED
    assert figures(Finding.objects.all(), today()).solved_there == 1


def test_a_visit_is_closed_when_every_finding_has_its_way(cast):
    visit = confirmed(cast)
    with pytest.raises(DomainError, match="还有1个问题没有处理"):
        close_visit(visit, actor=cast.office)
    finding = visit.findings.get()
    with pytest.raises(DomainError, match="理由"):
        dismiss_finding(finding, actor=cast.office, reason=" ")
    with pytest.raises(NotPermitted):
        dismiss_finding(finding, actor=cast.secretary, reason="不是问题")
    dismiss_finding(finding, actor=cast.office, reason="单位已提供批复")
    assert close_visit(visit, actor=cast.office).state == VisitState.CLOSED


def test_a_finding_goes_out_once(cast):
    finding = notified(cast)
    with pytest.raises(StateConflict):
        issue_notice(
            finding.visit,
            actor=cast.office,
            findings=[finding],
            due_on=today() + timedelta(days=5),
        )


@pytest.mark.parametrize("days", [0, -1])
def test_a_notice_needs_a_day_to_come(cast, days):
    visit = confirmed(cast)
    with pytest.raises(FieldErrors):
        issue_notice(
            visit,
            actor=cast.office,
            findings=visit.findings.all(),
            due_on=today() + timedelta(days=days),
        )


def test_the_county_does_not_order_what_the_city_found_elsewhere(cast):
    visit = confirmed(cast)
    with pytest.raises(NotPermitted):
        issue_notice(
            visit,
            actor=cast.other_county,
            findings=visit.findings.all(),
            due_on=today() + timedelta(days=5),
        )


def test_the_same_question_found_again_is_marked_and_counted(cast):
    line = plan_line(cast, cast.hongqi)
    first = notified(cast, line=line)
    cleared(cast, first)
    again = confirmed(cast, line=line, version=first.visit.version).findings.get()
    assert again.repeats == first
    counted = figures(Finding.objects.all(), today())
    assert (counted.cleared_ever, counted.recurred) == (1, 1)
    assert (counted.due, counted.in_time, counted.punctuality) == (1, 1, "100.0%")


def test_a_promise_becomes_a_matter_of_the_leading_group_itself(cast):
    visit = filled(cast)
    item = {
        "key": "0d5b3a52-4c4f-4a0e-8a57-6d8d7c1f0001",
        "text": "协调活动场地",
        "due_on": str(today() + timedelta(days=30)),
    }
    save_bundle(visit, actor=cast.office, bundle=Bundle(help_items=[item]))
    save_bundle(visit, actor=cast.office, bundle=Bundle(help_items=[item]))
    visit = confirm_visit(sign_visit(visit, actor=cast.office), actor=cast.secretary, opinion="")
    matter = visit.help_items.get().follow_up
    assert (matter.unit, matter.kind, matter.state) == (
        cast.city,
        FollowUpKind.ASSISTANCE,
        FollowUpState.ISSUED,
    )
    assert receive_follow_up(matter, actor=cast.office).state == FollowUpState.IN_HAND
