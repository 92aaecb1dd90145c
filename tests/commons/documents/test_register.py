from __future__ import annotations

import io
import threading

import pytest
from django.db import connection, transaction
from django.urls import reverse
from python_calamine import CalamineWorkbook

from gongjian.commons.documents.invariants import numbers_gapless
from gongjian.commons.documents.models import (
    NumberEntry,
    NumberRegister,
    OfficialDocument,
    OrganMark,
)
from gongjian.commons.documents.numbering import (
    STANDARD,
    arrange_mark,
    cancel_reservation,
    continuity,
    next_number,
    record_outside,
    reserve_numbers,
)
from gongjian.commons.documents.services import (
    issue_document,
    preview_document,
    sign_off_document,
    void_document,
)
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.tenancy.scope import tenant_scope
from tests.commons.documents.test_services import draft, issued
from tests.factories.cast import build_cast

pytestmark = pytest.mark.usefixtures("prints")

LIST = reverse("documents:numberentry_list")
MARKS = reverse("documents:organmark_list")
MARK = "示党工组"


def signed(cast, **changes) -> OfficialDocument:
    return sign_off_document(draft(cast, **changes), actor=cast.leader)


def numbers() -> list[tuple[int, str]]:
    return list(NumberEntry.objects.order_by("number").values_list("number", "state"))


def test_every_number_has_its_line(cast):
    first, second = issued(cast), issued(cast)
    assert numbers() == [(1, "used"), (2, "used")]
    void_document(first, actor=cast.leader, reason="文字有误")
    assert second.number_entries.get().text == second.document_number
    assert [one.missing for one in continuity()] == [()]


def test_looking_at_the_next_number_takes_none(cast):
    year = today().year
    assert next_number(MARK) == f"{MARK}〔{year}〕1号"
    assert next_number(MARK) == f"{MARK}〔{year}〕1号"
    assert NumberRegister.objects.count() == 0
    assert issued(cast).document_number == f"{MARK}〔{year}〕1号"


def test_a_failed_issue_leaves_no_gap(cast):
    refused = signed(cast, body="此件为机密。")
    with pytest.raises(DomainError, match="涉密"), transaction.atomic():
        issue_document(refused, actor=cast.office)
    assert issued(cast).number == 1


def test_a_reserved_number_is_used_by_its_document(cast):
    entries = reserve_numbers(MARK, actor=cast.office, count=2, purpose="季度通报")
    assert [entry.number for entry in entries] == [1, 2]
    assert issued(cast).number == 3
    document = issue_document(signed(cast), actor=cast.office, reserved=entries[0])
    assert document.number == 1
    assert document.context["number"] == entries[0].text
    with pytest.raises(StateConflict):
        issue_document(signed(cast), actor=cast.office, reserved=entries[0])

    cancel_reservation(entries[1], actor=cast.office, reason="公文不再印发")
    assert numbers() == [(1, "used"), (2, "cancelled"), (3, "used")]
    with pytest.raises(StateConflict):
        cancel_reservation(entries[1], actor=cast.office, reason="再注销一次")
    assert issued(cast).number == 4


def test_a_reservation_keeps_its_rules(cast):
    with pytest.raises(FieldErrors) as nothing:
        reserve_numbers(MARK, actor=cast.office, count=1, purpose=" ")
    assert "purpose" in nothing.value.errors
    with pytest.raises(FieldErrors):
        reserve_numbers(MARK, actor=cast.office, count=21, purpose="多")
    with pytest.raises(NotPermitted):
        reserve_numbers(MARK, actor=cast.leader, count=1, purpose="通报")
    [entry] = reserve_numbers("示党工办", actor=cast.office, count=1, purpose="通报")
    with pytest.raises(DomainError, match="不是“示党工组”"):
        issue_document(signed(cast), actor=cast.office, reserved=entry)
    with pytest.raises(DomainError, match="须填写理由"):
        cancel_reservation(entry, actor=cast.office, reason="")


def test_numbers_used_on_paper_come_first(cast):
    assert record_outside(MARK, actor=cast.office, until=57, purpose="纸质登记簿") == 57
    assert issued(cast).number == 58
    with pytest.raises(FieldErrors) as late:
        record_outside(MARK, actor=cast.office, until=58, purpose="纸质登记簿")
    assert "已用到58号" in late.value.errors["until"][0]
    assert [one.missing for one in continuity()] == [()]


def test_a_format_of_ones_own_is_frozen_at_issue(cast, prints):
    setting = arrange_mark(
        None, actor=cast.office, mark=MARK, organ="领导小组", pattern="{代字}〔{年份}〕第{序号}期"
    )
    year = today().year
    prints.clear()
    preview_document(draft(cast))
    assert prints[0]["number"] == f"{MARK}〔{year}〕第　期"
    document = issued(cast)
    assert document.document_number == f"{MARK}〔{year}〕第1期"
    arrange_mark(setting, actor=cast.office, mark=MARK, organ="领导小组", pattern=STANDARD)
    document.refresh_from_db()
    assert document.document_number == f"{MARK}〔{year}〕第1期"
    assert issued(cast).document_number == f"{MARK}〔{year}〕2号"


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("{代字}{序号}号", "{年份}须出现一次"),
        ("{代字}〔{年份}〕号", "{序号}须出现一次"),
        ("{代字}〔{年份}〕{序号}{月}号", "不认识“{月}”"),
        ("{代字}〔{年份}〕{序号}号" + "长" * 12, "固定文字太长"),
    ],
)
def test_a_format_that_would_repeat_numbers_is_refused(cast, pattern, told):
    with pytest.raises(FieldErrors) as refused:
        arrange_mark(None, actor=cast.office, mark="示", organ="领导小组", pattern=pattern)
    assert told in refused.value.errors["pattern"][0]


def test_a_used_mark_keeps_its_name(cast):
    setting = arrange_mark(None, actor=cast.office, mark=MARK, organ="领导小组", pattern=STANDARD)
    issued(cast)
    with pytest.raises(FieldErrors, match="更正"):
        arrange_mark(setting, actor=cast.office, mark="新代字", organ="领导小组", pattern=STANDARD)
    with pytest.raises(FieldErrors):
        arrange_mark(None, actor=cast.office, mark=MARK, organ="领导小组", pattern=STANDARD)


def test_a_lost_line_is_found(cast):
    documents = [issued(cast) for _ in range(3)]
    NumberEntry.objects.filter(document=documents[1]).delete()
    assert [one.missing for one in continuity()] == [[2]]
    year = today().year
    assert sorted(numbers_gapless()) == sorted(
        [f"示党工组〔{year}〕缺2号的登记", f"示党工组〔{year}〕2号没有登记"]
    )


def test_fifty_clerks_issuing_at_once(transactional_db):
    with transaction.atomic():
        cast = build_cast()
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        documents = [signed(cast) for _ in range(50)]
    start = threading.Barrier(50)
    given, failures = [], []

    def issue(position, document):
        start.wait(60)
        try:
            with tenant_scope(cast.tenant.pk), transaction.atomic():
                issue_document(document, actor=cast.office)
                if position % 5 == 0:
                    raise InterruptedError  # noqa: TRY301 -- rolls the number back
                given.append(document.pk)
        except InterruptedError:
            pass
        except Exception as error:  # noqa: BLE001 -- a thread's failure must reach the test
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=issue, args=pair) for pair in enumerate(documents)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)

    assert failures == []
    # Ten of them failed after they had taken a number: it went to the next one.
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        found = OfficialDocument.objects.filter(pk__in=given).values_list("number", flat=True)
        assert sorted(found) == list(range(1, 41))
        assert [one.missing for one in continuity()] == [()]
        assert NumberRegister.objects.get().last_number == 40


def test_the_screen_of_the_register(cast, sign_in):
    first = issued(cast, title="关于第一季度情况的通报")
    void_document(first, actor=cast.leader, reason="文字有误")
    issued(cast, title="关于第二季度情况的通报")
    client = sign_in(cast.office)
    page = client.get(LIST).content.decode()
    assert "文字有误" in page
    assert "1—2 号连续无缺" in page
    page = client.get(LIST, {"state": "void"}).content.decode()
    assert ("第一季度" in page, "第二季度" in page) == (True, False)
    page = client.get(LIST, {"q": "第二季度", "mark": MARK, "year": today().year}).content.decode()
    assert ("第一季度" in page, "第二季度" in page) == (False, True)
    assert sign_in(cast.secretary).get(LIST).status_code == 404

    answer = sign_in(cast.office).get(reverse("documents:register_export"), {"state": "void"})
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0)
    lines = rows.to_python()
    assert len(lines) == 2
    assert lines[1][0] == first.document_number
    assert lines[1][6] == "文字有误"


def test_reserving_on_the_screen_and_issuing_with_it(cast, sign_in):
    client = sign_in(cast.office)
    form = client.get(reverse("documents:number_reserve")).content.decode()
    assert f"下一号 {next_number(MARK)}" in form
    values = {"mark": MARK, "count": 1, "purpose": "年度表彰通报"}
    assert client.post(reverse("documents:number_reserve"), values).status_code == 302
    entry = NumberEntry.objects.get()
    assert "年度表彰通报" in client.get(LIST).content.decode()

    document = signed(cast)
    step = reverse("documents:officialdocument_step", args=[document.pk, "issue"])
    assert "预留：年度表彰通报" in client.get(step).content.decode()
    assert client.post(step, {"reserved": entry.pk}).status_code == 302
    document.refresh_from_db()
    assert document.number == 1
    page = client.get(entry.get_absolute_url()).content.decode()
    assert document.get_absolute_url() in page

    other = signed(cast)
    step = reverse("documents:officialdocument_step", args=[other.pk, "issue"])
    page = client.get(step).content.decode()
    assert next_number(MARK) in page
    assert "预留" not in page.split("<main", 1)[-1]


def test_cancelling_and_outside_numbers_on_the_screen(cast, sign_in):
    client = sign_in(cast.office)
    outside = reverse("documents:number_outside")
    assert client.post(outside, {"mark": MARK, "until": 3, "purpose": "纸质"}).status_code == 302
    assert client.post(outside, {"mark": MARK, "until": 3, "purpose": "纸质"}).status_code == 422
    [entry] = reserve_numbers(MARK, actor=cast.office, count=1, purpose="通报")
    step = reverse("documents:numberentry_step", args=[entry.pk, "cancel"])
    assert step in client.get(entry.get_absolute_url()).content.decode()
    assert client.post(step, {"reason": "不再印发"}).status_code == 302
    assert "不再印发" in client.get(LIST, {"state": "cancelled"}).content.decode()
    assert sign_in(cast.secretary).get(entry.get_absolute_url()).status_code == 404


def test_marks_on_the_screen(cast, sign_in):
    client = sign_in(cast.office)
    values = {"mark": "示党工办", "organ": "领导小组办公室", "pattern": STANDARD, "is_active": "on"}
    create = reverse("documents:organmark_create")
    assert client.post(create, values).status_code == 302
    page = client.get(MARKS).content.decode()
    assert f"示党工办〔{today().year}〕1号" in page
    answer = client.post(create, {**values, "mark": "示〔2026〕"})
    assert "只填机关代字" in answer.content.decode()
    edit = reverse("documents:organmark_edit", args=[OrganMark.objects.get().pk])
    assert "领导小组办公室" in client.get(edit).content.decode()
    assert client.post(edit, {**values, "head": "示范市党工共建办"}).status_code == 302
    assert OrganMark.objects.get().head == "示范市党工共建办"
    assert client.get(reverse("documents:organmark_edit", args=[0])).status_code == 404


@pytest.mark.parametrize("url", [LIST, MARKS])
def test_lists_take_the_same_number_of_queries(cast, sign_in, django_assert_max_num_queries, url):
    client = sign_in(cast.office)
    counts = []
    for turn in range(3):
        issued(cast)
        arrange_mark(None, actor=cast.office, mark=f"示{turn}", organ="机关", pattern=STANDARD)
        if turn != 1:
            with django_assert_max_num_queries(12) as captured:
                client.get(url)
            counts.append(len(captured))
    assert counts[0] == counts[1]
