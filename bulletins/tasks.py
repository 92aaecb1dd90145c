"""What the bulletins do after the page has answered."""

from __future__ import annotations

from django.db import transaction

from bulletins.enums import IssueMailState, MailOutcome
from bulletins.models import IssueMail
from bulletins.services.mails import SEND_TASK, send_released
from gongjian.commons.documents.shelves import ProducedFile, report_kinds
from gongjian.foundation.tenancy.tasks import tenant_task


@tenant_task(SEND_TASK)
def send_mail(mail_id: int) -> int:
    """Send a released mail to those who wait for it; run twice, nobody gets it twice."""
    with transaction.atomic():
        mail = (
            IssueMail.objects.select_related("issue__series")
            .filter(pk=mail_id, state=IssueMailState.RELEASED)
            .first()
        )
        if mail is None or not mail.receivers.filter(outcome=MailOutcome.WAITING).exists():
            return 0
        printed = _printed(mail.issue_id)
    return send_released(mail, name=printed.name, content=printed.content)


def _printed(issue_id: int) -> ProducedFile:
    """The issue as the report centre makes it, to the end and without its progress."""
    production = report_kinds["bulletins.issue"].produce({"issue": issue_id})
    while True:
        try:
            next(production)
        except StopIteration as end:
            file: ProducedFile = end.value
            return file
