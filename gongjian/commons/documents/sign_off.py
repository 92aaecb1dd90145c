"""The way of a document from hand to hand: 核稿, 会签, 签发, back, delegated.

Everything here holds the document's row first, so that of two who answer at
once one comes after the other and sees what the first has done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from gongjian.commons.documents.authority import DRAFT_DOCUMENT, SIGN_OFF_DOCUMENT, TAKE_PART
from gongjian.commons.documents.checks import Severity
from gongjian.commons.documents.enums import Answer, DocumentState, SignOffAct
from gongjian.commons.documents.models import CIRCULATING, OfficialDocument, SignOffTurn
from gongjian.commons.documents.printing import preview_document
from gongjian.commons.documents.queries import check_document
from gongjian.commons.documents.routes import (
    COUNTERSIGN_STAGE,
    SIGN_STAGE,
    posts_that_may,
    route_of,
)
from gongjian.commons.notices.services import notify
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Post

RULE = "documents.sign_off"
_STEPS = {
    SignOffAct.REVIEW: "to_review",
    SignOffAct.COUNTERSIGN: "to_countersign",
    SignOffAct.SIGN: "to_signing",
}
_STATES = {
    SignOffAct.REVIEW: DocumentState.REVIEW,
    SignOffAct.COUNTERSIGN: DocumentState.COUNTERSIGN,
    SignOffAct.SIGN: DocumentState.SIGNING,
}


@transaction.atomic
def submit_document(
    document: OfficialDocument, *, actor: Actor, joint: Sequence[Post] = (), words: str = ""
) -> OfficialDocument:
    """Send a draft on its way (送审); ``joint`` are organs asked for this document alone."""
    if not actor.may(DRAFT_DOCUMENT):
        raise NotPermitted("当前职务无权送审公文，请切换职务或联系领导小组办公室。")
    document = _locked(document)
    if document.state != DocumentState.DRAFT:
        raise StateConflict(
            f"“{document}”现在是“{document.get_state_display()}”，不能再次送审。请刷新后查看。"
        )
    route = route_of(document.kind)
    if route is None and not joint:
        raise DomainError("这个文种没有设置审签流程，由领导直接签发；需要会签的，请选择会签职务。")
    refused = [result for result in check_document(document) if result.severity is Severity.REFUSE]
    if refused:
        raise DomainError("".join(result.message for result in refused))
    # What cannot be printed is found out now, not by the last who reads it.
    preview_document(document)
    seats = list(route.seats.select_related("post__unit")) if route is not None else []
    planned = [(SignOffAct(seat.act), seat.stage, seat.post) for seat in seats]
    planned += _joint_seats(joint, {seat.post_id for seat in seats})
    last = document.turns.aggregate(last=Max("round"))["last"] or 0
    turns = [
        SignOffTurn(document=document, round=last + 1, act=act, stage=stage, post=post)
        for act, stage, post in planned
    ]
    if not any(turn.act == SignOffAct.SIGN for turn in turns):
        turns.append(
            SignOffTurn(document=document, round=last + 1, act=SignOffAct.SIGN, stage=SIGN_STAGE)
        )
    SignOffTurn.objects.bulk_create(turns)
    record(
        "documents.document.submitted", document, actor=actor, label="送审", reason=words.strip()
    )
    return _open_next(document, actor)


def _joint_seats(joint: Sequence[Post], seated: set[int]) -> list[tuple[SignOffAct, int, Post]]:
    allowed = set(posts_that_may(TAKE_PART).values_list("pk", flat=True)) if joint else set()
    for post in joint:
        if post.pk not in allowed:
            raise DomainError(f"“{post}”不能参与会签，请另选职务。")
    return [
        (SignOffAct.COUNTERSIGN, COUNTERSIGN_STAGE, post) for post in joint if post.pk not in seated
    ]


@transaction.atomic
def agree_to_document(
    turn: SignOffTurn, *, actor: Actor, opinion: str = "", revision: int | None = None
) -> OfficialDocument:
    """Agree with the wording, with or without an opinion; the last one passes it on."""
    document, turn = _turn_of(turn, actor, revision)
    if turn.act == SignOffAct.SIGN:
        return _sign(document, turn, actor, opinion)
    _answer(turn, Answer.AGREED, actor, opinion)
    record(
        "documents.document.agreed",
        document,
        actor=actor,
        label=f"{turn.get_act_display()}同意",
        reason=opinion.strip(),
    )
    return _open_next(document, actor)


@transaction.atomic
def send_back(
    turn: SignOffTurn, *, actor: Actor, reason: str, revision: int | None = None
) -> OfficialDocument:
    """Give the document back for another wording; the others need not answer any more."""
    document, turn = _turn_of(turn, actor, revision)
    document = advance(document, "send_back", actor=actor, at=None, reason=reason)
    _answer(turn, Answer.RETURNED, actor, reason)
    _end_round(document)
    _tell_drafter(document, f"returned-{turn.pk}", f"“{document}”被退回修改", reason)
    return document


@transaction.atomic
def delegate_turn(turn: SignOffTurn, *, actor: Actor, post: Post, reason: str) -> SignOffTurn:
    """Ask another post to answer in one's place; what was asked stays in the story."""
    document, turn = _turn_of(turn, actor, None)
    permission = SIGN_OFF_DOCUMENT if turn.act == SignOffAct.SIGN else TAKE_PART
    if not posts_that_may(permission).filter(pk=post.pk).exists():
        raise DomainError(f"“{post}”不能代为{turn.get_act_display()}，请另选职务。")
    waiting = document.turns.filter(round=turn.round, answer=Answer.WAITING)
    if waiting.filter(act=turn.act, post=post).exists():
        raise DomainError(f"“{post}”本来就要{turn.get_act_display()}，请另选职务或自己办理。")
    if not reason.strip():
        raise DomainError("请写明转请办理的原因，对方会看到这段话。")
    _answer(turn, Answer.DELEGATED, actor, reason)
    handed = SignOffTurn.objects.create(
        document=document,
        round=turn.round,
        act=turn.act,
        stage=turn.stage,
        post=post,
        handed_from=turn,
        opened_at=timezone.now(),
    )
    record(
        "documents.document.delegated",
        document,
        actor=actor,
        label=f"{turn.get_act_display()}转请他人",
        reason=reason.strip(),
        after={"post": str(post)},
    )
    _tell_turns(document, [handed])
    return handed


@transaction.atomic
def withdraw_document(document: OfficialDocument, *, actor: Actor, reason: str) -> OfficialDocument:
    """Take a document back that is on its way, to change it."""
    document = advance(document, "withdraw", actor=actor, at=None, reason=reason)
    _end_round(document)
    return document


@transaction.atomic
def sign_off_document(
    document: OfficialDocument, *, actor: Actor, reason: str = ""
) -> OfficialDocument:
    """Approve the wording (签发); nothing is numbered yet.

    A draft is signed at once where its kind has no route; one on its way when
    its last turn has come.
    """
    document = _locked(document)
    if document.state == DocumentState.SIGNING:
        turn = document.turns.filter(act=SignOffAct.SIGN, answer=Answer.WAITING).first()
        if turn is None:
            raise StateConflict(f"“{document}”已由他人签发，请刷新后查看。")
        return agree_to_document(turn, actor=actor, opinion=reason)
    if document.state == DocumentState.DRAFT and route_of(document.kind) is not None:
        raise StateConflict(f"“{document}”须先送审：这个文种已设置核稿、会签流程。")
    last = document.turns.aggregate(last=Max("round"))["last"] or 0
    turn = SignOffTurn(
        document=document,
        round=last + 1,
        act=SignOffAct.SIGN,
        stage=SIGN_STAGE,
        post_id=actor.post_id,
        opened_at=timezone.now(),
    )
    return _sign(document, turn, actor, reason)


def _sign(
    document: OfficialDocument, turn: SignOffTurn, actor: Actor, opinion: str
) -> OfficialDocument:
    # The draft is printed once to see that it can be: a name that no font draws
    # must come to light before a number is given to it.
    preview_document(document)
    turn.revision = document.revision
    document = advance(
        document,
        "sign_off",
        actor=actor,
        at=None,
        reason=opinion,
        changes={"signed_off_by": actor.label[:200]},
    )
    _answer(turn, Answer.AGREED, actor, opinion)
    _tell_drafter(document, f"signed-{turn.pk}", f"“{document}”已签发，可以编号印发", opinion)
    return document


@transaction.atomic
def return_document(document: OfficialDocument, *, actor: Actor, reason: str) -> OfficialDocument:
    """Give a signed document back for another wording."""
    document = advance(
        document, "return_to_draft", actor=actor, at=None, reason=reason,
        changes={"signed_off_by": ""},
    )  # fmt: skip
    last = document.turns.aggregate(last=Max("pk"))["last"] or 0
    _tell_drafter(document, f"unsigned-{last}", f"“{document}”签发后被退回修改", reason)
    return document


def _locked(document: OfficialDocument) -> OfficialDocument:
    return OfficialDocument.objects.select_for_update(of=("self",)).get(pk=document.pk)


def _turn_of(
    turn: SignOffTurn, actor: Actor, revision: int | None
) -> tuple[OfficialDocument, SignOffTurn]:
    """The document and the turn as they stand now, or the refusal that fits."""
    document = _locked(turn.document)
    turn = SignOffTurn.objects.select_related("post__unit").get(pk=turn.pk)
    if turn.answer != Answer.WAITING or document.state not in CIRCULATING:
        by = (
            f"{turn.answered_by}已办理为“{turn.get_answer_display()}”"
            if turn.answered_by
            else (f"“{document}”现在是“{document.get_state_display()}”")
        )
        raise StateConflict(f"{by}，不需要再{turn.get_act_display()}。请刷新后查看。")
    if not turn.is_open:
        raise StateConflict(f"还没有轮到{turn.get_act_display()}，请等前面的环节办完。")
    if not may_answer(turn, actor):
        raise NotPermitted(
            f"这份公文现在由{turn.post or '签发人'}{turn.get_act_display()}，请切换职务。"
        )
    if revision is not None and revision != document.revision:
        raise StateConflict(
            f"您看到的是第{revision}稿，现在已是第{document.revision}稿。请刷新后重新审阅，再办理。"
        )
    turn.revision = document.revision
    return document, turn


def may_answer(turn: SignOffTurn, actor: Actor) -> bool:
    if turn.act == SignOffAct.SIGN and not actor.may(SIGN_OFF_DOCUMENT):
        return False
    if turn.post_id is None:
        return True
    return turn.post_id == actor.post_id


def _answer(turn: SignOffTurn, answer: Answer, actor: Actor, opinion: str) -> None:
    turn.answer = answer
    turn.opinion = opinion.strip()
    turn.answered_at = timezone.now()
    turn.answered_by = actor.label[:200]
    turn.save()


def _end_round(document: OfficialDocument) -> None:
    document.turns.filter(answer=Answer.WAITING).update(answer=Answer.ENDED)


def _open_next(document: OfficialDocument, actor: Actor) -> OfficialDocument:
    """Let the next ones have their turn when nobody of this stage is left."""
    waiting = list(document.turns.filter(answer=Answer.WAITING).order_by("stage", "pk"))
    if any(turn.is_open for turn in waiting) or not waiting:
        return document
    stage = waiting[0].stage
    now = [turn for turn in waiting if turn.stage == stage]
    act = SignOffAct(now[0].act)
    if document.state != _STATES[act]:
        document = advance(document, _STEPS[act], actor=actor, at=None)
    stamp = timezone.now()
    document.turns.filter(pk__in=[turn.pk for turn in now]).update(opened_at=stamp)
    _tell_turns(document, now)
    return document


def _tell_turns(document: OfficialDocument, turns: Iterable[SignOffTurn]) -> None:
    for turn in turns:
        if turn.post_id is not None:
            posts = [turn.post_id]
        else:
            posts = list(posts_that_may(SIGN_OFF_DOCUMENT).values_list("pk", flat=True))
        notify(
            rule=RULE,
            subject=document,
            stage=f"turn-{turn.pk}",
            post_ids=posts,
            title=f"请{turn.get_act_display()}：{document}",
            body=f"{document.drafted_by}起草。",
            url=document.get_absolute_url(),
        )


def _tell_drafter(document: OfficialDocument, stage: str, title: str, body: str) -> None:
    if document.drafting_post_id is not None:
        notify(
            rule=RULE,
            subject=document,
            stage=stage,
            post_ids=[document.drafting_post_id],
            title=title,
            body=body.strip(),
            url=document.get_absolute_url(),
        )
