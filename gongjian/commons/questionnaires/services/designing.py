"""Writing a questionnaire: questions in a draft, published as a version that never changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from gongjian.commons.questionnaires.authority import DESIGN_QUESTIONNAIRE
from gongjian.commons.questionnaires.enums import SCORED_KINDS, QuestionKind, VersionState
from gongjian.commons.questionnaires.models import Question, Questionnaire, QuestionnaireVersion
from gongjian.commons.questionnaires.scoring import NO, YES, labels
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.workflow.lifecycle import advance
from orgs.services import demand_valid

#: Fields of a question that a new version takes over.
CONTENT = (
    "section", "text", "hint", "basis", "kind", "weight", "is_required", "allows_na",
    "no_is_good", "scale_top", "minimum", "maximum", "options", "note_on", "finding_on",
)  # fmt: skip


def _demand_designer(actor: Actor) -> None:
    if not actor.may(DESIGN_QUESTIONNAIRE):
        raise NotPermitted("问卷和检查表由领导小组办公室编制，请与办公室联系。")


@transaction.atomic
def create_questionnaire(*, actor: Actor, values: Mapping[str, Any]) -> Questionnaire:
    """Start a questionnaire with its first version in the making."""
    _demand_designer(actor)
    questionnaire = Questionnaire(**values)
    demand_valid(questionnaire)
    questionnaire.save()
    QuestionnaireVersion.objects.create(questionnaire=questionnaire, number=1)
    record("questionnaires.questionnaire.created", questionnaire, actor=actor, label="新建问卷")
    return questionnaire


@transaction.atomic
def edit_questionnaire(
    questionnaire: Questionnaire, *, actor: Actor, values: Mapping[str, Any]
) -> Questionnaire:
    """Change name and settings; whether it is anonymous stays as it was promised."""
    _demand_designer(actor)
    held = Questionnaire.objects.select_for_update().get(pk=questionnaire.pk)
    answered = held.versions.filter(sheets__isnull=False).exists()
    if answered and values.get("is_anonymous", held.is_anonymous) != held.is_anonymous:
        raise FieldErrors({"is_anonymous": "已经有人填写，是否匿名不能再改；请另建一份问卷。"})
    before = {name: getattr(held, name) for name in values}
    for name, value in values.items():
        setattr(held, name, value)
    demand_valid(held)
    held.save()
    record(
        "questionnaires.questionnaire.edited",
        held,
        actor=actor,
        label="修改问卷设置",
        before=before,
        after=dict(values),
    )
    return held


def lock_draft(version: QuestionnaireVersion) -> QuestionnaireVersion:
    held = (
        QuestionnaireVersion.objects.select_for_update(of=("self",))
        .select_related("questionnaire")
        .get(pk=version.pk)
    )
    if held.state != VersionState.DRAFT:
        raise StateConflict(
            f"第{held.number}版{held.get_state_display()}，题目不能再改；请在新的版本上修改。"
        )
    return held


@transaction.atomic
def add_question(
    version: QuestionnaireVersion, *, actor: Actor, values: Mapping[str, Any]
) -> Question:
    """Put a question at the end."""
    _demand_designer(actor)
    version = lock_draft(version)
    last = version.questions.aggregate(last=Max("position"))["last"] or 0
    question = Question(version=version, position=last + 1, **values)
    _demand_sense(question)
    demand_valid(question)
    question.save()
    record(
        "questionnaires.version.question_added",
        version,
        actor=actor,
        label=f"添加题目：{question.text}"[:60],
    )
    return question


@transaction.atomic
def edit_question(question: Question, *, actor: Actor, values: Mapping[str, Any]) -> Question:
    _demand_designer(actor)
    version = lock_draft(question.version)
    question = Question.objects.select_for_update(of=("self",)).get(pk=question.pk)
    for name, value in values.items():
        setattr(question, name, value)
    _demand_sense(question)
    demand_valid(question)
    question.save()
    record(
        "questionnaires.version.question_edited",
        version,
        actor=actor,
        label=f"修改题目：{question.text}"[:60],
    )
    return question


def _demand_sense(question: Question) -> None:
    """A question that nobody could answer, or whose demands never come up, is not kept."""
    errors: dict[str, str] = {}
    if question.kind == QuestionKind.CHOICE:
        found = labels(question)
        if len(found) < 2:
            errors["options"] = "单选题至少要有两个选项，一行一个。"
        elif len(set(found)) != len(found):
            errors["options"] = "有两个选项相同，请改正。"
        elif question.weight and all(item.get("score") is None for item in question.options):
            errors["options"] = "有分值的单选题要写明各选项得分，如“良好=80”。"
    else:
        question.options = []
    if question.kind not in SCORED_KINDS and question.weight:
        errors["weight"] = "数字、文字、日期题不计分，分值请填0。"
    if None not in (question.minimum, question.maximum) and question.minimum > question.maximum:  # type: ignore[operator]
        errors["maximum"] = "最大值不能小于最小值。"
    for name in ("note_on", "finding_on"):
        strange = [item for item in getattr(question, name) if item not in possible(question)]
        if strange:
            errors[name] = f"这道题没有答案“{strange[0]}”，请从可选的答案中填写。"
    if errors:
        raise FieldErrors(errors)


def possible(question: Question) -> list[str]:
    """Answers that can be named beforehand, as they are stored."""
    match question.kind:
        case QuestionKind.YES_NO:
            return [YES, NO]
        case QuestionKind.SCALE:
            return [str(step) for step in range(1, question.scale_top + 1)]
        case QuestionKind.CHOICE:
            return labels(question)
        case _:
            return []


@transaction.atomic
def remove_question(question: Question, *, actor: Actor) -> QuestionnaireVersion:
    _demand_designer(actor)
    version = lock_draft(question.version)
    text = question.text
    question.delete()
    _renumber(list(version.questions.all()))
    record(
        "questionnaires.version.question_removed",
        version,
        actor=actor,
        label=f"删除题目：{text}"[:60],
    )
    return version


@transaction.atomic
def move_question(question: Question, *, actor: Actor, up: bool) -> QuestionnaireVersion:
    """One place up or down; at the end it stays where it is."""
    _demand_designer(actor)
    version = lock_draft(question.version)
    order = list(version.questions.all())
    place = [item.pk for item in order].index(question.pk)
    other = place - 1 if up else place + 1
    if 0 <= other < len(order):
        order[place], order[other] = order[other], order[place]
        _renumber(order)
    return version


def _renumber(order: Sequence[Question]) -> None:
    # The unique key of the positions is checked at the end of the transaction.
    for position, question in enumerate(order, start=1):
        question.position = position
    Question.objects.bulk_update(order, ["position"])


@transaction.atomic
def publish_version(
    version: QuestionnaireVersion, *, actor: Actor, reason: str = ""
) -> QuestionnaireVersion:
    """Bring a version into use; the one before it is retired, its answers stay."""
    _demand_designer(actor)
    in_use = QuestionnaireVersion.objects.filter(
        questionnaire_id=version.questionnaire_id, state=VersionState.PUBLISHED
    ).first()
    if in_use is not None and in_use.pk != version.pk:
        advance(in_use, "retire", actor=actor, at=None, reason="启用新版")
    return advance(
        version,
        "publish",
        actor=actor,
        at=None,
        reason=reason,
        changes={"published_at": timezone.now()},
    )


@transaction.atomic
def retire_version(
    version: QuestionnaireVersion, *, actor: Actor, reason: str = ""
) -> QuestionnaireVersion:
    return advance(version, "retire", actor=actor, at=None, reason=reason)


@transaction.atomic
def draft_next(questionnaire: Questionnaire, *, actor: Actor) -> QuestionnaireVersion:
    """A new version to work on, beginning with the questions of the last one."""
    _demand_designer(actor)
    questionnaire = Questionnaire.objects.select_for_update().get(pk=questionnaire.pk)
    last = questionnaire.versions.order_by("-number").first()
    if last is not None and last.state == VersionState.DRAFT:
        raise StateConflict(f"第{last.number}版还在编制中，请在那一版上修改。")
    version = QuestionnaireVersion(
        questionnaire=questionnaire, number=last.number + 1 if last else 1
    )
    demand_valid(version)
    version.save()
    if last is not None:
        Question.objects.bulk_create(
            Question(
                version=version,
                position=question.position,
                **{name: getattr(question, name) for name in CONTENT},
            )
            for question in last.questions.all()
        )
    record(
        "questionnaires.version.drafted",
        version,
        actor=actor,
        label=f"编制第{version.number}版",
    )
    return version
