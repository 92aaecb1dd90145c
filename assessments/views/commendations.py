"""Pages of commendations and the buttons that make documents and reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from assessments import services
from assessments.authority import (
    MAKE_REPORT,
    MANAGE_COMMENDATION,
    VIEW_COMMENDATION,
)
from assessments.documents import draft_circular, request_unit_report, request_unit_reports
from assessments.enums import CommendationState, Grade
from assessments.filters import CommendationFilter
from assessments.forms import CommendationForm
from assessments.models import CommendationList, Run, UnitScore
from assessments.queries import commendations, group_summaries, official_runs, visible_scores
from assessments.tables import CommendationTable
from gongjian.commons.documents.queries import documents_about
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    RecordsMixin,
    StepPage,
)

#: Units offered for choice: enough for any list a person would go through.
_OFFERED = 300


def crumbs() -> list[tuple[str, str]]:
    return [("表扬表彰", reverse("assessments:commendation_list"))]


class CommendationIndex(ListPage):
    permission = VIEW_COMMENDATION
    heading = "表扬表彰"
    queryset = commendations()
    table_class = CommendationTable
    filterset_class = CommendationFilter
    template_name = "assessments/commendation_list.html"

    def get_extra(self) -> dict[str, Any]:
        may_manage = self.actor.may(MANAGE_COMMENDATION)
        return {
            "official_runs": list(official_runs()[:10]) if may_manage else [],
            "empty_text": "还没有表扬表彰名单。考核结果审定后，可据此拟定通报表扬名单。",
        }


class CommendationDetail(DetailPage):
    permission = VIEW_COMMENDATION
    queryset = CommendationList.objects.select_related("run__scheme__period")
    template_name = "assessments/commendation_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        found = self.object
        return [
            ("种类", found.get_kind_display()),
            ("依据", found.run),
            ("批准文号", found.approval_reference or "不需要"),
            ("状态", found.get_state_display()),
        ]

    def get_step_url(self, step: Any) -> str:
        return reverse("assessments:commendation_step", args=[self.object.pk, step.name])

    def get_extra(self) -> dict[str, Any]:
        entries = self.object.entries.select_related("unit_score__peer_group")
        may_manage = self.actor.may(MANAGE_COMMENDATION)
        return {
            "crumbs": crumbs(),
            "entries": list(entries),
            "summaries": group_summaries(self.object.run),
            "documents": list(documents_about(self.object)),
            "may_edit": may_manage and self.object.state == CommendationState.DRAFT,
            "may_print": may_manage and self.object.state != CommendationState.DRAFT,
        }


def _offered_scores(run: Run) -> list[UnitScore]:
    scores = run.unit_scores.filter(total__isnull=False).select_related("peer_group")
    return list(
        scores.exclude(decided_grade__in=["", Grade.UNQUALIFIED]).order_by(
            "peer_group__sort_order", "peer_group_id", "-total", "pk"
        )[:_OFFERED]
    )


class CommendationCreate(RecordsMixin, FormPage):
    """Draw up a list from an official result; 优秀 are ticked beforehand."""

    permission = MANAGE_COMMENDATION
    heading = "拟定表扬表彰名单"
    queryset = official_runs()
    template_name = "assessments/commendation_form.html"
    submit_label = "保存名单"

    def get_form(self, data: Any = None, files: Any = None) -> CommendationForm:
        run = self.get_object()
        title = f"关于表扬{run.scheme.period}党工共建工作先进单位的通报"
        return CommendationForm(data, scores=_offered_scores(run), initial={"title": title})

    def perform(self, form: Any) -> CommendationList:
        return services.draft_commendation(
            self.get_object(), actor=self.actor, values=form.values(), picks=form.picked()
        )

    def get_cancel_url(self) -> str:
        return reverse("assessments:commendation_list")

    def get_extra(self) -> dict[str, Any]:
        return {"crumbs": crumbs(), "summaries": group_summaries(self.get_object())}


class CommendationEdit(RecordsMixin, FormPage):
    permission = MANAGE_COMMENDATION
    heading = "修改名单"
    queryset = CommendationList.objects.select_related("run__scheme__period")
    template_name = "assessments/commendation_form.html"
    submit_label = "保存名单"

    def get_form(self, data: Any = None, files: Any = None) -> CommendationForm:
        found = self.get_object()
        chosen: Mapping[int, str] = dict(found.entries.values_list("unit_score_id", "reason"))
        return CommendationForm(
            data,
            scores=_offered_scores(found.run),
            chosen=chosen,
            initial=CommendationForm.initial_of(found),
        )

    def perform(self, form: Any) -> CommendationList:
        return services.edit_commendation(
            self.get_object(), actor=self.actor, values=form.values(), picks=form.picked()
        )

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        return {"crumbs": crumbs(), "summaries": group_summaries(self.get_object().run)}


class CommendationStep(StepPage):
    permission = VIEW_COMMENDATION
    queryset = CommendationList.objects.select_related("run__scheme")
    services = {
        "decide": services.decide_commendation,
        "issue": services.issue_commendation,
    }


class CircularCreate(RecordsMixin, ConfirmPage):
    """Draft the official document of a decided list."""

    permission = MANAGE_COMMENDATION
    heading = "生成通报"
    submit_label = "生成通报草稿"
    queryset = CommendationList.objects.select_related("run__scheme__period")
    success_message = "通报草稿已生成，请核对文字后送领导签发。"

    def perform(self, form: Any) -> Any:
        return draft_circular(self.get_object(), actor=self.actor)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        return {
            "crumbs": crumbs(),
            "object": self.get_object(),
            "question": "将按名单生成一份公文草稿，可以修改文字；名单作为附件，不能改动。",
        }


class RunReport(RecordsMixin, ConfirmPage):
    """Ask for the reports of all units of a run, as one file."""

    permission = MAKE_REPORT
    heading = "生成测评报告"
    submit_label = "生成"
    queryset = Run.objects.select_related("scheme__period")

    def get_queryset(self) -> Any:
        scores = visible_scores(self.actor, self.permission)
        return super().get_queryset().filter(pk__in=scores.order_by().values("run_id"))

    def perform(self, form: Any) -> Any:
        return request_unit_reports(
            self.get_object(),
            actor=self.actor,
            group_id=self.request.GET.get("group", ""),
        )

    def get_success_url(self, result: Any) -> str:
        return reverse("documents:report_centre")

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        return {
            "object": self.get_object(),
            "question": "将为本组您可以查看的各单位逐家生成测评报告，打成一个压缩包。"
            "进度在报告中心查看。",
        }


class UnitReport(RecordsMixin, ConfirmPage):
    """Ask for one unit's report as PDF."""

    permission = MAKE_REPORT
    heading = "生成测评报告"
    submit_label = "生成"
    queryset = UnitScore.objects.all()

    def get_queryset(self) -> Any:
        return visible_scores(self.actor, self.permission)

    def perform(self, form: Any) -> Any:
        score = self.get_object()
        return request_unit_report(score, actor=self.actor)

    def get_success_url(self, result: Any) -> str:
        return reverse("documents:report_centre")

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        return {
            "object": self.get_object(),
            "question": "将生成这个单位的测评报告（PDF）。进度在报告中心查看。",
        }
