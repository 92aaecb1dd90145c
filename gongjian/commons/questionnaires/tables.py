"""Table of the questionnaires."""

from __future__ import annotations

import django_tables2

from gongjian.commons.questionnaires.models import Questionnaire
from gongjian.foundation.web.tables import GongjianTable, NumberColumn
from gongjian.foundation.web.templatetags.ui import chip


class QuestionnaireTable(GongjianTable):
    title = django_tables2.Column("名称", linkify=lambda record: record.get_absolute_url())
    purpose = django_tables2.Column("用途")
    questions = NumberColumn("题数", empty_values=(), orderable=False)
    sheets = NumberColumn("已填份数", orderable=False)
    in_use = django_tables2.Column("启用版本", empty_values=(), orderable=False)

    class Meta(GongjianTable.Meta):
        model = Questionnaire
        fields = ["title", "purpose", "questions", "sheets", "in_use"]
        sequence = fields
        order_by = ("purpose", "title")
        empty_text = "还没有问卷。新建后添加题目并启用，督查、培训评价、论文评审都可选用。"

    def render_questions(self, record: Questionnaire) -> str:
        return str(record.questions)  # type: ignore[attr-defined]

    def render_in_use(self, record: Questionnaire) -> str:
        number = record.in_use  # type: ignore[attr-defined]
        return chip(f"第{number}版", "ok") if number else chip("编制中", "draft")
