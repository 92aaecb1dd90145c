"""The life of a form version, the word on its burden, exceptions from a check."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gongjian.foundation.calendar.periods import ensure_year
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from responsibilities.aggregation import Across, rule_of
from responsibilities.checks import Example, Rules
from responsibilities.models import ReturnForm
from responsibilities.queries.designer import differences, likeness, minutes_with, similar_fields
from responsibilities.queries.findings import findings_of
from responsibilities.services.burden import (
    approve_burden,
    ask_burden_review,
    decline_burden,
    set_budget,
)
from responsibilities.services.designer import (
    archive_form,
    begin_form,
    begin_version,
    obstacles,
    publish_form,
    remove_check,
    save_check,
    save_design,
    typed_row,
)
from responsibilities.services.exceptions import (
    ask_exception,
    decline_exception,
    grant_exception,
)
from responsibilities.services.obligations import open_period
from responsibilities.services.returns import problems_of, save_cells, submit_return
from tests.factories.designer import (
    check,
    make_burden_review,
    make_draft,
    make_exception,
    make_form_with,
    make_other_form,
    typed,
)
from tests.factories.returns import fill, make_form, open_quarter, start, submitted


def rows_of(form: ReturnForm) -> list:
    return [typed_row(cell) for cell in form.layout()]


def save(cast, form, rows, **rules):
    return save_design(form, actor=cast.office, title="季度报表", rows=rows, rules=Rules(**rules))


# --- versions -----------------------------------------------------------------------------


def test_a_new_version_is_a_copy_and_old_returns_keep_theirs(cast):
    old = make_form(cast)
    period, _ = open_quarter(cast, form=old)
    row = start(cast, cast.hongqi, period, cast.secretary)
    draft = begin_version(old, actor=cast.office)

    save(cast, draft, [*rows_of(draft)[:2], typed("联合工会数")])
    publish_form(ReturnForm.objects.get(pk=draft.pk), actor=cast.office)
    filed = submit_return(fill(row, cast.secretary), actor=cast.secretary)

    assert (draft.version, old.version) == (2, 1)
    assert len(filed.form.layout()) == 5
    assert filed.form_id == old.pk
    assert filed.values[0] == 120


def test_only_the_office_designs(cast):
    form = make_form(cast)
    for actor in (cast.secretary, cast.township, cast.leader):
        with pytest.raises(NotPermitted):
            begin_version(form, actor=actor)
        with pytest.raises(NotPermitted):
            begin_form(actor=actor, title="报表", key="other")


def test_a_published_version_is_never_edited(cast):
    form = make_form(cast)
    for act in (
        lambda: save(cast, form, rows_of(form)),
        lambda: save_check(form, actor=cast.office, check=check("[Z201] > 1")),
        lambda: remove_check(form, actor=cast.office, key="k1"),
    ):
        with pytest.raises(StateConflict, match="请拟订新版"):
            act()


def test_one_draft_at_a_time(cast):
    draft = make_draft(cast)
    with pytest.raises(StateConflict, match="正在拟订"):
        begin_version(draft, actor=cast.office)
    archive_form(draft, actor=cast.office)
    assert begin_version(draft, actor=cast.office).version == 3


def test_the_key_of_a_form_is_its_own(cast):
    make_form(cast)
    with pytest.raises(FieldErrors):
        begin_form(actor=cast.office, title="另一张", key="quarterly")


def test_two_versions_are_compared(cast):
    draft = make_draft(cast)
    first, *rest = rows_of(draft)
    changed = typed("从业人数", code=first.code, style=first.style, unit_label="人")
    save(cast, draft, [changed, *rest[1:], typed("联合工会数")])
    draft.refresh_from_db()
    save_check(draft, actor=cast.office, check=check("[Z201] > 1"))
    draft.refresh_from_db()

    changes = differences(ReturnForm.objects.get(version=1), draft)

    assert {(one.kind, one.code) for one in changes} == {
        ("新增", "C01"),
        ("删除", rest[0].code),
        ("修改", first.code),
        ("新增检查", ""),
    }
    modified = next(one for one in changes if one.kind == "修改")
    assert ("名称", first.label, "从业人数") in modified.details


# --- cells --------------------------------------------------------------------------------


def test_new_rows_get_codes_no_version_ever_used(cast):
    draft = save(cast, make_draft(cast), [typed("甲"), typed("乙")])
    publish_form(draft, actor=cast.office)
    second = begin_version(draft, actor=cast.office)

    # A forged code of a free field is not taken over.
    saved = save(cast, second, [typed("丙"), typed("丁", code="X99")])

    assert [cell.code for cell in saved.layout()] == ["C03", "C04"]


def test_the_office_chooses_how_units_are_put_together(cast):
    draft = save(cast, make_draft(cast), [typed("甲"), typed("最多一次人数", across="max")])
    assert [rule_of(cell) for cell in draft.layout()] == [Across.SUM, Across.MAX]

    publish_form(draft, actor=cast.office)
    second = begin_version(draft, actor=cast.office)
    rows = [replace(row, across="") for row in rows_of(second)]
    changes = differences(draft, save(cast, second, rows))
    assert [change.details for change in changes] == [(("各单位汇总", "最大值", "按类型自动"),)]


def test_rows_of_a_section_stand_together_in_the_order_given(cast):
    saved = save(
        cast,
        make_draft(cast),
        [
            typed("甲", section_title="一"),
            typed("乙", section_title="二"),
            typed("丙", section_title="一"),
        ],
    )
    assert [(cell.label, cell.slot) for cell in saved.layout()] == [("甲", 0), ("丙", 1), ("乙", 2)]


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"label": ""}, "label", "请填写栏目名称"),
        ({"section_title": " "}, "section_title", "所在部分"),
        ({"value_type": "image"}, "value_type", "请选择类型"),
        ({"value_type": "choice", "choices": ("一个",)}, "choices", "至少要两个选项"),
        ({"not_above": "Q1"}, "not_above", "没有另一栏“Q1”"),
        ({"total_of": ("Z201", "Q1")}, "total_of", "没有另一栏“Q1”"),
        ({"not_for": ("moon",)}, "not_for", "单位类别"),
        ({"source": "unit.password"}, "label", "预填来源"),
        ({"across": "median"}, "across", "不能这样汇总"),
        ({"value_type": "text", "across": "max"}, "across", "不能这样汇总"),
        ({"value_type": "percent", "across": "sum"}, "across", "不能这样汇总"),
    ],
)
def test_what_is_wrong_in_a_row_stands_beside_it(cast, values, field, message):
    draft = make_draft(cast)
    with pytest.raises(FieldErrors) as caught:
        save(cast, draft, [*rows_of(draft), replace(typed("甲", uid="n1"), **values)])
    assert message in caught.value.errors[f"n1.{field}"][0]


def test_a_cell_in_use_by_a_check_is_not_dropped(cast):
    draft = make_draft(cast)
    save_check(draft, actor=cast.office, check=check("[Z202] <= [Z201]"))
    with pytest.raises(DomainError, match="还在用 Z202"):
        save(cast, draft, [row for row in rows_of(draft) if row.code != "Z202"])


def test_totals_are_computed_and_greyed_cells_are_left_alone(cast):
    draft = make_draft(cast)
    rows = [
        typed("村级活动", uid="a"),
        typed("企业活动", uid="b", not_for=(cast.hongqi.category,)),
        typed("活动合计", uid="c", total_of=("C01", "C02")),
    ]
    form = publish_form(save(cast, draft, rows), actor=cast.office)
    period, _ = open_quarter(cast, form=form)
    row = start(cast, cast.hongqi, period, cast.secretary)

    answer = save_cells(
        row, actor=cast.secretary, changes={"C01": "7", "C02": "5", "C03": "99"}, base={}
    )
    row.refresh_from_db()

    assert row.values == [7, None, 7]
    assert set(answer.errors) == {"C02", "C03"}
    assert problems_of(row) == {}


def test_a_linked_cell_is_filled_from_the_ledger(cast):
    cast.hongqi.worker_count = 321
    cast.hongqi.save()
    draft = make_draft(cast)
    rows = [typed("职工数", source="unit.worker_count")]
    form = publish_form(save(cast, draft, rows), actor=cast.office)
    period, _ = open_quarter(cast, form=form)

    row = start(cast, cast.hongqi, period, cast.secretary)

    assert row.values == [321]
    assert row.sources == {"C01": "单位台账"}


# --- checks -------------------------------------------------------------------------------


def test_a_check_that_cannot_be_read_is_refused_with_its_place(cast):
    draft = make_draft(cast)
    with pytest.raises(FieldErrors) as caught:
        save_check(draft, actor=cast.office, check=check("[Z201] > [Q1]"))
    assert "第 10 个字" in caught.value.errors["text"][0]
    with pytest.raises(FieldErrors):
        save_check(draft, actor=cast.office, check=check("1 = 1"))


def test_a_failing_example_keeps_a_form_from_being_published(cast):
    draft = make_draft(cast)
    wrong = check("[Z202] <= [Z201]", examples=(Example({"Z202": "2", "Z201": "1"}, True),))
    kept = save_check(draft, actor=cast.office, check=wrong)
    draft.refresh_from_db()
    with pytest.raises(DomainError, match="第 1 个例子结果不符"):
        publish_form(draft, actor=cast.office)

    right = Example({"Z202": "2", "Z201": "1"}, False)
    save_check(
        draft,
        actor=cast.office,
        check=check("[Z202] <= [Z201]", key=kept.key, examples=(right,)),
    )
    draft.refresh_from_db()
    assert len(draft.checks) == 1
    assert publish_form(draft, actor=cast.office).state == "published"


def test_a_blank_form_is_not_published(cast):
    form = begin_form(actor=cast.office, title="年度报表", key="annual")
    with pytest.raises(DomainError, match="还没有栏目"):
        publish_form(form, actor=cast.office)


def test_hard_checks_stop_and_soft_ones_want_a_remark(cast):
    form = make_form_with(
        cast,
        check("[Z203] <= 20", severity="hard", message="发展会员数请核对。"),
        check("[Z602] <= 5", severity="soft", message="发现问题较多，请说明。"),
    )
    period, _ = open_quarter(cast, form=form)
    row = start(cast, cast.hongqi, period, cast.secretary)
    codes = {"Z201": "120", "Z202": "90", "Z203": "21", "Z602": "8", "Z603": "6"}
    save_cells(row, actor=cast.secretary, changes=codes, base={})
    row.refresh_from_db()

    assert problems_of(row) == {
        "Z203": "发展会员数请核对。",
        "Z602": "发现问题较多，请说明。",
    }
    save_cells(
        row, actor=cast.secretary, changes={"Z203": "20"}, base={}, remarks={"Z602": "集中排查"}
    )
    row.refresh_from_db()
    assert submit_return(row, actor=cast.secretary).state == "submitted"


def test_a_check_reads_the_last_quarter_and_another_form(cast):
    annual = make_other_form(cast)
    year = ensure_year(2026)
    year.opens_on, year.due_on = today(), today()
    year.save()
    open_period(year, form=annual, actor=cast.office)
    submitted(cast, cast.hongqi, year, cast.secretary, C01="4")
    form = make_form_with(
        cast,
        check('[Z203] <= other("annual", "C01")', label="年报"),
        check("[Z203] >= last([Z203])", label="上期", at="Z602"),
    )
    first, _ = open_quarter(cast, form=form, ordinal=2)
    row = fill(start(cast, cast.hongqi, first, cast.secretary), cast.secretary, Z203="4")
    submit_return(row, actor=cast.secretary)
    second, _ = open_quarter(cast, form=form, ordinal=3)
    row = fill(start(cast, cast.hongqi, second, cast.secretary), cast.secretary, Z203="5")
    assert "Z203" in problems_of(row)
    row = fill(row, cast.secretary, Z203="3")
    assert set(problems_of(row)) == {"Z602"}
    row = fill(row, cast.secretary, Z203="4")
    assert problems_of(row) == {}


def test_peers_are_compared_where_the_form_says_so(cast):
    assert make_form(cast).standing_rules() == Rules(outlier=True, peers=True, peer_factor="5")
    old = ReturnForm(rules={})
    assert old.standing_rules() == Rules(outlier=True, peers=False)


# --- what is asked already ----------------------------------------------------------------


def test_what_is_asked_already_is_shown_with_who_and_when(cast):
    make_other_form(cast, labels=("联合工会数",))
    draft = make_draft(cast)

    found = similar_fields("联合工会个数", draft)
    assert ("form.annual.C01", "填报单位") in {(one.link, one.who) for one in found}
    ledger = similar_fields("职工总数", draft)
    assert "unit.worker_count" in {one.link for one in ledger}
    assert any(one.place == "就在本表中" for one in ledger)
    assert similar_fields("完全不同的某事项", draft) == []


def test_likeness_is_between_nothing_and_the_same():
    assert likeness("发展会员数", "发展会员数") == 1
    assert likeness("发展会员数", "本季度发展会员人数") == 1
    assert likeness("发展会员数", "培训班期数") == 0


# --- burden -------------------------------------------------------------------------------


def test_a_form_beyond_the_budget_needs_the_leaders_word(cast):
    review = make_burden_review(cast)
    draft = review.form
    assert "超过上限 1 分钟" in obstacles(draft)[0]
    with pytest.raises(DomainError, match="减负审核评估"):
        publish_form(draft, actor=cast.office)
    with pytest.raises(NotPermitted):
        approve_burden(review, actor=cast.office, reason="同意")
    with pytest.raises(DomainError, match="须填写理由"):
        approve_burden(review, actor=cast.leader, reason="")

    approve_burden(review, actor=cast.leader, reason="年度重点，一次性收集")

    assert publish_form(draft, actor=cast.office).state == "published"


def test_a_form_that_grew_since_needs_another_word(cast):
    review = make_burden_review(cast)
    approve_burden(review, actor=cast.leader, reason="同意")
    more = [typed(f"再加{number}") for number in range(30)]
    draft = save(cast, review.form, [*rows_of(review.form), *more])
    assert minutes_with(draft) > review.minutes
    assert obstacles(draft)


def test_a_declined_form_is_shortened_or_asked_for_again(cast):
    review = make_burden_review(cast)
    with pytest.raises(StateConflict, match="正在等待"):
        ask_burden_review(review.form, actor=cast.office, reason="再请", basis="同上")
    decline_burden(review, actor=cast.leader, reason="请精简")
    assert obstacles(review.form)
    with pytest.raises(FieldErrors):
        ask_burden_review(review.form, actor=cast.office, reason="", basis="")


def test_within_the_budget_nobody_is_asked(cast):
    with pytest.raises(StateConflict, match="没有超过上限"):
        ask_burden_review(make_draft(cast), actor=cast.office, reason="甲", basis="乙")
    with pytest.raises(FieldErrors):
        set_budget(actor=cast.office, minutes=0, reason="")
    with pytest.raises(NotPermitted):
        set_budget(actor=cast.secretary, minutes=10, reason="想少填")


# --- exceptions ---------------------------------------------------------------------------


@pytest.fixture
def stopped(cast):
    """A return that its members, more than its workers, keep from being handed in."""
    period, _ = open_quarter(cast)
    row = start(cast, cast.hongqi, period, cast.secretary)
    return fill(row, cast.secretary, Z202="130")


def test_a_granted_exception_lets_a_return_pass_and_keeps_the_reason(cast, stopped):
    save_cells(stopped, actor=cast.secretary, changes={}, base={}, remarks={"Z202": ""})
    asked = make_exception(cast, stopped)
    stopped.refresh_from_db()
    assert "Z202" in problems_of(stopped)
    with pytest.raises(NotPermitted):
        grant_exception(asked, actor=cast.secretary)

    grant_exception(asked, actor=cast.township, reason="情况属实")
    stopped.refresh_from_db()

    assert problems_of(stopped) == {}
    assert [str(one.severity) for one in findings_of(stopped)] == ["soft"]
    assert stopped.remarks["Z202"] == "含退休会员，已核对花名册"
    assert submit_return(stopped, actor=cast.secretary).state == "submitted"


def test_an_exception_is_for_one_number(cast, stopped):
    grant_exception(make_exception(cast, stopped), actor=cast.township)
    stopped.refresh_from_db()
    changed = fill(stopped, cast.secretary, Z202="140")
    assert "Z202" in problems_of(changed)


def test_a_declined_exception_changes_nothing_and_may_be_asked_again(cast, stopped):
    asked = make_exception(cast, stopped)
    with pytest.raises(FieldErrors):
        make_exception(cast, stopped)
    with pytest.raises(DomainError, match="须填写理由"):
        decline_exception(asked, actor=cast.township, reason="")
    decline_exception(asked, actor=cast.township, reason="请更正")
    assert "Z202" in problems_of(stopped)
    make_exception(cast, stopped)


def test_an_exception_is_asked_by_the_unit_for_something_found(cast, stopped):
    values = {"rule_key": "part", "cell": "Z202", "reason": "属实"}
    for actor in (cast.neighbour, cast.township, cast.stranger):
        with pytest.raises(NotPermitted):
            ask_exception(stopped, actor=actor, **values)
    with pytest.raises(StateConflict):
        ask_exception(stopped, actor=cast.secretary, **{**values, "cell": "Z201"})
    with pytest.raises(FieldErrors):
        ask_exception(stopped, actor=cast.secretary, **{**values, "reason": " "})
