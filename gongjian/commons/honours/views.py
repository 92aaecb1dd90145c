"""Screens of the register, and the public page of a certificate."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.reports import request_report
from gongjian.commons.honours.authority import KEEP_HONOUR, VIEW_HONOUR
from gongjian.commons.honours.documents import CERTIFICATES, REGISTER
from gongjian.commons.honours.enums import HonourState
from gongjian.commons.honours.filters import HonourFilter
from gongjian.commons.honours.forms import HonourForm
from gongjian.commons.honours.models import Honour
from gongjian.commons.honours.services import enter_honour, revoke_honour
from gongjian.commons.honours.tables import HonourTable
from gongjian.commons.honours.verification import verification_url, verify_honour
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    Page,
    RecordsMixin,
    StepPage,
)
from orgs.models import Unit

_HONOURS = Honour.objects.select_related("unit")


class HonourList(ListPage):
    permission = VIEW_HONOUR
    queryset = _HONOURS
    table_class = HonourTable
    filterset_class = HonourFilter
    heading = "荣誉登记"
    template_name = "honours/honour_list.html"

    def get_extra(self) -> dict[str, Any]:
        keeps = self.actor.may(KEEP_HONOUR)
        return {
            "create_url": reverse("honours:honour_create") if keeps else "",
            "create_label": "补登荣誉",
            "import_url": reverse("honours:honour_import") if keeps else "",
        }


class HonourDetail(DetailPage):
    permission = VIEW_HONOUR
    queryset = _HONOURS
    template_name = "honours/honour_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        honour: Honour = self.object
        facts: list[tuple[str, Any]] = [
            ("单位", honour.unit),
            ("姓名", f"{honour.person}　{honour.duty}" if honour.person else "集体荣誉"),
            ("种类", honour.get_kind_display()),
            ("项目", honour.occasion or "—"),
            ("层级", honour.get_level_display()),
            ("授予机关", honour.organ),
            ("文号", honour.document_number or "—"),
            ("授予日期", long_date(honour.awarded_on)),
            ("证书编号", honour.number or "—"),
        ]
        if honour.revoked_on:
            facts.append(("撤销", f"{long_date(honour.revoked_on)}　{honour.revoked_reason}"))
        return facts

    def get_extra(self) -> dict[str, Any]:
        honour: Honour = self.object
        return {
            "is_valid": honour.state == HonourState.VALID,
            "url": verification_url(honour.code) if honour.code else "",
            "may_print": self.actor.may(KEEP_HONOUR)
            and bool(honour.number)
            and honour.state == HonourState.VALID,
        }


class HonourCreate(FormPage):
    permission = KEEP_HONOUR
    form_class = HonourForm
    template_name = "honours/honour_form.html"
    heading = "补登荣誉"
    help_text = "以前年度的、其他机关授予的荣誉。推荐表彰时会据此检查重复授予。"
    success_message = "已登记。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"units": Unit.objects.within(self.scope)}

    def perform(self, form: Any) -> Honour:
        values = dict(form.cleaned_data)
        return enter_honour(actor=self.actor, unit=values.pop("unit"), values=values)

    def get_cancel_url(self) -> str:
        return reverse("honours:honour_list")


class HonourStep(StepPage):
    permission = VIEW_HONOUR
    queryset = _HONOURS
    services = {"revoke": revoke_honour}

    def get_success_url(self, result: Any) -> str:
        self.say("已撤销，证书核验页从现在起显示“已撤销”。")
        return str(result.get_absolute_url())


class CertificatePrint(RecordsMixin, ConfirmPage):
    permission = KEEP_HONOUR
    queryset = _HONOURS.filter(state=HonourState.VALID).exclude(number="")
    heading = "打印证书"
    submit_label = "生成 PDF"
    help_text = "完成后可在报告中心下载。"

    def perform(self, form: Any) -> ReportJob:
        honour: Honour = self.get_object()
        return request_report(
            CERTIFICATES.key,
            actor=self.actor,
            title=f"证书：{honour}",
            parameters={"honours": [honour.pk]},
        )

    def get_success_url(self, result: Any) -> str:
        return reverse("documents:report_centre")

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class RegisterExport(Page):
    permission = VIEW_HONOUR

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        path = self.actor.path if self.scope.reach != "tenant" else ""
        request_report(
            REGISTER.key,
            actor=self.actor,
            title="荣誉登记簿",
            parameters={"path": path, "on": str(today())},
        )
        self.say("正在生成荣誉登记簿，完成后可在报告中心下载。")
        return HttpResponseRedirect(reverse("documents:report_centre"))


@login_not_required
@require_GET
def verify(request: HttpRequest, code: str = "") -> HttpResponse:
    """Public page: what stands on the certificate and whether it still holds."""
    code = code or request.GET.get("code", "")
    found = verify_honour(code) if code else None
    answer = render(
        request,
        "honours/verify.html",
        {"found": found, "code": code},
        status=200 if found or not code else 404,
    )
    # A certificate may be revoked at any moment.
    answer["Cache-Control"] = "no-store"
    return answer
