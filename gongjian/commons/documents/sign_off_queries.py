"""Reads of the chain: whose turn it is, how far a document has come, what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models

from gongjian.commons.documents.authority import SIGN_OFF_DOCUMENT
from gongjian.commons.documents.enums import Answer, DocumentState, SignOffAct
from gongjian.commons.documents.models import CIRCULATING, OfficialDocument, SignOffTurn
from gongjian.commons.documents.routes import post_labels
from gongjian.commons.documents.sign_off import may_answer
from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.actor import Actor, Reach, Scope
from gongjian.foundation.tenancy.models import TenantQuerySet


def open_turns(actor: Actor) -> TenantQuerySet[SignOffTurn]:
    """Turns this post is to answer now, the longest waiting first."""
    mine = models.Q(post_id=actor.post_id or 0)
    if actor.may(SIGN_OFF_DOCUMENT):
        mine |= models.Q(post__isnull=True)
    turns = SignOffTurn.objects.within(Scope(Reach.TENANT, "")).select_related("document")
    return turns.filter(mine, answer=Answer.WAITING, opened_at__isnull=False).order_by(
        "opened_at", "pk"
    )


def turn_for(turns: Sequence[SignOffTurn], actor: Actor) -> SignOffTurn | None:
    """The turn of a document this post may answer now."""
    return next((turn for turn in turns if turn.is_open and may_answer(turn, actor)), None)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the story on the document's page."""

    label: str
    who: str
    at: datetime | None
    icon: str
    text: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class _Look:
    icon: str
    tone: str = ""


_LOOKS = {
    Answer.AGREED: _Look(icon="check", tone="ok"),
    Answer.RETURNED: _Look(icon="arrow-back-up", tone="warn"),
    Answer.DELEGATED: _Look(icon="user-share", tone="info"),
    Answer.ENDED: _Look(icon="ban"),
    Answer.WAITING: _Look(icon="clock"),
}
#: Acts that stand between the turns.
_ACTS = {
    "documents.document.submitted": _Look(icon="send"),
    "documents.document.withdrawn": _Look(icon="arrow-back-up", tone="warn"),
    "documents.document.returned": _Look(icon="arrow-back-up", tone="warn"),
    "documents.document.issued": _Look(icon="file-check", tone="ok"),
    "documents.document.voided": _Look(icon="ban", tone="warn"),
    "documents.document.superseded": _Look(icon="replace", tone="warn"),
}


def story_of(
    document: OfficialDocument, turns: Sequence[SignOffTurn], history: Sequence[TrailEntry]
) -> list[Event]:
    """What happened to the document in its order, and what is still to come."""
    names = post_labels([turn.post for turn in turns if turn.post is not None])
    handed = {turn.handed_from_id: turn.post_id or 0 for turn in turns if turn.handed_from_id}
    happened = [
        (
            entry.at,
            Event(
                entry.label,
                entry.actor_label,
                entry.at,
                look.icon,
                entry.reason,
                look.tone,
            ),
        )
        for entry in history
        if (look := _ACTS.get(entry.action)) is not None
    ]
    happened += [
        (turn.answered_at, _answered(turn, names.get(handed.get(turn.pk, 0), "")))
        for turn in turns
        if turn.answered_at is not None
    ]
    story = [event for _, event in sorted(happened, key=lambda pair: pair[0])]
    if document.state in CIRCULATING:
        story += [
            _to_come(turn, names)
            for turn in sorted(turns, key=lambda turn: (turn.stage, turn.pk))
            if turn.answer == Answer.WAITING
        ]
    return story


def _answered(turn: SignOffTurn, handed_to: str) -> Event:
    answer = Answer(turn.answer)
    look = _LOOKS[answer]
    label = f"{turn.get_act_display()}：{answer.label}"
    if turn.answer == Answer.AGREED and turn.act == SignOffAct.SIGN:
        label = "签发"
    text = turn.opinion
    if answer == Answer.DELEGATED:
        text = f"转请{handed_to}办理：{turn.opinion}"
    return Event(label, turn.answered_by, turn.answered_at, look.icon, text, look.tone)


def _to_come(turn: SignOffTurn, names: dict[int, str]) -> Event:
    who = names.get(turn.post_id or 0, "") or "有签发权的领导"
    icon = _LOOKS[Answer.WAITING].icon
    if turn.is_open:
        return Event(f"正在{turn.get_act_display()}", who, turn.opened_at, icon, tone="warn")
    return Event(f"待{turn.get_act_display()}", who, None, icon)


def stages_of(
    document: OfficialDocument, turns: Sequence[SignOffTurn], *, planned: Sequence[str]
) -> list[tuple[str, str]]:
    """How far the document has come; ``planned`` are the acts a draft will go through."""
    last = max((turn.round for turn in turns), default=0)
    acts = {turn.act for turn in turns if turn.round == last}
    if document.state == DocumentState.DRAFT:
        acts = set(planned)
    names: list[tuple[str, str]] = [(DocumentState.DRAFT, "起草")]
    if SignOffAct.REVIEW in acts:
        names.append((DocumentState.REVIEW, "核稿"))
    if SignOffAct.COUNTERSIGN in acts:
        names.append((DocumentState.COUNTERSIGN, "会签"))
    names += [(DocumentState.SIGNING, "签发"), (DocumentState.SIGNED_OFF, "编号印发")]
    states = [state for state, _ in names]
    if document.state not in states:
        return [(label, "past") for _, label in names]
    now = states.index(document.state)
    return [
        (label, "now" if position == now else "past" if position < now else "")
        for position, (_, label) in enumerate(names)
    ]
