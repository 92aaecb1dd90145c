"""Runs of a scheme: totals, places and grades of units, and each item's points."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from assessments.authority import DECIDE_ASSESSMENT, RUN_ASSESSMENT
from assessments.enums import Grade, ObjectionState, ReviewState, RunState
from assessments.models.schemes import PeerGroup, Scheme
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from orgs.models import Unit


def _every_unit_is_graded(run: Run, actor: Actor) -> str | None:
    missing = run.unit_scores.filter(total__isnull=False, proposed_grade="").count()
    return f"还有 {missing} 家没有等次建议，请补齐后再报审。" if missing else None


def _sample_is_checked(run: Run, actor: Actor) -> str | None:
    waiting = run.scheme.reviews.filter(is_sampled=True).exclude(state=ReviewState.RECHECKED)
    count = waiting.count()
    return f"还有 {count} 家抽中的单位没有复核，请复核后再提出等次建议。" if count else None


def _notice_is_over(run: Run, actor: Actor) -> str | None:
    """At least five working days, where the scheme does not do without (公示)."""
    rule = run.scheme.grade_rules.first()
    days = rule.notice_days if rule is not None else 0
    if run.notice_ends_on is None:
        return f"结果须先公示 {days} 个工作日，请点“开始公示”。" if days else None
    if today() <= run.notice_ends_on:
        return f"公示到 {run.notice_ends_on:%Y-%m-%d} 期满，期满后方可公布。"
    return None


def _objections_are_closed(run: Run, actor: Actor) -> str | None:
    count = run.unit_scores.filter(objections__state=ObjectionState.RAISED).count()
    return f"还有 {count} 件异议没有复核，请办结后再公布。" if count else None


class Run(Stateful, TenantOwned):
    """One computation of a scheme on frozen inputs. Computing again makes another run."""

    scheme = models.ForeignKey(
        Scheme, on_delete=models.PROTECT, related_name="runs", verbose_name="考核方案"
    )
    number = models.PositiveSmallIntegerField("次数", editable=False)
    as_of = models.DateField("统计时点")
    inputs = models.JSONField("计算依据", default=dict, editable=False)
    input_hash = models.CharField("依据指纹", max_length=64, blank=True, editable=False)
    unit_count = models.PositiveIntegerField("单位数", default=0, editable=False)
    #: The joint review (联审会) that went through the figures before grades were proposed.
    meeting_on = models.DateField("联审日期", null=True, blank=True)
    meeting_record = models.TextField("联审记录", max_length=3000, blank=True)
    notice_starts_on = models.DateField("公示开始", null=True, editable=False)
    notice_ends_on = models.DateField("公示截止", null=True, editable=False)
    created_at = models.DateTimeField("测算时间", auto_now_add=True)
    state = models.CharField(
        "状态", max_length=20, choices=RunState, default=RunState.RUNNING, editable=False
    )

    lifecycle = Lifecycle(
        Step(
            name="finish",
            label="完成测算",
            sources=frozenset({RunState.RUNNING}),
            target=RunState.COMPUTED,
            permission=RUN_ASSESSMENT,
            action="assessments.run.computed",
        ),
        Step(
            name="propose",
            label="提出等次建议",
            sources=frozenset({RunState.COMPUTED}),
            target=RunState.PROPOSED,
            permission=RUN_ASSESSMENT,
            action="assessments.run.proposed",
            style="primary",
            icon="list-check",
            guards=(_every_unit_is_graded, _sample_is_checked),
        ),
        Step(
            name="send_back",
            label="退回重议",
            sources=frozenset({RunState.PROPOSED}),
            target=RunState.COMPUTED,
            permission=DECIDE_ASSESSMENT,
            action="assessments.run.sent_back",
            needs_reason=True,
            icon="arrow-back-up",
        ),
        Step(
            name="decide",
            label="审定",
            sources=frozenset({RunState.PROPOSED}),
            target=RunState.DECIDED,
            permission=DECIDE_ASSESSMENT,
            action="assessments.run.decided",
            style="primary",
            icon="gavel",
        ),
        Step(
            name="open_notice",
            label="开始公示",
            sources=frozenset({RunState.DECIDED}),
            target=RunState.NOTICED,
            permission=RUN_ASSESSMENT,
            action="assessments.run.noticed",
            style="primary",
            icon="eye",
        ),
        Step(
            name="withdraw",
            label="撤回重算",
            sources=frozenset({RunState.NOTICED}),
            target=RunState.WITHDRAWN,
            permission=DECIDE_ASSESSMENT,
            action="assessments.run.withdrawn",
            needs_reason=True,
            icon="arrow-back-up",
        ),
        Step(
            name="publish",
            label="公布",
            sources=frozenset({RunState.DECIDED, RunState.NOTICED}),
            target=RunState.PUBLISHED,
            permission=RUN_ASSESSMENT,
            action="assessments.run.published",
            style="primary",
            icon="speakerphone",
            guards=(_notice_is_over, _objections_are_closed),
        ),
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "考核结果"
        ordering = ["-id"]
        constraints = [
            *wall("assessments_run", scheme_id="assessments_scheme"),
            models.UniqueConstraint(fields=["tenant", "scheme", "number"], name="run_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} 第{self.number}次测算"

    def get_absolute_url(self) -> str:
        return reverse("assessments:run_detail", args=[self.pk])


class UnitScore(TenantOwned):
    """Total of one unit, its place and its grade: computed, proposed, decided."""

    reach_path: ClassVar[str | None] = "unit__path"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="unit_scores")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="unit_scores")
    #: Copied: the result must stay readable when the unit is renamed or moved.
    unit_name = models.CharField("单位", max_length=100)
    peer_group = models.ForeignKey(PeerGroup, on_delete=models.PROTECT, related_name="unit_scores")
    total = models.DecimalField("总分", max_digits=7, decimal_places=2, null=True)
    rank = models.PositiveIntegerField("名次", null=True)
    group_size = models.PositiveIntegerField("组内家数", default=0)
    grade = models.CharField("测算等次", max_length=12, choices=Grade, blank=True)
    proposed_grade = models.CharField("建议等次", max_length=12, choices=Grade, blank=True)
    decided_grade = models.CharField("审定等次", max_length=12, choices=Grade, blank=True)
    reason = models.CharField("说明", max_length=300, blank=True)
    #: Points of the weighted items alone; the total has bonus and penalty in it.
    base = models.DecimalField("基本分", max_digits=7, decimal_places=2, null=True)
    #: A veto of the ledger: commendation is barred, and the note says on what ground.
    is_barred = models.BooleanField("不得表扬表彰", default=False)
    limit_note = models.CharField("一票否决", max_length=300, blank=True)

    class Meta(TenantOwned.Meta):
        verbose_name = "单位得分"
        ordering = ["peer_group__sort_order", "peer_group_id", "rank", "id"]
        constraints = [
            *wall(
                "assessments_unitscore",
                run_id="assessments_run",
                unit_id="orgs_unit",
                peer_group_id="assessments_peergroup",
            ),
            models.UniqueConstraint(fields=["tenant", "run", "unit"], name="unit_score_once"),
        ]
        indexes = [
            models.Index(fields=["tenant", "run", "peer_group", "rank"], name="unit_score_rank")
        ]

    def __str__(self) -> str:
        return f"{self.unit_name}得分"

    def get_absolute_url(self) -> str:
        return reverse("assessments:unit_score", args=[self.pk])

    @property
    def shown_grade(self) -> str:
        """The latest word on the grade."""
        return self.decided_grade or self.proposed_grade or self.grade

    @property
    def shown_grade_label(self) -> str:
        return dict(Grade.choices).get(self.shown_grade, "")


class ScoreSheet(TenantOwned):
    """All lines of one unit in one run, packed (``assessments/sheets.py``).

    A run of a hundred thousand units has millions of lines; one row per unit
    is written and read at once, and nobody asks for a line alone.
    """

    reach_path: ClassVar[str | None] = "unit__path"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="sheets")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="score_sheets")
    lines = models.JSONField("逐项得分", default=list, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "得分明细"
        constraints = [
            *wall("assessments_scoresheet", run_id="assessments_run", unit_id="orgs_unit"),
            models.UniqueConstraint(fields=["tenant", "run", "unit"], name="score_sheet_once"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.unit_id}"
