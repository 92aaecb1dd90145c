"""Findings, notices, the help list, circulars."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse

from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.reports import request_report
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import DomainError
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    RecordsMixin,
    StepPage,
)
from inspections.authority import ARRANGE_VISIT, ISSUE_CIRCULAR, VIEW_INSPECTION
from inspections.documents import CIRCULAR, LETTER, NOTICE, RECORD
from inspections.enums import CircularState, FindingState, VisitState
from inspections.filters import FindingFilter
from inspections.forms import CircularForm, NoticeForm
from inspections.models import Circular, Finding, HelpItem, RectificationNotice, Visit
from inspections.queries.findings import figures
from inspections.queries.visits import is_unannounced, visible_visits
from inspections.services.circulars import findings_of, issue_circular, write_circular
from inspections.services.rectifying import dismiss_finding, issue_notice, usual_deadline
from inspections.tables import TONES, CircularTable, FindingTable, HelpTable, state_chip
from inspections.views.plans import own_unit

_FINDINGS = Finding.objects.select_related("unit", "visit", "follow_up", "notice", "repeats")


def readable(records: TenantQuerySet[Any]) -> TenantQuerySet[Any]:
    """Before the head of the team has signed, a finding is a note of the team."""
    found: TenantQuerySet[Any] = records.filter(visit__signed_at__isnull=False)
    return found


class FindingList(ListPage):
    permission = VIEW_INSPECTION
    queryset = _FINDINGS
    filterset_class = FindingFilter
    table_class = FindingTable
    heading = "督查问题"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return readable(super().get_queryset())

    def get_summary(self, records: Any) -> str:
        counted = figures(records, today())
        return (
            f"共 {counted.found} 个，现场办结 {counted.solved_there} 个，整改中 {counted.open} 个，"
            f"逾期 {counted.overdue} 个，按期销号率 {counted.punctuality}，"
            f"反弹率 {counted.recurrence}"
        )


class FindingDetail(DetailPage):
    permission = VIEW_INSPECTION
    queryset = _FINDINGS
    template_name = "inspections/finding_detail.html"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return readable(super().get_queryset())

    def get_facts(self) -> list[tuple[str, Any]]:
        item: Finding = self.object
        facts = [
            ("单位", item.unit),
            ("类别", item.get_category_display()),
            ("程度", item.get_severity_display()),
            ("依据", item.basis or "—"),
            ("整改要求", item.demand or "—"),
            ("记录人", item.author),
        ]
        if item.place:
            facts.append(("地点", item.place))
        if item.solved_there:
            facts.append(("现场怎样解决的", item.solved_there))
        if item.agreed_action:
            day = f"（{long_date(item.agreed_on)}前）" if item.agreed_on else ""
            facts.append(("单位承诺", f"{item.agreed_action}{day}"))
        if item.notice:
            facts.append(("整改通知书", item.notice.number))
        return facts

    def get_steps(self) -> list[dict[str, str]]:
        item: Finding = self.object
        open_now = item.visit.state in {VisitState.SIGNED, VisitState.CONFIRMED}
        if item.state != FindingState.NOTED or not open_now:
            return []
        return [step for step in super().get_steps() if step["label"] == "不作问题"]

    def get_extra(self) -> dict[str, Any]:
        item: Finding = self.object
        return {
            "chip_of_state": state_chip(item),
            "tone": TONES[item.state],
            # The tag compares it with what the phone wrote into addresses.
            "photo_slot": str(item.client_key),
            "again": item.repeated_by.select_related("visit"),
        }


class FindingStep(StepPage):
    permission = VIEW_INSPECTION
    queryset = _FINDINGS
    services = {"dismiss": dismiss_finding}

    def get_queryset(self) -> TenantQuerySet[Any]:
        return readable(super().get_queryset())


class NoticeIssue(RecordsMixin, FormPage):
    """发整改通知书: which findings, until when."""

    permission = ARRANGE_VISIT
    form_class = NoticeForm
    template_name = "inspections/act.html"
    heading = "发整改通知书"
    submit_label = "发出"
    success_message = "已发出，被查单位会收到签收提醒；PDF可在报表中心下载。"
    queryset = Visit.objects.select_related("unit", "organizer")

    def get_queryset(self) -> TenantQuerySet[Any]:
        return visible_visits(self.actor)

    def get_form_kwargs(self) -> dict[str, Any]:
        visit = self.get_object()
        waiting = visit.findings.filter(state=FindingState.NOTED).order_by("pk")
        initial = {"findings": list(waiting), "due_on": usual_deadline(visit, waiting)}
        return {"findings": waiting, "initial": initial}

    def perform(self, form: Any) -> RectificationNotice:
        notice = issue_notice(self.get_object(), actor=self.actor, **form.cleaned_data)
        request_report(
            NOTICE.key,
            actor=self.actor,
            title=f"{notice}：{notice.unit.name}",
            parameters={"notice": notice.pk},
        )
        return notice

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.get_object()}


class _Printing(RecordsMixin, ConfirmPage, base=True):
    """Ask for a printed sheet; it is made in the background and kept."""

    permission = VIEW_INSPECTION
    submit_label = "生成"

    def get_success_url(self, result: ReportJob) -> str:
        return reverse("documents:report_centre")

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class NoticePrint(_Printing):
    heading = "打印整改通知书"
    queryset = RectificationNotice.objects.select_related("unit", "visit")

    def perform(self, form: Any) -> ReportJob:
        notice = self.get_object()
        return request_report(
            NOTICE.key,
            actor=self.actor,
            title=f"{notice}：{notice.unit.name}",
            parameters={"notice": notice.pk},
        )


class RecordPrint(_Printing):
    heading = "打印督查记录"
    queryset = Visit.objects.select_related("unit")

    def get_queryset(self) -> TenantQuerySet[Any]:
        return visible_visits(self.actor)

    def perform(self, form: Any) -> ReportJob:
        visit = self.get_object()
        if visit.signed_at is None:
            raise Http404
        return request_report(
            RECORD.key,
            actor=self.actor,
            title=f"督查记录：{visit}",
            parameters={"visit": visit.pk},
        )


class LetterPrint(_Printing):
    """督查通知, before the visit; an unannounced one (四不两直) has none."""

    heading = "打印督查通知"
    queryset = Visit.objects.select_related("unit")

    def get_queryset(self) -> TenantQuerySet[Any]:
        return visible_visits(self.actor)

    def perform(self, form: Any) -> ReportJob:
        visit = self.get_object()
        if is_unannounced(visit):
            raise DomainError("四不两直的督查不发通知、不打招呼，没有督查通知可印。")
        if not visit.members.filter(is_leader=True, recused_reason="").exists():
            raise DomainError("督查组还没有组长，请指定组长后再印通知。")
        return request_report(
            LETTER.key,
            actor=self.actor,
            title=f"督查通知：{visit}",
            parameters={"visit": visit.pk},
        )


class HelpList(ListPage):
    """帮扶清单: what the organizers promised."""

    permission = VIEW_INSPECTION
    queryset = HelpItem.objects.select_related("unit", "visit__organizer", "follow_up")
    table_class = HelpTable
    heading = "帮扶清单"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return readable(super().get_queryset())


def circulars_for(actor: Actor, drafts: TenantQuerySet[Any]) -> TenantQuerySet[Any]:
    """A circular is read by everybody once it is issued, whatever his reach."""
    if actor.may(ISSUE_CIRCULAR):
        return drafts
    issued: TenantQuerySet[Any] = Circular.objects.filter(  # type: ignore[assignment]
        state=CircularState.ISSUED
    ).select_related("unit")
    return issued


class CircularList(ListPage):
    permission = VIEW_INSPECTION
    queryset = Circular.objects.select_related("unit")
    table_class = CircularTable
    heading = "督查通报"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return circulars_for(self.actor, super().get_queryset())

    def get_extra(self) -> dict[str, Any]:
        may = self.actor.may(ISSUE_CIRCULAR)
        return {
            "create_url": reverse("inspections:circular_create") if may else "",
            "create_label": "拟写通报",
        }


class CircularDetail(DetailPage):
    permission = VIEW_INSPECTION
    queryset = Circular.objects.select_related("unit")
    template_name = "inspections/circular_detail.html"

    def get_queryset(self) -> TenantQuerySet[Any]:
        return circulars_for(self.actor, super().get_queryset())

    def get_facts(self) -> list[tuple[str, Any]]:
        item: Circular = self.object
        return [
            ("期号", item.number or "印发时编号"),
            ("发文单位", item.unit),
            ("督查时间", f"{long_date(item.starts_on)}至{long_date(item.ends_on)}"),
            ("印发日期", long_date(item.issued_on) if item.issued_on else "—"),
        ]

    def get_extra(self) -> dict[str, Any]:
        item: Circular = self.object
        is_out = item.state == CircularState.ISSUED
        return {
            "tone": "ok" if is_out else "draft",
            "is_out": is_out,
            "rows": item.rows.all() if is_out else [],
            "waiting": [] if is_out else findings_of(item),
            "may_edit": not is_out and self.actor.may(ISSUE_CIRCULAR, at=item.unit),
        }


class _CircularForm(FormPage, base=True):
    permission = ISSUE_CIRCULAR
    form_class = CircularForm
    success_message = "已保存，核对问题清单后印发。"


class CircularCreate(_CircularForm):
    heading = "拟写督查通报"

    def perform(self, form: Any) -> Circular:
        return write_circular(own_unit(self.actor), actor=self.actor, values=form.cleaned_data)

    def get_cancel_url(self) -> str:
        return reverse("inspections:circular_list")


class CircularEdit(RecordsMixin, _CircularForm):
    heading = "修改督查通报"
    queryset = Circular.objects.select_related("unit")

    def get_form_kwargs(self) -> dict[str, Any]:
        item = self.get_object()
        return {"initial": {name: getattr(item, name) for name in CircularForm.base_fields}}

    def perform(self, form: Any) -> Circular:
        item = self.get_object()
        return write_circular(item.unit, actor=self.actor, values=form.cleaned_data, circular=item)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class CircularStep(StepPage):
    permission = ISSUE_CIRCULAR
    queryset = Circular.objects.select_related("unit")
    services = {"issue": issue_circular}


class CircularPrint(_Printing):
    heading = "打印督查通报"
    queryset = Circular.objects.select_related("unit")

    def get_queryset(self) -> TenantQuerySet[Any]:
        return circulars_for(self.actor, super().get_queryset())

    def perform(self, form: Any) -> ReportJob:
        item = self.get_object()
        if item.state != CircularState.ISSUED:
            raise Http404
        return request_report(
            CIRCULAR.key, actor=self.actor, title=item.title, parameters={"circular": item.pk}
        )
