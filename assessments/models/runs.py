"""Runs of a scheme: totals, places and grades of units, and each item's points."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from assessments.authority import DECIDE_ASSESSMENT, RUN_ASSESSMENT
from assessments.enums import Grade, RunState
from assessments.models.schemes import PeerGroup, Scheme
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step
from orgs.models import Unit


def _every_unit_is_graded(run: Run, actor: Actor) -> str | None:
    missing = run.unit_scores.filter(total__isnull=False, proposed_grade="").count()
    return f"还有 {missing} 家没有等次建议，请补齐后再报审。" if missing else None


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
            guards=(_every_unit_is_graded,),
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
            name="publish",
            label="公布",
            sources=frozenset({RunState.DECIDED}),
            target=RunState.PUBLISHED,
            permission=RUN_ASSESSMENT,
            action="assessments.run.published",
            style="primary",
            icon="speakerphone",
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
