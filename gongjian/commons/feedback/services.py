"""Writing, taking up, answering."""

from __future__ import annotations

from django.db import transaction

from gongjian.commons.documents.routes import posts_that_may
from gongjian.commons.feedback.authority import ANSWER_SUGGESTION, WRITE_SUGGESTION
from gongjian.commons.feedback.enums import Outcome
from gongjian.commons.feedback.marks import mark_of, without_name
from gongjian.commons.feedback.models import Suggestion
from gongjian.commons.notices.services import notify
from gongjian.foundation.audit.trail import history_of, record
from gongjian.foundation.calendar.working_days import corrections, working_deadline
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted
from gongjian.foundation.workflow.lifecycle import advance
from orgs.services import demand_valid

#: Working days within which the office answers.
ANSWER_WITHIN = 10
RULE = "feedback.suggestion"


@transaction.atomic
def write_suggestion(
    *, actor: Actor, kind: str, text: str, page: str = "", unnamed: bool = False
) -> Suggestion:
    """Anyone signed in; without a name neither row nor trail says who."""
    if not actor.may(WRITE_SUGGESTION):
        raise NotPermitted("请登录后再提投诉建议。")
    day = today()
    suggestion = Suggestion(
        kind=kind,
        text=text.strip(),
        page=page[:200],
        created_on=day,
        due_on=working_deadline(day, ANSWER_WITHIN, corrections()),
    )
    if unnamed:
        suggestion.mark = mark_of(actor)
        if not suggestion.mark:
            raise DomainError("当前没有登录账号，不能隐名提出。")
    else:
        suggestion.author_id = actor.user_id
        suggestion.author_label = actor.label[:200]
        suggestion.unit_id = actor.unit_id
        suggestion.post_id = actor.post_id
    demand_valid(suggestion)
    suggestion.save()
    by = without_name(actor) if unnamed else actor
    record("feedback.suggestion.written", suggestion, actor=by, label="提出")
    _tell_the_office(suggestion, "written", "新的投诉建议")
    return suggestion


@transaction.atomic
def take_suggestion(suggestion: Suggestion, *, actor: Actor, reason: str = "") -> Suggestion:
    return advance(suggestion, "take", actor=actor, at=None, reason=reason)


@transaction.atomic
def answer_suggestion(
    suggestion: Suggestion, *, actor: Actor, outcome: str, answer: str
) -> Suggestion:
    """The author reads it under “我的意见”; with a name there is a notice as well."""
    if not answer.strip():
        raise FieldErrors({"answer": "请写明答复内容，提出人会看到。"})
    if outcome not in Outcome.values:
        raise FieldErrors({"outcome": "请选择办理结果。"})
    changes = {"outcome": outcome, "answer": answer.strip(), "answered_on": today()}
    answered = advance(suggestion, "answer", actor=actor, at=None, changes=changes)
    if answered.post_id is not None:
        notify(
            rule=RULE,
            subject=answered,
            stage=f"answered-{_times(answered)}",
            post_ids=[answered.post_id],
            title=f"您的意见已答复：{answered.get_outcome_display()}",
            body=answered.answer[:200],
            url=answered.get_absolute_url(),
        )
    return answered


@transaction.atomic
def ask_again(suggestion: Suggestion, *, actor: Actor, reason: str) -> Suggestion:
    """The author is not content; the term begins anew."""
    if not suggestion.is_of(actor):
        raise NotPermitted("只有提出人可以追问。")
    again = advance(
        suggestion,
        "ask_again",
        actor=without_name(actor) if suggestion.is_unnamed else actor,
        at=None,
        reason=reason,
        changes={"due_on": working_deadline(today(), ANSWER_WITHIN, corrections())},
    )
    _tell_the_office(again, f"again-{_times(again)}", "提出人追问")
    return again


def _times(suggestion: Suggestion) -> int:
    return history_of(suggestion).count()


def _tell_the_office(suggestion: Suggestion, stage: str, words: str) -> None:
    notify(
        rule=RULE,
        subject=suggestion,
        stage=stage,
        post_ids=list(posts_that_may(ANSWER_SUGGESTION).values_list("pk", flat=True)),
        title=f"{words}：{suggestion}",
        url=suggestion.get_absolute_url(),
        deadline=suggestion.due_on,
    )
