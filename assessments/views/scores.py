"""“我的得分”: how a score came about, for the unit and for those above it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from assessments.authority import MAKE_REPORT, RAISE_OBJECTION, VIEW_OWN_SCORE, VIEW_RESULT
from assessments.enums import RunState
from assessments.models import UnitScore
from assessments.queries import dimension_totals, lines_of, visible_scores
from assessments.tables import OwnScoreTable
from gongjian.foundation.web.pages import DetailPage, ListPage

SCORES = UnitScore.objects.select_related("run__scheme__period", "peer_group", "unit")


class OwnScoreList(ListPage):
    """Results of the own unit, newest first."""

    permission = VIEW_OWN_SCORE
    heading = "我的得分"
    queryset = SCORES
    table_class = OwnScoreTable

    def get_queryset(self) -> Any:
        return visible_scores(self.actor, self.permission).order_by("-run_id")

    def get_extra(self) -> dict[str, Any]:
        return {"empty_text": "还没有公布本单位的考核结果，公布后可在这里逐项查看得分和依据。"}


class UnitScoreDetail(DetailPage):
    """Explain one unit's score: item by item, with formula, figures and source."""

    permission = VIEW_RESULT
    queryset = SCORES
    template_name = "assessments/unit_score.html"

    def get_queryset(self) -> Any:
        return visible_scores(self.actor, self.permission)

    def get_history(self) -> list[Any]:
        return []

    def get_facts(self) -> list[tuple[str, Any]]:
        score = self.object
        place = "本组不足三家，不排名"
        if score.rank:
            place = f"第 {score.rank} 名（{score.peer_group}组，共 {score.group_size} 家）"
        return [
            ("考核", score.run.scheme),
            ("基本分", score.base if score.base is not None else "不适用"),
            ("总分", score.total if score.total is not None else "不适用"),
            ("名次", place),
            ("等次", score.shown_grade_label or "—"),
            ("统计时点", score.run.as_of.strftime("%Y-%m-%d")),
            ("说明", score.reason or "—"),
        ]

    def get_extra(self) -> dict[str, Any]:
        lines = list(lines_of(self.object))
        return {
            "heading": f"{self.object.unit_name}得分",
            "crumbs": [
                ("考核结果", reverse("assessments:run_list")),
                (str(self.object.run), self.object.run.get_absolute_url()),
            ],
            "lines": [line for line in lines if line.weight],
            "extras": [line for line in lines if line.item.is_extra],
            "tracked": [line for line in lines if line.item.is_tracked],
            "may_object": self.object.run.state == RunState.NOTICED
            and self.actor.may(RAISE_OBJECTION, at=self.object.unit),
            "dimensions": dimension_totals(lines),
            "full_score": self.object.run.scheme.full_score,
            "may_report": self.actor.may(MAKE_REPORT, at=self.object.unit),
        }
