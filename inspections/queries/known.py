"""What the system already knows of the answers of a checklist, with its source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gongjian.commons.questionnaires.models import Answer, Question
from gongjian.commons.questionnaires.queries import choices_of, in_words
from gongjian.foundation.kernel.dates import long_date
from inspections.models import Visit


@dataclass(frozen=True, slots=True)
class Known:
    """An answer that may be taken over with one tap; it is checked on the spot all the same."""

    value: str
    is_na: bool
    words: str
    source: str


def known_answers(visit: Visit, questions: Iterable[Question]) -> dict[int, Known]:
    """By question: the answer of the unit's latest signed visit to the same words.

    A new version of a checklist asks the same in other rows; an answer that the
    question no longer offers is left out.
    """
    asked = {question.text: question for question in questions}
    earlier = (
        Visit.objects.filter(unit=visit.unit_id, signed_at__isnull=False, sheet__isnull=False)
        .exclude(pk=visit.pk)
        .values("sheet_id")
    )
    found = (
        Answer.objects.filter(sheet__in=earlier, question__text__in=asked)
        .exclude(value="", is_na=False)
        .select_related("question")
        .order_by("sheet_id")
    )
    answers = {answer.question.text: answer for answer in found}
    days = dict(
        Visit.objects.filter(
            sheet__in={answer.sheet_id for answer in answers.values()}
        ).values_list("sheet_id", "starts_on")
    )
    known = {}
    for text, answer in answers.items():
        question = asked[text]
        offered = [value for value, _ in choices_of(question)]
        fits = question.allows_na if answer.is_na else not offered or answer.value in offered
        if fits and question.kind == answer.question.kind:
            known[question.pk] = Known(
                answer.value,
                answer.is_na,
                in_words(answer),
                f"{long_date(days[answer.sheet_id])}督查",
            )
    return known
