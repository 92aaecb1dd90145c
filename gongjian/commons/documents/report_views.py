"""The report centre: what was made, what is being made, and who took it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from gongjian.commons.documents import reports
from gongjian.commons.documents.authority import MAKE_OVERVIEW, VIEW_REPORT
from gongjian.commons.documents.enums import JobStatus
from gongjian.commons.documents.filters import ReportFilter
from gongjian.commons.documents.forms import OverviewForm, ReportForm
from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.queries import downloads_of, jobs_seen_by
from gongjian.commons.documents.reporting.kinds import request_overview
from gongjian.commons.documents.shelves import report_kinds
from gongjian.commons.documents.tables import ReportTable
from gongjian.commons.documents.views import file_answer
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.pages import DetailPage, FormPage, ListPage, Page


class ReportRecords:
    """Reports this post may see."""

    queryset: ClassVar[Any] = ReportJob.objects.all()

    def get_queryset(self) -> TenantQuerySet[ReportJob]:
        return jobs_seen_by(self.actor)  # type: ignore[attr-defined]


class ReportCentre(ReportRecords, ListPage):
    """报告中心: htmx asks the same address for the list alone while something is made."""

    permission = VIEW_REPORT
    heading = "报告中心"
    template_name = "documents/report_centre.html"
    fragment_template = "documents/_report_list.html"
    table_class = ReportTable
    filterset_class = ReportFilter
    paginate_by = 20

    def get_queryset(self) -> TenantQuerySet[ReportJob]:
        jobs: Any = super().get_queryset()
        return jobs.annotate(taken_count=Count("downloads"))  # type: ignore[no-any-return]

    def get_summary(self, records: Any) -> str:
        self.is_polling = records.filter(status__in=[JobStatus.QUEUED, JobStatus.RUNNING]).exists()
        return ""

    def get_extra(self) -> dict[str, Any]:
        return {
            "is_polling": self.is_polling,
            "here": self.request.get_full_path(),
            "form": ReportForm(actor=self.actor),
            **self._create(),
        }

    def _create(self) -> dict[str, str]:
        if not self.actor.may(MAKE_OVERVIEW):
            return {}
        return {"create_url": reverse("documents:report_create"), "create_label": "生成综合报告"}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ReportForm(request.POST, actor=self.actor)
        if not form.is_valid():
            raise Http404
        reports.request_report(form.cleaned_data["kind"], actor=self.actor)
        return HttpResponseRedirect(reverse("documents:report_centre"))


class ReportCreate(FormPage):
    """生成综合报告."""

    permission = MAKE_OVERVIEW
    heading = "生成综合报告"
    template_name = "documents/report_form.html"
    form_class = OverviewForm
    submit_label = "开始生成"
    help_text = "报告在后台生成，可以离开页面；每种格式一个文件，完成后在报告中心下载。"
    success_message = "报告已开始生成，完成后可以下载。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def perform(self, form: Any) -> ReportJob:
        data = form.cleaned_data
        jobs = [
            request_overview(
                actor=self.actor,
                extent=data["extent"],
                period=data["period"],
                form=wanted,
                unit=data["unit"],
                group=data.get("group", ""),
            )
            for wanted in data["forms_wanted"]
        ]
        return jobs[-1]

    def get_cancel_url(self) -> str:
        return reverse("documents:report_centre")


def _minute(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


class ReportDetail(ReportRecords, DetailPage):
    """One report: what it is, its fingerprint, and who took it when."""

    permission = VIEW_REPORT
    template_name = "documents/report_job.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        job: ReportJob = self.object
        kind = report_kinds.get(job.kind)
        facts = [
            ("报告", kind.label if kind else job.kind),
            ("状态", job.get_status_display()),
            ("所属单位", job.unit),
            ("申请人", job.requested_by),
            ("申请时间", _minute(job.requested_at)),
            ("生成方式", "按期自动生成" if job.is_scheduled else "申请生成"),
            ("尝试次数", f"{job.attempts} 次" if job.attempts > 1 else ""),
        ]
        if job.finished_at is not None:
            facts.append(("完成时间", _minute(job.finished_at)))
        if job.file is not None:
            facts += [
                ("文件", job.file.name),
                ("SHA-256", job.file.sha256),
                ("SM3", job.file.sm3),
            ]
        return [(label, value) for label, value in facts if value]

    def get_extra(self) -> dict[str, Any]:
        job: ReportJob = self.object
        return {
            "job": job,
            "downloads": list(downloads_of(job)[:100]),
            "may_steer": reports.may_steer(job, self.actor),
        }


class ReportJobPage(ReportRecords, Page, base=True):
    """One report this post may see."""

    def get_job(self) -> ReportJob:
        job = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if job is None:
            raise Http404
        return job


class ReportDownload(ReportJobPage):
    """The file itself; taking it leaves a line."""

    permission = VIEW_REPORT

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        job = self.get_job()
        if job.file is None:
            raise Http404
        file, content = reports.take_report(job, actor=self.actor)
        return file_answer(
            content, name=file.name, content_type=file.content_type, as_attachment=True
        )


class ReportCancel(ReportJobPage):
    permission = VIEW_REPORT

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        reports.cancel_report(self.get_job(), actor=self.actor)
        return HttpResponseRedirect(reverse("documents:report_centre"))


class ReportRetry(ReportJobPage):
    permission = VIEW_REPORT

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        reports.retry_report(self.get_job(), actor=self.actor)
        return HttpResponseRedirect(reverse("documents:report_centre"))
