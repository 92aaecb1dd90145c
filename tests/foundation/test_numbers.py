from __future__ import annotations

import contextlib
import itertools
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from gongjian.foundation.kernel.numbers import (
    LARGEST,
    NotANumber,
    largest_remainder,
    read_number,
    round_half_up,
    show,
)

CASES = json.loads((Path(settings.BASE_DIR) / "frontend/number_cases.json").read_text("utf-8"))
SMALL = st.decimals(min_value=0, max_value=10_000, places=2)


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case["typed"]))
def test_both_readers_agree_on_the_shared_cases(case):
    if case["reads"] is None:
        with pytest.raises(NotANumber):
            read_number(case["typed"])
    else:
        assert show(read_number(case["typed"])) == case["reads"]


@pytest.mark.parametrize("typed", ["1,2,3", "1.2万%", "1万亿", "%%", "1,23", ".", "-.", "Infinity"])
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(NotANumber):
        read_number(typed)


def test_a_figure_beyond_any_count_is_refused():
    assert read_number(str(LARGEST - 1)) == LARGEST - 1
    for typed in (str(LARGEST), "-" + str(LARGEST), "10000亿"):
        with pytest.raises(NotANumber):
            read_number(typed)


@given(st.decimals(min_value=-(LARGEST - 1), max_value=LARGEST - 1, places=4))
def test_what_is_shown_is_read_back(value):
    assert read_number(show(value)) == value


@given(st.text(max_size=12))
def test_no_text_breaks_the_reader(text):
    with contextlib.suppress(NotANumber):
        read_number(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (Decimal(0), "0"),
        (Decimal(100), "100"),
        (Decimal("1E+4"), "10000"),
        (Decimal("12.50"), "12.5"),
        (Decimal("-3.00"), "-3"),
        (Decimal("0.0005"), "0.0005"),
    ],
)
def test_numbers_are_shown_without_needless_signs(value, text):
    assert show(value) == text


def test_halves_are_rounded_up_and_not_to_even():
    assert round_half_up(Decimal("2.345")) == Decimal("2.35")
    assert round_half_up(Decimal("2.5"), Decimal(1)) == 3
    assert round_half_up(Decimal("-2.5"), Decimal(1)) == -3


@given(
    st.integers(0, 100_000),
    st.lists(SMALL, min_size=1, max_size=40),
    st.sampled_from([Decimal(1), Decimal("0.5"), Decimal("0.01")]),
)
def test_parts_add_up_and_stay_within_one_step_of_their_share(total, weights, step):
    total = Decimal(total)
    parts = largest_remainder(total, weights, step)
    whole = sum(weights)
    assert sum(parts) == total
    assert all(part % step == 0 for part in parts)
    for part, weight in zip(parts, weights, strict=True):
        share = total * weight / whole if whole else total / len(weights)
        assert abs(part - share) < step + Decimal("1e-9")


@given(st.integers(0, 10_000), st.lists(SMALL, min_size=2, max_size=20))
def test_more_weight_never_gets_less(total, weights):
    parts = largest_remainder(Decimal(total), weights)
    pairs = sorted(zip(weights, parts, strict=True))
    for (lighter, less), (heavier, more) in itertools.pairwise(pairs):
        if lighter < heavier:
            assert less <= more


def test_the_earlier_one_wins_when_remainders_are_equal():
    assert largest_remainder(Decimal(1), [Decimal(1), Decimal(1)]) == [1, 0]
    assert largest_remainder(Decimal(5), [Decimal(0), Decimal(0), Decimal(0)]) == [2, 2, 1]


def test_a_crumb_smaller_than_the_step_is_not_lost():
    parts = largest_remainder(Decimal("10.5"), [Decimal(1), Decimal(1)])
    assert sum(parts) == Decimal("10.5")


def test_nothing_to_split_among_nobody():
    assert largest_remainder(Decimal(3), []) == []
    with pytest.raises(ValueError, match="negative"):
        largest_remainder(Decimal(3), [Decimal(-1), Decimal(2)])
