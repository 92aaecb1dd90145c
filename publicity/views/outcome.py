"""Figures, press reviews, and the page that is open to everybody."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.reports import request_report
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    Page,
    RecordsMixin,
)
from orgs.models import Tenant
from publicity.authority import MAKE_REVIEW, OPEN_PAGE, READ_REVIEW, VIEW_PLACEMENT
from publicity.documents import REVIEW, figures_workbook, review_values
from publicity.forms import PublicPageForm, ReviewForm
from publicity.models import PressReview, PublicPage
from publicity.queries import QUARTERS, WAYS, counted, public_news
from publicity.services.reviews import make_review, save_public_page
from publicity.tables import PressReviewTable
from publicity.views.placements import workbook_answer

#: How long a cache may show a page that was shut or changed meanwhile.
KEEP = 300
_FIRST_YEAR = 2000


def _year(request: HttpRequest) -> int:
    chosen = request.GET.get("year", "")
    year = int(chosen) if chosen.isdigit() and len(chosen) == 4 else today().year
    return max(year, _FIRST_YEAR)


class Statistics(Page):
    """Verified reports of a year, by whatever one asks for."""

    permission = VIEW_PLACEMENT
    template_name = "publicity/statistics.html"
    heading = "宣传统计"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        year = _year(request)
        way = request.GET.get("by", "medium")
        if way not in WAYS:
            raise Http404
        rows = counted(self.actor, year, way)
        chart = {
            "labels": [row.label for row in rows],
            "values": [row.total for row in rows],
            "name": "刊播",
            "unit": "篇",
            "min": 0,
            # A scale of whole reports, also where there are few.
            "max": max([5, *(row.total for row in rows)]),
        }
        return self.render(
            {
                "year": year,
                "way": way,
                "ways": WAYS.items(),
                "quarters": QUARTERS,
                "rows": rows,
                "chart": chart,
            }
        )


class StatisticsExport(Page):
    permission = VIEW_PLACEMENT

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        year = _year(request)
        tables = {way: counted(self.actor, year, way) for way in WAYS}
        return workbook_answer(figures_workbook(year, tables), f"宣传统计{year}年.xlsx")


class PressReviewList(ListPage):
    permission = READ_REVIEW
    queryset = PressReview.objects.all()
    table_class = PressReviewTable
    template_name = "publicity/pressreview_list.html"
    heading = "剪报"

    def get_extra(self) -> dict[str, Any]:
        makes = self.actor.may(MAKE_REVIEW)
        return {
            "create_url": reverse("publicity:pressreview_create") if makes else "",
            "create_label": "编印一期",
            "may_open": self.actor.may(OPEN_PAGE),
        }


class PressReviewDetail(DetailPage):
    permission = READ_REVIEW
    queryset = PressReview.objects.all()
    template_name = "publicity/pressreview_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        review: PressReview = self.object
        return [
            ("起止", f"{long_date(review.starts_on)}至{long_date(review.ends_on)}"),
            ("报道", f"{len(review.frozen)} 篇"),
            ("编印", f"{review.made_by}，{long_date(review.made_on)}"),
        ]

    def get_extra(self) -> dict[str, Any]:
        return {"values": review_values(self.object)}


class PressReviewCreate(FormPage):
    permission = MAKE_REVIEW
    form_class = ReviewForm
    heading = "编印剪报"
    submit_label = "编印"
    help_text = "收入起止日期内已核实的报道，按主题排列，转载并入原报道。编印后内容不再变化。"

    def get_form_kwargs(self) -> dict[str, Any]:
        day = today()
        quarter = (day.month - 1) // 3 * 3 + 1
        return {"initial": {"starts_on": day.replace(month=quarter, day=1), "ends_on": day}}

    def perform(self, form: Any) -> PressReview:
        return make_review(actor=self.actor, **form.cleaned_data)

    def get_cancel_url(self) -> str:
        return reverse("publicity:pressreview_list")


class PressReviewPrint(RecordsMixin, ConfirmPage):
    permission = READ_REVIEW
    queryset = PressReview.objects.all()
    heading = "打印剪报"
    submit_label = "生成 PDF"
    help_text = "在后台排版，完成后可在报告中心下载。"

    def perform(self, form: Any) -> ReportJob:
        review: PressReview = self.get_object()
        return request_report(
            REVIEW.key, actor=self.actor, title=str(review), parameters={"review": review.pk}
        )

    def get_success_url(self, result: Any) -> str:
        return reverse("documents:report_centre")

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class PublicPageEdit(FormPage):
    """The switch of the public page."""

    permission = OPEN_PAGE
    form_class = PublicPageForm
    template_name = "publicity/public_page_form.html"
    heading = "公开页设置"
    success_message = "已保存，最多五分钟后对外生效。"
    help_text = "开放后，任何人不用登录就能看到逐篇公开的报道；不显示登记人、核实人和单位信息。"

    def get_form_kwargs(self) -> dict[str, Any]:
        page = PublicPage.objects.first()
        if page is None:
            return {}
        return {"initial": {name: getattr(page, name) for name in PublicPageForm.base_fields}}

    def perform(self, form: Any) -> PublicPage:
        return save_public_page(actor=self.actor, values=form.cleaned_data)

    def get_success_url(self, result: Any) -> str:
        return reverse("publicity:public_page")

    def get_cancel_url(self) -> str:
        return reverse("publicity:pressreview_list")

    def get_extra(self) -> dict[str, Any]:
        page = PublicPage.objects.first()
        tenant = Tenant.objects.get(pk=self.actor.tenant_id)
        return {
            "address": self.request.build_absolute_uri(
                reverse("publicity:public", args=[tenant.code])
            ),
            "is_open": page is not None and page.is_open,
        }


@login_not_required
@require_safe
def public(request: HttpRequest, address: str) -> HttpResponse:
    """媒体报道: the verified and released reports of a region, for everybody.

    The same for whoever asks, so that any cache may keep it for some minutes.
    """
    news = public_news(address)
    if news is None:
        raise Http404
    answer = render(request, "publicity/public.html", {"news": news})
    patch_cache_control(answer, public=True, max_age=KEEP)
    return answer
