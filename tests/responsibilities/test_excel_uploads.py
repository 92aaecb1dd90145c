"""The way of a workbook back into the returns: preview, conflicts, one transaction."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict
from gongjian.foundation.kernel.numbers import show
from gongjian.foundation.tenancy.scope import tenant_scope
from responsibilities.models import Obligation, QuarterlyReturn, ReturnUpload
from responsibilities.queries.behalf import owed_below, standings
from responsibilities.services.returns import save_cells, start_return
from responsibilities.services.review import send_back_return
from responsibilities.services.uploads import (
    confirm_upload,
    keep_children_workbook,
    keep_return_workbook,
    open_ticket,
    preview_upload,
)
from responsibilities.workbooks.writing import UnitLine, write_children
from tests.factories.cast import build_cast
from tests.factories.returns import CODES, fill, open_quarter, start, submitted
from tests.responsibilities import workbook_files as made
from tests.responsibilities.test_excel_files import download


@pytest.fixture
def owed(cast) -> Obligation:
    period, _ = open_quarter(cast)
    return Obligation.objects.select_related("unit", "form", "period").get(
        unit=cast.hongqi, period=period
    )


def upload(cast, owed, values: dict[str, object], *, remarks=None, actor=None, content=None):
    content = content or download(owed, actor or cast.secretary)
    changes = [made.number(made.place_of(content, code), value) for code, value in values.items()]
    changes += [
        made.text(made.place_of(content, code, "G"), text) for code, text in (remarks or {}).items()
    ]
    return keep_return_workbook(
        made.repacked(content, made.all_of(*changes)),
        actor=actor or cast.secretary,
        obligation=owed,
        file_name="填好.xlsx",
    )


def value_of(owed, code: str):
    row = QuarterlyReturn.objects.get(obligation=owed)
    slots = {cell.code: cell.slot for cell in owed.form.layout()}
    return row.values[slots[code]]


def confirm(kept, actor, chosen=None):
    lines = preview_upload(kept)
    seen = {line.change.key: line.standing for line in lines.conflicts}
    return confirm_upload(kept, actor=actor, seen=seen, chosen=chosen or {})


def test_nothing_is_saved_before_the_confirmation(cast, owed):
    kept = upload(cast, owed, {"Z203": 12})

    preview = preview_upload(kept)
    assert [(line.standing, line.change.text) for line in preview.changes] == [("", "12")]
    # Nine of ten: five values and five remarks.
    assert preview.unchanged == 4
    assert QuarterlyReturn.objects.count() == 0

    assert confirm(kept, cast.secretary) == 1
    assert value_of(owed, "Z203") == 12
    entry = TrailEntry.objects.filter(action="responsibilities.return.saved").get()
    assert entry.after == {"Z203": "12"}


def test_remarks_come_back_with_the_values(cast, owed):
    confirm(upload(cast, owed, {"Z203": 12}, remarks={"Z203": "新建 2 家企业工会"}), cast.secretary)

    assert QuarterlyReturn.objects.get().remarks == {"Z203": "新建 2 家企业工会"}


def test_an_emptied_cell_empties_the_return(cast, owed):
    fill(start(cast, cast.hongqi, owed.period, cast.secretary), cast.secretary)
    content = download(owed, cast.secretary)
    place = made.place_of(content, "Z203")
    emptied = made.repacked(content, made.with_cell(place, ""))

    kept = keep_return_workbook(emptied, actor=cast.secretary, obligation=owed, file_name="x.xlsx")
    confirm(kept, cast.secretary)

    assert value_of(owed, "Z203") is None


def test_a_cell_changed_after_the_download_asks_which_value_counts(cast, owed):
    row = fill(start(cast, cast.hongqi, owed.period, cast.secretary), cast.secretary)
    kept = upload(cast, owed, {"Z203": 15, "Z201": 300})
    save_cells(row, actor=cast.union_chair, changes={"Z203": "13"}, base={})

    preview = preview_upload(kept)
    assert [line.change.code for line in preview.changes] == ["Z201"]
    (line,) = preview.conflicts
    assert (line.change.base, line.standing, line.change.text) == ("12", "13", "15")

    with pytest.raises(DomainError, match="请选择"), transaction.atomic():
        confirm(kept, cast.secretary)
    assert value_of(owed, "Z201") == 120
    assert confirm(kept, cast.secretary, {line.change.key: "theirs"}) == 1
    assert (value_of(owed, "Z203"), value_of(owed, "Z201")) == (13, 300)


def test_the_answer_mine_overwrites_what_was_seen_and_nothing_else(cast, owed):
    row = fill(start(cast, cast.hongqi, owed.period, cast.secretary), cast.secretary)
    kept = upload(cast, owed, {"Z203": 15})
    save_cells(row, actor=cast.union_chair, changes={"Z203": "13"}, base={})
    (line,) = preview_upload(kept).conflicts
    save_cells(row, actor=cast.union_chair, changes={"Z203": "14"}, base={})

    with pytest.raises(StateConflict, match="又被改为14"), transaction.atomic():
        confirm_upload(
            kept,
            actor=cast.secretary,
            seen={line.change.key: "13"},
            chosen={line.change.key: "mine"},
        )
    assert value_of(owed, "Z203") == 14

    assert confirm(kept, cast.secretary, {line.change.key: "mine"}) == 1
    assert value_of(owed, "Z203") == 15


def test_a_value_equal_to_what_stands_is_no_change(cast, owed):
    row = fill(start(cast, cast.hongqi, owed.period, cast.secretary), cast.secretary)
    kept = upload(cast, owed, {"Z203": 13})
    save_cells(row, actor=cast.union_chair, changes={"Z203": "13"}, base={})

    preview = preview_upload(kept)
    assert (preview.changes, preview.conflicts) == ([], [])


def test_a_return_submitted_meanwhile_is_not_touched(cast, owed):
    kept = upload(cast, owed, {"Z203": 15})
    submitted(cast, cast.hongqi, owed.period, cast.secretary)

    assert len(preview_upload(kept).locked) == 1
    with pytest.raises(StateConflict, match="没有导入"):
        confirm(kept, cast.secretary)
    assert value_of(owed, "Z203") == 12


def test_of_a_returned_sheet_only_the_pinned_cells_come_back(cast, owed):
    row = submitted(cast, cast.hongqi, owed.period, cast.secretary)
    send_back_return(row, actor=cast.township, reason="", remarks={"Z203": "请核对"})

    fine = upload(cast, owed, {"Z203": 15})
    wrong = upload(cast, owed, {"Z201": 15})

    assert (fine.state, wrong.state) == ("checked", "faulty")
    assert "没有退回" in wrong.faults[0][1]
    assert confirm(fine, cast.secretary) == 1


def test_only_the_uploader_confirms_and_only_once_within_a_day(cast, owed):
    kept = upload(cast, owed, {"Z203": 15})

    with pytest.raises(NotPermitted):
        confirm(kept, cast.union_chair)
    ReturnUpload.objects.filter(pk=kept.pk).update(created_at=timezone.now() - timedelta(hours=25))
    kept.refresh_from_db()
    with pytest.raises(StateConflict, match="24 小时"):
        confirm(kept, cast.secretary)
    again = upload(cast, owed, {"Z203": 15})
    # The stale one went with the new upload.
    assert list(ReturnUpload.objects.all()) == [again]
    confirm(again, cast.secretary)
    again.refresh_from_db()
    with pytest.raises(StateConflict):
        confirm(again, cast.secretary)


def _children(cast, owed) -> tuple[bytes, list[Obligation]]:
    below = list(owed_below(cast.dongfeng, owed.period))
    held = standings(below)
    cells = owed.form.layout()
    ticket = open_ticket(cast.township, cast.dongfeng, owed.period, held, "children")
    lines = [
        UnitLine(
            row.obligation.unit.code,
            row.obligation.unit.name,
            {cell.code: row.values[cell.slot] for cell in cells},
            tuple(row.open),
        )
        for row in held
    ]
    return write_children(lines, ticket, cells=cells), below


def test_the_workbook_of_all_units_below_comes_back_unit_by_unit(cast, owed):
    content, below = _children(cast, owed)
    # Units stand in rows 7 and 8, the cells from column C on.
    changed = made.repacked(content, made.all_of(made.number("C7", 11), made.number("D8", 22)))

    kept = keep_children_workbook(
        changed, actor=cast.township, unit=cast.dongfeng, period=owed.period, file_name="代报.xlsx"
    )

    assert kept.state == "checked"
    assert [line.unit for line in preview_upload(kept).changes] == ["红旗村", "星火机械公司"]
    assert confirm(kept, cast.township) == 2
    assert value_of(below[0], CODES[0]) == 11
    assert value_of(below[1], CODES[1]) == 22


def test_one_bad_cell_keeps_the_whole_workbook_out(cast, owed):
    content, _ = _children(cast, owed)
    changed = made.repacked(content, made.all_of(made.number("C7", 11), made.text("D8", "约30")))

    kept = keep_children_workbook(
        changed, actor=cast.township, unit=cast.dongfeng, period=owed.period, file_name="代报.xlsx"
    )

    assert kept.state == "faulty"
    assert kept.faults == [["D8", "“约30”不是数字，请只填数，如 1200 或 1.2万。"]]
    assert QuarterlyReturn.objects.count() == 0


def test_the_two_kinds_of_workbooks_are_not_taken_for_each_other(cast, owed):
    content, _ = _children(cast, owed)

    with pytest.raises(DomainError, match="代报"):
        keep_return_workbook(content, actor=cast.secretary, obligation=owed, file_name="代报.xlsx")
    with pytest.raises(DomainError, match="填报页"):
        keep_children_workbook(
            download(owed, cast.secretary),
            actor=cast.township,
            unit=cast.dongfeng,
            period=owed.period,
            file_name="x.xlsx",
        )
    with pytest.raises(NotPermitted):
        keep_children_workbook(
            content, actor=cast.secretary, unit=cast.dongfeng, period=owed.period, file_name="x"
        )


_NUMBERS = st.integers(0, 10**9)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    before=st.dictionaries(st.sampled_from(CODES), _NUMBERS, max_size=5),
    edits=st.dictionaries(st.sampled_from(CODES), _NUMBERS, max_size=5),
)
def test_what_is_typed_into_the_workbook_is_what_stands_afterwards(cast, owed, before, edits):
    QuarterlyReturn.objects.all().delete()
    row = start_return(owed, actor=cast.secretary)
    save_cells(
        row,
        actor=cast.secretary,
        changes={code: str(number) for code, number in before.items()},
        base={},
    )

    kept = upload(cast, owed, edits)
    confirm(kept, cast.secretary)

    wanted = before | edits
    (held,) = standings([owed])
    assert held.texts == {
        code: show(Decimal(wanted[code])) if code in wanted else "" for code in CODES
    }
    # And the next download says that nothing is left to change.
    again = upload(cast, owed, edits)
    assert preview_upload(again).changes == []


@pytest.mark.django_db(transaction=True)
def test_of_two_uploads_for_the_same_cell_one_is_told(committed_cast_for_race):
    cast, owed = committed_cast_for_race
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        content = download(owed, cast.secretary)
        first = upload(cast, owed, {"Z203": 15}, content=content)
        second = upload(cast, owed, {"Z203": 16}, actor=cast.union_chair, content=content)
    barrier = threading.Barrier(2)
    answers: list[object] = []

    def run(kept, actor) -> None:
        barrier.wait(10)
        try:
            with tenant_scope(cast.tenant.pk), transaction.atomic():
                answers.append(confirm_upload(kept, actor=actor, seen={}, chosen={}))
        except StateConflict as error:
            answers.append(error.message)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=(first, cast.secretary)),
        threading.Thread(target=run, args=(second, cast.union_chair)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(map(type, answers), key=str) == [int, str], answers
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        assert value_of(owed, "Z203") in {15, 16}


@pytest.fixture
def committed_cast_for_race(transactional_db):

    with transaction.atomic():
        cast = build_cast()
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        period, _ = open_quarter(cast)
        owed = Obligation.objects.select_related("unit", "form", "period").get(
            unit=cast.hongqi, period=period
        )
    return cast, owed
