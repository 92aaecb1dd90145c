from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from django.conf import settings
from django.core.management import CommandError, call_command

from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.import_services import ImportRefused, confirm_import, import_units, keep_upload
from orgs.imports import MAX_ERRORS, UnitRow, read_units
from orgs.models import Unit, UnitImport
from orgs.queries import ancestors_of, root_unit, system_actor
from orgs.services import close_unit

REAL_FILE = Path(settings.BASE_DIR).parent / "shared/data/divisions-3305.csv"

HEADER = "区划代码,单位名称,上级代码,层级"
SMALL = f"""{HEADER},职工数
77,青石市,,市,
7701,柳溪县,77,县区,"1,200"
770101,白鹭镇,7701,乡镇街道,800
770102,南塘街道,7701,乡镇街道,400
770101001,荷花社区,770101,村社区,
770101002,石桥村,770101,村社区,
770102001,明光机械有限公司,770102,企业,６０
"""


def rows_of(text: str) -> list[UnitRow]:
    reading = read_units(text.encode())
    assert reading.errors == []
    return reading.rows


def workbook(lines: list[list[object]]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        for row, line in enumerate(lines):
            for column, value in enumerate(line):
                sheet.write(row, column, value)
    return buffer.getvalue()


def messages(text: str) -> list[tuple[int, str]]:
    return [(error.row, error.column) for error in read_units(text.encode()).errors]


def refusals(text: str, actor) -> list[tuple[int, str]]:
    outcome = import_units(rows_of(text), actor=actor, dry_run=True)
    return [(error.row, error.column) for error in outcome.errors]


# --- reading ------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_each_encoding_of_an_office_reads_the_same(encoding):
    assert read_units(SMALL.encode(encoding)).rows == rows_of(SMALL)


def test_a_workbook_reads_like_a_csv():
    lines = [line.split(",") for line in SMALL.replace('"1,200"', "1200").splitlines()]
    lines[1:] = [[int(cell) if cell.isdecimal() else cell for cell in line] for line in lines[1:]]

    assert read_units(workbook(lines)).rows == rows_of(SMALL)


def test_headings_have_synonyms_and_unknown_columns_are_named():
    text = "备注,单位代码,名称,上级单位代码,级别,职工人数（人）\n无,77,青石市,,市,５"
    reading = read_units(text.encode())
    assert reading.ignored == ["备注"]
    assert reading.rows[0].worker_count == 5


def test_a_blank_figure_says_nothing_and_zero_says_zero():
    first, second = rows_of(f"{HEADER},职工数\n77,青石市,,市,\n7701,柳溪县,77,县,0")
    assert (first.worker_count, second.worker_count) == (None, 0)


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (",柳溪县,77,县区,1", "区划代码"),
        ("7701,,77,县区,1", "单位名称"),
        ("7701,柳溪县,77,,1", "层级"),
        ("7701,柳溪县,77,大区,1", "层级"),
        ("7701,柳溪县,77,县区,12a", "职工数"),
        ("7701,柳溪县,77,县区,-3", "职工数"),
        ("7701,柳溪县,77,县区,50%", "职工数"),
        ("7701,柳溪县,77,县区,1.5", "职工数"),
        ("7.7E+15,柳溪县,77,县区,1", "区划代码"),
        ("77,柳溪县,77,县区,1", "区划代码"),
    ],
)
def test_a_faulty_cell_is_named_with_its_row(line, column):
    assert messages(f"{HEADER},职工数\n77,青石市,,市,1\n{line}\n") == [(3, column)]


def test_all_errors_come_at_once_up_to_a_limit():
    text = HEADER + "\n" + "".join(f"x{n},,,怪\n" for n in range(300))
    assert len(messages(text)) == MAX_ERRORS


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空的"),
        (b"\xff\xfe\x00\x00", "编码"),
        ("甲,乙\n1,2".encode(), "表头"),
        (HEADER.encode(), "只有表头"),
        (f"{HEADER},代码\n1,2,3,4,5".encode(), "只保留一列"),
        (b"\xd0\xcf\x11\xe0rest", r"\.xls"),
        (b"PK\x03\x04broken", "损坏"),
        (",".join(f"列{n}" for n in range(10_000)).encode(), "列"),
        ((HEADER + "\n" + ",".join("x" * 10_000)).encode(), "列"),
        ((HEADER + "\n" * 2 + "1,a,,市\n" * 20_002).encode(), "行"),
    ],
)
def test_a_file_that_cannot_be_a_table_of_units_is_refused_at_once(content, words):
    started = time.monotonic()
    with pytest.raises(DomainError, match=words):
        read_units(content)
    assert time.monotonic() - started < 2


def test_a_workbook_of_ten_thousand_columns_is_refused_at_once():
    with pytest.raises(DomainError, match="列"):
        read_units(workbook([[f"列{n}" for n in range(10_000)]]))


def test_a_lone_cell_far_away_is_refused_before_the_sheet_is_unfolded():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "区划代码")
        sheet.write(1_048_575, 3, "x")
    with pytest.raises(DomainError, match="行"):
        read_units(buffer.getvalue())


def test_a_zip_bomb_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 50_000_000)
    with pytest.raises(DomainError, match="过大"):
        read_units(buffer.getvalue())


def test_an_archive_that_is_no_workbook_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("notes.txt", "x")
    with pytest.raises(DomainError, match="不是"):
        read_units(buffer.getvalue())


# --- the tree -----------------------------------------------------------------------------


@pytest.fixture
def actor(in_tenant):
    return system_actor(in_tenant)


def test_the_first_import_takes_over_the_root_and_builds_the_tree(actor):
    outcome = import_units(rows_of(SMALL), actor=actor, dry_run=False)

    assert (outcome.created, outcome.changed, outcome.unchanged) == (6, 1, 0)
    root = root_unit()
    assert (root.code, root.name, root.child_count) == ("77", "青石市", 1)
    village = Unit.objects.get(code="770101002")
    assert [unit.name for unit in ancestors_of(village)] == ["青石市", "柳溪县", "白鹭镇"]
    kinds = list(Unit.objects.order_by("code").values_list("category", flat=True))
    assert kinds == [
        "region",
        "region",
        "town",
        "community",
        "village",
        "street",
        "private_enterprise",
    ]
    assert Unit.objects.get(code="7701").worker_count == 1200
    assert "lxx" in Unit.objects.get(code="7701").pinyin


def test_the_same_file_again_changes_nothing_and_leaves_no_trail(actor):
    import_units(rows_of(SMALL), actor=actor, dry_run=False)
    trail = TrailEntry.objects.count()

    outcome = import_units(rows_of(SMALL), actor=actor, dry_run=False)

    assert (outcome.created, outcome.changed, outcome.unchanged) == (0, 0, 7)
    assert Unit.objects.count() == 7
    assert TrailEntry.objects.count() == trail


def test_a_dry_run_counts_and_writes_nothing(actor):
    outcome = import_units(rows_of(SMALL), actor=actor, dry_run=True)
    assert outcome.created == 6
    assert Unit.objects.count() == 1


def test_one_import_is_one_trail_entry_with_its_counts(actor):
    import_units(rows_of(SMALL), actor=actor, dry_run=False)
    entry = TrailEntry.objects.get(action="orgs.unit.imported")
    assert entry.after == {"created": 6, "changed": 1, "moved": 0, "unchanged": 0}


def test_names_are_updated_and_parents_moved_with_all_below(actor):
    import_units(rows_of(SMALL), actor=actor, dry_run=False)
    text = (
        f"{HEADER}\n7702,云屏区,77,县区\n"
        "770101,白鹭新镇,7702,乡镇街道\n770102,南塘街道,7701,乡镇街道\n"
    )

    outcome = import_units(rows_of(text), actor=actor, dry_run=False)

    assert (outcome.created, outcome.changed, outcome.moved, outcome.unchanged) == (1, 1, 1, 1)
    village = Unit.objects.get(code="770101002")
    assert [unit.name for unit in ancestors_of(village)] == ["青石市", "云屏区", "白鹭新镇"]
    assert village.depth == 4
    counts = dict(Unit.objects.values_list("code", "child_count"))
    assert (counts["77"], counts["7701"], counts["7702"], counts["770101"]) == (2, 1, 1, 2)
    assert import_units(rows_of(text), actor=actor, dry_run=False).unchanged == 3


def test_two_towns_that_change_places_meet_on_no_path(actor):
    text = (
        f"{HEADER}\n77,青石市,,市\n7701,甲县,77,县\n7702,乙县,77,县\n"
        "770101,丙镇,7701,镇\n770201,丁镇,7702,镇\n"
    )
    import_units(rows_of(text), actor=actor, dry_run=False)
    swapped = f"{HEADER}\n770101,丙镇,7702,镇\n770201,丁镇,7701,镇\n"

    assert import_units(rows_of(swapped), actor=actor, dry_run=False).moved == 2
    assert Unit.objects.get(code="770101").parent.code == "7702"


def test_blank_figures_and_kinds_keep_what_stands_there(actor):
    import_units(rows_of(SMALL), actor=actor, dry_run=False)
    Unit.objects.filter(code="770102001").update(category="state_enterprise")

    import_units(
        rows_of(f"{HEADER}\n770102001,明光机械公司,770102,企业\n"), actor=actor, dry_run=False
    )

    unit = Unit.objects.get(code="770102001")
    assert (unit.name, unit.category, unit.worker_count) == ("明光机械公司", "state_enterprise", 60)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("7701,柳溪县,88,县区", [(3, "上级代码")]),  # orphan
        ("7701,甲镇,7702,企业\n7702,乙镇,7701,企业", [(3, "上级代码")]),  # cycle
        ("7701,甲镇,7701,企业", [(3, "上级代码")]),  # its own superior
        ("7701,甲村,77,村\n770101,乙镇,7701,乡镇街道", [(4, "层级")]),
        ("78,别市,,市", [(3, "上级代码")]),  # a second root
    ],
)
def test_rows_that_make_no_tree_are_refused(actor, lines, found):
    assert refusals(f"{HEADER}\n77,青石市,,市\n{lines}\n", actor) == found


def test_one_bad_row_keeps_all_out(actor):
    with pytest.raises(ImportRefused, match="第3行"):
        import_units(
            rows_of(f"{HEADER}\n77,青石市,,市\n7701,柳溪县,88,县区\n7702,云屏区,77,县区"),
            actor=actor,
            dry_run=False,
        )
    assert Unit.objects.count() == 1


def test_another_root_is_refused_once_there_are_children(cast):
    assert refusals(f"{HEADER}\n77,青石市,,市\n7701,柳溪县,77,县区", cast.office) == [
        (2, "区划代码")
    ]


def test_the_tree_may_be_completed_below_existing_units(cast):
    text = f"{HEADER}\n990001003,新镇,990001,乡镇街道\n"
    assert import_units(rows_of(text), actor=cast.office, dry_run=False).created == 1
    assert Unit.objects.get(code="990001003").parent_id == cast.qinghe.pk


def test_a_unit_cannot_be_hung_below_its_own_descendant(cast):
    assert refusals(f"{HEADER}\n990001001,东风镇,990001001001,企业\n", cast.office) == [
        (2, "上级代码")
    ]


def test_a_level_that_existing_children_contradict_is_refused(cast):
    assert refusals(f"{HEADER}\n990001,清河县,9900,村社区\n", cast.office) == [
        (2, "层级"),
        (2, "层级"),
    ]


def test_closed_units_take_no_rows(cast):
    from gongjian.foundation.kernel.dates import today

    close_unit(cast.hongqi, actor=cast.administrator, closed_on=today(), reason="合并")
    text = f"{HEADER}\n990001001001,红旗村,990001001,村\nx1,新企业,990001001001,企业\n"
    assert refusals(text, cast.office) == [(2, "区划代码"), (3, "上级代码")]


def test_a_secretary_may_not_import(cast):
    with pytest.raises(NotPermitted):
        import_units([], actor=cast.secretary, dry_run=True)


# --- the kept upload ------------------------------------------------------------------------


def test_an_upload_is_kept_and_confirmed_once(actor):
    upload = keep_upload(SMALL.encode(), actor=actor, file_name="单位.csv")
    assert (upload.state, upload.row_count, Unit.objects.count()) == ("checked", 7, 1)

    assert confirm_import(upload, actor=actor).created == 6

    upload = UnitImport.objects.get()
    assert (upload.state, upload.rows) == ("imported", [])
    with pytest.raises(StateConflict):
        confirm_import(upload, actor=actor)


def test_a_faulty_upload_lists_its_errors_and_cannot_be_confirmed(actor):
    text = f"{HEADER}\n77,青石市,,市\n7701,,77,县区\n770101,白鹭镇,7701,镇\n7702,云屏区,88,县区\n"
    upload = keep_upload(text.encode(), actor=actor, file_name="单位.csv")

    # The child of the faulty row is no orphan; the true orphan is listed.
    assert [(error["row"], error["column"]) for error in upload.errors] == [
        (3, "单位名称"),
        (5, "上级代码"),
    ]
    with pytest.raises(StateConflict):
        confirm_import(upload, actor=actor)


def test_confirming_checks_the_tree_as_it_is_then(cast):
    from gongjian.foundation.kernel.dates import today

    text = f"{HEADER}\nx1,新企业,990001001001,企业\n"
    upload = keep_upload(text.encode(), actor=cast.office, file_name="单位.csv")
    close_unit(cast.hongqi, actor=cast.administrator, closed_on=today(), reason="合并")

    with pytest.raises(DomainError, match="撤销"):
        confirm_import(upload, actor=cast.office)
    assert UnitImport.objects.get().state == "checked"


# --- the command and the real file ----------------------------------------------------------


def test_the_command_imports_for_one_tenant(tenant, tmp_path, capsys):
    path = tmp_path / "units.csv"
    path.write_bytes(SMALL.encode("gb18030"))

    call_command("import_units", str(path), tenant=tenant.code)

    assert "新增6个" in capsys.readouterr().out
    with pytest.raises(CommandError, match="没有代码"):
        call_command("import_units", str(path), tenant="0")


def test_the_command_lists_row_errors(tenant, tmp_path):
    path = tmp_path / "units.csv"
    path.write_text(f"{HEADER}\n77,青石市,,市\n7701,柳溪县,88,县区\n")
    with pytest.raises(CommandError, match="第3行 上级代码"):
        call_command("import_units", str(path), tenant=tenant.code)


@pytest.mark.skipif(not REAL_FILE.exists(), reason="the shared divisions file is not beside us")
def test_the_real_divisions_of_a_prefecture_import_fast_and_only_once(tenant):
    content = REAL_FILE.read_bytes()
    with tenant_scope(tenant.pk):
        actor = system_actor(tenant)
        started = time.monotonic()
        first = import_units(read_units(content).rows, actor=actor, dry_run=False)
        elapsed = time.monotonic() - started
        second = import_units(read_units(content).rows, actor=actor, dry_run=False)

        assert (first.created, first.changed) == (1378, 1)
        assert (second.created, second.changed, second.unchanged) == (0, 0, 1379)
        assert Unit.objects.count() == 1379
        assert elapsed < 5
