"""On the spot: bundles from the phone, signatures of both sides, promises."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from gongjian.commons.evidence.queries import place_of, uses_of
from gongjian.commons.evidence.services.keeping import take_away
from gongjian.commons.follow_ups.authority import ASSIGN_FOLLOW_UP
from gongjian.commons.follow_ups.enums import FollowUpKind
from gongjian.commons.follow_ups.services.assigning import (
    SourceReference,
    issue_follow_up,
    open_follow_up,
)
from gongjian.commons.questionnaires.scoring import Given
from gongjian.commons.questionnaires.services.answering import (
    Saved,
    open_sheet,
    reopen_sheet,
    save_answers,
    submit_sheet,
)
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.tenancy.scope import require_tenant_id
from gongjian.foundation.workflow.lifecycle import advance
from inspections.enums import FindingState, VisitState
from inspections.guards import team_member
from inspections.models import Finding, HelpItem, Visit
from inspections.queries.findings import earlier_like
from inspections.services.telling import ORGANIZERS, SPEAKERS, posts_at, tell
from inspections.services.visiting import lock_visit
from orgs.models import Tenant, Unit
from orgs.queries import system_actor
from orgs.services import demand_valid

#: What the phone may write of a finding.
WORDS = (
    "category", "severity", "text", "basis", "demand", "place", "solved_there", "agreed_action",
)  # fmt: skip
#: The visit's own text fields on the phone.
LONGEST = {"conclusion": 2000, "good_practice": 500}
REMARKS = tuple(LONGEST)
#: A bundle holds one visit; more is a broken page, not an inspector.
MOST_FINDINGS = 100


@dataclass(slots=True)
class Bundle:
    """What a phone sends at once. ``base`` holds what it last knew from the server."""

    answers: Mapping[int, Given] = field(default_factory=dict)
    base: Mapping[int, Given] = field(default_factory=dict)
    findings: Sequence[Mapping[str, Any]] = ()
    help_items: Sequence[Mapping[str, Any]] = ()
    remarks: Mapping[str, str] = field(default_factory=dict)
    remark_base: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """What became of it; keys of findings and promises are those of the phone."""

    answers: Saved
    stamps: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    conflicts: dict[str, dict[str, Any]] = field(default_factory=dict)


@transaction.atomic
def start_visit(visit: Visit, *, actor: Actor, reason: str = "") -> Visit:
    """Begin on the spot: the checklist is opened for the whole team."""
    if visit.starts_on > today():
        raise DomainError("还没到督查日期；确需提前的，请先改期。")
    visit = advance(visit, "start", actor=actor, at=visit.unit, reason=reason)
    if visit.sheet is None:
        visit.sheet = open_sheet(visit.version, actor=actor, subject=visit, unit=visit.unit)
        visit.save(update_fields=["sheet"])
    return visit


def _lock_under_way(visit: Visit, actor: Actor) -> Visit:
    visit = lock_visit(visit)
    if refusal := team_member(visit, actor):
        raise NotPermitted(refusal)
    if visit.state != VisitState.UNDER_WAY:
        raise StateConflict(
            f"这次督查{visit.get_state_display()}，检查记录不能再改；手机上未上传的内容仍留在本机。"
        )
    return visit


@transaction.atomic
def save_bundle(visit: Visit, *, actor: Actor, bundle: Bundle) -> Outcome:
    """Store what a phone collected. May arrive twice, late, and from several phones."""
    visit = _lock_under_way(visit, actor)
    assert visit.sheet is not None  # noqa: S101 -- opened with the start
    saved = save_answers(visit.sheet, actor=actor, changes=bundle.answers, base=bundle.base)
    outcome = Outcome(saved)
    if len(bundle.findings) + len(bundle.help_items) > MOST_FINDINGS:
        raise DomainError(f"一次最多上传{MOST_FINDINGS}条，请联系办公室。")
    for item in bundle.findings:
        _put_finding(visit, item, actor, outcome)
    for item in bundle.help_items:
        _put_help(visit, item, actor, outcome)
    _put_remarks(visit, bundle, outcome)
    visit.revision += 1
    visit.save(update_fields=["revision", *REMARKS])
    return outcome


def stamp_of(finding: Finding) -> str:
    """Short mark of what a finding says, so that a phone tells whether somebody changed it."""
    values = [str(getattr(finding, name)) for name in (*WORDS, "agreed_on", "question_id")]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:12]


def _key(item: Mapping[str, Any]) -> uuid.UUID:
    try:
        return uuid.UUID(str(item.get("key", "")))
    except ValueError as error:
        raise DomainError("上传的内容不完整，请刷新页面后重试；本机草稿仍在。") from error


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def _put_finding(visit: Visit, item: Mapping[str, Any], actor: Actor, outcome: Outcome) -> None:
    key = _key(item)
    held = visit.findings.select_for_update(of=("self",)).filter(client_key=key).first()
    seen = str(item.get("stamp", ""))
    if held is not None and seen and seen != stamp_of(held):
        outcome.conflicts[str(key)] = {**words_of(held), "author": held.author}
        return
    if item.get("removed"):
        if held is not None:
            record("inspections.visit.finding_removed", visit, actor=actor, label="删除问题",
                   reason=held.text)  # fmt: skip
            held.delete()
        for use in uses_of(place_of(visit, str(key))):
            take_away(use, actor=actor)
        outcome.stamps[str(key)] = ""
        return
    finding = held or Finding(visit=visit, unit=visit.unit, client_key=key)
    before = words_of(held) if held else None
    _fill(finding, visit, item)
    try:
        demand_valid(finding)
    except FieldErrors as error:
        outcome.errors[str(key)] = "；".join(
            text for texts in error.errors.values() for text in texts
        )
        return
    after = words_of(finding)
    if before != after:
        finding.author = actor.label[:200]
        finding.save()
        act = "edited" if held else "noted"
        record(f"inspections.finding.{act}", finding, actor=actor,
               label="修改问题" if held else "记录问题", before=before, after=after)  # fmt: skip
    _settle(finding, visit, actor)
    outcome.stamps[str(key)] = stamp_of(finding)


def _fill(finding: Finding, visit: Visit, item: Mapping[str, Any]) -> None:
    for name in WORDS:
        if name in item:
            setattr(finding, name, str(item[name]).strip())
    finding.agreed_on = _day(item.get("agreed_on"))
    question_id = item.get("question")
    if question_id:
        finding.question = visit.version.questions.filter(pk=int(question_id)).first()
    if finding.repeats_id is None:
        finding.repeats = earlier_like(finding)


def words_of(finding: Finding) -> dict[str, Any]:
    return {
        **{name: getattr(finding, name) for name in WORDS},
        "agreed_on": str(finding.agreed_on or ""),
        "question": finding.question_id,
    }


def _settle(finding: Finding, visit: Visit, actor: Actor) -> None:
    """How it was solved on the spot makes it solved; taking the words away makes it open."""
    if finding.solved_there and finding.state == FindingState.NOTED:
        advance(finding, "solve", actor=actor, at=visit.unit)
    elif not finding.solved_there and finding.state == FindingState.SOLVED:
        advance(finding, "unsolve", actor=actor, at=visit.unit)


def _put_help(visit: Visit, item: Mapping[str, Any], actor: Actor, outcome: Outcome) -> None:
    key = _key(item)
    held = visit.help_items.filter(client_key=key).first()
    if item.get("removed"):
        if held is not None:
            held.delete()
        outcome.stamps[str(key)] = ""
        return
    help_item = held or HelpItem(visit=visit, unit=visit.unit, client_key=key)
    help_item.text = str(item.get("text", "")).strip()
    due = _day(item.get("due_on"))
    if due is None or due < today():
        outcome.errors[str(key)] = "请填写解决时限，要在今天或以后。"
        return
    help_item.due_on = due
    try:
        demand_valid(help_item)
    except FieldErrors as error:
        outcome.errors[str(key)] = "；".join(
            text for texts in error.errors.values() for text in texts
        )
        return
    help_item.save()
    outcome.stamps[str(key)] = "kept"


def _put_remarks(visit: Visit, bundle: Bundle, outcome: Outcome) -> None:
    for name in REMARKS:
        if name not in bundle.remarks:
            continue
        held, text = getattr(visit, name), bundle.remarks[name].strip()
        longest = LONGEST[name]
        if len(text) > longest:
            outcome.errors[name] = f"最多{longest}字，请精简。"
        elif held not in (bundle.remark_base.get(name, ""), text):
            outcome.conflicts[name] = {"text": held}
        else:
            setattr(visit, name, text)
            outcome.stamps[name] = text


@transaction.atomic
def sign_visit(visit: Visit, *, actor: Actor, reason: str = "") -> Visit:
    """The head of the team signs: the checklist is whole, and nothing changes afterwards."""
    visit = lock_visit(visit)
    if visit.state == VisitState.UNDER_WAY and visit.sheet is not None:
        found = visit.findings.exclude(question=None).values_list("question_id", flat=True)
        visit.sheet = submit_sheet(visit.sheet, actor=actor, found=list(found))
    visit = advance(
        visit,
        "sign",
        actor=actor,
        at=visit.unit,
        reason=reason,
        changes={"signed_at": timezone.now(), "signed_by": actor.label[:200]},
    )
    tell(
        visit,
        posts_at([visit.unit_id], SPEAKERS),
        rule="visit_signed",
        stage=f"signed-{visit.revision}",
        title=f"请确认督查情况：{visit.title}",
        body=f"共记录{visit.findings.count()}个问题，有不同意见的可以写明。",
    )
    return visit


@transaction.atomic
def take_signature_back(visit: Visit, *, actor: Actor, reason: str) -> Visit:
    visit = lock_visit(visit)
    visit = advance(
        visit,
        "take_back",
        actor=actor,
        at=visit.unit,
        reason=reason,
        changes={"signed_at": None, "signed_by": "", "revision": visit.revision + 1},
    )
    if visit.sheet is not None:
        reopen_sheet(visit.sheet, actor=actor, reason=reason)
    return visit


@transaction.atomic
def confirm_visit(visit: Visit, *, actor: Actor, opinion: str) -> Visit:
    """The unit confirms what was found, with its own opinion where it differs."""
    return _confirm(visit, "confirm", actor, actor.label, opinion)


@transaction.atomic
def confirm_there(visit: Visit, *, actor: Actor, name: str, duty: str, opinion: str) -> Visit:
    """The unit's person signs in the room, on the inspector's phone."""
    if not name.strip() or not duty.strip():
        raise FieldErrors({"name": "请填写签字人的姓名和职务。"})
    label = f"{visit.unit.name}{duty.strip()} {name.strip()}（现场签字）"
    return _confirm(visit, "confirm_there", actor, label, opinion)


def _confirm(visit: Visit, step: str, actor: Actor, label: str, opinion: str) -> Visit:
    visit = advance(
        visit,
        step,
        actor=actor,
        at=visit.unit,
        reason=opinion,
        changes={
            "confirmed_at": timezone.now(),
            "confirmed_by": label[:200],
            "unit_opinion": opinion.strip()[:500],
        },
    )
    tell(
        visit,
        posts_at([visit.organizer_id], ORGANIZERS),
        rule="visit_confirmed",
        stage=f"confirmed-{visit.revision}",
        title=f"{visit.unit.name}已确认督查情况，请办理整改通知",
        body=opinion,
    )
    for item in visit.help_items.select_related("unit"):
        _promise(item, visit, actor)
    return visit


def _promise(item: HelpItem, visit: Visit, actor: Actor) -> None:
    """The organizer gives the matter to itself; the follow-up holds it to its word."""
    own: Unit = visit.organizer
    giver = actor
    if not actor.may(ASSIGN_FOLLOW_UP, at=own):
        giver = system_actor(Tenant.objects.get(pk=require_tenant_id()))
    matter = open_follow_up(
        own,
        actor=giver,
        giver=own,
        values={
            "kind": FollowUpKind.ASSISTANCE,
            "title": f"帮扶{item.unit.name}：{item.text}"[:120],
            "basis": f"{visit.number}　{visit.title}"[:200],
            "requirement": f"督查中承诺帮助{item.unit.name}解决：{item.text}",
            "due_on": max(item.due_on, today() + timedelta(days=1)),
        },
        source=SourceReference.of(item),
    )
    item.follow_up = issue_follow_up(matter, actor=giver)
    item.save(update_fields=["follow_up"])
