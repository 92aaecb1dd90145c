from __future__ import annotations

import pytest

from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from ledger.enums import RUNNING, FoundingState, ImportState, Operation
from ledger.models import Entry, Founding, ImportRow
from ledger.reading import guess_mapping, read_cells
from ledger.services.entries import save_entry
from ledger.services.imports import apply_list, compare_list, decide_rows, discard_list, keep_list
from tests.factories.ledger import code_of, compared, entry_of, kept, list_file

pytestmark = pytest.mark.django_db

#: Statements that a list of any length may take.
COMPARED, APPLIED = 30, 40


def verdicts(upload) -> dict[str, str]:
    return {row.values.get("name", ""): row.verdict for row in upload.rows.all()}


def row_of(upload, name: str) -> ImportRow:
    return next(row for row in upload.rows.all() if row.values.get("name") == name)


def decide_all(cast, upload, **decisions: str) -> None:
    for verdict, decision in decisions.items():
        decide_rows(upload, actor=cast.township, decision=decision, verdict=verdict)


def test_headings_are_told_by_their_words():
    found = guess_mapping(["序号", "企业名称（全称）", "统一社会信用代码", "参保人数", "企业名称"])
    assert found == {"name": 1, "credit_code": 2, "worker_count": 3}


def test_cells_say_what_is_wrong_and_where():
    mapping = {"name": 0, "credit_code": 1, "worker_count": 2, "founded_on": 3, "kind": 4}
    values, errors = read_cells(
        ["青禾公司", "91990001000000001A", "约30", "2026-02-30", "外太空"], mapping
    )
    assert values == {"name": "青禾公司"}
    assert {error["field"] for error in errors} == {
        "credit_code", "worker_count", "founded_on", "kind",
    }  # fmt: skip
    values, errors = read_cells(
        ["青禾公司", code_of(1).lower(), "1,030", "2020年3月5日", "有限责任公司(自然人独资)"],
        mapping,
    )
    assert errors == []
    assert values["credit_code"] == code_of(1)
    assert (values["worker_count"], values["founded_on"]) == (1030, "2020-03-05")
    assert values["kind"] == "private"


def test_a_list_beside_the_ledger(cast):
    same = entry_of(cast, 1)
    entry_of(cast, 2)
    entry_of(cast, 3, credit_code="")
    entry_of(cast, 4)
    upload = compared(
        cast,
        [
            [same.name, code_of(1), "东风镇", 40, "存续"],
            ["青禾第2机械有限公司", code_of(2), "", 88, "存续"],
            ["青禾第3机械有限责任公司", code_of(3), "", 40, ""],
            ["新来物流公司", code_of(50), "红旗村", 30, "在业"],
            ["坏码公司", "91990001000000001A", "", 3, ""],
            ["无处公司", code_of(51), "没有镇", 3, ""],
            ["新来物流公司", code_of(50), "", 31, ""],
            ["早已注销公司", code_of(52), "", 0, "注销"],
        ],
        is_complete=True,
    )
    assert Entry.objects.count() == 4
    found = {row.number: row.verdict for row in upload.rows.all() if row.number}
    assert found == {
        2: "same", 3: "changed", 4: "doubtful", 5: "new", 6: "faulty", 7: "faulty", 8: "faulty",
        9: "same",
    }  # fmt: skip
    assert row_of(upload, "青禾第2机械有限公司").changes == [
        ["worker_count", "职工总数", "40", "88"]
    ]
    gone = upload.rows.get(number=0)
    assert (gone.entry.name, gone.changes[0][3]) == ("青禾第4机械有限公司", "注销")
    assert row_of(upload, "新来物流公司").unit == cast.hongqi


def test_nothing_is_written_before_it_is_applied_and_then_all_of_it(cast):
    entry_of(cast, 2)
    doubtful = entry_of(cast, 3, credit_code="")
    gone = entry_of(cast, 4)
    assert Founding.objects.filter(entry=gone, state__in=RUNNING).exists()
    upload = compared(
        cast,
        [
            ["青禾第2机械有限公司", code_of(2), "", 88, ""],
            ["青禾第3机械有限责任公司", code_of(3), "", 40, ""],
            ["新来物流公司", code_of(50), "红旗村", 30, ""],
            ["不要的公司", code_of(51), "", 5, ""],
        ],
        is_complete=True,
    )
    with pytest.raises(DomainError, match="还有5行没有决定"):
        apply_list(upload, actor=cast.township)
    skipped = row_of(upload, "不要的公司")
    decide_rows(upload, actor=cast.township, decision="skip", row_ids=[skipped.pk])
    decide_all(cast, upload, new="accept", changed="accept", doubtful="link", vanished="accept")
    assert Entry.objects.count() == 3
    upload = apply_list(upload, actor=cast.township)
    assert upload.state == ImportState.APPLIED
    assert upload.outcome == {"new": 1, "changed": 3, "listed": 1}
    new = Entry.objects.get(name="新来物流公司")
    assert (new.unit, new.versions.count(), new.seen_on) == (cast.hongqi, 1, today())
    clue = Founding.objects.get(entry=new)
    assert (clue.state, clue.source, clue.line) == (FoundingState.CLUE, "market", "union")
    doubtful.refresh_from_db()
    assert doubtful.credit_code == code_of(3)
    gone.refresh_from_db()
    assert gone.operation == Operation.DEREGISTERED
    assert not Founding.objects.filter(entry=gone, state__in=RUNNING).exists()
    changed = Entry.objects.get(credit_code=code_of(2))
    assert (changed.worker_count, changed.versions.count()) == (88, 2)
    present = changed.versions.get(ends_on__isnull=True)
    assert (present.worker_count, present.recorded_by) == (88, cast.township.label)
    assert ["worker_count", "职工总数", "40", "88"] in present.changed
    with pytest.raises(StateConflict):
        apply_list(upload, actor=cast.township)


def test_what_moved_on_since_is_compared_again(cast):
    entry = entry_of(cast, 2)
    upload = compared(cast, [[entry.name, code_of(2), "", 88, ""]])
    decide_all(cast, upload, changed="accept")
    save_entry(entry, actor=cast.township, unit=cast.dongfeng, values={"worker_count": 41})
    with pytest.raises(StateConflict, match="重新比对"):
        apply_list(upload, actor=cast.township)
    entry.refresh_from_db()
    assert entry.worker_count == 41
    upload = compare_list(upload, actor=cast.township, mapping=upload.mapping)
    with pytest.raises(DomainError, match="没有决定"):
        apply_list(upload, actor=cast.township)


def test_two_rows_are_not_one_unit_and_parts_stay_within(cast):
    entry_of(cast, 3, credit_code="", women_count=30)
    upload = compared(
        cast,
        [
            ["青禾第3机械公司", code_of(3), "", 40, ""],
            ["青禾第3机械股份有限公司", code_of(4), "", 40, ""],
        ],
    )
    decide_all(cast, upload, doubtful="link")
    with pytest.raises(DomainError, match="认作了同一单位"):
        apply_list(upload, actor=cast.township)
    upload = compared(cast, [["青禾第3机械公司", code_of(3), "", 20, ""]])
    decide_all(cast, upload, doubtful="link")
    with pytest.raises(DomainError, match="女职工多于职工总数"):
        apply_list(upload, actor=cast.township)
    assert Entry.objects.get().worker_count == 40


def test_a_changed_place_moves_the_entry(cast):
    entry = entry_of(cast, 1)
    upload = compared(cast, [[entry.name, code_of(1), "红旗村", 40, ""]])
    decide_all(cast, upload, changed="accept")
    apply_list(upload, actor=cast.township)
    entry.refresh_from_db()
    assert entry.unit == cast.hongqi


def test_separate_needs_a_code_of_its_own(cast):
    entry_of(cast, 3)
    upload = compared(cast, [["青禾第3机械公司", "", "", 12, ""]])
    assert verdicts(upload) == {"青禾第3机械公司": "doubtful"}
    with pytest.raises(DomainError, match="不能“采纳”"):
        decide_all(cast, upload, doubtful="accept")
    decide_all(cast, upload, doubtful="separate")
    with pytest.raises(DomainError, match="没有统一社会信用代码"):
        apply_list(upload, actor=cast.township)
    assert Entry.objects.count() == 1


def test_who_is_entered_elsewhere_is_not_entered_twice(cast):
    entry_of(cast, 7, actor=cast.office, unit=cast.nanlu)
    upload = compared(cast, [["青禾第7机械有限公司", code_of(7), "", 12, ""]])
    (row,) = upload.rows.all()
    assert row.verdict == "faulty"
    assert "南麓镇" in row.errors[0]["message"]


def test_refusals(cast):
    rows = [["青禾公司", code_of(1), "", 1, ""]]
    with pytest.raises(NotPermitted):
        kept(cast, rows, actor=cast.other_county)
    with pytest.raises(NotPermitted):
        kept(cast, rows, actor=cast.secretary, unit=cast.hongqi)
    with pytest.raises(DomainError, match="没有内容"):
        kept(cast, [])
    with pytest.raises(FieldErrors):
        kept(cast, rows, as_of=today().replace(year=today().year + 1))
    upload = kept(cast, rows)
    with pytest.raises(FieldErrors):
        compare_list(upload, actor=cast.township, mapping={"credit_code": 1})
    with pytest.raises(DomainError, match="对应了两项"):
        compare_list(upload, actor=cast.township, mapping={"name": 0, "address": 0})
    with pytest.raises(DomainError, match="列对应有误"):
        compare_list(upload, actor=cast.township, mapping={"name": 99})
    upload = compare_list(upload, actor=cast.township, mapping=upload.mapping)
    with pytest.raises(NotPermitted):
        decide_rows(upload, actor=cast.other_county, decision="accept", verdict="new")
    with pytest.raises(DomainError, match="没有选中"):
        decide_rows(upload, actor=cast.township, decision="accept")
    upload = discard_list(upload, actor=cast.township)
    with pytest.raises(StateConflict):
        apply_list(upload, actor=cast.township)
    assert not Entry.objects.exists()


def test_a_title_over_the_table_is_passed_over(cast):
    content = (
        "东风镇企业名单,,,,\r\n".encode() + list_file([["青禾公司", code_of(1), "", 9, ""]])[3:]
    )
    upload = keep_list(
        content,
        actor=cast.township,
        unit=cast.dongfeng,
        file_name="名单.csv",
        values={"source": "tax", "as_of": today(), "is_complete": False},
    )
    assert (upload.row_count, upload.mapping["name"]) == (1, 0)
    assert upload.rows.get().number == 3


def test_a_long_list_takes_few_statements(cast, django_assert_max_num_queries):
    rows = [[f"甲{n}公司", code_of(1000 + n), "", 30, ""] for n in range(300)]
    upload = compared(cast, rows)
    decide_all(cast, upload, new="accept")
    apply_list(upload, actor=cast.township)
    upload = kept(cast, [[*row[:3], 31, ""] for row in rows])
    with django_assert_max_num_queries(COMPARED):
        upload = compare_list(upload, actor=cast.township, mapping=upload.mapping)
    decide_all(cast, upload, changed="accept")
    with django_assert_max_num_queries(APPLIED):
        apply_list(upload, actor=cast.township)
    assert Founding.objects.count() == 300
    assert Entry.objects.filter(worker_count=31, revision=2).count() == 300
