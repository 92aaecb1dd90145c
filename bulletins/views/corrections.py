"""Correcting a printed issue, and the slip as a page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from bulletins.authority import CORRECT_ISSUE, READ_ISSUE
from bulletins.documents import CORRECTION
from bulletins.enums import IssueState
from bulletins.forms import CorrectionForm
from bulletins.models import Correction, Issue
from bulletins.services.corrections import correct_issue
from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.reports import request_report
from gongjian.foundation.web.pages import ConfirmPage, FormPage, RecordsMixin


class IssueCorrect(RecordsMixin, FormPage):
    """更正: the printed issue stays, the slip is sent after it."""

    permission = CORRECT_ISSUE
    queryset = Issue.objects.select_related("series").filter(state=IssueState.SENT_OUT)
    form_class = CorrectionForm
    submit_label = "签发更正"
    help_text = "原件保持印发时的样子。更正单独编号，收到本期的单位都会收到提醒。"
    success_message = "更正已签发，收到本期的单位会收到提醒。"

    def get_heading(self) -> str:
        return f"更正：{self.get_object()}"

    def get_form_kwargs(self) -> dict[str, Any]:
        frozen = self.get_object().frozen or {"items": []}
        return {"titles": [item["title"] for item in frozen["items"]]}

    def perform(self, form: Any) -> Correction:
        return correct_issue(self.get_object(), actor=self.actor, **form.cleaned_data)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class CorrectionPrint(RecordsMixin, ConfirmPage):
    permission = READ_ISSUE
    queryset = Correction.objects.select_related("issue__series", "series").filter(
        issue__state=IssueState.SENT_OUT
    )
    heading = "打印更正单"
    submit_label = "生成 PDF"
    help_text = "在后台排版，完成后可在报告中心下载。"

    def perform(self, form: Any) -> ReportJob:
        correction: Correction = self.get_object()
        return request_report(
            CORRECTION.key,
            actor=self.actor,
            title=str(correction),
            parameters={"correction": correction.pk},
        )

    def get_success_url(self, result: Any) -> str:
        return reverse("documents:report_centre")

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())
