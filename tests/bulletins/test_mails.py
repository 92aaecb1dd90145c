"""Mail to outsiders: a draft that somebody releases, sent once to each, failures by name."""

from __future__ import annotations

import threading

import pytest
from django.core import mail as outbox
from django.core.mail.backends import locmem
from django.db import connection, transaction
from django.urls import reverse

from bulletins.enums import IssueMailState, MailOutcome
from bulletins.forms import AddressesField
from bulletins.models import IssueMail
from bulletins.services.mails import (
    SEND_TASK,
    change_mail,
    draft_mail,
    release_mail,
    save_readers,
    send_again,
    send_released,
)
from bulletins.tasks import send_mail
from gongjian.foundation.kernel.errors import NotPermitted, Outdated, StateConflict
from gongjian.foundation.tenancy.models import OutboxMessage
from gongjian.foundation.tenancy.scope import tenant_scope
from tests.factories.bulletins import issue_of, sent, series_of, signed
from tests.factories.cast import build_cast

READERS = [("省总工会办公室", "bgs@example.cn"), ("王老师", "wang@example.cn")]


@pytest.fixture
def issue(cast):
    series = series_of(cast)
    save_readers(series, actor=cast.office, readers=READERS)
    return signed(cast, [sent(cast)], series=series)


def drafted(cast, issue) -> IssueMail:
    return draft_mail(issue, actor=cast.office)


def test_nothing_leaves_before_somebody_releases_the_draft(cast, issue):
    mail = drafted(cast, issue)
    assert [(row.name, row.address) for row in mail.receivers.all()] == READERS
    assert "第1期（总第1期）" in mail.subject
    assert send_mail(mail.pk) == 0
    assert outbox.outbox == []
    assert not OutboxMessage.objects.filter(task=SEND_TASK).exists()

    release_mail(mail, actor=cast.office)
    assert OutboxMessage.objects.get(task=SEND_TASK).arguments == {"mail_id": mail.pk}
    assert send_mail(mail.pk) == 2
    assert send_mail(mail.pk) == 0
    assert [message.to for message in outbox.outbox] == [["bgs@example.cn"], ["wang@example.cn"]]
    first = outbox.outbox[0]
    assert first.body.startswith("省总工会办公室：\n\n您好！")
    name, content, kind = first.attachments[0]
    assert (content[:5], kind, name.endswith(".pdf")) == (b"%PDF-", "application/pdf", True)
    assert len({message.extra_headers["Message-ID"] for message in outbox.outbox}) == 2


def test_a_second_press_opens_the_draft_that_is_there(cast, issue):
    assert drafted(cast, issue) == drafted(cast, issue)


def test_an_unsigned_issue_is_not_mailed(cast):
    with pytest.raises(StateConflict, match="还没有签发"):
        draft_mail(issue_of(cast, [sent(cast)]), actor=cast.office)


def test_only_the_office_writes_and_nobody_changes_what_was_released(cast, issue):
    with pytest.raises(NotPermitted):
        draft_mail(issue, actor=cast.secretary)
    mail = drafted(cast, issue)
    changed = change_mail(
        mail,
        actor=cast.office,
        subject="寄上简报",
        text="请查收。",
        receivers=READERS[:1],
        revision=0,
    )
    assert [row.name for row in changed.receivers.all()] == ["省总工会办公室"]
    with pytest.raises(Outdated) as caught:
        change_mail(mail, actor=cast.office, subject="另一个", text="另", receivers=[], revision=0)
    assert caught.value.saved["主题"] == "寄上简报"
    release_mail(mail, actor=cast.office)
    with pytest.raises(StateConflict, match="不能再改"):
        change_mail(mail, actor=cast.office, subject="晚了", text="晚", receivers=[])


def test_a_mail_to_nobody_is_not_released(cast, issue):
    mail = drafted(cast, issue)
    change_mail(mail, actor=cast.office, subject="主题", text="正文", receivers=[])
    with pytest.raises(StateConflict, match="还没有收件人"):
        release_mail(mail, actor=cast.office)


def test_one_bad_address_holds_nobody_back_and_is_tried_again_alone(cast, issue, monkeypatch):
    mail = drafted(cast, issue)
    release_mail(mail, actor=cast.office)
    send = locmem.EmailBackend.send_messages

    def refuse(self, messages):
        if messages[0].to == ["bgs@example.cn"]:
            raise OSError("550 mailbox unknown")
        return send(self, messages)

    monkeypatch.setattr(locmem.EmailBackend, "send_messages", refuse)
    assert send_mail(mail.pk) == 1
    row = mail.receivers.get(address="bgs@example.cn")
    assert (row.outcome, row.result) == (MailOutcome.FAILED, "OSError: 550 mailbox unknown")

    monkeypatch.undo()
    assert send_again(mail, actor=cast.office) == 1
    assert send_mail(mail.pk) == 1
    assert [message.to[0] for message in outbox.outbox] == ["wang@example.cn", "bgs@example.cn"]
    assert send_again(mail, actor=cast.office) == 0


def test_the_list_is_kept_as_pasted_and_taken_over_by_new_drafts_alone(cast, issue):
    mail = drafted(cast, issue)
    save_readers(issue.series, actor=cast.office, readers=[("李老师", "li@example.cn"), READERS[0]])
    assert {str(reader) for reader in issue.series.outside_readers.all()} == {
        "李老师 li@example.cn", "省总工会办公室 bgs@example.cn",
    }  # fmt: skip
    assert mail.receivers.count() == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("王老师", "第 1 行"),
        ("bgs@example.cn", "缺名称"),
        ("王老师 wang@", "不是邮箱地址"),
        ("=cmd|' /C calc'!A0 x@example", "不是邮箱地址"),
        ("\n".join(f"人{n} a{n}@example.cn" for n in range(301)), "最多 300 个"),
    ],
)
def test_a_bad_line_is_named(text, message):
    with pytest.raises(Exception, match=message):
        AddressesField().clean(text)


def test_two_columns_of_a_spreadsheet_are_read_and_doubles_fall_together():
    pasted = "省总工会 办公室\tBGS@example.cn\r\n\r\n王老师，wang@example.cn\n又一次 bgs@example.cn"
    assert AddressesField().clean(pasted) == [
        ("省总工会 办公室", "bgs@example.cn"),
        ("王老师", "wang@example.cn"),
    ]


def test_the_office_clicks_from_the_issue_to_the_release(cast, issue, sign_in):
    client = sign_in(cast.office)
    page = client.get(issue.get_absolute_url()).content.decode()
    assert reverse("bulletins:issue_mail", args=[issue.pk]) in page
    client.post(reverse("bulletins:issue_mail", args=[issue.pk]))
    mail = IssueMail.objects.get()
    page = client.get(mail.get_absolute_url()).content.decode()
    assert "这是草稿，还没有寄出" in page
    edit = reverse("bulletins:issuemail_edit", args=[mail.pk])
    answer = client.post(edit, {"subject": "简报", "text": "请查收", "receivers": "坏的一行"})
    assert answer.status_code == 422
    assert "坏的一行" in answer.content.decode()
    step = reverse("bulletins:issuemail_step", args=[mail.pk, "release"])
    assert "2 个外部收件人" in client.get(step).content.decode()
    client.post(step)
    mail.refresh_from_db()
    assert mail.state == IssueMailState.RELEASED
    assert "草稿" not in client.get(mail.get_absolute_url()).content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_send_one_message_to_each(settings):
    with transaction.atomic():
        cast = build_cast()
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        series = series_of(cast)
        save_readers(series, actor=cast.office, readers=READERS)
        mail = draft_mail(signed(cast, [sent(cast)], series=series), actor=cast.office)
        release_mail(mail, actor=cast.office)
    counts = []
    start = threading.Barrier(2)

    def run() -> None:
        start.wait()
        try:
            with tenant_scope(cast.tenant.pk):
                counts.append(send_released(mail, name="简报.pdf", content=b"%PDF-"))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 2
    assert sorted(message.to[0] for message in outbox.outbox) == [
        "bgs@example.cn", "wang@example.cn",
    ]  # fmt: skip
