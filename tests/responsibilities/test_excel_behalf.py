"""代报: the grid's saving, submission in one go, and the second pair of eyes."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from gongjian.commons.notices.models import Notice
from gongjian.foundation.kernel.errors import NotPermitted
from orgs.imports import workbook_lines
from orgs.models import Appointment
from orgs.queries import actor_of
from responsibilities.models import Obligation, QuarterlyReturn, ReturnUpload
from responsibilities.queries.review import may_review
from responsibilities.services.behalf import (
    demand_other_person,
    is_own_filing,
    readiness_of,
    save_grid,
    submit_many,
)
from responsibilities.services.returns import save_cells, submit_return
from responsibilities.services.review import accept_many, accept_return, send_back_return
from responsibilities.services.uploads import preview_upload
from tests.factories.designer import make_form_with, typed
from tests.factories.orgs import seat
from tests.factories.returns import VALUES, fill, open_quarter, start, submitted
from tests.responsibilities import workbook_files as made


@pytest.fixture
def below(cast) -> list[Obligation]:
    period, _ = open_quarter(cast)
    return list(
        Obligation.objects.filter(period=period, unit__parent=cast.dongfeng)
        .select_related("unit", "form", "period")
        .order_by("unit__path")
    )


def filed_on_behalf(cast, obligation: Obligation) -> QuarterlyReturn:
    fill(start(cast, obligation.unit, obligation.period, cast.township), cast.township)
    submit_many([obligation.pk], actor=cast.township, paper_note="7月3日收到，2号盒")
    return QuarterlyReturn.objects.get(obligation=obligation)


def test_cells_of_many_units_are_saved_by_the_rules_of_each(cast, below):
    village, firm = below
    changes = {village.pk: {"Z203": "12", "Z201": "很多"}, firm.pk: {"Z203": "7"}}

    answer = save_grid(changes, actor=cast.township, base={})

    assert answer.units[village.pk]["saved"]["Z203"]["value"] == "12"
    assert "不是数字" in answer.units[village.pk]["errors"]["Z201"]
    assert answer.units[firm.pk]["saved"]["Z203"]["value"] == "7"
    assert answer.locked == {}


def test_a_unit_submitted_meanwhile_does_not_cost_the_others_their_cells(cast, below):
    village, firm = below
    submitted(cast, cast.hongqi, village.period, cast.secretary)

    answer = save_grid(
        {village.pk: {"Z203": "1"}, firm.pk: {"Z203": "7"}}, actor=cast.township, base={}
    )

    assert "待审核" in answer.locked[village.pk]
    assert answer.units[firm.pk]["saved"]["Z203"]["value"] == "7"


def test_a_cell_the_unit_typed_itself_is_a_conflict_in_the_grid(cast, below):
    village = below[0]
    row = start(cast, cast.hongqi, village.period, cast.secretary)
    save_cells(row, actor=cast.secretary, changes={"Z203": "9"}, base={})

    answer = save_grid(
        {village.pk: {"Z203": "12"}}, actor=cast.township, base={village.pk: {"Z203": ""}}
    )

    assert answer.units[village.pk]["conflicts"]["Z203"]["theirs"] == "9"


@pytest.mark.parametrize("who", ["county", "other_county", "secretary"])
def test_only_the_direct_superior_types_for_a_unit(cast, below, who):
    answer = save_grid({below[0].pk: {"Z203": "12"}}, actor=getattr(cast, who), base={})

    assert "无权" in answer.locked[below[0].pk]
    assert QuarterlyReturn.objects.count() == 0


def test_those_that_are_fine_go_through_and_the_others_are_named(cast, below):
    village, firm = below
    fill(start(cast, cast.hongqi, village.period, cast.township), cast.township)
    fill(start(cast, cast.xinghuo, firm.period, cast.township), cast.township)
    row = QuarterlyReturn.objects.get(obligation=firm)
    save_cells(row, actor=cast.township, changes={"Z203": ""}, base={})

    ready, stopped = readiness_of(below)
    assert ready.is_ready
    assert list(stopped.problems) == ["Z203"]
    done, refused = submit_many([village.pk, firm.pk], actor=cast.township, paper_note="2号盒")

    assert done == ["红旗村"]
    assert refused == ["星火机械公司：还有1栏需要更正或说明。"]
    filed = QuarterlyReturn.objects.get(obligation=village)
    assert (filed.filed_on_behalf, filed.filed_by_id) == (
        cast.township.label,
        cast.township.user_id,
    )
    assert filed.paper_note == "2号盒"


def test_units_without_a_return_or_already_filed_are_named(cast, below):
    village, firm = below
    submitted(cast, cast.hongqi, village.period, cast.secretary)

    first, second = readiness_of(below)
    assert "不需要再报送" in first.message
    assert second.message == "还没有填写。"
    assert submit_many([firm.pk], actor=cast.township) == ([], ["星火机械公司：还没有填写。"])


def test_whoever_filed_for_a_unit_does_not_accept_it(cast, below):
    row = filed_on_behalf(cast, below[0])

    with pytest.raises(NotPermitted, match="由您代报"):
        accept_return(row, actor=cast.township)
    done, refused = accept_many([row.pk], actor=cast.township)
    assert done == 0
    assert "由您代报" in refused[0]
    row.refresh_from_db()
    assert row.state == "submitted"


def test_the_nearest_level_with_somebody_else_accepts_what_was_filed_on_behalf(cast, below):
    row = filed_on_behalf(cast, below[0])
    with pytest.raises(NotPermitted):
        accept_return(row, actor=cast.office)

    accepted = accept_return(row, actor=cast.county)

    assert accepted.state == "accepted"
    assert accepted.reviewed_by == cast.county.label


def test_the_office_decides_where_no_county_could(cast, below):
    Appointment.objects.filter(post_id=cast.county.post_id).update(
        ends_on="2020-01-01", starts_on="2019-01-01"
    )
    row = filed_on_behalf(cast, below[0])

    assert accept_return(row, actor=cast.office).state == "accepted"


def test_the_next_superior_sends_back_what_was_filed_on_behalf(cast, below):
    row = filed_on_behalf(cast, below[0])

    sent = send_back_return(row, actor=cast.county, reason="", remarks={"Z203": "请核对"})

    assert sent.state == "sent_back"


def test_levels_above_do_not_review_what_the_unit_filed_itself(cast, below):
    row = submitted(cast, cast.hongqi, below[0].period, cast.secretary)

    assert not may_review(cast.county, row)
    with pytest.raises(NotPermitted):
        accept_return(row, actor=cast.county)
    assert accept_return(row, actor=cast.township).state == "accepted"


def test_a_neighbouring_branch_does_not_review_a_filing_on_behalf(cast, below):
    row = filed_on_behalf(cast, below[0])

    assert not may_review(cast.other_county, row)
    with pytest.raises(NotPermitted):
        accept_return(row, actor=cast.other_county)


def test_a_colleague_in_another_post_of_the_township_accepts(cast, below):
    colleague = actor_of(
        seat(cast.tenant, cast.dongfeng, "superior_office", "工会主席", "林芳"), cast.tenant
    )
    row = filed_on_behalf(cast, below[0])

    assert accept_return(row, actor=colleague).state == "accepted"


def test_where_nobody_else_could_the_filer_accepts_so_that_work_goes_on(cast, below):
    others = Appointment.objects.filter(post__role__in=["superior_office", "office"])
    others.exclude(user_id=cast.township.user_id).update(
        ends_on="2020-01-01", starts_on="2019-01-01"
    )
    row = filed_on_behalf(cast, below[0])

    assert not is_own_filing(row, cast.township)
    demand_other_person(row, cast.township)
    assert accept_return(row, actor=cast.township).state == "accepted"


def test_a_unit_that_files_again_itself_is_reviewed_as_usual(cast, below):
    row = filed_on_behalf(cast, below[0])
    send_back_return(row, actor=cast.county, reason="请本单位核对", remarks={})
    again = QuarterlyReturn.objects.get(pk=row.pk)
    fill(again, cast.secretary)
    again = submit_return(again, actor=cast.secretary)

    assert (again.filed_by_id, again.filed_on_behalf, again.paper_note) == (None, "", "")
    assert accept_return(again, actor=cast.township).state == "accepted"


def test_the_nearest_other_reviewer_is_told(cast, below):
    filed_on_behalf(cast, below[0])

    told = Notice.objects.filter(rule="responsibilities.return_filed_on_behalf")
    assert [notice.post_id for notice in told] == [cast.county.post_id]


def test_a_value_far_from_the_history_is_explained_in_the_preview(cast, below):
    village = below[0]
    submitted(cast, cast.hongqi, village.period, cast.secretary, Z203=12)
    later, _ = open_quarter(cast, form=village.form, ordinal=4)
    owed = Obligation.objects.select_related("unit", "form", "period").get(
        unit=cast.hongqi, period=later
    )
    row = start(cast, cast.hongqi, later, cast.township)
    changes = {**VALUES, "Z203": "900"}
    save_cells(row, actor=cast.township, changes=changes, base={})

    (found,) = readiness_of([owed])
    assert found.is_ready
    assert list(found.unexplained) == ["Z203"]
    done, refused = submit_many([owed.pk], actor=cast.township)
    assert (done, len(refused)) == ([], 1)
    done, _ = submit_many(
        [owed.pk], actor=cast.township, remarks={owed.pk: {"Z203": "新建园区工会"}}
    )
    assert done == ["红旗村"]
    assert QuarterlyReturn.objects.get(pk=row.pk).remarks == {"Z203": "新建园区工会"}


# --- cells that hold words ------------------------------------------------------------------


@pytest.fixture
def worded(cast) -> list[Obligation]:
    """A form with a figure, a text and a date."""
    rows = [typed("走访户数"), typed("走访情况", value_type="text", unit_label=""),
            typed("走访日期", value_type="date", unit_label="")]  # fmt: skip
    form = make_form_with(cast, rows=rows)
    period, _ = open_quarter(cast, form=form)
    return list(
        Obligation.objects.filter(period=period, unit__parent=cast.dongfeng)
        .select_related("unit", "form", "period")
        .order_by("unit__path")
    )


def test_words_are_typed_in_the_grid_by_the_rules_of_the_sheet(cast, worded, sign_in):
    village, firm = worded
    answer = save_grid(
        {village.pk: {"C01": "3", "C02": "入户三家", "C03": "2026年7月5日"},
         firm.pk: {"C02": "长" * 501, "C03": "七月"}},
        actor=cast.township,
        base={},
    )  # fmt: skip
    saved = answer.units[village.pk]["saved"]
    assert {code: cell["value"] for code, cell in saved.items()} == {
        "C01": "3", "C02": "入户三家", "C03": "2026-07-05",
    }  # fmt: skip
    assert set(answer.units[firm.pk]["errors"]) == {"C02", "C03"}

    page = sign_in(cast.township).get(reverse("responsibilities:behalf_grid")).content.decode()
    assert 'value="入户三家"' in page
    assert 'data-most="500"' in page
    assert "主要做法" not in page


def test_words_go_out_in_the_workbook_and_come_back(cast, worded, sign_in):
    village, _ = worded
    save_grid({village.pk: {"C01": "3", "C02": "入户三家"}}, actor=cast.township, base={})
    client = sign_in(cast.township)
    content = client.get(reverse("responsibilities:behalf_workbook")).content
    lines = list(workbook_lines(content))
    head = next(line for line in lines if "C02" in line)
    row = next(line for line in lines if village.unit.code in line)
    column = list(head).index("C02")
    assert row[column] == "入户三家"

    place = f"{'ABCDEFG'[column]}{lines.index(row) + 1}"
    changed = made.repacked(content, made.text(place, "入户五家，走访两家企业"))
    file = SimpleUploadedFile("代报.xlsx", changed)
    client.post(reverse("responsibilities:behalf_workbook_upload"), {"file": file})
    preview = preview_upload(ReturnUpload.objects.get())
    assert [(line.change.code, line.change.text) for line in preview.changes] == [
        ("C02", "入户五家，走访两家企业")
    ]
