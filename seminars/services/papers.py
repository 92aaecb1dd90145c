"""Papers in the hands of their unit and of the office: written, submitted, made anonymous."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    Outdated,
    StateConflict,
)
from gongjian.foundation.tenancy.turns import take_turns
from gongjian.foundation.web.rich_text import clean, plain_of, without_empty_pictures
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Unit
from orgs.queries import ancestors_of, holders_of
from orgs.services import demand_valid
from seminars.authority import MANAGE_CALL, WRITE_PAPER
from seminars.blinding import holds, masked, masked_html, short_forms
from seminars.enums import CallState, PaperState
from seminars.models import BlindCopy, Call, Paper, PaperAuthor, PaperVersion
from seminars.services.telling import posts_of, tell

LONGEST_HTML = 200_000
MOST_AUTHORS = 6
#: Without 0, 1, I, O and what else is misread.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_WITH_UNIT = (PaperState.DRAFT, PaperState.RETURNED)
_COUNTED = (PaperState.SUBMITTED, PaperState.RETURNED, PaperState.BLINDED)


@dataclass(frozen=True, slots=True)
class Author:
    unit_id: int
    name: str


@transaction.atomic
def write_paper(
    paper: Paper | None,
    *,
    actor: Actor,
    call: Call,
    unit: Unit,
    values: Mapping[str, Any],
    authors: Sequence[Author],
    revision: int | None = None,
) -> Paper:
    """Begin a paper or save it. Nobody but its unit sees it before it is submitted."""
    if not actor.may(WRITE_PAPER, at=unit):
        raise NotPermitted("论文由报送单位撰写。")
    if paper is None:
        paper = Paper(call=call, unit=unit)
    else:
        paper = _locked(paper)
        if paper.state not in _WITH_UNIT:
            raise StateConflict("论文已经提交；需要修改的，请先取回。")
        if revision is not None and revision != paper.revision:
            raise Outdated(
                "body",
                revision=paper.revision,
                saved={"题目": paper.title, "正文": paper.plain},
            )
    html = without_empty_pictures(clean(str(values.get("body", paper.body))))
    if len(html) > LONGEST_HTML:
        raise FieldErrors({"body": "正文太长，请删减。"})
    for name, value in values.items():
        setattr(paper, name, value)
    paper.body, paper.plain = html, plain_of(html)
    paper.words = len("".join(paper.plain.split()))
    paper.revision += 1
    demand_valid(paper)
    paper.save()
    _write_authors(paper, authors)
    record("seminars.paper.written", paper, actor=actor, label="保存论文")
    return paper


def _write_authors(paper: Paper, authors: Sequence[Author]) -> None:
    known = [(row.name, row.unit_id) for row in paper.authors.all()]
    wanted = list(dict.fromkeys((author.name, author.unit_id) for author in authors))
    if known == wanted:
        return
    paper.authors.all().delete()
    for position, (name, unit_id) in enumerate(wanted, start=1):
        author = PaperAuthor(paper=paper, position=position, name=name, unit_id=unit_id)
        demand_valid(author)
        author.save()


def last_day(call: Call, paper: Paper | None = None) -> Any:
    """Until when this can be submitted: a paper that was there in time may be corrected later."""
    was_there = paper is not None and paper.submitted_at is not None
    return (call.corrections_until or call.closes_on) if was_there else call.closes_on


@transaction.atomic
def submit_paper(paper: Paper, *, actor: Actor, reason: str = "") -> Paper:
    """Hand in: in time, within the length, and within the unit's quota."""
    call = Call.objects.get(pk=paper.call_id)
    # Two papers of a unit at the same moment: the second sees the first.
    take_turns("seminars.quota", f"{call.pk}:{paper.unit_id}")
    paper = _locked(paper)
    late = paper.submitted_at is not None and today() <= (call.corrections_until or call.closes_on)
    if call.state != CallState.OPEN and not (call.state == CallState.CLOSED and late):
        raise StateConflict(f"“{call}”{call.get_state_display()}，现在不能提交。")
    day = last_day(call, paper)
    if today() > day:
        raise DomainError(f"截稿日期{long_date(day)}已过，不能提交；确有原因的请与办公室联系。")
    if not call.shortest <= paper.words <= call.longest:
        raise DomainError(
            f"正文现有{paper.words}字，要求{call.shortest}至{call.longest}字，请调整后再提交。"
        )
    if not paper.authors.exists():
        raise DomainError("请填写作者，再提交。")
    others = Paper.objects.filter(call=call, unit=paper.unit_id, state__in=_COUNTED)
    if others.exclude(pk=paper.pk).count() >= call.unit_quota:
        raise DomainError(f"每单位限报{call.unit_quota}篇，本单位已报满；可先撤下一篇再提交。")
    number = paper.versions.count() + 1
    paper = advance(
        paper,
        "submit",
        actor=actor,
        at=paper.unit,
        reason=reason,
        changes={
            "submitted_at": paper.submitted_at or timezone.now(),
            "code": paper.code or _new_code(call),
            "remark": "",
        },
    )
    PaperVersion.objects.create(
        paper=paper,
        number=number,
        title=paper.title,
        abstract=paper.abstract,
        body=paper.body,
        words=paper.words,
        by=actor.label[:200],
    )
    return paper


def _new_code(call: Call) -> str:
    """Drawn by lot: the order of numbers would tell the order of handing in."""
    taken = set(Paper.objects.filter(call=call).values_list("code", flat=True))
    while True:
        code = "".join(secrets.choice(_LETTERS) for _ in range(4))
        if code not in taken:
            return code


@transaction.atomic
def take_back_paper(paper: Paper, *, actor: Actor, reason: str = "") -> Paper:
    """取回: while the office has not made the anonymous copy."""
    return advance(paper, "take_back", actor=actor, at=paper.unit, reason=reason)


@transaction.atomic
def withdraw_paper(paper: Paper, *, actor: Actor, reason: str = "") -> Paper:
    return advance(paper, "withdraw", actor=actor, at=paper.unit, reason=reason)


@transaction.atomic
def return_paper(paper: Paper, *, actor: Actor, reason: str) -> Paper:
    paper = advance(
        paper, "return", actor=actor, at=paper.unit, reason=reason, changes={"remark": reason[:500]}
    )
    _tell_unit(paper, f"returned-{paper.versions.count()}", f"论文退回修改：{paper.title}", reason)
    return paper


@transaction.atomic
def exclude_paper(paper: Paper, *, actor: Actor, reason: str) -> Paper:
    """不参评: out of the topic, or handed in twice; the unit reads why."""
    paper = advance(
        paper,
        "exclude",
        actor=actor,
        at=paper.unit,
        reason=reason,
        changes={"remark": reason[:500]},
    )
    _tell_unit(paper, "excluded", f"论文不参评：{paper.title}", reason)
    return paper


# --- the copy without names ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proposal:
    """A word that may tell whose the paper is; ``is_fixed`` ones are taken out in any case."""

    word: str
    why: str
    is_fixed: bool


def propose_masks(paper: Paper) -> list[Proposal]:
    """Words of the tree that stand in the paper: authors, units, places, people of the unit."""
    text = f"{paper.title}\n{paper.abstract}\n{paper.plain}"
    authors = list(paper.authors.select_related("unit"))
    found: dict[str, Proposal] = {}

    def offer(word: str, why: str, *, is_fixed: bool = False) -> None:
        if len(word) >= 2 and word not in found and holds(text, word):
            found[word] = Proposal(word, why, is_fixed)

    for author in authors:
        offer(author.name, "作者姓名", is_fixed=True)
    units = {unit.pk: unit for unit in [paper.unit, *(author.unit for author in authors)]}
    for unit in units.values():
        offer(unit.name, "作者单位", is_fixed=True)
        for above in ancestors_of(unit):
            if above.parent_id is not None:
                offer(above.name, "上级单位", is_fixed=True)
        for below in Unit.objects.filter(parent=unit)[:200]:
            offer(below.name, "下级单位")
        for word in [short for place in [unit, *ancestors_of(unit)] if place.parent_id
                     for short in short_forms(place.name)[1:]]:  # fmt: skip
            offer(word, "单位或地方简称")
        posts = list(unit.posts.values_list("pk", flat=True))
        for held in holders_of(posts).select_related("user"):
            offer(str(held.user.person_name), "本单位人员")
    return list(found.values())


@transaction.atomic
def make_blind(paper: Paper, *, actor: Actor, words: Sequence[str]) -> BlindCopy:
    """Confirm the anonymous copy. Authors and their units are always taken out."""
    if not actor.may(MANAGE_CALL):
        raise NotPermitted("匿名稿由办公室确认。")
    paper = _locked(paper)
    call = Call.objects.get(pk=paper.call_id)
    if call.state not in {CallState.CLOSED, CallState.REVIEWING}:
        raise StateConflict("截稿以后才能制作匿名稿。")
    if paper.assignments.exists():
        raise StateConflict("评委已经拿到这篇论文，匿名稿不能再改。")
    fixed = [proposal.word for proposal in propose_masks(paper) if proposal.is_fixed]
    taken = list(dict.fromkeys([*fixed, *(word.strip() for word in words if word.strip())]))
    if short := next((word for word in taken if len(word) < 2), None):
        raise FieldErrors({"more": f"“{short}”只有一个字，会误伤正文，请写完整。"})
    copy = BlindCopy.objects.filter(paper=paper).first() or BlindCopy(paper=paper)
    copy.title = masked(paper.title, taken)[:100]
    copy.abstract = masked(paper.abstract, taken)[:400]
    copy.body = masked_html(clean(paper.body), taken)
    copy.masked, copy.by = taken, actor.label[:200]
    demand_valid(copy)
    copy.save()
    advance(paper, "blind", actor=actor, at=paper.unit)
    return copy


def _locked(paper: Paper) -> Paper:
    return Paper.objects.select_for_update(of=("self",)).select_related("unit").get(pk=paper.pk)


def _tell_unit(paper: Paper, stage: str, title: str, body: str = "") -> None:
    units = {paper.unit_id, *paper.authors.values_list("unit_id", flat=True)}
    tell(
        paper,
        posts_of(sorted(units)),
        stage=stage,
        title=title,
        body=body,
        url=paper.get_absolute_url(),
    )
