"""Honours of earlier years from a sheet: previewed, all entered or none."""

from __future__ import annotations

import io
import re

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from gongjian.commons.honours.importing import HEAD, MOST_ROWS, enter_sheet, read_sheet
from gongjian.commons.honours.models import Honour
from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted

IMPORT = reverse("honours:honour_import")


def row(unit="红旗村", **changes) -> list[str]:
    values = {
        "姓名": "李小组", "职务": "工会主席", "荣誉名称": "优秀工会工作者", "项目": "年度评选",
        "种类": "表彰", "层级": "市级", "授予机关": "示范市总工会",
        "文号": "示工〔2021〕8号", "授予日期": "2021-07-01",
    } | changes  # fmt: skip
    return [unit, *(values[name] for name in HEAD[1:])]


def sheet(*rows: list[str], head=HEAD) -> str:
    return "\n".join("\t".join(line) for line in (head, *rows))


def errors_of(lines) -> dict[str, str]:
    return {name: cell.error for line in lines for name, cell in line.cells.items() if cell.error}


def workbook(*rows: list[str]) -> SimpleUploadedFile:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet()
        for at, line in enumerate((HEAD, *rows)):
            page.write_row(at, 0, line)
    return SimpleUploadedFile("以前的荣誉.xlsx", stream.getvalue())


def test_rows_are_entered_with_all_they_say(cast):
    text = sheet(row(), row(cast.xinghuo.code, 姓名="", 职务="", 荣誉名称="先进集体", 层级="省"))
    first, second = enter_sheet(text, actor=cast.office)
    assert (first.unit, first.person, first.title) == (cast.hongqi, "李小组", "优秀工会工作者")
    assert first.document_number == "示工〔2021〕8号"
    assert str(first.awarded_on) == "2021-07-01"
    # Of what was awarded elsewhere there is neither certificate nor code here.
    assert (first.number, first.code) == ("", "")
    assert (second.unit, second.person, second.level) == (cast.xinghuo, "", "province")
    assert TrailEntry.objects.filter(action="honours.honour.entered").count() == 2


def test_columns_may_stand_in_another_order_and_be_named_otherwise(cast):
    head = ["荣誉称号", "备注", "所在单位", "级别", "表彰机关", "表彰日期"]
    line = ["先进集体", "原件在档案室", "红旗村", "国家级", "中华全国总工会", "2019年5月1日"]
    (entered,) = enter_sheet(sheet(line, head=head), actor=cast.office)
    assert (entered.level, entered.kind, str(entered.awarded_on)) == (
        "national", "honour", "2019-05-01",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field", "word"),
    [
        ({"unit": "没有的村"}, "unit", "没有这个单位"),
        ({"unit": ""}, "unit", "没有这个单位"),
        ({"荣誉名称": ""}, "title", "请填写"),
        ({"荣誉名称": "长" * 61}, "title", "不能超过 60 字"),
        ({"层级": "村级"}, "level", "国家级"),
        ({"种类": "奖状"}, "kind", "通报表扬"),
        ({"授予机关": " "}, "organ", "请填写"),
        ({"授予日期": "2021-13-01"}, "awarded_on", "日期写法"),
        ({"授予日期": "2999-01-01"}, "awarded_on", "不能晚于今天"),
    ],
)
def test_a_cell_that_cannot_be_read_says_so_and_nothing_is_entered(cast, changes, field, word):
    text = sheet(row(姓名="王一"), row(**changes))
    found = errors_of(read_sheet(text, actor=cast.office))
    assert set(found) == {field}
    assert word in found[field]
    with pytest.raises(FieldErrors) as refused:
        enter_sheet(text, actor=cast.office)
    assert "1 行需要改正" in refused.value.errors["rows"][0]
    assert not Honour.objects.exists()


def test_nothing_is_entered_twice(cast):
    assert "与第 2 行重复" in errors_of(read_sheet(sheet(row(), row()), actor=cast.office))["title"]
    enter_sheet(sheet(row()), actor=cast.office)
    assert "已经登记过" in errors_of(read_sheet(sheet(row()), actor=cast.office))["title"]


def test_a_sheet_without_head_or_too_long_is_refused(cast):
    for text, word in (
        (sheet(row(), row(), head=row()), "缺少：单位"),
        (sheet(*[row()] * (MOST_ROWS + 1)), f"最多 {MOST_ROWS} 行"),
    ):
        with pytest.raises(FieldErrors) as refused:
            read_sheet(text, actor=cast.office)
        assert word in refused.value.errors["rows"][0]
    with pytest.raises(NotPermitted):
        read_sheet(sheet(row()), actor=cast.leader)


def test_a_file_is_shown_before_it_is_entered(cast, sign_in):
    client = sign_in(cast.office)
    shown = client.post(IMPORT, {"file": workbook(row(), row("没有的村"))})
    words = shown.content.decode()
    assert "没有这个单位" in words
    assert "1 行需要改正" in words
    assert not Honour.objects.exists()
    shown = client.post(IMPORT, {"file": workbook(row())})
    words = shown.content.decode()
    assert "登记 1 项" in words
    assert not Honour.objects.exists()
    seen = re.search(r'name="seen" value="(\w{64})"', words)
    key = re.search(r'name="once_key" value="([^"]+)"', words)
    assert seen
    assert key
    # As a browser sends it: with its own ends of lines.
    rows = shown.context["form"]["rows"].value().replace("\n", "\r\n")
    values = {"rows": rows, "seen": seen[1], "once_key": key[1]}
    assert client.post(IMPORT, values).status_code == 302
    assert client.post(IMPORT, values).status_code in {302, 200}
    assert [one.awarded_on <= today() for one in Honour.objects.all()] == [True]


def test_what_was_changed_after_the_preview_is_previewed_again(cast, sign_in):
    client = sign_in(cast.office)
    shown = client.post(IMPORT, {"rows": sheet(row())})
    seen = re.search(r'name="seen" value="(\w{64})"', shown.content.decode())
    assert seen
    again = client.post(IMPORT, {"rows": sheet(row(姓名="赵二")), "seen": seen[1]})
    assert again.status_code == 200
    assert not Honour.objects.exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0old", b"\x00\x01"])
def test_a_file_that_is_no_table_is_refused_in_words(cast, sign_in, content):
    file = SimpleUploadedFile("表.xlsx", content)
    answer = sign_in(cast.office).post(IMPORT, {"file": file})
    assert answer.status_code == 422
    assert not Honour.objects.exists()
