"""Instructors, what inspections measure, remind of and print."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import pdfplumber
import pytest

from gongjian.commons.documents.shelves import ProducedFile
from gongjian.commons.follow_ups.services.handling import (
    clear_follow_up,
    receive_follow_up,
    report_follow_up,
)
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from inspections.documents import (
    circular_values,
    notice_values,
    produce_circular,
    produce_notice,
    produce_record,
    record_values,
)
from inspections.indicators import CARED, IN_TIME, RECURRED, measure
from inspections.models import Finding
from inspections.queries.instructors import coverage
from inspections.reminders import coming, not_walked, waiting
from inspections.services.circulars import issue_circular, write_circular
from inspections.services.inspecting import sign_visit
from inspections.services.instructing import end_assignment, note_walk, send_instructor
from tests.factories.evidence import attached
from tests.factories.inspections import (
    arranged,
    assignment,
    confirmed,
    filled,
    inspector,
    instructor,
    notified,
)


def walk(cast, held, *, actor=None, days_ago=1, **values):
    return note_walk(
        held,
        actor=actor or cast.office,
        values={"visited_on": today() - timedelta(days=days_ago), "note": "愿意建会", **values},
    )


def this_year() -> tuple[date, date]:
    return date(today().year, 1, 1), date(today().year, 12, 31)


def test_a_unit_has_one_instructor_at_a_time(cast):
    held = assignment(cast)
    with pytest.raises(FieldErrors):
        send_instructor(instructor(cast), actor=cast.office, unit=cast.xinghuo, starts_on=today())
    with pytest.raises(FieldErrors):
        end_assignment(held, actor=cast.office, reason=" ")
    end_assignment(held, actor=cast.office, reason="调离")
    with pytest.raises(StateConflict):
        end_assignment(held, actor=cast.office, reason="调离")
    send_instructor(instructor(cast), actor=cast.office, unit=cast.xinghuo, starts_on=today())


def test_nobody_is_sent_outside_his_term_or_by_a_stranger_to_the_place(cast):
    late = today() + timedelta(days=400)
    with pytest.raises(FieldErrors):
        send_instructor(instructor(cast), actor=cast.office, unit=cast.xinghuo, starts_on=late)
    with pytest.raises(NotPermitted):
        send_instructor(
            instructor(cast), actor=cast.other_county, unit=cast.xinghuo, starts_on=today()
        )


def test_walks_are_written_by_the_instructor_or_his_office_and_not_beforehand(cast):
    held = assignment(cast)
    walk(cast, held)
    walk(cast, held, actor=cast.county)
    with pytest.raises(NotPermitted):
        walk(cast, held, actor=inspector(cast))
    with pytest.raises(FieldErrors):
        walk(cast, held, days_ago=-1)
    with pytest.raises(FieldErrors):
        walk(cast, held, days_ago=300)


def test_coverage_counts_who_was_walked_to(cast):
    scope = cast.office.scope("inspections.view_instructors")
    before = coverage(scope, *this_year())
    assert (before.units, before.cared, before.walked) == (4, 0, 0)
    held = assignment(cast)
    assert coverage(scope, *this_year()).cared == 1
    if (today() - timedelta(days=1)).year == today().year:
        walk(cast, held)
        assert coverage(scope, *this_year()).rate == "25.0%"


def period() -> Period:
    first, last = this_year()
    return Period(
        kind="year", year=first.year, ordinal=1, name="全年", starts_on=first, ends_on=last
    )


def test_a_superior_answers_for_all_below(cast):
    finding = notified(cast)
    finding.follow_up.due_on = today()
    finding.follow_up.save(update_fields=["due_on"])
    units = [cast.qinghe.pk, cast.hongqi.pk, cast.yunshan.pk]
    open_now = {item.unit_id: item for item in measure([IN_TIME], units, period())}
    assert (open_now[cast.hongqi.pk].numerator, open_now[cast.hongqi.pk].denominator) == (0, 1)
    assert open_now[cast.yunshan.pk].value is None
    matter = receive_follow_up(finding.follow_up, actor=cast.secretary)
    clear_follow_up(
        report_follow_up(matter, actor=cast.secretary, result="已改"), actor=cast.office
    )
    done = {item.unit_id: item for item in measure([IN_TIME], units, period())}
    assert done[cast.qinghe.pk].value == Decimal(100)


def test_the_record_tells_what_became_of_a_finding(cast):
    finding = notified(cast)
    matter = receive_follow_up(finding.follow_up, actor=cast.secretary)
    attached(matter, cast.secretary)
    report_follow_up(matter, actor=cast.secretary, result="已按期换届")
    (row,) = record_values(finding.visit)["rectified"]
    assert (row["result"], row["pieces"], row["state"]) == ("已按期换届", "1份", "申请销号")
    with pdfplumber.open(
        io.BytesIO(produced(produce_record({"visit": finding.visit_id})).content)
    ) as pdf:
        text = "".join(page.extract_text() for page in pdf.pages)
    assert "已按期换届" in text
    assert "整改情况" in text


def test_what_came_back_is_measured_of_what_was_ever_cleared(cast):
    def rates() -> dict[int, Decimal | None]:
        units = [cast.qinghe.pk, cast.hongqi.pk, cast.yunshan.pk]
        return {item.unit_id: item.value for item in measure([RECURRED], units, period())}

    matter = receive_follow_up(notified(cast).follow_up, actor=cast.secretary)
    assert set(rates().values()) == {None}
    matter = clear_follow_up(
        report_follow_up(matter, actor=cast.secretary, result="已改"), actor=cast.office
    )
    assert rates() == {cast.qinghe.pk: 0, cast.hongqi.pk: 0, cast.yunshan.pk: None}
    Finding.objects.update(recurrence_count=1)
    assert rates() == {cast.qinghe.pk: 100, cast.hongqi.pk: 100, cast.yunshan.pk: None}


def test_the_instructors_coverage_is_measured_by_place(cast):
    walk(cast, assignment(cast), days_ago=0)
    found = {
        item.unit_id: item.value
        for item in measure([CARED], [cast.dongfeng.pk, cast.yunshan.pk], period())
    }
    assert found == {cast.dongfeng.pk: Decimal(50), cast.yunshan.pk: Decimal(0)}


def test_reminders_of_a_visit_a_signature_and_a_unit_left_alone(cast):
    arranged(cast)
    (reminder,) = coming(today())
    assert set(reminder.post_ids) == {cast.office.post_id, inspector(cast).post_id}
    held = assignment(cast)
    assert [item.subject_id for item in not_walked(today())] == [held.instructor_id]
    walk(cast, held)
    assert list(not_walked(today())) == []


def test_a_signature_waits_three_working_days_before_anybody_is_reminded(cast):
    sign_visit(filled(cast), actor=cast.office)
    assert list(waiting(today())) == []
    (reminder,) = waiting(today() + timedelta(days=14))
    assert cast.secretary.post_id in reminder.post_ids


# --- paper ----------------------------------------------------------------------


def produced(production) -> ProducedFile:
    while True:
        try:
            next(production)
        except StopIteration as end:
            return end.value


def test_the_notice_names_the_problem_its_basis_and_its_day(cast):
    notice = notified(cast).notice
    values = notice_values(notice).as_values()
    assert values["findings"][0]["text"] == "没有按期换届"
    assert values["organ"] == "示范市党工共建领导小组办公室"
    made = produced(produce_notice({"notice": notice.pk}))
    assert made.content.startswith(b"%PDF")


def test_the_record_bears_both_names(cast):
    visit = confirmed(cast)
    values = record_values(visit)
    assert "陈静" in values["signed"]
    assert "赵春梅" in values["confirmed"]
    assert produced(produce_record({"visit": visit.pk})).content.startswith(b"%PDF")


def test_the_circular_prints_its_table(cast):
    notified(cast)
    circular = write_circular(
        cast.city,
        actor=cast.office,
        values={"title": "督查通报", "starts_on": today(), "ends_on": today(), "opening": "好。"},
    )
    with pytest.raises(NotPermitted):
        issue_circular(circular, actor=cast.secretary)
    circular = issue_circular(circular, actor=cast.office)
    values = circular_values(circular)
    assert "共督查1个单位，发现问题1个" in values["sentence"]
    assert produced(produce_circular({"circular": circular.pk})).content.startswith(b"%PDF")
