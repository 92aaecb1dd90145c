"""A return on paper: the A4 page of the browser, and the same sheet as PDF."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from gongjian.commons.documents.authority import VIEW_REPORT
from gongjian.commons.documents.reports import request_report
from gongjian.foundation.web.pages import Page, RecordsMixin
from responsibilities.authority import VIEW_RETURN
from responsibilities.models import Obligation
from responsibilities.return_paper import RETURN_SHEET, printed_return


class _PaperPage(RecordsMixin, Page, base=True):
    permission = VIEW_RETURN
    queryset = Obligation.objects.select_related("unit", "period", "form")

    def sheet_url(self, obligation: Obligation) -> str:
        """Address in the QR code: whoever scans it signs in and opens this very return."""
        path = reverse("responsibilities:return_fill", args=[obligation.pk])
        return self.request.build_absolute_uri(path)


class ReturnPrint(_PaperPage):
    """打印: with the figures, or blank to be filled by hand."""

    template_name = "responsibilities/return_print.html"
    heading = "打印报表"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        obligation = self.get_object()
        blank = "blank" in request.GET
        values = printed_return(obligation, blank=blank, url=self.sheet_url(obligation))
        may_pdf = self.actor.may(VIEW_REPORT)
        return self.render(
            {"paper": values, "obligation": obligation, "blank": blank, "may_pdf": may_pdf}
        )


class ReturnPdf(_PaperPage):
    """The same sheet as PDF, made in the background and kept in the report centre."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        obligation = self.get_object()
        blank = "blank" in request.POST
        kind = "空白表" if blank else "报表"
        request_report(
            RETURN_SHEET.key,
            actor=self.actor,
            title=f"{obligation.unit.name}{obligation.period}{kind}",
            parameters={
                "obligation": obligation.pk,
                "blank": blank,
                "url": self.sheet_url(obligation),
            },
        )
        self.say("正在生成 PDF，完成后可在这里下载。")
        return HttpResponseRedirect(reverse("documents:report_centre"))
