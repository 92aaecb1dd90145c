"""Pages of runs: computing, tables by peer group, differences, proposal and decision."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django_tables2 import RequestConfig

from assessments import services
from assessments.authority import (
    DECIDE_ASSESSMENT,
    MAKE_REPORT,
    MANAGE_COMMENDATION,
    RUN_ASSESSMENT,
    VIEW_RESULT,
)
from assessments.enums import OFFICIAL, RunState
from assessments.filters import RunFilter
from assessments.forms import ProposalForm
from assessments.models import Run, Scheme, UnitScore
from assessments.queries import (
    GroupSummary,
    compare_runs,
    former_run,
    group_summaries,
    unjudged_items,
    visible_runs,
    visible_scores,
)
from assessments.tables import RunTable, UnitScoreTable
from gongjian.foundation.calendar.working_days import corrections, working_days_until
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    RecordsMixin,
    StepPage,
)
from gongjian.foundation.workflow.lifecycle import Step

RUNS = Run.objects.select_related("scheme__period")
#: Steps that have a page of their own.
_OWN_PAGES = {"propose": "assessments:run_propose", "decide": "assessments:run_decide"}


def crumbs(run: Run | None = None) -> list[tuple[str, str]]:
    trail = [("考核结果", reverse("assessments:run_list"))]
    return [*trail, (str(run), run.get_absolute_url())] if run else trail


def _notice_text(run: Run) -> str:
    """The public notice with its countdown in working days."""
    if run.notice_starts_on is None or run.notice_ends_on is None:
        return "还没有公示"
    text = f"{run.notice_starts_on:%Y-%m-%d} 至 {run.notice_ends_on:%Y-%m-%d}"
    if run.state != RunState.NOTICED:
        return text
    left = working_days_until(today(), run.notice_ends_on, corrections())
    return f"{text}，还有 {left} 个工作日" if left > 0 else f"{text}，已期满"


class VisibleRuns(RecordsMixin):
    """Runs that the post may open at this stage."""

    actor: Any

    def get_queryset(self) -> Any:
        return visible_runs(self.actor)


class RunList(VisibleRuns, ListPage):
    permission = VIEW_RESULT
    heading = "考核结果"
    queryset = RUNS
    table_class = RunTable
    filterset_class = RunFilter

    def get_extra(self) -> dict[str, Any]:
        if self.actor.may(RUN_ASSESSMENT):
            text = "还没有考核结果。请打开一份已印发的考核方案，点“开始测算”。"
        else:
            text = "还没有公布的考核结果。"
        return {"empty_text": text}


class RunDetail(VisibleRuns, DetailPage):
    """Result of a run, one peer group at a time, within the post's reach."""

    permission = VIEW_RESULT
    queryset = RUNS
    template_name = "assessments/run_detail.html"

    def get_place(self) -> None:
        return None

    def get_facts(self) -> list[tuple[str, Any]]:
        run = self.object
        return [
            ("考核方案", run.scheme),
            ("考核期间", run.scheme.period),
            ("统计时点", run.as_of.strftime("%Y-%m-%d")),
            ("单位数", run.unit_count),
            ("状态", run.get_state_display()),
            ("联审会", run.meeting_on.strftime("%Y-%m-%d") if run.meeting_on else "没有登记"),
            ("公示", _notice_text(run)),
            ("依据指纹", run.input_hash[:16]),
        ]

    def get_steps(self) -> list[dict[str, str]]:
        steps = super().get_steps()
        return [step for step in steps if step["url"]]

    def get_step_url(self, step: Step) -> str:
        if step.name in {"finish", "withdraw"}:
            return ""  # a withdrawal follows from an objection that was right
        if step.name in _OWN_PAGES:
            return reverse(_OWN_PAGES[step.name], args=[self.object.pk])
        return super().get_step_url(step)

    def get_extra(self) -> dict[str, Any]:
        summaries = group_summaries(self.object)
        may_run = self.actor.may(RUN_ASSESSMENT)
        scores: Any = visible_scores(self.actor, self.permission).filter(run=self.object)
        if not may_run and not self.actor.may(DECIDE_ASSESSMENT):
            seen = set(scores.order_by().values_list("peer_group_id", flat=True).distinct())
            summaries = [summary for summary in summaries if summary.group.pk in seen]
        current = self._current(summaries)
        table = UnitScoreTable(scores.filter(peer_group=current.group if current else None))
        RequestConfig(self.request, paginate={"per_page": 50, "silent": True}).configure(table)
        return {
            "crumbs": crumbs(),
            "summaries": summaries,
            "current": current,
            "table": table,
            "unjudged": unjudged_items(self.object) if may_run else {},
            "former": former_run(self.object) if may_run else None,
            "may_run": may_run,
            "may_meet": may_run and self.object.state == RunState.COMPUTED,
            "may_report": self.actor.may(MAKE_REPORT),
            "may_commend": self.object.state in OFFICIAL and self.actor.may(MANAGE_COMMENDATION),
        }

    def _current(self, summaries: list[GroupSummary]) -> GroupSummary | None:
        chosen = self.request.GET.get("group", "")
        by_key = {str(summary.group.pk): summary for summary in summaries}
        return by_key.get(chosen) or (summaries[0] if summaries else None)


class RunStart(RecordsMixin, ConfirmPage):
    """Compute a published scheme. A large tenant's run is computed by a worker."""

    permission = RUN_ASSESSMENT
    heading = "开始测算"
    submit_label = "开始测算"
    queryset = Scheme.objects.select_related("period")

    def perform(self, form: Any) -> Run:
        return services.start_run(self.get_object(), actor=self.actor)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        scheme = self.get_object()
        return {
            "object": scheme,
            "question": f"将按“{scheme}”取 {scheme.period} 的数据测算各单位得分。"
            "每次测算单独保存，不改动以前的结果。",
        }


class RunStep(VisibleRuns, StepPage):
    permission = VIEW_RESULT
    queryset = RUNS
    services = {
        "publish": services.publish_run,
        "send_back": services.send_back_run,
        "open_notice": services.open_notice,
    }

    def get_extra(self) -> dict[str, Any]:
        return {**super().get_extra(), "crumbs": crumbs(self.get_object())}


class RunCompare(DetailPage):
    """What this run changed against the one before."""

    permission = RUN_ASSESSMENT
    queryset = RUNS
    template_name = "assessments/run_compare.html"

    def get_steps(self) -> list[dict[str, str]]:
        return []

    def get_extra(self) -> dict[str, Any]:
        former = former_run(self.object)
        if former is None:
            raise Http404
        differences = compare_runs(self.object, former)
        return {
            "heading": f"与第{former.number}次测算比较",
            "crumbs": crumbs(self.object),
            "former": former,
            "differences": differences[:500],
            "difference_count": len(differences),
        }


class OfRun(RecordsMixin, FormPage, base=True):
    """A form about one run."""

    queryset = RUNS

    @property
    def run(self) -> Run:
        if not hasattr(self, "_run"):
            self._run: Run = self.get_object()
        return self._run

    def get_cancel_url(self) -> str:
        return self.run.get_absolute_url()

    def get_extra(self) -> dict[str, Any]:
        return {
            "crumbs": crumbs(self.run),
            "object": self.run,
            "summaries": group_summaries(self.run),
        }


def scores_in_question(run: Run) -> QuerySet[UnitScore]:
    """Units near or above the line of 优秀; the rest keep their computed grade.

    A form of a hundred thousand rows helps nobody, so each group shows its
    first hundred places.
    """
    return (
        run.unit_scores.filter(total__isnull=False)
        .select_related("peer_group")
        .order_by("peer_group__sort_order", "peer_group_id", "-total", "pk")
    )


class RunPropose(OfRun):
    permission = RUN_ASSESSMENT
    heading = "提出等次建议"
    template_name = "assessments/proposal_form.html"
    submit_label = "提交领导小组审定"
    help_text = "默认按测算等次提出；改动的须填写理由，优秀不得超过名额。"
    success_message = "等次建议已提交，等待领导小组审定。"

    def get_form(self, data: Any = None, files: Any = None) -> ProposalForm:
        if self.run.state != RunState.COMPUTED:
            raise Http404
        return ProposalForm(data, scores=list(scores_in_question(self.run)[:300]))

    def perform(self, form: Any) -> Run:
        return services.propose_grades(self.run, actor=self.actor, grades=form.grades())


class RunDecide(ConfirmPage, OfRun):
    permission = DECIDE_ASSESSMENT
    heading = "审定考核结果"
    template_name = "assessments/decision_form.html"
    submit_label = "审定"
    success_message = "考核结果已审定。"

    def perform(self, form: Any) -> Run:
        return services.decide_run(self.run, actor=self.actor)

    def get_extra(self) -> dict[str, Any]:
        scores: Any = self.run.unit_scores.select_related("peer_group")
        return {
            **super().get_extra(),
            "question": "审定后，等次成为正式结果，不再修改；有误的须重新测算。",
            "excellent": list(scores.filter(proposed_grade="excellent")[:200]),
            "changed": list(scores.exclude(reason="")[:200]),
            "may_send_back": self.run.state == RunState.PROPOSED,
        }
