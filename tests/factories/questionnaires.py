"""Questionnaires for tests, built by the services."""

from __future__ import annotations

from gongjian.commons.questionnaires.models import QuestionnaireVersion
from gongjian.commons.questionnaires.services.designing import (
    add_question,
    create_questionnaire,
    publish_version,
)

YES_NO = {"text": "是否按期换届", "kind": "yes_no", "weight": 10}
SCALE = {"text": "活动阵地建设", "kind": "scale", "weight": 10, "scale_top": 5}
CHOICE = {
    "text": "会员花名册",
    "kind": "choice",
    "weight": 20,
    "options": [{"label": "齐全", "score": 100}, {"label": "有缺", "score": 50}],
}
NUMBER = {"text": "会员人数", "kind": "number", "minimum": 0}


def checklist(cast, *questions, title="基层工会检查表", **values) -> QuestionnaireVersion:
    """A published version; four questions when none are named."""
    made = create_questionnaire(actor=cast.office, values={"title": title, **values})
    version = made.versions.get()
    for question in questions or (YES_NO, SCALE, CHOICE, NUMBER):
        add_question(version, actor=cast.office, values=question)
    return publish_version(version, actor=cast.office)


def by_position(version: QuestionnaireVersion) -> list[int]:
    return [question.pk for question in version.questions.all()]
