"""Judges: chosen, kept from their own, given papers evenly, heard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from gongjian.commons.questionnaires.models import AnswerSheet
from gongjian.commons.questionnaires.scoring import Given
from gongjian.commons.questionnaires.services.answering import (
    open_sheet,
    reopen_sheet,
    save_answers,
    submit_sheet,
)
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.workflow.lifecycle import advance
from orgs.enums import Role
from orgs.models import Post, Unit
from orgs.queries import root_unit
from orgs.services import demand_valid
from seminars.authority import JUDGE_PAPER, MANAGE_CALL
from seminars.enums import AssignmentState, CallState, PaperState
from seminars.models import Call, Expert, Paper, ReviewAssignment, ReviewRemark
from seminars.services.telling import office_posts, tell

_SPEAKERS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰"
_SHORTEST_OPINION = 10


@transaction.atomic
def add_expert(
    call: Call, *, actor: Actor, post: Post, name: str, works_at: Unit | None, field: str = ""
) -> Expert:
    _demand_office(actor)
    call = _locked_call(call)
    if call.state not in {CallState.DRAFT, CallState.OPEN, CallState.CLOSED, CallState.REVIEWING}:
        raise StateConflict("评审已经结束，不能再加评委。")
    if post.role != Role.EXPERT:
        raise FieldErrors({"post": "请选择“评委”职务；其他职务看得到作者，不能盲评。"})
    expert = Expert(call=call, post=post, name=name.strip(), works_at=works_at, field=field)
    demand_valid(expert)
    expert.save()
    record("seminars.call.expert_added", call, actor=actor, label=f"聘请评委：{name}"[:60])
    return expert


@transaction.atomic
def remove_expert(expert: Expert, *, actor: Actor) -> Call:
    _demand_office(actor)
    call = _locked_call(expert.call)
    if expert.assignments.exists():
        raise StateConflict("这位评委已分到论文，不能移出；可将未评的论文改派他人。")
    record("seminars.call.expert_removed", call, actor=actor, label=f"移出评委：{expert.name}"[:60])
    expert.delete()
    return call


# --- conflicts and balance -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Party:
    """Whose paper it is, as far as conflicts go."""

    names: frozenset[str]
    paths: frozenset[str]


def conflict_between(expert: Expert, party: _Party, root_path: str) -> str:
    """Why this judge must not have this paper; "" when nothing is known against it."""
    if expert.name in party.names:
        return "与作者同名"
    if expert.works_at is None:
        return ""
    own = expert.works_at.path
    if own == root_path:
        # Everybody stands below the region; only its own papers are too near.
        return "与作者同单位" if own in party.paths else ""
    for path in party.paths:
        if path == own:
            return "与作者同单位"
        if path != root_path and (path.startswith(own) or own.startswith(path)):
            return "与作者单位有上下级关系"
    return ""


def parties_of(papers: Sequence[Paper]) -> dict[int, _Party]:
    found: dict[int, _Party] = {}
    for paper in papers:
        authors = list(paper.authors.all())
        found[paper.pk] = _Party(
            frozenset(author.name for author in authors),
            frozenset({paper.unit.path, *(author.unit.path for author in authors)}),
        )
    return found


def conflict_of(expert: Expert, paper: Paper) -> str:
    root = root_unit()
    return conflict_between(expert, parties_of([paper])[paper.pk], root.path if root else "")


@dataclass(frozen=True, slots=True)
class Assigned:
    """What an even assignment made; ``short`` names codes for which judges are lacking."""

    made: int
    short: Sequence[str]


@transaction.atomic
def assign_evenly(call: Call, *, actor: Actor) -> Assigned:
    """Fill every paper up to its number of judges. Nothing already given is taken away.

    Papers with the fewest possible judges first; of the judges without a
    conflict the one with the least to read.
    """
    _demand_office(actor)
    call = _locked_call(call)
    if call.state not in {CallState.CLOSED, CallState.REVIEWING}:
        raise StateConflict("截稿以后才能分配评委。")
    papers = list(
        Paper.objects.filter(call=call, state=PaperState.BLINDED)
        .select_related("unit")
        .prefetch_related("authors__unit", "assignments")
        .order_by("code")
    )
    experts = list(call.experts.select_related("works_at"))
    load = Counter(
        ReviewAssignment.objects.filter(paper__call=call)
        .exclude(state=AssignmentState.DECLINED)
        .values_list("expert", flat=True)
    )
    plan, short = _planned(papers, experts, load, call.experts_each)
    made = [ReviewAssignment.objects.create(paper=paper, expert=expert) for paper, expert in plan]
    if made:
        record("seminars.call.assigned", call, actor=actor, label=f"分配评委：{len(made)} 份")
    if made and call.state == CallState.REVIEWING:
        tell_judges(call)
    return Assigned(len(made), short)


def _planned(
    papers: Sequence[Paper], experts: Sequence[Expert], load: Counter[int], wanted: int
) -> tuple[list[tuple[Paper, Expert]], list[str]]:
    root = root_unit()
    root_path = root.path if root else ""
    parties = parties_of(papers)
    held = {paper.pk: {row.expert_id for row in paper.assignments.all()} for paper in papers}
    active = {
        paper.pk: sum(row.state != AssignmentState.DECLINED for row in paper.assignments.all())
        for paper in papers
    }
    possible = {
        paper.pk: [
            expert
            for expert in experts
            if expert.pk not in held[paper.pk]
            and not conflict_between(expert, parties[paper.pk], root_path)
        ]
        for paper in papers
    }
    plan: list[tuple[Paper, Expert]] = []
    short: list[str] = []
    for paper in sorted(papers, key=lambda one: (len(possible[one.pk]), one.code)):
        missing = wanted - active[paper.pk]
        chosen = sorted(possible[paper.pk], key=lambda one: (load[one.pk], one.pk))[:missing]
        for expert in chosen:
            load[expert.pk] += 1
            plan.append((paper, expert))
        if len(chosen) < missing:
            short.append(paper.code)
    return plan, short


@transaction.atomic
def assign_one(paper: Paper, expert: Expert, *, actor: Actor, reason: str = "") -> ReviewAssignment:
    """Give one paper to one judge by hand; over a conflict only with the reason written down."""
    _demand_office(actor)
    call = _locked_call(paper.call)
    if call.state not in {CallState.CLOSED, CallState.REVIEWING}:
        raise StateConflict("截稿以后才能分配评委。")
    if paper.state != PaperState.BLINDED:
        raise StateConflict("请先确认匿名稿，再分配评委。")
    conflict = conflict_of(expert, paper)
    if conflict == "与作者同名":
        raise DomainError("评委与作者同名，不能评这一篇。")
    if conflict and not reason.strip():
        raise FieldErrors({"reason": f"评委{conflict}，应当回避；确需指派的请写明理由。"})
    assignment = ReviewAssignment(paper=paper, expert=expert)
    demand_valid(assignment)
    assignment.save()
    record(
        "seminars.call.assigned_one",
        call,
        actor=actor,
        label=f"指派评委：{paper.code}、{expert.name}"[:60],
        reason=f"{conflict}。{reason}" if conflict else reason,
    )
    if call.state == CallState.REVIEWING:
        tell_judges(call)
    return assignment


def tell_judges(call: Call) -> None:
    """How many papers wait, and nothing about them."""
    waiting = Counter(
        ReviewAssignment.objects.filter(paper__call=call, state=AssignmentState.ASKED).values_list(
            "expert__post", flat=True
        )
    )
    for post, many in waiting.items():
        tell(
            call,
            [post],
            stage=f"judge-{many}",
            title=f"有{many}篇论文请您评审",
            body=f"{call.title}，匿名评审。与论文有利害关系的，请申请回避。",
            url=reverse("seminars:review_list"),
        )


# --- reviewing -------------------------------------------------------------------------------


@transaction.atomic
def save_review(
    assignment: ReviewAssignment,
    *,
    actor: Actor,
    answers: Mapping[int, Given],
    opinion: str,
) -> ReviewAssignment:
    """Keep what was filled in so far; nothing is demanded yet."""
    assignment = _own(assignment, actor)
    if assignment.state != AssignmentState.ASKED:
        raise StateConflict("这篇已经评完，不能再改；确需修改的请与办公室联系。")
    sheet = _sheet(assignment, actor)
    saved = save_answers(sheet, actor=actor, changes=answers)
    if saved.errors:
        raise FieldErrors({f"q{pk}": text for pk, text in saved.errors.items()})
    assignment.opinion = opinion.strip()
    demand_valid(assignment)
    assignment.save(update_fields=["opinion"])
    return assignment


def _sheet(assignment: ReviewAssignment, actor: Actor) -> AnswerSheet:
    if assignment.sheet is not None:
        return assignment.sheet
    call = assignment.paper.call
    root = root_unit()
    if root is None:
        raise StateConflict("地区还没有建立单位，不能评审。")
    # At the region, not at the author's unit: a sheet must not say whose paper it is about.
    assignment.sheet = open_sheet(call.criteria, actor=actor, subject=assignment, unit=root)
    assignment.save(update_fields=["sheet"])
    return assignment.sheet


@transaction.atomic
def finish_review(
    assignment: ReviewAssignment, *, actor: Actor, reason: str = ""
) -> ReviewAssignment:
    """Hand in the review: every criterion answered and a word for the author's sake."""
    assignment = _own(assignment, actor)
    if assignment.sheet is None:
        raise DomainError("请先评分，再提交。")
    if len(assignment.opinion) < _SHORTEST_OPINION:
        raise FieldErrors({"opinion": f"请写评语，至少{_SHORTEST_OPINION}个字。"})
    sheet = submit_sheet(assignment.sheet, actor=actor)
    return advance(
        assignment,
        "finish",
        actor=actor,
        at=None,
        reason=reason,
        changes={"score": sheet.score, "done_at": timezone.now()},
    )


@transaction.atomic
def decline_review(assignment: ReviewAssignment, *, actor: Actor, reason: str) -> ReviewAssignment:
    """申请回避: the office is told and gives the paper to somebody else."""
    assignment = advance(_own(assignment, actor), "decline", actor=actor, at=None, reason=reason)
    tell(
        assignment,
        office_posts(),
        stage="declined",
        title=f"评委申请回避：{assignment.paper.code}",
        body=reason,
        url=assignment.paper.call.get_absolute_url(),
    )
    return assignment


@transaction.atomic
def reopen_review(assignment: ReviewAssignment, *, actor: Actor, reason: str) -> ReviewAssignment:
    """退回重评, for instance when opinion and points contradict each other."""
    if assignment.paper.call.state != CallState.REVIEWING:
        raise StateConflict("只有评审中的征文可以退回重评。")
    assignment = advance(
        assignment, "reopen", actor=actor, at=None, reason=reason, changes={"score": None}
    )
    if assignment.sheet is not None:
        reopen_sheet(assignment.sheet, actor=actor, reason=reason)
    tell(
        assignment,
        [assignment.expert.post_id],
        stage=f"again-{timezone.now():%m%d%H%M}",
        title=f"请重新评审：{assignment.paper.code}",
        body=reason,
        url=assignment.get_absolute_url(),
    )
    return assignment


@transaction.atomic
def remark_on(
    paper: Paper, *, actor: Actor, text: str, assignment: ReviewAssignment | None = None
) -> ReviewRemark:
    """Speak to the judges of a paper; a judge does so after the own review, by a letter."""
    if assignment is None:
        _demand_office(actor)
        speaker = "办公室"
    else:
        assignment = _own(assignment, actor)
        if assignment.state != AssignmentState.DONE:
            raise NotPermitted("请先提交自己的评审，再参加评议。")
        speaker = speaker_of(assignment)
    if not text.strip():
        raise FieldErrors({"text": "请填写内容。"})
    remark = ReviewRemark(paper=paper, assignment=assignment, speaker=speaker, text=text.strip())
    demand_valid(remark)
    remark.save()
    return remark


def speaker_of(assignment: ReviewAssignment) -> str:
    """评委甲, 评委乙 … in the order in which the paper was given out."""
    keys = list(
        ReviewAssignment.objects.filter(paper=assignment.paper_id)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    return f"评委{_SPEAKERS[keys.index(assignment.pk) % len(_SPEAKERS)]}"


def _own(assignment: ReviewAssignment, actor: Actor) -> ReviewAssignment:
    """The assignment, locked; nobody reviews in another's place."""
    locked = (
        ReviewAssignment.objects.select_for_update(of=("self",))
        .select_related("expert", "sheet", "paper__call__criteria")
        .get(pk=assignment.pk)
    )
    if not actor.may(JUDGE_PAPER) or locked.expert.post_id != actor.post_id:
        raise NotPermitted("这篇论文没有分给您评审。")
    if locked.paper.call.state != CallState.REVIEWING:
        raise StateConflict("评审还没有开始或已经结束。")
    return locked


def _demand_office(actor: Actor) -> None:
    if not actor.may(MANAGE_CALL):
        raise NotPermitted("评审由办公室组织。")


def _locked_call(call: Call) -> Call:
    return Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
