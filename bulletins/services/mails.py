"""Drafting, releasing and sending the mail of an issue to readers outside of the region."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils import timezone

from bulletins.authority import MAKE_ISSUE
from bulletins.enums import IssueMailState, IssueState, MailOutcome
from bulletins.models import (
    BulletinSeries,
    Issue,
    IssueMail,
    MailReceiver,
    OutsideReader,
)
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import NotPermitted, Outdated, StateConflict
from gongjian.foundation.tenancy.outbox import enqueue
from gongjian.foundation.workflow.lifecycle import advance
from orgs.services import demand_valid

SEND_TASK = "bulletins.send_mail"
#: Receivers of one mail; beyond that a list server of one's own is the right tool.
MOST_RECEIVERS = 300
Address = tuple[str, str]


def _demand_maker(actor: Actor) -> None:
    if not actor.may(MAKE_ISSUE):
        raise NotPermitted("当前职务无权向外部收件人发送简报，由办公室办理。")


@transaction.atomic
def save_readers(
    series: BulletinSeries, *, actor: Actor, readers: Sequence[Address]
) -> list[OutsideReader]:
    """The list of outside readers as it stands now; those no longer on it are taken off."""
    _demand_maker(actor)
    series = BulletinSeries.objects.select_for_update(of=("self",)).get(pk=series.pk)
    wanted = {address: name for name, address in readers}
    held = {reader.address: reader for reader in series.outside_readers.all()}
    for address, reader in held.items():
        if address not in wanted:
            reader.delete()
        elif reader.name != wanted[address]:
            reader.name = wanted[address]
            reader.save(update_fields=["name"])
    for address, name in wanted.items():
        if address not in held:
            reader = OutsideReader(series=series, name=name, address=address)
            demand_valid(reader)
            reader.save()
    if set(wanted.items()) != {(reader.address, reader.name) for reader in held.values()}:
        record(
            "bulletins.series.readers",
            series,
            actor=actor,
            label="修改外部收件人",
            before={"count": len(held)},
            after={"count": len(wanted)},
        )
    return list(series.outside_readers.all())


@transaction.atomic
def draft_mail(issue: Issue, *, actor: Actor) -> IssueMail:
    """A draft for the outside readers of the series; the one that is there already, if any."""
    _demand_maker(actor)
    if issue.state not in {IssueState.SIGNED, IssueState.SENT_OUT}:
        raise StateConflict("本期还没有签发，签发编号后才能寄给外部收件人。")
    if held := issue.mails.filter(state=IssueMailState.DRAFT).first():
        return held
    mail = IssueMail(
        issue=issue,
        subject=f"{issue.series}{issue.number_words}"[:120],
        text=f"您好！\n\n现寄上《{issue.series}》{issue.year}年{issue.number_words}，请查阅附件。"
        f"\n\n{issue.series.publisher}",
        drafted_by=actor.label[:200],
    )
    demand_valid(mail)
    try:
        with transaction.atomic():
            mail.save()
    except IntegrityError:
        return issue.mails.get(state=IssueMailState.DRAFT)
    MailReceiver.objects.bulk_create(
        MailReceiver(mail=mail, name=reader.name, address=reader.address)
        for reader in issue.series.outside_readers.all()
    )
    record("bulletins.mail.drafted", mail, actor=actor, label="起草外部邮件")
    return mail


@transaction.atomic
def change_mail(
    mail: IssueMail,
    *,
    actor: Actor,
    subject: str,
    text: str,
    receivers: Sequence[Address],
    revision: int | None = None,
) -> IssueMail:
    """Change what is written and to whom, as long as it is a draft."""
    _demand_maker(actor)
    mail = _locked(mail)
    if mail.state != IssueMailState.DRAFT:
        raise StateConflict("这封邮件已放行或作废，不能再改。")
    if revision is not None and revision != mail.revision:
        raise Outdated(
            "text",
            revision=mail.revision,
            saved={
                "主题": mail.subject,
                "正文": mail.text,
                "收件人": "\n".join(map(str, mail.receivers.all())),
            },
        )
    mail.subject, mail.text = subject.strip(), text.strip()
    mail.revision += 1
    demand_valid(mail)
    mail.save(update_fields=["subject", "text", "revision"])
    mail.receivers.all().delete()
    rows = [MailReceiver(mail=mail, name=name, address=address) for name, address in receivers]
    for row in rows:
        demand_valid(row)
    MailReceiver.objects.bulk_create(rows)
    record("bulletins.mail.changed", mail, actor=actor, label="修改外部邮件")
    return mail


@transaction.atomic
def release_mail(mail: IssueMail, *, actor: Actor, reason: str = "") -> IssueMail:
    """放行: from here on it is sent, by a job, after this transaction."""
    mail = _locked(mail)
    if not mail.receivers.exists():
        raise StateConflict("还没有收件人，请先填写收件人。")
    mail = advance(
        mail,
        "release",
        actor=actor,
        at=None,
        reason=reason,
        changes={"released_by": actor.label[:200], "released_at": timezone.now()},
    )
    enqueue(SEND_TASK, mail_id=mail.pk)
    return mail


@transaction.atomic
def discard_mail(mail: IssueMail, *, actor: Actor, reason: str = "") -> IssueMail:
    return advance(_locked(mail), "discard", actor=actor, at=None, reason=reason)


@transaction.atomic
def send_again(mail: IssueMail, *, actor: Actor) -> int:
    """Try those once more that could not be reached; who has it already gets no second."""
    _demand_maker(actor)
    mail = _locked(mail)
    if mail.state != IssueMailState.RELEASED:
        raise StateConflict("这封邮件还没有放行。")
    count = mail.receivers.filter(outcome=MailOutcome.FAILED).update(outcome=MailOutcome.WAITING)
    if count:
        record(
            "bulletins.mail.again", mail, actor=actor, label="重发未成功的", after={"count": count}
        )
        enqueue(SEND_TASK, mail_id=mail.pk)
    return count


def send_released(mail: IssueMail, *, name: str, content: bytes) -> int:
    """Send to everybody who waits, each in a transaction of their own; return how many.

    A receiver's row is locked while the message goes out, so that two runs of the job send
    one message. Killed between the server's answer and the commit, the next run sends it
    again under the same Message-ID.
    """
    sent = 0
    while True:
        with transaction.atomic():
            row = (
                MailReceiver.objects.select_for_update(of=("self",), skip_locked=True)
                .filter(mail=mail, outcome=MailOutcome.WAITING)
                .order_by("pk")
                .first()
            )
            if row is None:
                return sent
            row.attempts += 1
            try:
                _message(mail, row, name, content).send()
            except Exception as error:  # noqa: BLE001 -- one address must not hold back the others
                row.outcome = MailOutcome.FAILED
                row.result = f"{type(error).__name__}: {error}"[:300]
            else:
                row.outcome, row.result, row.sent_at = MailOutcome.SENT, "", timezone.now()
                sent += 1
            row.save(update_fields=["attempts", "outcome", "result", "sent_at"])


def _message(mail: IssueMail, row: MailReceiver, name: str, content: bytes) -> EmailMessage:
    message = EmailMessage(
        subject=mail.subject,
        body=f"{row.name}：\n\n{mail.text}",
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[row.address],
        headers={"Message-ID": row.message_id},
    )
    message.attach(name, content, "application/pdf")
    return message


def _locked(mail: IssueMail) -> IssueMail:
    return (
        IssueMail.objects.select_for_update(of=("self",))
        .select_related("issue__series")
        .get(pk=mail.pk)
    )
