"""Findings: what stops, what wants a remark, and where nothing is found."""

from __future__ import annotations

from decimal import Decimal

import pytest

from responsibilities.burden import minutes_of, seconds_of
from responsibilities.cells import Cell, fill_totals
from responsibilities.checks import (
    Check,
    Example,
    Figures,
    Rules,
    failing_examples,
    findings,
)
from responsibilities.expressions import parse
from tests.factories.designer import cell


def numbers(*values):
    return [None if value is None else Decimal(value) for value in values]


def made(text: str, **values) -> Check:
    usual = {"key": "k1", "label": "自定", "severity": "hard"}
    return Check(text=text, tree=parse(text), **{**usual, **values})


def found(cells, values, *checks, rules=None, **figures):
    all_found = findings(cells, checks, rules or Rules(), Figures(numbers(*values), **figures))
    return [(one.code, str(one.severity), one.rule_key) for one in all_found]


def test_blanks_stop_want_a_remark_or_are_nothing():
    cells = [cell("C01"), cell("C02", 1, blank="remark"), cell("C03", 2, blank="optional")]
    assert found(cells, [None, None, None]) == [("C01", "hard", "blank"), ("C02", "soft", "gap")]
    assert found(cells, [0, 0, None]) == []


def test_cells_of_one_mark_are_filled_all_or_none():
    cells = [cell(f"C0{n}", n - 1, blank="optional", together="工会") for n in (1, 2)]
    assert found(cells, [1, None]) == [("C02", "hard", "row")]
    assert found(cells, [None, None]) == []
    assert found(cells, [1, 2]) == []


def test_a_greyed_cell_is_asked_of_nobody_of_that_kind():
    cells = [cell("C01", not_for=("village",))]
    check = made("[C01] > 5")
    assert found(cells, [None], check, level="grassroots", category="village") == []
    assert found(cells, [1], check, level="grassroots", category="village") == []
    assert found(cells, [None], check, level="grassroots", category="community") == [
        ("C01", "hard", "blank")
    ]


def test_a_total_is_computed_and_never_missing_by_itself():
    cells = [cell("C01"), cell("C02", 1), cell("C03", 2, total_of=("C01", "C02"))]
    values = numbers(3, None, 99)
    fill_totals(cells, values)
    assert values[2] == 3
    values = numbers(None, None, 99)
    fill_totals(cells, values)
    assert values[2] is None
    assert ("C03", "hard", "blank") not in found(cells, values)


@pytest.mark.parametrize(
    ("text", "missing", "values", "expected"),
    [
        ("[C01] <= [C02]", "skip", (5, 9), []),
        ("[C01] <= [C02]", "skip", (10, 9), [("C01", "hard", "check:k1")]),
        ("last([C01]) <= [C01]", "skip", (1, 1), []),
        ("last([C01]) > 0", "zero", (1, 1), [("C01", "hard", "check:k1")]),
        ("last([C01]) > 0", "report", (1, 1), [("C01", "hard", "check:k1")]),
    ],
)
def test_a_check_holds_or_is_found_and_a_gap_is_treated_as_chosen(text, missing, values, expected):
    cells = [cell("C01"), cell("C02", 1)]
    assert found(cells, values, made(text, missing=missing)) == expected


def test_a_check_reads_history_targets_peers_and_other_forms():
    cells = [cell("C01", style="latest")]
    around = {
        "history": [numbers(10)],
        "ytd": {"C01": Decimal(30)},
        "targets": {"C01": Decimal(40)},
        "peers": [numbers(5), numbers(7)],
        "others": {"annual C01": Decimal(2)},
    }
    for text in (
        "last([C01]) = 10",
        "ytd([C01]) / target([C01]) = 0.75",
        "median_peers([C01]) = 6",
        'other("annual", "C01") = 2',
    ):
        assert found(cells, [10], made(text), **around) == [], text
        wrong = made(f"not ({text})", severity="soft", at="C01")
        assert found(cells, [10], wrong, **around) == [("C01", "soft", "check:k1")], text


def test_a_check_may_be_for_some_units_only():
    cells, check = [cell("C01")], made("[C01] > 5", only_for=("village",))
    assert found(cells, [1], check, category="village") == [("C01", "hard", "check:k1")]
    assert found(cells, [1], check, category="community") == []


PEERS = [numbers(value) for value in (10, 12, 11, 9, 10)]


@pytest.mark.parametrize(
    ("value", "peers", "is_found"),
    [
        (60, PEERS, True),
        (49, PEERS, False),
        (60, PEERS[:4], False),  # four units say nothing yet
        (0, [numbers(100)] * 5, True),
        (25, [numbers(100)] * 5, False),
        (9, [numbers(1)] * 5, False),  # less than ten more is nothing to ask about
    ],
)
def test_a_value_many_times_that_of_the_others_wants_a_remark(value, peers, is_found):
    rules = Rules(peers=True, peer_factor="5")
    assert bool(found([cell()], [value], rules=rules, peers=peers)) is is_found
    assert found([cell()], [value], rules=Rules(peers=False), peers=peers) == []
    assert found([cell(watched=False)], [value], rules=rules, peers=peers) == []


def test_comparison_with_history_can_be_switched_off_for_a_form_or_a_cell():
    history = [numbers(10)] * 4
    assert found([cell()], [500], history=history) == [("C01", "soft", "history")]
    assert found([cell(watched=False)], [500], history=history) == []
    assert found([cell()], [500], rules=Rules(outlier=False), history=history) == []


def test_examples_tell_whether_a_check_does_what_was_meant():
    check = made(
        "[C01] <= [C02]",
        examples=(
            Example({"C01": "1", "C02": "2"}, True),
            Example({"C01": "3", "C02": "2"}, True),
            Example({"C01": "3"}, None),
        ),
    )
    assert failing_examples(check) == [2]


def test_a_choice_is_typed_by_its_place_or_its_name():
    choice = cell(value_type="choice", choices=("已建立", "筹建中"))
    assert choice.parse("2") == choice.parse("筹建中") == 2
    with pytest.raises(ValueError, match="1 已建立；2 筹建中"):
        choice.parse("3")


def test_a_cell_and_a_check_survive_their_rows():
    first = cell(total_of=("C02",), not_for=("village",), choices=("甲", "乙"), together="行")
    assert Cell.read(first.as_row()) == first
    check = made("[C01] > 1", only_for=("village",), examples=(Example({"C01": "1"}, False),))
    assert Check.read(check.as_row()) == check


def test_minutes_count_what_is_typed_and_spare_what_is_known():
    assert seconds_of(cell(total_of=("C02",))) == 0
    assert seconds_of(cell(style="latest")) < seconds_of(cell())
    assert seconds_of(cell(source="unit.worker_count")) < seconds_of(cell())
    assert minutes_of([cell(f"C{n}", n) for n in range(30)]) == 10
    assert minutes_of([]) == 1
