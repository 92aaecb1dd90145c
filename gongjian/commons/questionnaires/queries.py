"""Reads of questionnaires: the version in use, results with the minimum sample kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.db.models import Model

from gongjian.commons.questionnaires.enums import QuestionKind, VersionState
from gongjian.commons.questionnaires.models import (
    Answer,
    AnswerSheet,
    Question,
    QuestionnaireVersion,
)
from gongjian.commons.questionnaires.scoring import NO, YES, labels, mean
from gongjian.foundation.tenancy.models import TenantQuerySet

WORDS = {YES: "是", NO: "否"}


def versions_in_use(purpose: str) -> TenantQuerySet[QuestionnaireVersion]:
    """Published versions of one purpose, for choosing among."""
    found: TenantQuerySet[QuestionnaireVersion] = (
        QuestionnaireVersion.objects.filter(  # type: ignore[assignment]
            state=VersionState.PUBLISHED, questionnaire__purpose=purpose
        )
        .select_related("questionnaire")
        .order_by("questionnaire__title")
    )
    return found


def sections_of(questions: Iterable[Question]) -> list[tuple[str, list[Question]]]:
    """Questions under their headings, in their order."""
    sections: list[tuple[str, list[Question]]] = []
    for question in questions:
        if not sections or sections[-1][0] != question.section:
            sections.append((question.section, []))
        sections[-1][1].append(question)
    return sections


def choices_of(question: Question) -> list[tuple[str, str]]:
    """Answers to pick from, stored spelling and words."""
    match question.kind:
        case QuestionKind.YES_NO:
            return [(YES, "是"), (NO, "否")]
        case QuestionKind.SCALE:
            return [(str(step), str(step)) for step in range(1, question.scale_top + 1)]
        case QuestionKind.CHOICE:
            return [(label, label) for label in labels(question)]
        case _:
            return []


def in_words(answer: Answer) -> str:
    if answer.is_na:
        return "不适用"
    return WORDS.get(answer.value, answer.value) or "未答"


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """How one question was answered by all together."""

    question: Question
    counts: Sequence[tuple[str, int]]
    average: Decimal | None
    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Results:
    """``questions`` is empty while an anonymous questionnaire has too few sheets."""

    sheets: int
    needed: int
    average: Decimal | None
    questions: Sequence[QuestionResult]

    @property
    def is_withheld(self) -> bool:
        return self.sheets < self.needed


def results_about(version: QuestionnaireVersion, subject: Model) -> Results:
    """Results of one class, seminar or visit; anonymous ones only from the minimum sample on."""
    sheets = list(
        AnswerSheet.objects.filter(
            version=version,
            subject_kind=subject._meta.label_lower,
            subject_id=subject.pk,
            submitted_on__isnull=False,
        )
    )
    questionnaire = version.questionnaire
    needed = questionnaire.minimum_sample if questionnaire.is_anonymous else 0
    if len(sheets) < needed:
        return Results(len(sheets), needed, None, [])
    by_question: dict[int, list[Answer]] = {}
    for answer in Answer.objects.filter(sheet__in=sheets):
        by_question.setdefault(answer.question_id, []).append(answer)
    return Results(
        len(sheets),
        needed,
        mean([sheet.score for sheet in sheets if sheet.score is not None]),
        [_result(question, by_question) for question in version.questions.all()],
    )


def _result(question: Question, by_question: Mapping[int, Sequence[Answer]]) -> QuestionResult:
    answers = by_question.get(question.pk, [])
    counted = Counter("na" if answer.is_na else answer.value for answer in answers)
    counts = [(word, counted[value]) for value, word in choices_of(question)]
    if counted["na"]:
        counts.append(("不适用", counted["na"]))
    texts = []
    if question.kind in {QuestionKind.TEXT, QuestionKind.DATE}:
        # In the order of the alphabet: the order of answering would point to people.
        texts = sorted(answer.value for answer in answers if answer.value)
    return QuestionResult(question, counts, _average(question, answers), texts)


def _average(question: Question, answers: Sequence[Answer]) -> Decimal | None:
    if question.kind not in {QuestionKind.SCALE, QuestionKind.NUMBER}:
        return None
    numbers = []
    for answer in answers:
        try:
            numbers.append(Decimal(answer.value))
        except InvalidOperation:
            continue
    return mean(numbers)
