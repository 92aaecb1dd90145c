from __future__ import annotations

import io

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assessments.queries import weights_of
from assessments.services import create_scheme
from assessments.services.importing import COLUMNS, import_scheme, read_scheme, scheme_workbook
from gongjian.foundation.calendar.periods import ensure_year
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted
from tests.factories.assessments import make_group

GOOD = [
    ("A1", "应建工会组建率", "组织建设", "A01", "80%以上得40分，75%以上得30分", 40),
    ("A2", "新发展会员", "组织建设", "新发展会员数", "应完成目标，每少1人扣0.5分，扣完为止", 50),
    ("P1", "工作实效", "评议", "", "评委评分", 10),
    ("B1", "表扬加分", "加分", "", "国家级加5分，省级加3分，最多加6分", None),
]


def sheet(rows, head=(*COLUMNS, "乡镇街道")) -> bytes:
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream)
    page = workbook.add_worksheet()
    for number, row in enumerate([head, *rows]):
        page.write_row(number, 0, row)
    workbook.close()
    return stream.getvalue()


@pytest.fixture
def draft(cast, figures):
    make_group(cast.office)
    return create_scheme(
        actor=cast.office,
        values={"title": "导入的方案", "period": ensure_year(2026), "full_score": 100},
    )


def test_a_sheet_becomes_a_scheme(cast, draft):
    import_scheme(draft, actor=cast.office, content=sheet(GOOD))
    items = {item.code: item for item in draft.items.all()}
    assert {code: item.method for code, item in items.items()} == {
        "A1": "stepped",
        "A2": "shortfall",
        "P1": "judged",
        "B1": "bonus",
    }
    assert items["A2"].parameters == {"points": "0.5"}
    assert (items["A2"].source_key, items["A2"].indicator_code) == ("fake", "A02")
    assert sorted(weights_of(draft).values()) == [10, 40, 50]


def test_what_is_exported_can_be_imported_again(cast, draft):
    import_scheme(draft, actor=cast.office, content=sheet(GOOD))
    copy = create_scheme(
        actor=cast.office,
        values={"title": "副本", "period": ensure_year(2026), "full_score": 100},
    )
    import_scheme(copy, actor=cast.office, content=scheme_workbook(draft))

    def shape(scheme):
        return list(
            scheme.items.order_by("code").values_list(
                "code", "method", "parameters", "rule_text", "indicator_code"
            )
        )

    assert shape(copy) == shape(draft)


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (("A1", "组建率", "组织", "A01", "视情况给分", 40), "第 2 行：“视情况给分”看不懂"),
        (("A1", "组建率", "组织", "X99", "每发生1次扣2分", 40), "没有指标“X99”"),
        (("A1", "会议", "组织", "R01", "达到4得满分，按比例计分", 40), "不能列入考核"),
        (("", "组建率", "组织", "A01", "每发生1次扣2分", 40), "都要填写"),
        (("A1", "组建率", "组织", "A01", "每发生1次扣2分", "多"), "不是数字"),
        (("B2", "加分", "组织", "", "省级加3分", 40), "不设权重"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_written(cast, draft, row, word):
    with pytest.raises(FieldErrors) as caught:
        import_scheme(draft, actor=cast.office, content=sheet([row, *GOOD[1:]]))
    assert word in str(caught.value.errors["file"])
    assert not draft.items.exists()


def test_a_dry_run_names_everything_at_once(cast, draft):
    head = (*COLUMNS, "乡镇街道", "没有的组")
    plan = read_scheme(sheet([*GOOD[:2], GOOD[0]], head), draft)
    text = "".join(plan.errors)
    assert "没有名为“没有的组”的可比组" in text
    assert "代码 A1 与第 2 行重复" in text
    assert "比满分 100 多 30" in text
    assert not draft.items.exists()


def test_another_head_or_another_file_is_refused(cast, draft):
    with pytest.raises(DomainError, match="第一行应依次是"):
        read_scheme(sheet(GOOD, ("序号",)), draft)
    with pytest.raises(DomainError):
        read_scheme(b"not a workbook", draft)
    with pytest.raises(NotPermitted):
        import_scheme(draft, actor=cast.leader, content=sheet(GOOD))


def test_check_and_import_on_screen(cast, draft, sign_in):
    client = sign_in(cast.office)
    url = reverse("assessments:scheme_import", args=[draft.pk])

    def upload(rows, **fields):
        file = SimpleUploadedFile("方案.xlsx", sheet(rows))
        return client.post(url, {"file": file, **fields})

    page = upload(GOOD, only_check="on").content.decode()
    assert "没有问题" in page
    assert "应达到目标值，每少1扣0.5分，扣完为止。" in page
    assert not draft.items.exists()
    assert (
        "看不懂"
        in upload([("A1", "甲", "乙", "A01", "酌情", 100)], only_check="on").content.decode()
    )
    assert upload(GOOD).status_code == 302
    assert draft.items.count() == 4
    copy = client.get(reverse("assessments:scheme_workbook", args=[draft.pk]))
    assert copy.content[:2] == b"PK"
