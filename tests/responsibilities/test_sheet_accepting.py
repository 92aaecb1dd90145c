"""Accepting prefilled values, and remarks that two windows write."""

from __future__ import annotations

import pytest

from gongjian.foundation.kernel.errors import NotPermitted
from responsibilities.services.accepting import accept_prefilled
from responsibilities.services.returns import save_cells
from tests.factories.returns import CODES, open_quarter, start, submitted


@pytest.fixture
def prefilled(cast):
    """A return of the fourth quarter: 职工总数 and 工会会员数 stand from the third."""
    earlier, form = open_quarter(cast, ordinal=3)
    submitted(cast, cast.hongqi, earlier, cast.secretary)
    period, _ = open_quarter(cast, form=form, ordinal=4)
    return start(cast, cast.hongqi, period, cast.secretary)


def test_a_prefilled_value_is_accepted_once_and_keeps_its_source(cast, prefilled):
    assert "Z201" in prefilled.sources

    first = accept_prefilled(prefilled, actor=cast.secretary, codes=["Z201", "nothing"])
    second = accept_prefilled(prefilled, actor=cast.union_chair, codes=["Z201"])

    prefilled.refresh_from_db()
    assert (first, second) == (["Z201"], [])
    assert prefilled.notes["accepted"] == {"Z201": cast.secretary.person_name}
    assert "Z201" in prefilled.sources


def test_a_cell_that_nobody_prefilled_has_nothing_to_accept(cast, prefilled):
    blank = next(code for code in CODES if code not in prefilled.sources)

    assert accept_prefilled(prefilled, actor=cast.secretary, codes=[blank]) == []


def test_a_neighbour_accepts_nothing(cast, prefilled):
    with pytest.raises(NotPermitted):
        accept_prefilled(prefilled, actor=cast.neighbour, codes=["Z201"])


def test_a_stale_remark_is_refused_with_what_stands_there(cast, prefilled):
    def write(text, base):
        return save_cells(
            prefilled,
            actor=cast.secretary,
            changes={},
            base={},
            remarks={"Z201": text},
            remark_base={"Z201": base},
        )

    assert write("合并了两个村", "").remark_conflicts == {}
    refused = write("新建了厂", "").remark_conflicts
    prefilled.refresh_from_db()
    assert refused["Z201"]["theirs"] == "合并了两个村"
    assert prefilled.remarks["Z201"] == "合并了两个村"

    assert write("新建了厂", "合并了两个村").remark_conflicts == {}
    prefilled.refresh_from_db()
    assert prefilled.remarks["Z201"] == "新建了厂"
