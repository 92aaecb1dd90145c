"""What the bulletins do after the page has answered."""

from __future__ import annotations

from django.db import transaction

from bulletins.documents import printed_issue
from bulletins.enums import IssueMailState, MailOutcome
from bulletins.models import IssueMail
from bulletins.services.mails import SEND_TASK, send_released
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
        printed = printed_issue(mail.issue)
    return send_released(mail, name=printed.name, content=printed.content)
