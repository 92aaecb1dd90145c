from __future__ import annotations

import statistics
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seminars.ranking import Place, counted, is_far, mean_of, places, spread_of, tiers_for


def points(*values) -> list[Decimal]:
    return [Decimal(str(value)) for value in values]


@pytest.mark.parametrize(
    ("given_", "drops", "mean"),
    [
        (points(60, 70, 80, 90, 100), True, "80.00"),
        (points(60, 70, 80, 100), True, "77.50"),  # four judges: nothing is dropped
        (points(10, 70, 70, 70, 100), True, "70.00"),
        (points(10, 70, 70, 70, 100), False, "64.00"),
        (points(33.33, 33.34), False, "33.34"),  # half up
    ],
)
def test_what_counts(given_, drops, mean):
    assert mean_of(counted(given_, drops_extremes=drops)) == Decimal(mean)


def test_spread_is_the_standard_deviation():
    assert spread_of(points(60, 70, 80)) == Decimal("8.16")
    assert spread_of(points(60)) is None


def test_far_is_away_from_the_middle_of_three_at_least():
    assert is_far(Decimal(50), points(50, 80, 82))
    assert not is_far(Decimal(80), points(50, 80, 82))
    assert not is_far(Decimal(50), points(50, 80))


def test_equal_scores_go_to_the_paper_on_which_judges_agree():
    found = places({1: points(70, 90), 2: points(80, 80), 3: points(90, 90)}, drops_extremes=True)
    assert [(row.key, row.rank) for row in found] == [(3, 1), (2, 2), (1, 3)]


def test_equal_in_both_share_a_rank():
    found = places({1: points(80, 80), 2: points(80, 80), 3: points(70, 70)}, drops_extremes=True)
    assert [(row.key, row.rank) for row in found] == [(1, 1), (2, 1), (3, 3)]


def place(key: int, rank: int) -> Place:
    return Place(key, rank, Decimal(80), None)


def test_prizes_go_down_the_ranks():
    ranked = [place(1, 1), place(2, 2), place(3, 3), place(4, 4)]
    assert tiers_for(ranked, [(10, 1), (20, 2)]) == {1: 10, 2: 20, 3: 20, 4: None}


def test_two_of_one_rank_are_not_parted_by_lot():
    ranked = [place(1, 1), place(2, 1), place(3, 3)]
    assert tiers_for(ranked, [(10, 1), (20, 2)]) == {1: 20, 2: 20, 3: None}


@given(
    st.dictionaries(
        st.integers(1, 30),
        st.lists(st.integers(0, 100).map(Decimal), min_size=1, max_size=9),
        max_size=12,
    ),
    st.lists(st.integers(1, 4), max_size=3),
)
def test_never_more_prizes_than_places(scores, quota):
    ranked = places(scores, drops_extremes=True)
    assert [row.score for row in ranked] == sorted((row.score for row in ranked), reverse=True)
    for row in ranked:
        kept = sorted(scores[row.key])
        kept = kept[1:-1] if len(kept) >= 5 else kept
        assert abs(float(row.score) - statistics.fmean(map(float, kept))) < 0.006
    prizes = tiers_for(ranked, list(enumerate(quota)))
    for tier, many in enumerate(quota):
        assert sum(prize == tier for prize in prizes.values()) <= many
    by_rank = {}
    for row in ranked:
        assert by_rank.setdefault(row.rank, prizes[row.key]) == prizes[row.key]
