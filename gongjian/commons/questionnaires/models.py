"""Questionnaires: typed questions in versions, sheets of answers, scores.

Inspections, classes and seminars ask with the same engine. A sheet knows what
it is about only by kind and id, so that the engine depends on none of them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse

from gongjian.commons.questionnaires.authority import DESIGN_QUESTIONNAIRE
from gongjian.commons.questionnaires.enums import (
    Purpose,
    QuestionKind,
    VersionState,
)
from gongjian.commons.questionnaires.guards import has_questions
from gongjian.foundation.tenancy.models import TenantOwned, wall
from gongjian.foundation.workflow.lifecycle import Lifecycle, Stateful, Step


class Questionnaire(TenantOwned):
    """A form that is asked again and again; its questions stand in versions."""

    title = models.CharField("名称", max_length=80)
    purpose = models.CharField("用途", max_length=12, choices=Purpose, default=Purpose.INSPECTION)
    introduction = models.CharField("填写说明", max_length=500, blank=True)
    is_anonymous = models.BooleanField(
        "匿名填写", default=False, help_text="匿名问卷不记录谁填了哪一份，提交后不能修改。"
    )
    minimum_sample = models.PositiveSmallIntegerField(
        "最少份数", default=5, help_text="匿名问卷不足这个份数时不显示结果，避免推断出个人。"
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "问卷"
        ordering = ["purpose", "title", "id"]
        constraints = [
            *wall("questionnaires_questionnaire"),
            models.UniqueConstraint(
                fields=["tenant", "title"],
                name="questionnaire_title_once",
                violation_error_message="已有同名的问卷，请换一个名称，或在原问卷上出新版。",
            ),
            models.CheckConstraint(
                condition=models.Q(is_anonymous=False) | models.Q(minimum_sample__gte=3),
                name="questionnaire_sample_floor",
                violation_error_message="匿名问卷的最少份数不能小于3，否则可能推断出个人。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("questionnaires:questionnaire_detail", args=[self.pk])


class QuestionnaireVersion(TenantOwned, Stateful):
    """The questions as they stood. Once published they never change: answers refer to them."""

    state = models.CharField(
        "状态", max_length=20, choices=VersionState, default=VersionState.DRAFT, editable=False
    )
    questionnaire = models.ForeignKey(
        Questionnaire, on_delete=models.PROTECT, related_name="versions", verbose_name="问卷"
    )
    number = models.PositiveSmallIntegerField("版次", editable=False)
    published_at = models.DateTimeField("启用时间", null=True, editable=False)

    lifecycle = Lifecycle(
        Step(
            "publish", "启用", frozenset({VersionState.DRAFT}), VersionState.PUBLISHED,
            DESIGN_QUESTIONNAIRE, "questionnaires.version.published",
            style="primary", icon="circle-check", guards=(has_questions,),
        ),
        Step(
            "retire", "停用", frozenset({VersionState.PUBLISHED}), VersionState.RETIRED,
            DESIGN_QUESTIONNAIRE, "questionnaires.version.retired", icon="archive",
        ),
    )  # fmt: skip

    class Meta(TenantOwned.Meta):
        verbose_name = "问卷版本"
        ordering = ["-number"]
        constraints = [
            *wall(
                "questionnaires_questionnaireversion",
                questionnaire_id="questionnaires_questionnaire",
            ),
            models.UniqueConstraint(
                fields=["tenant", "questionnaire", "number"], name="questionnaire_version_once"
            ),
            models.UniqueConstraint(
                fields=["tenant", "questionnaire"],
                condition=models.Q(state=VersionState.PUBLISHED),
                name="questionnaire_one_in_use",
            ),
            models.UniqueConstraint(
                fields=["tenant", "questionnaire"],
                condition=models.Q(state=VersionState.DRAFT),
                name="questionnaire_one_draft",
                violation_error_message="已有一个编制中的版本，请在那一版上修改。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.questionnaire}（第{self.number}版）"

    def get_absolute_url(self) -> str:
        return self.questionnaire.get_absolute_url()


class Question(TenantOwned):
    """One question. ``options`` holds ``[{"label": …, "score": 0..100}, …]`` of a choice.

    ``note_on`` and ``finding_on`` name the answers with which a bad tick cannot
    be left alone: in the spelling that is stored (“no”, “2”, the label).
    """

    version = models.ForeignKey(
        QuestionnaireVersion,
        on_delete=models.CASCADE,
        related_name="questions",
        verbose_name="版本",
    )
    position = models.PositiveSmallIntegerField("顺序", editable=False)
    section = models.CharField("部分", max_length=40, blank=True)
    text = models.CharField("题目", max_length=300)
    hint = models.CharField(
        "查什么、怎么查",
        max_length=300,
        blank=True,
        help_text="填写人能看到，如“抽查三份会议记录”。",
    )
    basis = models.CharField("依据", max_length=200, blank=True)
    kind = models.CharField("题型", max_length=8, choices=QuestionKind, default=QuestionKind.YES_NO)
    weight = models.DecimalField("分值", max_digits=5, decimal_places=1, default=Decimal(0))
    is_required = models.BooleanField("必答", default=True)
    allows_na = models.BooleanField("可选“不适用”", default=False)
    no_is_good = models.BooleanField("“否”为好", default=False)
    scale_top = models.PositiveSmallIntegerField("最高等级", default=5)
    minimum = models.DecimalField("最小值", max_digits=14, decimal_places=2, null=True, blank=True)
    maximum = models.DecimalField("最大值", max_digits=14, decimal_places=2, null=True, blank=True)
    options = models.JSONField("选项", default=list, blank=True)
    note_on = ArrayField(
        models.CharField(max_length=60), verbose_name="须写说明的答案", default=list, blank=True
    )
    finding_on = ArrayField(
        models.CharField(max_length=60), verbose_name="须记问题的答案", default=list, blank=True
    )

    class Meta(TenantOwned.Meta):
        verbose_name = "题目"
        ordering = ["position", "id"]
        constraints = [
            *wall("questionnaires_question", version_id="questionnaires_questionnaireversion"),
            models.UniqueConstraint(
                fields=["tenant", "version", "position"],
                name="question_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=models.Q(weight__gte=0),
                name="question_weight_positive",
                violation_error_message="分值不能是负数。",
            ),
            models.CheckConstraint(
                condition=models.Q(scale_top__gte=2, scale_top__lte=10),
                name="question_scale_range",
                violation_error_message="最高等级应在2到10之间。",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class AnswerSheet(TenantOwned):
    """The answers of one respondent about one subject. An anonymous one names nobody."""

    reach_path: ClassVar[str | None] = "unit__path"

    version = models.ForeignKey(
        QuestionnaireVersion, on_delete=models.PROTECT, related_name="sheets", verbose_name="版本"
    )
    subject_kind = models.CharField("事项类型", max_length=60, editable=False)
    subject_id = models.BigIntegerField("事项编号", editable=False)
    unit = models.ForeignKey(
        "orgs.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )
    respondent = models.CharField("填写人", max_length=200, blank=True, editable=False)
    respondent_user = models.BigIntegerField(null=True, editable=False)
    # A day and not a moment: the minute would tell an anonymous one by the log of requests.
    submitted_on = models.DateField("提交日期", null=True, editable=False)
    score = models.DecimalField("得分", max_digits=5, decimal_places=2, null=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "答卷"
        ordering = ["-id"]
        constraints = [
            *wall(
                "questionnaires_answersheet",
                version_id="questionnaires_questionnaireversion",
                unit_id="orgs_unit",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "subject_kind", "subject_id"], name="answer_sheet_subject"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version.questionnaire.title}答卷"

    @property
    def is_submitted(self) -> bool:
        return self.submitted_on is not None


class Answer(TenantOwned):
    """One answer in its stored spelling: “yes”, “4”, a label, “12.5”, “2026-03-01”."""

    reach_path: ClassVar[str | None] = "sheet__unit__path"

    sheet = models.ForeignKey(
        AnswerSheet, on_delete=models.CASCADE, related_name="answers", verbose_name="答卷"
    )
    question = models.ForeignKey(
        Question, on_delete=models.PROTECT, related_name="answers", verbose_name="题目"
    )
    value = models.CharField("答案", max_length=1000, blank=True)
    is_na = models.BooleanField("不适用", default=False)
    note = models.CharField("说明", max_length=500, blank=True)
    author = models.CharField("填写人", max_length=200, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "答案"
        ordering = ["question__position"]
        constraints = [
            *wall(
                "questionnaires_answer",
                sheet_id="questionnaires_answersheet",
                question_id="questionnaires_question",
            ),
            models.UniqueConstraint(fields=["tenant", "sheet", "question"], name="answer_once"),
            models.CheckConstraint(
                condition=models.Q(is_na=False) | models.Q(value=""), name="answer_na_or_value"
            ),
        ]

    def __str__(self) -> str:
        return self.value


class Participation(TenantOwned):
    """Who has answered an anonymous questionnaire, without saying which sheet is whose.

    One row a subject with the people in the order of their ids: rows in the
    order of answering, side by side with the sheets, would tell everything.
    """

    version = models.ForeignKey(
        QuestionnaireVersion, on_delete=models.PROTECT, related_name="+", verbose_name="版本"
    )
    subject_kind = models.CharField("事项类型", max_length=60)
    subject_id = models.BigIntegerField("事项编号")
    people = ArrayField(models.BigIntegerField(), default=list, verbose_name="已填写")

    class Meta(TenantOwned.Meta):
        verbose_name = "匿名填写名单"
        constraints = [
            *wall("questionnaires_participation", version_id="questionnaires_questionnaireversion"),
            models.UniqueConstraint(
                fields=["tenant", "version", "subject_kind", "subject_id"],
                name="participation_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id}"
