"""Workbooks of a return: what goes out, and every way in which one may come back wrong."""

from __future__ import annotations

import io
import re
import time
import tracemalloc
import zipfile
from contextlib import suppress

import pytest

from gongjian.foundation.kernel.errors import DomainError, NotPermitted
from gongjian.foundation.tenancy.scope import tenant_scope
from responsibilities.models import Obligation, QuarterlyReturn, ReturnUpload
from responsibilities.queries.behalf import standings
from responsibilities.services.uploads import keep_return_workbook, open_ticket
from responsibilities.sheet import build_sheet
from responsibilities.workbooks.package import MAX_BYTES
from responsibilities.workbooks.reading import read_book
from responsibilities.workbooks.writing import write_return
from tests.factories.returns import fill, open_quarter, start
from tests.responsibilities import workbook_files as made


@pytest.fixture
def owed(cast) -> Obligation:
    period, _ = open_quarter(cast)
    return Obligation.objects.select_related("unit", "form", "period").get(
        unit=cast.hongqi, period=period
    )


def download(owed: Obligation, actor) -> bytes:
    """What the page hands out."""
    row = owed.returns.first()
    ticket = open_ticket(actor, owed.unit, owed.period, standings([owed]), "unit")
    cells = {cell.code: cell for cell in owed.form.entries()}
    return write_return(build_sheet(owed, row), ticket, cells=cells)


def keep(content: bytes, cast, owed, actor=None) -> ReturnUpload:
    return keep_return_workbook(
        content, actor=actor or cast.secretary, obligation=owed, file_name="填好.xlsx"
    )


def refused(content: bytes, cast, owed) -> str:
    with pytest.raises(DomainError) as caught:
        keep(content, cast, owed)
    assert ReturnUpload.objects.count() == 0
    assert QuarterlyReturn.objects.count() == 0
    return caught.value.message


def faults_of(content: bytes, cast, owed) -> dict[str, str]:
    upload = keep(content, cast, owed)
    assert upload.state == "faulty"
    assert upload.changes == []
    assert QuarterlyReturn.objects.count() == 0
    return dict(upload.faults)


# --- what goes out ------------------------------------------------------------------------


def test_only_the_cells_to_fill_are_open_in_the_template(cast, owed):
    content = download(owed, cast.secretary)

    sheet = read_book(content)["填报"]
    assert "红旗村" in sheet.value(1, 1).text
    assert "第1版" in sheet.value(2, 1).text
    headings = [sheet.value(5, column).text for column in range(1, 8)]
    assert headings == ["编码", "指标", "计量单位", "目标值", "上期数", "本期数", "说明"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read(made.SHEET).decode()
        styles = archive.read("xl/styles.xml").decode()
        workbook = archive.read("xl/workbook.xml").decode()
    assert "<sheetProtection" in xml
    assert "password" not in xml
    assert 'state="veryHidden"' in workbook
    open_styles = {
        place
        for place, xf in enumerate(
            re.search(r"<cellXfs.*?</cellXfs>", styles, re.DOTALL)[0].split("<xf ")[1:]
        )
        if 'locked="0"' in xf
    }
    cells = re.findall(r'<c r="([A-Z]+)\d+" s="(\d+)"', xml)
    assert {column for column, style in cells if int(style) in open_styles} == {"F", "G"}
    assert xml.count('type="whole"') == 5
    assert '<pane xSplit="2" ySplit="5"' in xml


def test_numbers_are_shown_without_a_lonely_point(cast, owed):
    with zipfile.ZipFile(io.BytesIO(download(owed, cast.secretary))) as archive:
        assert "0.##" not in archive.read("xl/styles.xml").decode()


def test_texts_of_people_never_become_formulas(cast, owed):
    row = fill(start(cast, cast.hongqi, owed.period, cast.secretary), cast.secretary)
    row.notes["remarks"]["Z203"] = '=HYPERLINK("http://x")'
    row.save()

    content = download(owed, cast.secretary)

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert "<f>" not in archive.read(made.SHEET).decode()
        assert not any("externalLink" in name for name in archive.namelist())


# --- files that are refused as a whole -------------------------------------------------------


def test_another_units_file_is_refused_by_name(cast, owed):
    other = Obligation.objects.select_related("unit", "form", "period").get(
        unit=cast.xinghuo, period=owed.period
    )
    content = download(other, cast.neighbour)

    message = refused(content, cast, owed)
    assert "星火机械公司" in message
    assert "红旗村" in message


def test_another_periods_file_is_refused_by_name(cast, owed):
    later, _ = open_quarter(cast, form=owed.form, ordinal=4)
    other = Obligation.objects.select_related("unit", "form", "period").get(
        unit=cast.hongqi, period=later
    )

    assert "第四季度" in refused(download(other, cast.secretary), cast, owed)


def test_a_file_of_another_tenant_is_refused(cast, owed):
    content = download(owed, cast.stranger)  # signed for the other tenant

    assert "其他地区" in refused(content, cast, owed)


def test_a_file_of_another_form_version_is_refused(cast, owed):
    content = download(owed, cast.secretary)
    form = owed.form
    form.pk, form.version = None, 2
    form.save()
    Obligation.objects.filter(pk=owed.pk).update(form=form)
    again = Obligation.objects.select_related("unit", "form", "period").get(pk=owed.pk)

    assert "版本" in refused(content, cast, again)


def test_a_changed_slip_is_refused(cast, owed):
    content = download(owed, cast.secretary)
    slip = next(item for item in made.strings_of(content) if item.startswith("."))
    forged = slip[:-3] + ("AAA" if not slip.endswith("AAA") else "BBB")

    content = made.repacked(content, lambda xml: xml.replace(slip, forged), part=made.STRINGS)

    assert "校验信息" in refused(content, cast, owed)


def test_a_new_workbook_without_the_slip_is_refused(cast, owed):
    content = made.repacked(
        download(owed, cast.secretary),
        lambda xml: re.sub(r'<sheet name="_slip"[^>]*/>', "", xml),
        part="xl/workbook.xml",
    )

    assert "不是从本页下载" in refused(content, cast, owed)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "空的"),
        (b"code,value\nZ201,1\n", "不是 Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧版 .xls 或加了密码"),
        (b"%PDF-1.7 renamed", "不是 Excel"),
        (b"PK\x03\x04" + b"\0" * 200, "损坏"),
        (b"PK\x03\x04" + b"\0" * MAX_BYTES, "2 兆"),
    ],
    ids=["empty", "csv", "old or encrypted", "renamed", "torn", "large"],
)
def test_what_is_no_workbook_is_refused(cast, owed, content, says):
    assert says in refused(content, cast, owed)


def test_a_password_on_the_archive_is_refused(cast, owed):
    content = bytearray(download(owed, cast.secretary))
    # The first bit of the flags in the central directory says that a part is encrypted.
    place = content.rfind(b"PK\x01\x02")
    content[place + 8] |= 1

    assert "密码" in refused(bytes(content), cast, owed)


@pytest.mark.parametrize(
    ("name", "says"),
    [("xl/vbaProject.bin", "宏"), ("xl/externalLinks/externalLink1.xml", "其他工作簿")],
)
def test_macros_and_links_to_other_workbooks_are_refused(cast, owed, name, says):
    content = made.repacked(download(owed, cast.secretary), extra={name: b"x"})

    assert says in refused(content, cast, owed)


@pytest.mark.parametrize("kind", ["honest", "lying", "rows", "strings"])
def test_bombs_cost_neither_time_nor_memory(cast, owed, kind):
    honest = download(owed, cast.secretary)
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    content = {
        "honest": lambda: made.bomb(),
        "lying": lambda: made.lying_bomb(honest),
        "rows": lambda: made.repacked(honest, lambda xml: xml.replace("</sheetData>", far)),
        "strings": lambda: made.repacked(
            honest,
            lambda xml: xml.replace("</sst>", "<si><t>x</t></si>" * 300_000 + "</sst>"),
            part=made.STRINGS,
        ),
    }[kind]()
    assert len(content) < MAX_BYTES

    tracemalloc.start()
    began = time.monotonic()
    refused(content, cast, owed)
    took, (_, peak) = time.monotonic() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert took < 3
    assert peak < 40_000_000


def test_an_entity_bomb_is_refused_before_it_unfolds(cast, owed):
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    content = made.repacked(
        download(owed, cast.secretary), lambda xml: xml.replace("<?xml", f"{bomb}<?xml", 1)
    )

    assert "损坏" in refused(content, cast, owed)


@pytest.mark.parametrize("seed", range(40))
def test_torn_files_are_refused_and_never_crash(cast, owed, seed):
    content = bytearray(download(owed, cast.secretary))
    for step in range(5):
        content[(seed * 7919 + step * 104_729) % len(content)] ^= 1 << (seed % 8)

    with suppress(DomainError):
        # Where it is read at all, the flipped bits touched nothing that counts.
        assert keep(bytes(content), cast, owed).changes == []


# --- errors by cell ----------------------------------------------------------------------------


def edited(owed, cast, *changes) -> bytes:
    return made.repacked(download(owed, cast.secretary), made.all_of(*changes))


def test_wrong_cells_are_named_by_their_coordinates(cast, owed):
    content = download(owed, cast.secretary)
    z201, z202, z203, z602 = (
        made.place_of(content, code) for code in ("Z201", "Z202", "Z203", "Z602")
    )

    faults = faults_of(
        edited(
            owed,
            cast,
            made.text(z201, "约30"),
            made.with_cell(z202, "<f>SUM(A1:A2)</f><v>3</v>"),
            made.number(z203, "1.5"),
            made.number(z602, "-2"),
        ),
        cast,
        owed,
    )

    assert faults[z201].startswith("“约30”不是数字，请只填数")
    assert faults[z202] == "这里是公式，请粘贴为数值。"
    assert "请填整数" in faults[z203]
    assert "不能小于 0" in faults[z602]


def test_an_error_value_and_a_date_are_named(cast, owed):
    content = download(owed, cast.secretary)
    z201 = made.place_of(content, "Z201")

    assert (
        "#REF!"
        in faults_of(edited(owed, cast, made.with_cell(z201, "<v>#REF!</v>", "e")), cast, owed)[
            z201
        ]
    )


def test_a_cell_turned_into_a_date_is_named(cast, owed):
    content = download(owed, cast.secretary)
    z201 = made.place_of(content, "Z201")
    dated = made.repacked(
        made.repacked(content, made.with_cell(z201, "<v>46086</v>")),
        lambda xml: re.sub(r'numFmtId="1" ', 'numFmtId="14" ', xml),
        part="xl/styles.xml",
    )
    assert "日期" in faults_of(dated, cast, owed)[z201]


def test_a_percentage_is_read_as_it_is_shown(cast, owed):
    content = download(owed, cast.secretary)
    z201 = made.place_of(content, "Z201")
    percent = made.repacked(
        made.repacked(content, made.number(z201, "0.05")),
        lambda xml: re.sub(r'numFmtId="1" ', 'numFmtId="9" ', xml),
        part="xl/styles.xml",
    )

    assert [change["text"] for change in keep(percent, cast, owed).changes] == ["5"]


def test_a_formula_in_the_remark_is_refused(cast, owed):
    place = made.place_of(download(owed, cast.secretary), "Z201", "G")

    faults = faults_of(
        edited(owed, cast, made.with_cell(place, "<f>A1</f><v>x</v>", "str")), cast, owed
    )
    assert "公式" in faults[place]


def test_a_missing_column_is_named(cast, owed):
    content = edited(owed, cast, made.text("F5", "别的"))

    assert "“本期数”" in refused(content, cast, owed)


def test_a_moved_row_is_found_by_its_code(cast, owed):
    content = download(owed, cast.secretary)
    here = made.place_of(content, "Z203")[1:]

    def move(xml: str) -> str:
        xml = made.number(f"F{here}", 12)(xml)
        row = re.search(rf'<row r="{here}".*?</row>', xml)[0]
        moved = row.replace(f'r="{here}"', 'r="40"')
        moved = re.sub(rf'r="([A-Z]){here}"', r'r="\g<1>40"', moved)
        return xml.replace(row, "").replace("</sheetData>", f"{moved}</sheetData>")

    upload = keep(made.repacked(content, move), cast, owed)

    assert upload.state == "checked"
    assert [(change["code"], change["text"]) for change in upload.changes] == [("Z203", "12")]


def test_duplicate_unknown_and_missing_codes_are_named(cast, owed):
    content = download(owed, cast.secretary)
    z201, z202 = made.place_of(content, "Z201", "A"), made.place_of(content, "Z202", "A")

    double = faults_of(made.repacked(content, made.text(z202, "Z201")), cast, owed)
    assert f"与 {z201} 重复" in double[z202]
    unknown = faults_of(made.repacked(content, made.text(z202, "Q999")), cast, owed)
    assert "没有“Q999”" in unknown[z202]
    row = z202[1:]
    gone = made.repacked(content, lambda xml: re.sub(rf'<row r="{row}".*?</row>', "", xml))
    assert "Z202" in faults_of(gone, cast, owed)["整表"]


def test_a_row_that_lost_its_code_is_named(cast, owed):
    content = download(owed, cast.secretary)
    z202 = made.place_of(content, "Z202", "A")
    change = made.all_of(made.text(z202, " "), made.number(z202.replace("A", "F"), 3))

    assert "没有编码" in faults_of(made.repacked(content, change), cast, owed)[z202]


def test_merged_cells_and_hidden_rows_are_named(cast, owed):
    content = download(owed, cast.secretary)
    place = made.place_of(content, "Z202")
    row = place[1:]

    def spoil(xml: str) -> str:
        xml = xml.replace(f'<row r="{row}"', f'<row r="{row}" hidden="1"')
        merged = '<mergeCells count="1"><mergeCell ref="F8:F9"/></mergeCells>'
        return xml.replace("</sheetData>", f"</sheetData>{merged}")

    faults = faults_of(made.repacked(content, spoil), cast, owed)

    assert "取消合并" in faults["F8:F9"]
    assert "取消隐藏" in faults[f"A{row}"]


def test_a_hidden_column_is_named(cast, owed):
    content = made.repacked(
        download(owed, cast.secretary),
        lambda xml: re.sub(r'<col min="6" max="6"', '<col hidden="1" min="6" max="6"', xml),
    )

    assert "被隐藏" in faults_of(content, cast, owed)["F 列"]


def test_numbers_kept_as_text_and_binary_fractions_are_read(cast, owed):
    content = download(owed, cast.secretary)
    z201, z203 = made.place_of(content, "Z201"), made.place_of(content, "Z203")

    upload = keep(
        edited(owed, cast, made.text(z201, "１，２00"), made.number(z203, "12.000000000000002")),
        cast,
        owed,
    )

    assert {change["code"]: change["text"] for change in upload.changes} == {
        "Z201": "1200",
        "Z203": "12",
    }


def test_nobody_uploads_for_a_unit_he_may_not_fill(cast, owed):
    content = download(owed, cast.secretary)

    with pytest.raises(NotPermitted):
        keep(content, cast, owed, actor=cast.neighbour)
    with tenant_scope(cast.tenant.pk):
        assert ReturnUpload.objects.count() == 0
