from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responsibilities.cells import Cell, completion, hard_errors, soft_warnings


def cell(code="Z203", slot=0, **values) -> Cell:
    facts = {
        "label": f"栏目{code}",
        "unit_label": "人",
        "value_type": "integer",
        "section": "Z2",
        "section_title": "组织建设",
        "style": "incremental",
    }
    return Cell(code=code, slot=slot, **{**facts, **values})


def numbers(*values):
    return [None if value is None else Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("   ", None),
        ("12", "12"),
        ("1,200", "1200"),
        ("1.2万", "12000"),
        ("１２", "12"),
        ("0", "0"),
        ("12.0", "12"),
    ],
)
def test_what_offices_type_is_read(text, value):
    assert cell().parse(text) == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("text", "value_type", "message"),
    [
        ("十二个", "integer", "不是数字"),
        ("-1", "integer", "不能小于 0"),
        ("1.5", "integer", "请填整数"),
        ("101", "percent", "不能大于 100"),
        ("2", "yes_no", "请填 1（是）或 0（否）"),
        ("0.125", "decimal", "最多保留两位小数"),
        ("NaN", "decimal", "不是数字"),
        ("Infinity", "decimal", "不是数字"),
        ("1e3", "decimal", "不是数字"),
    ],
)
def test_what_cannot_be_is_refused_in_words(text, value_type, message):
    with pytest.raises(ValueError, match=message):
        cell(value_type=value_type).parse(text)


@given(st.text(max_size=30))
def test_reading_never_breaks_on_any_text(text):
    for value_type in ("integer", "decimal", "percent", "yes_no"):
        try:
            value = cell(value_type=value_type).parse(text)
        except ValueError as error:
            assert str(error)  # noqa: PT017 -- both outcomes are right
        else:
            assert value is None or 0 <= value < 10**14


def test_a_cell_survives_its_row():
    first = cell(not_above="Z201", hint="说明")
    assert Cell.read(first.as_row()) == first


def test_blanks_and_parts_above_their_whole_are_hard():
    cells = [cell("Z201"), cell("Z202", 1, not_above="Z201"), cell("Z203", 2)]
    assert hard_errors(cells, numbers(10, 10, 0)) == {}
    assert set(hard_errors(cells, numbers(10, 11, None))) == {"Z202", "Z203"}
    # A whole that is still blank says nothing about its part.
    assert set(hard_errors(cells, numbers(None, 11, 0))) == {"Z201"}


@pytest.mark.parametrize(
    ("value", "history", "warned"),
    [
        ("100", [], False),
        ("100", ["95"], False),
        ("100", ["70"], False),
        ("100", ["40"], True),
        ("12", ["4"], False),  # less than ten more is nothing to ask about
        ("20", ["5"], True),
        ("0", ["60", "58"], True),
        ("100", ["98", "102", "99", "101"], False),
        ("150", ["98", "102", "99", "101"], True),
        # All quarters alike leave no spread; the half rule decides.
        ("120", ["100"] * 4, False),
        ("160", ["100"] * 4, True),
    ],
)
def test_a_value_far_from_the_units_own_history_wants_a_remark(value, history, warned):
    past = [numbers(quarter) for quarter in history]
    assert bool(soft_warnings([cell()], numbers(value), past)) is warned


def test_history_with_holes_and_running_totals_warn_of_nothing():
    cells = [cell(), cell("Z103", 1, style="cumulative")]
    assert soft_warnings(cells, numbers(500, 500), [numbers(None, 1), []]) == {}
    assert soft_warnings(cells, numbers(None, None), [numbers(1, 1)]) == {}


@given(
    done=st.decimals(0, 10**6, places=2) | st.none(),
    target=st.decimals(0, 10**6, places=2) | st.none(),
)
def test_a_rate_needs_both_numbers(done, target):
    rate = completion(done, target)
    assert (rate is None) == (done is None or not target)
    assert completion(Decimal(3), Decimal(9)) == Decimal("33.3")
