from __future__ import annotations

from decimal import Decimal

import pytest

from gongjian.foundation.kernel.errors import FieldErrors, StateConflict
from orgs.models import Unit
from responsibilities.models import Consolidation
from responsibilities.queries.returns import progress_of, progress_of_children
from responsibilities.queries.rollup import totals, yearly_values
from responsibilities.services.returns import save_cells, submit_return, withdraw_return
from responsibilities.services.review import (
    accept_many,
    accept_return,
    send_back_return,
    submit_consolidation,
)
from tests.factories.returns import fill, open_quarter, start, submitted


def test_a_return_goes_up_comes_back_and_is_accepted(cast):
    period, form = open_quarter(cast)
    row = submitted(cast, cast.hongqi, period, cast.secretary)

    sent_back = send_back_return(
        row, actor=cast.township, reason="", remarks={"Z203": "与花名册不符，请核对"}
    )
    answer = save_cells(
        sent_back, actor=cast.secretary, changes={"Z203": "14", "Z201": "1"}, base={"Z203": "12"}
    )
    assert set(answer.saved) == {"Z203"}
    assert "没有被退回" in answer.errors["Z201"]
    sent_back.refresh_from_db()
    row = submit_return(sent_back, actor=cast.secretary)
    row = accept_return(row, actor=cast.township)

    total, lines = totals(cast.dongfeng, period, form)
    assert total.values["Z203"] == Decimal(14)
    assert total.coverage == "1/2 家"
    assert {line.unit.name: line.included for line in lines} == {"红旗村": 1, "星火机械公司": 0}
    root = Unit.objects.get(parent=None)
    assert yearly_values([root, cast.hongqi], period)[root.pk, "Z203"] == Decimal(14)
    assert progress_of(root, period).accepted == 1
    assert [row.expected for row in progress_of_children(cast.qinghe, period)] == [2, 1]


def test_a_stale_cell_is_refused_with_both_values(cast):
    period, _ = open_quarter(cast)
    row = start(cast, cast.hongqi, period, cast.secretary)
    save_cells(row, actor=cast.secretary, changes={"Z203": "10"}, base={"Z203": ""})

    answer = save_cells(row, actor=cast.union_chair, changes={"Z203": "11"}, base={"Z203": ""})

    assert answer.saved == {}
    assert answer.conflicts["Z203"]["theirs"] == "10"
    assert answer.conflicts["Z203"]["by"] == "赵春梅"


def test_letters_in_a_number_cell_are_refused_and_the_rest_is_kept(cast):
    period, _ = open_quarter(cast)
    row = start(cast, cast.hongqi, period, cast.secretary)

    answer = save_cells(
        row, actor=cast.secretary, changes={"Z203": "十二个", "Z201": "1,200"}, base={}
    )

    assert "不是数字" in answer.errors["Z203"]
    assert answer.saved["Z201"]["value"] == "1200"


def test_blanks_and_impossible_parts_stop_the_submission(cast):
    period, _ = open_quarter(cast)
    row = fill(
        start(cast, cast.hongqi, period, cast.secretary), cast.secretary, Z202="500", Z203=""
    )

    with pytest.raises(FieldErrors) as refused:
        submit_return(row, actor=cast.secretary)

    assert set(refused.value.errors) == {"Z202", "Z203"}


def test_a_submitted_return_is_withdrawn_only_while_nobody_has_looked(cast):
    period, _ = open_quarter(cast)
    row = submitted(cast, cast.hongqi, period, cast.secretary)
    row = withdraw_return(row, actor=cast.secretary)
    assert row.is_editable
    row = submit_return(row, actor=cast.secretary)
    type(row).objects.filter(pk=row.pk).update(seen_at=row.submitted_at)

    with pytest.raises(StateConflict, match="已经查看"):
        withdraw_return(row, actor=cast.secretary)


def test_many_are_accepted_at_once_and_a_refused_one_stops_no_other(cast):
    period, _ = open_quarter(cast)
    first = submitted(cast, cast.hongqi, period, cast.secretary)
    second = submitted(cast, cast.xinghuo, period, cast.neighbour)
    accept_return(first, actor=cast.township)

    done, refused = accept_many([first.pk, second.pk], actor=cast.township)

    assert done == 1
    assert len(refused) == 1


def test_totals_are_handed_up_with_their_coverage(cast):
    period, form = open_quarter(cast)
    accept_return(submitted(cast, cast.hongqi, period, cast.secretary), actor=cast.township)

    submit_consolidation(cast.dongfeng, period=period, form=form, actor=cast.township)

    held = Consolidation.objects.get(unit=cast.dongfeng)
    assert (held.accepted_count, held.expected_count) == (1, 2)
    assert held.state == "submitted"
