"""What stops a step of a questionnaire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gongjian.foundation.kernel.actor import Actor

if TYPE_CHECKING:
    from gongjian.commons.questionnaires.models import QuestionnaireVersion


def has_questions(version: QuestionnaireVersion, actor: Actor) -> str | None:
    if not version.questions.exists():
        return "这一版还没有题目，请先添加题目再启用。"
    return None
