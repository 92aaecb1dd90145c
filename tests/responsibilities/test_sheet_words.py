"""Cells that hold words: kept beside the figures, never summed, through every way in and out."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongjian.foundation.kernel.errors import FieldErrors
from responsibilities.aggregation import Rate, rates_of
from responsibilities.comparison import compare
from responsibilities.models import Obligation, QuarterlyReturn
from responsibilities.queries.cell_story import story_of
from responsibilities.queries.rollup import totals
from responsibilities.return_paper import printed_return
from responsibilities.services.designer import begin_version, save_design, typed_row
from responsibilities.services.returns import (
    declare_nil,
    problems_of,
    save_cells,
    start_return,
    submit_return,
)
from responsibilities.services.review import accept_return, send_back_return
from responsibilities.services.uploads import keep_return_workbook, preview_upload
from responsibilities.words import SUMMARY, date_of_serial, read_date, read_words, same_words, tidy
from tests.factories.designer import cell, make_form_with, typed
from tests.factories.returns import fill, make_form, open_quarter
from tests.responsibilities import workbook_files as made
from tests.responsibilities.test_excel_files import download

TEXT, DAY, PAPER = (cell("C01", -1, value_type=kind) for kind in ("text", "date", "file"))


# --- reading ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["2026-07-05", "2026/7/5", "2026.7.5", "2026年7月5日", "20260705", "２０２６年７月５日"]
)
def test_a_date_is_read_as_offices_write_it(text):
    assert read_words(DAY, text) == "2026-07-05"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("七月五日", "不是日期"),
        ("2026-02-30", "没有 2026 年 02 月 30 日"),
        ("1066-10-14", "年份不对"),
        ("2026-13-01", "没有 2026 年 13 月"),
    ],
)
def test_what_is_no_date_is_refused_in_words(text, message):
    with pytest.raises(ValueError, match=message):
        read_words(DAY, text)


@given(st.dates(date(1921, 7, 1), date(2100, 12, 31)))
def test_a_date_comes_back_as_it_was_kept(day):
    assert read_date(day.isoformat()) == day


def test_texts_keep_their_lines_and_references_are_one_line():
    assert read_words(TEXT, " 一\r\n二\x00 ") == "一\n二"
    assert read_words(PAPER, "示党工组\n〔2026〕3号") == "示党工组 〔2026〕3号"
    with pytest.raises(ValueError, match="最多 500 字，现有 501 字"):
        read_words(TEXT, "多" * 501)
    assert len(read_words(SUMMARY[0], "多" * 1000)) == 1000


@given(st.text(max_size=80))
def test_tidying_twice_changes_nothing_more(text):
    assert tidy(tidy(text)) == tidy(text)
    assert same_words(text, f" {text}\n")


def test_a_serial_number_of_a_workbook_is_its_day():
    assert date_of_serial("46208") == "2026-07-05"
    assert date_of_serial("约定") == "约定"


# --- in a return --------------------------------------------------------------------------


@pytest.fixture
def owed(cast) -> Obligation:
    form = make_form(cast)
    rows = [
        *(typed_row(one) for one in form.layout()[:2]),
        typed("特色做法", value_type="text", uid="t"),
        typed("换届日期", value_type="date", blank="optional", uid="d"),
        *(typed_row(one) for one in form.layout()[2:]),
    ]
    period, _ = open_quarter(cast, form=make_form_with(cast, rows=rows))
    return Obligation.objects.select_related("unit", "form", "period").get(
        unit=cast.hongqi, period=period
    )


def code_of(owed, label: str) -> str:
    return next(one.code for one in owed.form.whole_layout() if one.label == label)


def write(owed, actor, **changes):
    row = start_return(owed, actor=actor)
    return save_cells(row, actor=actor, changes=changes, base={})


def filled(cast, owed) -> QuarterlyReturn:
    row = fill(start_return(owed, actor=cast.secretary), cast.secretary)
    write(owed, cast.secretary, **{code_of(owed, "特色做法"): "服务站", "XJ_1": "走访 13 家"})
    row.refresh_from_db()
    return row


def test_words_have_no_slot_and_no_total_sees_them(cast, owed):
    row = filled(cast, owed)
    assert len(row.values) == len(owed.form.layout()) == len(owed.form.cells) - 2
    assert [one.slot for one in owed.form.layout()] == list(range(5))
    accept_return(submit_return(row, actor=cast.secretary), actor=cast.township)

    total, _ = totals(cast.city, owed.period, owed.form)
    assert set(total.values) == {one.code for one in owed.form.layout()}


def test_a_blank_text_stops_where_the_form_says_so(cast, owed):
    text = code_of(owed, "特色做法")
    row = fill(start_return(owed, actor=cast.secretary), cast.secretary)
    assert problems_of(row) == {text: "还没有填，请填写。"}
    with pytest.raises(FieldErrors, match="还有1栏需要处理"):
        submit_return(row, actor=cast.secretary)

    write(owed, cast.secretary, **{text: "服务站"})
    row.refresh_from_db()
    assert problems_of(row) == {}


def test_another_window_is_not_overwritten(cast, owed):
    write(owed, cast.union_chair, XJ_1="主席写的")
    row = start_return(owed, actor=cast.secretary)
    answer = save_cells(row, actor=cast.secretary, changes={"XJ_1": "书记写的"}, base={"XJ_1": ""})
    assert answer.conflicts["XJ_1"]["theirs"] == "主席写的"
    # The base a browser sends has other line ends and blanks.
    answer = save_cells(
        row, actor=cast.secretary, changes={"XJ_1": "书记写的"}, base={"XJ_1": "主席写的\r\n"}
    )
    assert answer.conflicts == {}
    row.refresh_from_db()
    assert row.texts == {"XJ_1": "书记写的"}


def test_words_leave_a_nil_report_what_it_is(cast, owed):
    row = declare_nil(
        start_return(owed, actor=cast.secretary), actor=cast.secretary, reason="没有发生"
    )
    write(owed, cast.secretary, XJ_1="本季以学习为主")
    row.refresh_from_db()
    assert row.is_nil


def test_only_pinned_words_open_again_and_the_review_shows_what_changed(cast, owed):
    row = submit_return(filled(cast, owed), actor=cast.secretary)
    send_back_return(row, actor=cast.township, reason="", remarks={"XJ_1": "请写明来源"})
    answer = write(owed, cast.secretary, XJ_1="走访 13 家（台账）", XJ_2="人手不足")
    assert list(answer.saved) == ["XJ_1"]
    assert "没有被退回" in answer.errors["XJ_2"]

    row = submit_return(row, actor=cast.secretary)
    said = {one.code: one for one in compare(row, reviewing=True).said}
    assert (said["XJ_1"].before, said["XJ_1"].now) == ("走访 13 家", "走访 13 家（台账）")
    assert said["XJ_1"].is_changed
    assert said["XJ_1"].pin == "请写明来源"
    assert not said[code_of(owed, "特色做法")].is_changed


def test_words_are_printed_and_stand_behind_the_check_code(cast, owed):
    filled(cast, owed)
    paper = printed_return(owed, blank=False, url="")
    assert paper["sections"][-1]["name"] == "本季小结"
    assert paper["sections"][-1]["rows"][0]["words"] == "走访 13 家"
    write(owed, cast.secretary, XJ_1="走访 14 家")
    assert printed_return(owed, blank=False, url="")["check"] != paper["check"]
    assert printed_return(owed, blank=True, url="")["sections"][-1]["rows"][0]["words"] == ""


def test_the_story_of_a_cell_names_each_writer(cast, owed):
    write(owed, cast.union_chair, Z201="100")
    write(owed, cast.secretary, Z201="120")
    slots = {one.code: one for one in owed.form.layout()}

    story = story_of(owed, slots["Z201"])

    assert [(act.before, act.after) for act in story.acts] == [("100", "120"), ("", "100")]
    assert cast.secretary.person_name in story.acts[0].who
    assert cast.union_chair.person_name in story.acts[1].who
    assert [quarter.value for quarter in story.quarters] == [120]
    assert story_of(owed, SUMMARY[0]).acts == []


def test_the_story_costs_the_same_however_long_it_is(cast, owed, django_assert_num_queries):
    cells = {one.code: one for one in owed.form.layout()}
    for number in range(1, 6):
        write(owed, cast.secretary, Z201=str(number))
    with django_assert_num_queries(4):
        assert len(story_of(owed, cells["Z201"]).acts) == 5


# --- workbooks ----------------------------------------------------------------------------


def test_words_go_through_a_workbook_and_back(cast, owed):
    filled(cast, owed)
    text, day = code_of(owed, "特色做法"), code_of(owed, "换届日期")
    content = download(owed, cast.secretary)
    changed = made.repacked(
        content,
        made.all_of(
            made.text(made.place_of(content, day), "2026年7月5日"),
            made.text(made.place_of(content, "XJ_2"), "人手不足"),
        ),
    )
    kept = keep_return_workbook(changed, actor=cast.secretary, obligation=owed, file_name="a.xlsx")

    assert kept.faults == []
    changes = {line.change.code: line.change.text for line in preview_upload(kept).changes}
    assert changes == {day: "2026-07-05", "XJ_2": "人手不足"}
    assert text not in changes


def test_a_wrong_date_in_a_workbook_is_named_by_its_place(cast, owed):
    content = download(owed, cast.secretary)
    place = made.place_of(content, code_of(owed, "换届日期"))
    kept = keep_return_workbook(
        made.repacked(content, made.text(place, "换届那天")),
        actor=cast.secretary,
        obligation=owed,
        file_name="a.xlsx",
    )
    assert kept.faults == [[place, "“换届那天”不是日期，请写成 2026-07-05。"]]


def test_a_real_date_cell_is_read_as_its_day(cast, owed):
    content = download(owed, cast.secretary)
    day = code_of(owed, "换届日期")
    changed = made.repacked(
        content, made.with_cell(made.place_of(content, day), "<v>2026-07-05</v>", "d")
    )
    kept = keep_return_workbook(changed, actor=cast.secretary, obligation=owed, file_name="a.xlsx")
    assert [line.change.text for line in preview_upload(kept).changes] == ["2026-07-05"]


def test_a_workbook_from_before_the_summary_is_still_taken(cast, owed):
    """Rows of the summary may be missing; those of the form may not."""
    content = download(owed, cast.secretary)
    places = [made.place_of(content, one.code, "A") for one in SUMMARY]

    def without(xml: str) -> str:
        for place in places:
            xml = made.with_cell(place, "")(xml)
        return xml

    kept = keep_return_workbook(
        made.repacked(content, without), actor=cast.secretary, obligation=owed, file_name="a.xlsx"
    )
    assert kept.faults == []


# --- design -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"formula": "[Z201] /"}, "formula", "没有写完"),
        ({"formula": "[Z999] + 1"}, "formula", "没有栏目"),
        ({"formula": "last([Z201])"}, "formula", "只能用本表本期"),
        ({"formula": "[Z201] > 1"}, "formula", "要一个数"),
        ({"formula": "1 + 1"}, "formula", "至少要有一个栏目"),
        ({"formula": "[Z202] / [Z201]"}, "formula", "请把类型改为“百分比”"),
        ({"formula": "[Z201]", "total_of": ("Z201",)}, "formula", "只能用一种"),
        ({"value_type": "text", "formula": "[Z201]"}, "value_type", "不参与计算"),
        ({"value_type": "date", "not_above": "Z201"}, "value_type", "不参与计算"),
    ],
)
def test_a_wrong_formula_is_refused_beside_its_row(cast, values, field, message):
    draft = begin_version(make_form(cast), actor=cast.office)
    rows = [*(typed_row(one) for one in draft.whole_layout()), typed("自定", uid="n1", **values)]
    with pytest.raises(FieldErrors) as refused:
        save_design(draft, actor=cast.office, title="季报", rows=rows, rules=draft.standing_rules())
    assert message in "".join(refused.value.errors[f"n1.{field}"])


def test_a_formula_may_not_read_a_formula_and_words_take_no_part_in_sums(cast):
    draft = begin_version(make_form(cast), actor=cast.office)
    rows = [
        *(typed_row(one) for one in draft.whole_layout()),
        typed("甲", uid="n1", formula="[Z201] + 1"),
        typed("文", uid="n3", value_type="text"),
    ]
    form = save_design(
        draft, actor=cast.office, title="季报", rows=rows, rules=draft.standing_rules()
    )
    codes = {one.label: one.code for one in form.whole_layout()}
    for label in ("甲", "文"):
        worse = [
            *(typed_row(one) for one in form.whole_layout()),
            typed("乙", uid="n9", formula=f"[{codes[label]}] + 1"),
        ]
        with pytest.raises(FieldErrors):
            save_design(
                form, actor=cast.office, title="季报", rows=worse, rules=form.standing_rules()
            )


def test_the_rate_of_a_formula_is_that_of_the_sums(cast):
    """A quotient over units: numerators over denominators, never a mean of rates."""
    rows = [
        *(typed_row(one) for one in make_form(cast).layout()),
        typed("入会率", value_type="percent", formula="[Z202] / [Z201] * 100"),
    ]
    cells = make_form_with(cast, rows=rows).layout()
    rate = next(one for one in cells if one.formula)
    slots = {one.code: one.slot for one in cells}
    assert Rate(rate.slot, slots["Z201"], is_percent=True) in rates_of(cells)
