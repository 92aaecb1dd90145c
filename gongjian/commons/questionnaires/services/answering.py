"""Answering. Who may answer is decided by the mechanism that asks; it calls these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.db.models import Model

from gongjian.commons.questionnaires.enums import VersionState
from gongjian.commons.questionnaires.models import (
    Answer,
    AnswerSheet,
    Participation,
    Question,
    QuestionnaireVersion,
)
from gongjian.commons.questionnaires.scoring import Demands, Given, demands, refuse, total
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict
from orgs.models import Unit

LONGEST_NOTE = 500


@dataclass(slots=True)
class Saved:
    """What became of a bundle of answers, by question."""

    stored: dict[int, Given] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)
    #: Somebody else wrote another answer meanwhile: theirs, and who it was.
    conflicts: dict[int, tuple[Given, str]] = field(default_factory=dict)


@transaction.atomic
def open_sheet(
    version: QuestionnaireVersion, *, actor: Actor, subject: Model, unit: Unit
) -> AnswerSheet:
    """A sheet about one subject; several may fill it in one after the other."""
    if version.state != VersionState.PUBLISHED:
        raise StateConflict(f"“{version}”{version.get_state_display()}，请选用启用的版本。")
    if version.questionnaire.is_anonymous:
        raise StateConflict("匿名问卷一次填完提交，不建实名答卷。")
    return AnswerSheet.objects.create(
        version=version,
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk,
        unit=unit,
        respondent=actor.label[:200],
        respondent_user=actor.user_id,
    )


def given_of(sheet: AnswerSheet) -> dict[int, Given]:
    return {
        answer.question_id: Given(answer.value, answer.is_na, answer.note)
        for answer in sheet.answers.all()
    }


@transaction.atomic
def save_answers(
    sheet: AnswerSheet,
    *,
    actor: Actor,
    changes: Mapping[int, Given],
    base: Mapping[int, Given] | None = None,
) -> Saved:
    """Write what was answered; what cannot be an answer is told and not stored.

    ``base`` holds what the page last knew of each question. Where somebody
    else wrote something different since, nothing is overwritten.
    """
    sheet = lock_sheet(sheet)
    if sheet.is_submitted:
        raise StateConflict("检查表已经提交，不能再改；需要更正的，请先退回填写。")
    questions = {item.pk: item for item in sheet.version.questions.filter(pk__in=changes)}
    known = {answer.question_id: answer for answer in sheet.answers.filter(question_id__in=changes)}
    saved = Saved()
    for pk, given in changes.items():
        question = questions.get(pk)
        if question is None:
            saved.errors[pk] = "这一版没有这道题，请刷新后重新填写。"
            continue
        _write(sheet, question, known.get(pk), given, base, actor, saved)
    if saved.stored:
        sheet.revision += 1
        sheet.save(update_fields=["revision"])
    return saved


def lock_sheet(sheet: AnswerSheet) -> AnswerSheet:
    return (
        AnswerSheet.objects.select_for_update(of=("self",))
        .select_related("version__questionnaire", "unit")
        .get(pk=sheet.pk)
    )


def _write(
    sheet: AnswerSheet,
    question: Question,
    answer: Answer | None,
    given: Given,
    base: Mapping[int, Given] | None,
    actor: Actor,
    saved: Saved,
) -> None:
    given = Given("" if given.is_na else given.value.strip(), given.is_na, given.note.strip())
    held = Given(answer.value, answer.is_na, answer.note) if answer else Given()
    if base is not None and held not in (base.get(question.pk, Given()), given):
        saved.conflicts[question.pk] = (held, answer.author if answer else "")
        return
    error = refuse(question, given.value)
    if given.is_na and not question.allows_na:
        error = "这道题不能选“不适用”。"
    if len(given.note) > LONGEST_NOTE:
        error = f"说明最多{LONGEST_NOTE}字，请精简。"
    if error:
        saved.errors[question.pk] = error
        return
    if held != given or answer is None:
        answer = answer or Answer(sheet=sheet, question=question)
        answer.value, answer.is_na, answer.note = given.value, given.is_na, given.note
        answer.author = actor.label[:200]
        answer.save()
    saved.stored[question.pk] = given


def lacking(sheet: AnswerSheet, *, found: Iterable[int] = ()) -> Demands:
    """What the sheet still lacks; ``found`` are questions with a finding of their own."""
    asked = {question.pk: question for question in sheet.version.questions.all()}
    return demands(asked, given_of(sheet), found=found)


def tell_lacking(sheet: AnswerSheet, missing: Demands) -> str:
    """The same in words, with the numbers that stand before the questions."""
    numbers = {item.pk: item.position for item in sheet.version.questions.all()}

    def listed(pks: Iterable[int]) -> str:
        return "、".join(str(number) for number in sorted(numbers[pk] for pk in pks))

    parts = []
    if missing.unanswered:
        parts.append(f"第{listed(missing.unanswered)}题没有答")
    if missing.without_note:
        parts.append(f"第{listed(missing.without_note)}题要写说明")
    if missing.without_finding:
        parts.append(f"第{listed(missing.without_finding)}题要记下发现的问题")
    return "；".join(parts)


@transaction.atomic
def submit_sheet(sheet: AnswerSheet, *, actor: Actor, found: Iterable[int] = ()) -> AnswerSheet:
    """Close the sheet with its score. Nothing that the questions demand may be missing."""
    sheet = lock_sheet(sheet)
    if sheet.is_submitted:
        raise StateConflict("检查表已经提交，请刷新后查看。")
    missing = lacking(sheet, found=found)
    if missing:
        raise DomainError(f"{tell_lacking(sheet, missing)}，请补充后再提交。")
    sheet.submitted_on = today()
    sheet.score = score_of(sheet)
    sheet.save(update_fields=["submitted_on", "score"])
    record("questionnaires.sheet.submitted", sheet, actor=actor, label="提交检查表")
    return sheet


@transaction.atomic
def reopen_sheet(sheet: AnswerSheet, *, actor: Actor, reason: str) -> AnswerSheet:
    """Give a submitted sheet back for correction."""
    sheet = lock_sheet(sheet)
    if not sheet.is_submitted:
        raise StateConflict("检查表还没有提交，可以直接修改。")
    sheet.submitted_on = sheet.score = None
    sheet.save(update_fields=["submitted_on", "score"])
    record("questionnaires.sheet.reopened", sheet, actor=actor, label="退回填写", reason=reason)
    return sheet


def score_of(sheet: AnswerSheet) -> Decimal | None:
    given = given_of(sheet)
    return total(
        (question, given.get(question.pk, Given())) for question in sheet.version.questions.all()
    )


@transaction.atomic
def answer_anonymously(
    version: QuestionnaireVersion,
    *,
    actor: Actor,
    subject: Model,
    unit: Unit,
    answers: Mapping[int, Given],
) -> None:
    """Take a whole anonymous sheet at once. Nothing of it points to the person.

    It is in no trail, and it is not handed back: who answered is known only as
    a member of a sorted list, and once answered nothing can be changed.
    """
    if not version.questionnaire.is_anonymous:
        raise StateConflict("这份问卷是实名的，请用实名方式填写。")
    if version.state != VersionState.PUBLISHED:
        raise StateConflict(f"“{version}”{version.get_state_display()}，现在不能填写。")
    if actor.user_id is None:
        raise NotPermitted("请登录后填写。")
    _mark_participation(version, subject, actor.user_id)
    _keep_anonymous(version, subject, unit, answers)


@transaction.atomic
def answer_on_paper(
    version: QuestionnaireVersion,
    *,
    subject: Model,
    unit: Unit,
    answers: Mapping[int, Given],
    at_most: int,
) -> None:
    """An anonymous sheet that was filled in on paper. ``at_most`` sheets in all may there be.

    The caller holds the lock of the subject, so that the number is kept.
    """
    if not version.questionnaire.is_anonymous:
        raise StateConflict("这份问卷是实名的，请用实名方式填写。")
    if version.state != VersionState.PUBLISHED:
        raise StateConflict(f"“{version}”{version.get_state_display()}，现在不能填写。")
    known = AnswerSheet.objects.filter(
        version=version,
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk,
        submitted_on__isnull=False,
    ).count()
    if known >= at_most:
        raise DomainError(f"已有{known}份评价，不能多于应评人数{at_most}，请核对是否重复录入。")
    _keep_anonymous(version, subject, unit, answers)


def _keep_anonymous(
    version: QuestionnaireVersion, subject: Model, unit: Unit, answers: Mapping[int, Given]
) -> None:
    questions = {question.pk: question for question in version.questions.all()}
    _demand_complete(questions, answers)
    sheet = AnswerSheet(
        version=version,
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk,
        unit=unit,
        submitted_on=today(),
    )
    sheet.score = total((item, answers.get(pk, Given())) for pk, item in questions.items())
    sheet.save()
    Answer.objects.bulk_create(
        Answer(sheet=sheet, question=questions[pk], value=given.value, is_na=given.is_na)
        for pk, given in answers.items()
        if pk in questions and not given.is_empty
    )


def _mark_participation(version: QuestionnaireVersion, subject: Model, user_id: int) -> None:
    key = {
        "version": version,
        "subject_kind": subject._meta.label_lower,
        "subject_id": subject.pk,
    }
    Participation.objects.get_or_create(**key)
    row = Participation.objects.select_for_update(of=("self",)).get(**key)
    if user_id in row.people:
        raise StateConflict("您已经填过这份匿名问卷；为了匿名，提交后不能查看和修改。")
    row.people = sorted([*row.people, user_id])
    row.save(update_fields=["people"])


def _demand_complete(questions: Mapping[int, Question], answers: Mapping[int, Given]) -> None:
    for pk, question in questions.items():
        given = answers.get(pk, Given())
        if given.is_empty and question.is_required:
            raise DomainError(f"第{question.position}题没有答，请补充后再提交。")
        if given.is_na and not question.allows_na:
            raise DomainError(f"第{question.position}题不能选“不适用”，请改正。")
        if error := refuse(question, given.value):
            raise DomainError(f"第{question.position}题：{error}")
