from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commendations.ratios import standing_of


def one(trait_count: int, others: int, bound: str, percent: int):
    held = [frozenset({"woman"})] * trait_count + [frozenset()] * others
    [standing] = standing_of([("woman", "女性", bound, percent)], held)
    return standing


@pytest.mark.parametrize(
    ("count", "others", "bound", "percent", "kept", "lacking"),
    [
        (3, 2, "at_least", 60, True, 0),
        (59, 41, "at_least", 60, False, 1),
        (2, 1, "at_least", 67, False, 1),  # 66.67 %: nothing is rounded up
        (1, 6, "at_most", 15, True, 0),
        (1, 5, "at_most", 15, False, 1),
        (0, 0, "at_least", 60, True, 0),
        (0, 3, "at_most", 0, True, 0),
    ],
)
def test_a_ratio_is_kept_to_the_fraction(count, others, bound, percent, kept, lacking):
    standing = one(count, others, bound, percent)
    assert (standing.is_kept, standing.lacking) == (kept, lacking)


@given(
    st.integers(0, 40), st.integers(0, 40), st.sampled_from(["at_least", "at_most"]),
    st.integers(0, 100),
)  # fmt: skip
def test_what_is_lacking_makes_it_kept(count, others, bound, percent):
    standing = one(count, others, bound, percent)
    if standing.is_kept:
        assert standing.lacking == 0
        return
    step = standing.lacking
    changed = count + step if bound == "at_least" else count - step
    again = one(changed, count + others - changed, bound, percent)
    assert again.is_kept
    short = one(
        changed - 1 if bound == "at_least" else changed + 1,
        count + others - (changed - 1 if bound == "at_least" else changed + 1),
        bound,
        percent,
    )
    assert not short.is_kept
