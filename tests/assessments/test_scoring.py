from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.enums import Grade
from assessments.parameters import check_parameters
from assessments.scoring import (
    Standing,
    Thresholds,
    effective_weights,
    grades_of,
    quota_of,
    ranks_of,
    score_unit,
)
from assessments.verdicts import Reading, cents, verdict_of

HUNDRED = Decimal(100)
values = st.decimals(min_value=0, max_value=10_000, places=2)
positive = st.decimals(min_value=Decimal("0.01"), max_value=10_000, places=2)
points = st.decimals(min_value=Decimal("0.01"), max_value=100, places=2)


def score(method: str, weight: str, parameters: dict, **facts) -> tuple[Decimal | None, str]:
    numbers = {name: None if fact is None else Decimal(fact) for name, fact in facts.items()}
    verdict = verdict_of(method, parameters, Reading(**numbers))
    lines, _ = score_unit([Decimal(weight)], [verdict], Decimal(weight))
    return lines[0].score, lines[0].formula


def test_proportional_stands_as_the_rule_text_says():
    assert score("proportional", "15", {}, value="86", target="100") == (
        Decimal("12.90"),
        "得分 = 15 × min(86 ÷ 100, 1) = 12.90",
    )


def test_more_than_the_target_earns_no_more_than_all_points():
    assert score("proportional", "15", {}, value="130", target="100")[0] == Decimal("15.00")


def test_a_rate_is_scored_from_its_parts_and_printed_with_them():
    assert score(
        "proportional", "20", {"full_at": "90"}, value="71.67", numerator="43", denominator="60"
    ) == (Decimal("15.93"), "得分 = 20 × min((43 ÷ 60 × 100) ÷ 90, 1) = 15.93")


def test_below_the_floor_earns_nothing():
    result, formula = score("proportional", "10", {"full_at": "90", "floor": "60"}, value="59")
    assert (result, formula) == (Decimal("0.00"), "得分 = 10 × 0（59 低于底线 60） = 0.00")


def test_a_half_cent_is_rounded_up():
    # 10 × 1 ÷ 16 = 0.625
    assert score("proportional", "10", {}, value="1", target="16")[0] == Decimal("0.63")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("90", "3.00"), ("89.99", "2.00"), ("80", "2.00"), ("70", "1.00"), ("69", "0.00")],
)
def test_stepped_takes_the_step_that_was_reached(value, expected):
    steps = [
        {"from": "70", "percent": "33.3333"},
        {"from": "90", "percent": "100"},
        {"from": "80", "percent": "66.6667"},
    ]
    assert score("stepped", "3", {"steps": steps}, value=value)[0] == Decimal(expected)


def test_inverse_earns_all_at_or_below_its_goal():
    assert score("inverse", "15", {}, value="8", target="5") == (
        Decimal("9.38"),
        "得分 = 15 × min(5 ÷ 8, 1) = 9.38",
    )
    assert score("inverse", "15", {}, value="0", target="0")[0] == Decimal("15.00")
    assert score("inverse", "15", {}, value="1", target="0")[0] == Decimal("0.00")


def test_deductions_end_at_zero():
    assert score("deduct", "10", {"each": "20"}, value="2")[0] == Decimal("6.00")
    assert score("deduct", "10", {"each": "20"}, value="9")[0] == Decimal("0.00")


def test_judged_is_the_mean_and_drops_extremes_from_five_judges():
    four = verdict_of("judged", {}, Reading(marks=tuple(map(Decimal, ("90", "80", "85", "95")))))
    five = verdict_of(
        "judged", {}, Reading(marks=tuple(map(Decimal, ("90", "80", "85", "100", "10"))))
    )
    assert four.share == Fraction(875, 1000)
    assert five.share == Fraction(85, 100)
    assert "已去掉最高分和最低分" in five.expression


def test_nothing_filed_is_zero_and_nothing_to_measure_does_not_apply():
    filed_nothing = verdict_of("proportional", {}, Reading(target=Decimal(10)))
    no_base = verdict_of("proportional", {}, Reading(denominator=Decimal(0)))
    no_target = verdict_of("proportional", {}, Reading(value=Decimal(3)))
    unknown = verdict_of("proportional", {"full_at": "10"}, Reading(found=False))
    lenient = verdict_of("proportional", {"full_at": "10", "missing": "not_applicable"}, Reading())

    assert filed_nothing.share == 0
    assert [no_base.share, no_target.share, unknown.share, lenient.share] == [None] * 4


@pytest.mark.parametrize(
    ("method", "parameters", "word"),
    [
        ("stepped", {"steps": []}, "至少要有一档"),
        ("stepped", {"steps": [{"from": "1", "percent": "120"}]}, "0 到 100"),
        (
            "stepped",
            {"steps": [{"from": "1", "percent": "50"}, {"from": "2", "percent": "40"}]},
            "不能更低",
        ),
        ("deduct", {}, "改成数字"),
        ("deduct", {"each": "0"}, "大于 0"),
        ("proportional", {"full_at": "-1"}, "不能小于 0"),
        ("proportional", {"full_at": "5", "floor": "6"}, "不能高于满分值"),
        ("proportional", {"full_at": "many"}, "改成数字"),
    ],
)
def test_wrong_parameters_are_named(method, parameters, word):
    assert word in check_parameters(method, parameters)


@given(value=values, target=positive, weight=points)
def test_a_score_stays_between_zero_and_the_weight(value, target, weight):
    for method in ("proportional", "inverse"):
        verdict = verdict_of(method, {}, Reading(value=value, target=target))
        lines, total = score_unit([weight], [verdict], weight)
        assert Decimal(0) <= lines[0].score <= weight
        assert total == lines[0].score


@given(low=values, more=values, target=positive)
def test_more_never_earns_less(low, more, target):
    def share(method, value):
        return verdict_of(method, {}, Reading(value=value, target=target)).share

    assert share("proportional", low) <= share("proportional", low + more)
    assert share("inverse", low) >= share("inverse", low + more)


@given(value=values, target=positive, weight=points)
def test_the_fraction_agrees_with_decimal_arithmetic(value, target, weight):
    lines, _ = score_unit(
        [weight], [verdict_of("proportional", {}, Reading(value=value, target=target))], weight
    )
    plain = (weight * min(value, target) / target).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert lines[0].score == plain


@given(st.lists(st.tuples(st.integers(1, 50), st.booleans()), min_size=1, max_size=12))
def test_weights_that_apply_add_up_to_the_full_score(parts):
    weights = [Decimal(weight) for weight, _ in parts]
    applies = [ok for _, ok in parts]
    result = effective_weights(weights, applies, HUNDRED)

    assert sum(result) == (HUNDRED if any(applies) else 0)
    assert all(weight == 0 for weight, ok in zip(result, applies, strict=True) if not ok)


def test_weights_stay_as_they_are_when_all_apply():
    weights = [Decimal(60), Decimal(40)]
    assert effective_weights(weights, [True, True], HUNDRED) == weights
    assert effective_weights(weights, [True, False], HUNDRED) == [HUNDRED, 0]


def test_a_thousand_point_scheme_redistributes_to_a_thousand():
    weights = [Decimal(300), Decimal(300), Decimal(400)]
    result = effective_weights(weights, [True, True, False], Decimal(1000))
    assert result == [Decimal(500), Decimal(500), 0]


def test_a_group_of_two_gets_no_ranks():
    assert ranks_of({1: Decimal(90), 2: Decimal(80)}) == {}


def test_equal_totals_share_a_place():
    totals = {1: Decimal(90), 2: Decimal(95), 3: Decimal(90), 4: Decimal(80)}
    assert ranks_of(totals) == {2: 1, 1: 2, 3: 2, 4: 4}


@given(st.dictionaries(st.integers(1, 99), points, min_size=3, max_size=30))
def test_a_place_counts_those_who_are_better(totals):
    assert ranks_of(totals) == {
        key: 1 + sum(other > total for other in totals.values()) for key, total in totals.items()
    }


@pytest.mark.parametrize(
    ("size", "expected"), [(0, 0), (1, 1), (4, 1), (5, 1), (9, 1), (10, 2), (14, 2), (15, 3)]
)
def test_the_quota_is_rounded_down_but_at_least_one(size, expected):
    assert quota_of(size, Decimal(20)) == expected


@given(
    st.lists(st.decimals(min_value=0, max_value=100, places=2), min_size=1, max_size=40),
)
def test_excellent_never_exceeds_its_quota_nor_passes_over_a_better_one(totals):
    standings = [Standing(key, total) for key, total in enumerate(totals)]
    grades = grades_of(standings, Thresholds(), HUNDRED)

    excellent = [totals[key] for key, grade in grades.items() if grade is Grade.EXCELLENT]
    others = [totals[key] for key, grade in grades.items() if grade is not Grade.EXCELLENT]
    assert len(excellent) <= quota_of(len(totals), Decimal(20))
    assert all(total >= 90 for total in excellent)
    assert not excellent or not others or min(excellent) >= max(others)


def test_thresholds_hold_at_their_edges():
    totals = {1: "90", 2: "89.99", 3: "80", 4: "79.99", 5: "60", 6: "59.99"}
    standings = [Standing(key, Decimal(total)) for key, total in totals.items()]
    grades = grades_of(standings, Thresholds(), HUNDRED)
    assert [grades[key].value for key in range(1, 7)] == [
        "excellent",
        "good",
        "good",
        "qualified",
        "qualified",
        "unqualified",
    ]


def test_of_equal_totals_the_heavier_item_decides_over_the_quota():
    standings = [
        Standing(1, Decimal(95), (Decimal(55), Decimal(40))),
        Standing(2, Decimal(95), (Decimal(58), Decimal(37))),
    ]
    grades = grades_of(standings, Thresholds(), HUNDRED)
    assert grades == {2: Grade.EXCELLENT, 1: Grade.GOOD}


@given(st.fractions(min_value=0, max_value=1000, max_denominator=10_000))
def test_cents_are_within_half_a_cent_of_the_fraction(exact):
    assert abs(Fraction(cents(exact)) - exact) <= Fraction(1, 200)
