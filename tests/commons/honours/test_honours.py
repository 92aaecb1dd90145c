from __future__ import annotations

import io
from datetime import timedelta

import pdfplumber
import pytest
from django.urls import reverse

from gongjian.commons.documents.models import ReportJob
from gongjian.commons.honours.documents import certificate_row, produce_certificates
from gongjian.commons.honours.documents import produce_register as produce
from gongjian.commons.honours.enums import HonourKind, HonourState
from gongjian.commons.honours.models import Honour
from gongjian.commons.honours.services import (
    Grant,
    Occasion,
    grant_honours,
    revoke_honour,
    valid_honours,
)
from gongjian.commons.honours.verification import verify_honour
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from tests.factories.commendations import honour_of

OCCASION = {
    "kind": HonourKind.PRAISE, "name": "年度先进", "organ": "领导小组", "level": "city",
}  # fmt: skip


def granted(cast, *units) -> list[Honour]:
    return grant_honours(
        [Grant(source=unit, unit=unit, title="先进集体") for unit in units],
        Occasion(**OCCASION, awarded_on=today()),
        actor=cast.office,
    )


def finished(production):
    while True:
        try:
            next(production)
        except StopIteration as end:
            return end.value


def test_numbers_run_on_and_a_second_run_gives_none(cast):
    first = granted(cast, cast.hongqi, cast.xinghuo)
    assert [row.number[-5:] for row in first] == ["00001", "00002"]
    assert granted(cast, cast.hongqi, cast.xinghuo, cast.dongfeng)[0].number.endswith("00003")
    assert Honour.objects.count() == 3
    assert len({row.code for row in Honour.objects.all()}) == 3


def test_earlier_honours_are_entered_once_and_by_the_office(cast):
    honour_of(cast)
    with pytest.raises(FieldErrors):
        honour_of(cast)
    with pytest.raises(FieldErrors):
        honour_of(cast, title="未来的", awarded_on=today() + timedelta(days=1))
    assert [row.title for row in valid_honours(cast.hongqi)] == ["先进集体"]


def test_revoked_the_public_page_says_so(cast, client):
    [honour] = granted(cast, cast.hongqi)
    page = client.get(reverse("honours:verify", args=[honour.code]))
    assert "证书有效" in page.content.decode()
    with pytest.raises(NotPermitted):
        revoke_honour(honour, actor=cast.office, reason="弄虚作假。")
    with pytest.raises(DomainError, match="理由"):
        revoke_honour(honour, actor=cast.leader, reason="")
    revoke_honour(honour, actor=cast.leader, reason="申报材料弄虚作假。")
    page = client.get(reverse("honours:verify", args=[honour.code])).content.decode()
    assert "已撤销" in page
    assert "弄虚作假" in page
    assert "证书有效" not in page
    with pytest.raises(StateConflict):
        revoke_honour(honour, actor=cast.leader, reason="再撤一次。")
    assert valid_honours(cast.hongqi) == []


@pytest.mark.parametrize("code", ["", "x", "0000-ABCD-EFGH", "9999999999-ABCD-EFGH", "'; drop"])
def test_a_wrong_code_tells_nothing(cast, client, code):
    granted(cast, cast.hongqi)
    assert verify_honour(code) is None
    answer = client.get(reverse("honours:verify_form"), {"code": code})
    assert answer.status_code == (404 if code else 200)
    assert "红旗村" not in answer.content.decode()


def test_certificates_are_printed_for_the_valid_ones(cast):
    honours = granted(cast, cast.hongqi, cast.xinghuo)
    revoke_honour(honours[1], actor=cast.leader, reason="弄虚作假。")
    file = finished(produce_certificates({"honours": [row.pk for row in honours]}))
    with pdfplumber.open(io.BytesIO(file.content)) as pdf:
        assert len(pdf.pages) == 1
        words = pdf.pages[0].extract_text().replace(" ", "").replace("\n", "")
    assert "红旗村" in words
    assert honours[0].number in words
    assert certificate_row(honours[0])["url"].endswith(f"/honours/verify/{honours[0].code}/")


def test_the_register_as_a_workbook(cast):
    import python_calamine

    granted(cast, cast.hongqi, cast.nanlu)
    file = finished(produce({"path": cast.qinghe.path}))
    rows = python_calamine.load_workbook(io.BytesIO(file.content)).get_sheet_by_index(0).to_python()
    assert [row[1] for row in rows[1:]] == ["红旗村"]


@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_asks_as_much_for_three_rows_as_for_one(
    cast, sign_in, django_assert_max_num_queries, rows
):
    granted(cast, *[cast.hongqi, cast.xinghuo, cast.dongfeng][:rows])
    client = sign_in(cast.office)
    client.get(reverse("honours:honour_list"))
    with django_assert_max_num_queries(10):
        client.get(reverse("honours:honour_list"))


def test_screens_of_the_register(cast, sign_in):
    [honour] = granted(cast, cast.hongqi)
    client = sign_in(cast.secretary)
    assert honour.number in client.get(honour.get_absolute_url()).content.decode()
    assert sign_in(cast.neighbour).get(honour.get_absolute_url()).status_code == 404
    client = sign_in(cast.office)
    client.post(
        reverse("honours:honour_create"),
        {
            "unit": cast.hongqi.pk, "person": "赵春梅", "duty": "书记", "kind": "honour",
            "title": "优秀书记", "occasion": "", "level": "province", "organ": "省委组织部",
            "document_number": "", "awarded_on": today() - timedelta(days=800),
        },
    )  # fmt: skip
    assert Honour.objects.filter(person="赵春梅").exists()
    client.post(reverse("honours:certificate_print", args=[honour.pk]))
    client.post(reverse("honours:register_export"))
    kinds = set(ReportJob.objects.values_list("kind", flat=True))
    assert kinds == {"honours.certificates", "honours.register"}
    client = sign_in(cast.leader)
    client.post(reverse("honours:honour_step", args=[honour.pk, "revoke"]), {"reason": "不实。"})
    honour.refresh_from_db()
    assert honour.state == HonourState.REVOKED
