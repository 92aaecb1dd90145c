from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from gongjian.commons.documents import files, printing
from gongjian.commons.documents.checks import Severity
from gongjian.commons.documents.contexts import CircularContext
from gongjian.commons.documents.models import NumberRegister, OfficialDocument, StoredFile
from gongjian.commons.documents.queries import check_document, documents_about, verify
from gongjian.commons.documents.rendering import MissingGlyphs
from gongjian.commons.documents.services import (
    draft_document,
    edit_draft,
    issue_document,
    render_document,
    reprint_document,
    return_document,
    sign_off_document,
    void_document,
)
from gongjian.commons.documents.shelves import document_kinds
from gongjian.commons.documents.verification import new_code, tenant_of, tidy
from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict
from gongjian.foundation.tenancy.models import OutboxMessage
from gongjian.foundation.tenancy.scope import tenant_scope
from tests.factories.cast import build_cast


def words(**changes) -> CircularContext:
    values = {
        "organs": ["示范市党工共建领导小组办公室"],
        "title": "关于季度工作情况的通报",
        "main_recipients": "各县（市、区）党工共建领导小组办公室",
        "body": "现将有关情况通报如下。",
        "printer": "示范市党工共建领导小组办公室",
        **changes,
    }
    return CircularContext(**values)


def draft(cast, kind="documents.circular", approval_reference="", **changes) -> OfficialDocument:
    return draft_document(
        kind,
        actor=cast.office,
        mark="示党工组",
        context=words(**changes),
        approval_reference=approval_reference,
    )


def issued(cast, **changes) -> OfficialDocument:
    document = draft(cast, **changes)
    sign_off_document(document, actor=cast.leader)
    return issue_document(document, actor=cast.office, reason=changes.pop("reason", ""))


pytestmark = pytest.mark.usefixtures("prints")


def test_a_number_is_taken_only_at_issue(cast):
    document = draft(cast)
    sign_off_document(document, actor=cast.leader)
    assert NumberRegister.objects.count() == 0

    document = issue_document(document, actor=cast.office)

    assert document.document_number == f"示党工组\u3014{today().year}\u30151号"
    assert document.state == "issued"
    assert issued(cast).number == 2


def test_the_frozen_context_carries_what_only_issue_knows(cast):
    document = OfficialDocument.objects.get(pk=issued(cast).pk)
    assert document.context["number"] == document.document_number
    assert document.context["verification"]["code"] == document.verification_code
    assert document.context["is_draft"] is False


def test_issue_asks_for_printing_in_the_same_transaction(cast):
    document = issued(cast)
    message = OutboxMessage.objects.get(task="documents.render_document")
    assert message.arguments == {"document_id": document.pk}


def test_a_printed_document_is_never_printed_again(cast, prints):
    document = issued(cast)

    prints.clear()

    first = render_document(document.pk, actor=cast.office)
    second = render_document(document.pk, actor=cast.office)

    assert first == second
    assert len(prints) == 1
    assert StoredFile.objects.count() == 1
    assert files.read_file(first) == b"%PDF-1"
    assert first.sha256 in first.path
    assert TrailEntry.objects.filter(action="documents.document.rendered").count() == 1


def test_a_draft_has_no_official_file(cast, prints):
    with pytest.raises(StateConflict, match="尚未印发"):
        render_document(draft(cast).pk, actor=cast.office)


def test_a_changed_file_is_not_handed_out(cast, prints):
    file = render_document(issued(cast).pk, actor=cast.office)
    path = Path(settings.FILES_DIR) / file.path
    path.write_bytes(b"forged")
    try:
        with pytest.raises(DomainError, match="不一致"):
            files.read_file(file)
    finally:
        path.unlink()
    with pytest.raises(DomainError, match="备份"):
        files.read_file(file)


def test_what_is_issued_is_not_edited(cast):
    document = issued(cast)
    with pytest.raises(StateConflict, match="不是草稿"):
        edit_draft(document, actor=cast.office, values={"title": "改"}, mark="示党工组")


def test_editing_keeps_name_lists_that_came_from_records(cast):
    document = draft(cast, attachments=[])
    document.context["attachments"] = [{"title": "名单", "rows": [["1"]], "columns": []}]
    document.save()

    edited = edit_draft(
        document, actor=cast.office, values={"title": "新标题", "organs": ["甲"]}, mark="甲字"
    )

    assert edited.context["attachments"][0]["title"] == "名单"
    assert (edited.title, edited.organs, edited.mark) == ("新标题", ["甲"], "甲字")


def test_a_void_document_keeps_its_number_and_reason(cast):
    document = void_document(issued(cast), actor=cast.leader, reason="名单有误")
    assert (document.number, document.void_reason, document.state) == (1, "名单有误", "void")
    assert issued(cast).number == 2


def test_voiding_needs_a_reason(cast):
    with pytest.raises(DomainError, match="理由"):
        void_document(issued(cast), actor=cast.leader, reason=" ")


def test_a_new_document_supersedes_the_old_one(cast):
    old = issued(cast)
    new = draft_document(
        "documents.circular", actor=cast.office, mark="示党工组", context=words(), supersedes=old
    )
    sign_off_document(new, actor=cast.leader)
    new = issue_document(new, actor=cast.office)

    assert OfficialDocument.objects.get(pk=old.pk).state == "superseded"
    assert verify(old.verification_code).successor == new.document_number


def test_a_returned_document_may_be_edited_again(cast):
    document = sign_off_document(draft(cast), actor=cast.leader)
    document = return_document(document, actor=cast.leader, reason="补充主送机关")
    assert (document.state, document.signed_off_by) == ("draft", "")


def test_drafting_signing_and_issuing_are_different_hands(cast):
    with pytest.raises(NotPermitted):
        draft_document("documents.circular", actor=cast.secretary, mark="示党工组", context=words())
    document = draft(cast)
    with pytest.raises(NotPermitted):
        sign_off_document(document, actor=cast.office)
    sign_off_document(document, actor=cast.leader)
    with pytest.raises(NotPermitted):
        issue_document(document, actor=cast.leader)
    with pytest.raises(NotPermitted):
        void_document(issue_document(document, actor=cast.office), actor=cast.office, reason="误")


def test_an_unsigned_document_is_not_issued_and_takes_no_number(cast):
    document = draft(cast)
    with pytest.raises(StateConflict), transaction.atomic():
        issue_document(document, actor=cast.office)
    assert NumberRegister.objects.count() == 0


def test_a_coordinating_body_gives_no_directives_without_a_basis(cast):
    changes = {
        "kind": "documents.notice",
        "main_recipients": "各县（市、区）委，各乡镇党委、人民政府",
    }
    document = sign_off_document(draft(cast, **changes), actor=cast.leader)
    with pytest.raises(DomainError, match="议事协调机构"), transaction.atomic():
        issue_document(document, actor=cast.office)

    document = issue_document(
        document, actor=cast.office, reason="经市委授权，见示委办\u30142026\u30158号"
    )

    assert document.override_reason.startswith("经市委授权")
    assert document.check_results[0]["rule"] == "R3"


@pytest.mark.parametrize(
    ("recipients", "severities"),
    [
        ("各县（市、区）党工共建领导小组办公室", []),
        ("各县委组织部、总工会", []),
        ("清河县委，各乡镇人民政府", [Severity.WARN]),
    ],
)
def test_circulars_to_committees_are_only_remarked_on(cast, recipients, severities):
    document = draft(cast, main_recipients=recipients)
    assert [result.severity for result in check_document(document)] == severities


def test_commendation_needs_the_reference_of_its_project(cast):
    document = draft(cast, kind="documents.commendation", title="关于表彰先进集体的决定")
    sign_off_document(document, actor=cast.leader)
    with pytest.raises(DomainError, match="通报表扬"), transaction.atomic():
        issue_document(document, actor=cast.office, reason="急用")

    approved = draft(
        cast,
        kind="documents.commendation",
        title="关于表彰先进集体的决定",
        approval_reference="示范市评比达标表彰项目目录",
    )
    assert check_document(approved) == []
    assert check_document(draft(cast, kind="documents.praise", title="关于表扬的通报")) == []


@pytest.mark.parametrize("text", ["密级：秘密", "本件属机密", "绝密★长期", "秘密★1年"])
def test_classified_matter_is_refused(cast, text):
    assert [r.rule for r in check_document(draft(cast, body=text))] == ["R9"]


def test_trade_secrets_are_no_classified_matter(cast):
    assert check_document(draft(cast, body="保护企业商业秘密。")) == []


def test_long_texts_are_remarked_on(cast):
    (result,) = check_document(draft(cast, body="长" * 5001))
    assert (result.rule, result.severity) == ("R10", Severity.WARN)


def test_verification_tells_no_title_and_follows_the_state(cast):
    document = issued(cast, title="关于表扬赵春梅同志的通报")
    found = verify(document.verification_code.lower())
    assert (found.number, found.state_label) == (document.document_number, "已印发")
    assert "赵春梅" not in repr(found)

    void_document(document, actor=cast.leader, reason="误发")

    assert verify(document.verification_code).state_label == "已作废"
    assert verify("0001-0000-0000") is None
    assert verify("abc") is None


def test_a_draft_cannot_be_verified_and_codes_name_their_tenant(cast):
    code = new_code(cast.tenant.pk)
    assert tenant_of(code) == cast.tenant.pk
    assert tidy(" 0001–o1iL–abcd ") == "0001-0111-ABCD"
    assert verify(code) is None


def test_documents_of_another_tenant_do_not_exist_here(cast):
    document = issued(cast)
    with tenant_scope(cast.elsewhere.pk):
        assert not OfficialDocument.objects.filter(pk=document.pk).exists()
    assert verify(document.verification_code) is not None


def test_a_record_finds_its_documents(cast):
    kind = document_kinds["documents.circular"]
    assert kind.build is None
    document = draft_document(
        kind.key, actor=cast.office, mark="示党工组", context=words(), subject=cast.hongqi
    )
    assert list(documents_about(cast.hongqi)) == [document]
    with pytest.raises(TypeError):
        draft_document(kind.key, actor=cast.office, mark="示党工组")


def test_two_clerks_issuing_at_once_get_two_numbers(transactional_db):
    with transaction.atomic():
        cast = build_cast()
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        documents = [sign_off_document(draft(cast), actor=cast.leader) for _ in range(2)]
    start = threading.Barrier(2)
    numbers, failures = [], []

    def issue(document):
        try:
            with tenant_scope(cast.tenant.pk), transaction.atomic():
                start.wait(5)
                numbers.append(issue_document(document, actor=cast.office).number)
        except Exception as error:  # noqa: BLE001 -- a thread's failure must reach the test
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=issue, args=[document]) for document in documents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert failures == []
    assert sorted(numbers) == [1, 2]


def test_what_cannot_be_printed_is_not_signed_off(cast, monkeypatch):
    def refuse(*args, **kwargs):
        raise MissingGlyphs("\U00031350")

    document = draft(cast)
    monkeypatch.setattr(printing, "render_pdf", refuse)
    with pytest.raises(DomainError, match="U\\+31350"):
        sign_off_document(document, actor=cast.leader)
    assert OfficialDocument.objects.get().state == "draft"


def test_a_failed_printing_is_told_and_may_be_repeated(cast, monkeypatch, prints):
    def refuse(*args, **kwargs):
        raise MissingGlyphs("\U00031350")

    document = issued(cast)
    real = printing.render_pdf
    monkeypatch.setattr(printing, "render_pdf", refuse)
    with pytest.raises(DomainError):
        render_document(document.pk, actor=cast.office)
    document.refresh_from_db()
    assert "U+31350" in document.print_error

    monkeypatch.setattr(printing, "render_pdf", real)
    reprint_document(document, actor=cast.office)
    assert OutboxMessage.objects.filter(task="documents.render_document").count() == 2
    render_document(document.pk, actor=cast.office)
    document.refresh_from_db()
    assert (document.print_error, document.file is None) == ("", False)
    with pytest.raises(StateConflict):
        reprint_document(document, actor=cast.office)
