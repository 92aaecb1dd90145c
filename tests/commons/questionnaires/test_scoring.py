"""What answers are worth, against plain arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongjian.commons.questionnaires.scoring import Given, demands, refuse, total


@dataclass
class Asked:
    kind: str = "yes_no"
    weight: Decimal = Decimal(10)
    is_required: bool = True
    allows_na: bool = True
    no_is_good: bool = False
    scale_top: int = 5
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    options: list = field(default_factory=list)
    note_on: list = field(default_factory=list)
    finding_on: list = field(default_factory=list)


OPTIONS = [
    {"label": "好", "score": 100},
    {"label": "中", "score": 60},
    {"label": "不评", "score": None},
]


@pytest.mark.parametrize(
    ("question", "answer", "points"),
    [
        (Asked(), "yes", "100.00"),
        (Asked(), "no", "0.00"),
        (Asked(no_is_good=True), "no", "100.00"),
        (Asked(kind="scale"), "1", "0.00"),
        (Asked(kind="scale"), "4", "75.00"),
        (Asked(kind="choice", options=OPTIONS), "中", "60.00"),
        (Asked(kind="choice", options=OPTIONS), "不评", None),
        (Asked(weight=Decimal(0)), "no", None),
        (Asked(kind="text"), "说明", None),
    ],
)
def test_one_answer(question, answer, points):
    assert total([(question, Given(answer))]) == (None if points is None else Decimal(points))


def test_what_does_not_apply_costs_nothing():
    good, na = Given("yes"), Given(is_na=True)
    assert total([(Asked(), good), (Asked(weight=Decimal(90)), na)]) == Decimal("100.00")
    assert total([(Asked(), na)]) is None


def test_weights_count_in_proportion():
    pairs = [(Asked(weight=Decimal(30)), Given("yes")), (Asked(weight=Decimal(10)), Given("no"))]
    assert total(pairs) == Decimal("75.00")


@given(st.lists(st.tuples(st.integers(1, 100), st.integers(1, 5), st.booleans()), max_size=12))
def test_the_score_stays_between_zero_and_a_hundred(rows):
    pairs = [
        (Asked(kind="scale", weight=Decimal(weight)), Given("", True) if na else Given(str(step)))
        for weight, step, na in rows
    ]
    score = total(pairs)
    counted = [(weight, step) for weight, step, na in rows if not na]
    if not counted:
        assert score is None
        return
    exact = sum(weight * (step - 1) / 4 for weight, step in counted) / sum(w for w, _ in counted)
    assert score is not None
    assert abs(float(score) - exact * 100) < 0.01


@pytest.mark.parametrize(
    ("question", "value", "words"),
    [
        (Asked(), "maybe", "是"),
        (Asked(kind="scale"), "6", "1到5"),
        (Asked(kind="scale"), "²", "1到5"),
        (Asked(kind="choice", options=OPTIONS), "差", "选项"),
        (Asked(kind="number"), "十", "数字"),
        (Asked(kind="number"), "NaN", "数字"),
        (Asked(kind="number", minimum=Decimal(0)), "-1", "不能小于0"),
        (Asked(kind="number", maximum=Decimal(100)), "101", "不能大于100"),
        (Asked(kind="date"), "2026-02-30", "日期不对"),
        (Asked(kind="text"), "字" * 1001, "1000字"),
    ],
)
def test_what_cannot_be_an_answer_is_told(question, value, words):
    assert words in refuse(question, value)


def test_what_a_sheet_still_lacks():
    asked = {
        1: Asked(),
        2: Asked(note_on=["no"]),
        3: Asked(finding_on=["no"]),
        4: Asked(is_required=False),
    }
    given_answers = {2: Given("no"), 3: Given("no", note="有说明也要记问题")}
    lacking = demands(asked, given_answers)
    assert (lacking.unanswered, lacking.without_note, lacking.without_finding) == ([1], [2], [3])
    done = {1: Given(is_na=True), 2: Given("no", note="见照片"), 3: Given("no")}
    assert not demands(asked, done, found=[3])
