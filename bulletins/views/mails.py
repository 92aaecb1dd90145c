"""Mail to readers outside of the region: the list, the draft, its release and what became of it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from bulletins.authority import MAKE_ISSUE
from bulletins.documents import PRINTED
from bulletins.enums import IssueMailState, MailOutcome
from bulletins.forms import IssueMailForm, ReadersForm, write_addresses
from bulletins.models import BulletinSeries, Issue, IssueMail
from bulletins.services.mails import (
    change_mail,
    discard_mail,
    draft_mail,
    release_mail,
    save_readers,
    send_again,
)
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    RecordsMixin,
    StepPage,
)

_MAILS = IssueMail.objects.select_related("issue__series")


class SeriesReaders(RecordsMixin, FormPage):
    """外部收件人 of a bulletin: a list to paste, one a line."""

    permission = MAKE_ISSUE
    queryset = BulletinSeries.objects.all()
    form_class = ReadersForm
    help_text = "名单用于以后起草的邮件，已经起草的不受影响。"
    success_message = "外部收件人名单已保存。"

    def get_heading(self) -> str:
        return f"外部收件人：{self.get_object()}"

    def get_form_kwargs(self) -> dict[str, Any]:
        readers = self.get_object().outside_readers.all()
        return {"initial": {"readers": write_addresses(readers)}}

    def perform(self, form: Any) -> BulletinSeries:
        series: BulletinSeries = self.get_object()
        save_readers(series, actor=self.actor, readers=form.cleaned_data["readers"])
        return series

    def get_success_url(self, result: Any) -> str:
        return reverse("bulletins:issue_list")

    def get_cancel_url(self) -> str:
        return reverse("bulletins:issue_list")


class IssueMailCreate(RecordsMixin, ConfirmPage):
    """Makes the draft and opens it; nothing is sent."""

    permission = MAKE_ISSUE
    queryset = Issue.objects.select_related("series").filter(state__in=PRINTED)
    heading = "寄给外部收件人"
    submit_label = "起草邮件"
    help_text = "先生成一封草稿，核对主题、正文和收件人后再放行。放行以前什么都不会寄出。"

    def perform(self, form: Any) -> IssueMail:
        return draft_mail(self.get_object(), actor=self.actor)

    def get_success_url(self, result: Any) -> str:
        return str(result.get_absolute_url())

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class IssueMailDetail(DetailPage):
    """The mail as it will be read, and the outcome for each address."""

    permission = MAKE_ISSUE
    queryset = _MAILS
    template_name = "bulletins/issuemail_detail.html"

    def get_place(self) -> None:
        return None

    def get_facts(self) -> list[tuple[str, Any]]:
        mail: IssueMail = self.object
        facts = [("简报", mail.issue), ("起草人", mail.drafted_by)]
        if mail.released_at:
            facts.append(("放行", f"{mail.released_by}"))
        return facts

    def get_extra(self) -> dict[str, Any]:
        receivers = list(self.object.receivers.all())
        outcomes = [row.outcome for row in receivers]
        return {
            "receivers": receivers,
            "sent": outcomes.count(MailOutcome.SENT),
            "failed": outcomes.count(MailOutcome.FAILED),
            "is_draft": self.object.state == IssueMailState.DRAFT,
        }


class IssueMailEdit(RecordsMixin, FormPage):
    permission = MAKE_ISSUE
    queryset = _MAILS.filter(state=IssueMailState.DRAFT)
    form_class = IssueMailForm
    heading = "修改邮件草稿"
    help_text = "每个收件人单独收到一封，开头是其名称，附件是本期简报的 PDF。"
    success_message = "草稿已保存，还没有寄出。"

    def get_form_kwargs(self) -> dict[str, Any]:
        mail: IssueMail = self.get_object()
        return {
            "initial": {
                "subject": mail.subject,
                "text": mail.text,
                "receivers": write_addresses(mail.receivers.all()),
                "revision": mail.revision,
            }
        }

    def perform(self, form: Any) -> IssueMail:
        return change_mail(self.get_object(), actor=self.actor, **form.cleaned_data)

    def get_success_url(self, result: Any) -> str:
        return str(result.get_absolute_url())

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class IssueMailStep(StepPage):
    permission = MAKE_ISSUE
    queryset = _MAILS
    services = {"release": release_mail, "discard": discard_mail}

    def get_extra(self) -> dict[str, Any]:
        extra = super().get_extra()
        if self.step.name == "release":
            count = self.get_object().receivers.count()
            extra["consequence"] = f"将向 {count} 个外部收件人各寄一封，寄出后不能收回。"
        return extra


class IssueMailAgain(RecordsMixin, ConfirmPage):
    permission = MAKE_ISSUE
    queryset = _MAILS.filter(state=IssueMailState.RELEASED)
    heading = "重发未成功的"
    submit_label = "重发"
    help_text = "只寄给上次未成功的收件人，已收到的不会再收到。"

    def perform(self, form: Any) -> IssueMail:
        mail: IssueMail = self.get_object()
        count = send_again(mail, actor=self.actor)
        self.say(f"正在重发 {count} 封。" if count else "没有未成功的邮件。")
        return mail

    def get_success_url(self, result: Any) -> str:
        return str(result.get_absolute_url())

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())
