"""Filling and submitting a return: prefill, autosave by cell, checks, submission."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from gongjian.commons.notices.services import notify
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from gongjian.foundation.kernel.numbers import show
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Unit
from responsibilities.authority import FILE_ON_BEHALF, FILL_RETURN
from responsibilities.cells import Cell, completion, fill_totals
from responsibilities.checks import Finding, first_texts
from responsibilities.enums import QuarterlyStyle, ReturnState, Severity
from responsibilities.live import LIVE
from responsibilities.models import Obligation, QuarterlyReturn
from responsibilities.queries.behalf import place_of_review, reviewers_above
from responsibilities.queries.findings import findings_of
from responsibilities.queries.returns import (
    earlier_returns,
    pinned_cells,
    prefill,
    targets_of,
    year_to_date,
)
from responsibilities.queries.review import resubmission_posts
from responsibilities.words import read_words, tidy

LONGEST_REMARK = 200


@dataclass(slots=True)
class Saved:
    """What became of each cell of one autosave."""

    saved: dict[str, dict[str, str | None]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    conflicts: dict[str, dict[str, str]] = field(default_factory=dict)
    remark_conflicts: dict[str, dict[str, str]] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)
    #: Of the warnings those that the browser cannot find by itself (history, peers).
    standing: dict[str, str] = field(default_factory=dict)
    revision: int = 0
    saved_at: str = ""


def demand_fill(actor: Actor, quarterly_return: QuarterlyReturn | Obligation) -> None:
    """Refuse whoever may neither fill the unit's returns nor file on its behalf."""
    at = quarterly_return.unit
    if not (actor.may(FILL_RETURN, at=at) or actor.may(FILE_ON_BEHALF, at=at)):
        raise NotPermitted("当前职务无权填写这张报表，请切换到该单位的职务。")


@transaction.atomic
def start_return(obligation: Obligation, *, actor: Actor) -> QuarterlyReturn:
    """Open the return of an obligation, prefilled with what is known already.

    Running totals and stocks start from the last accepted or submitted quarter
    of the year; a count of this quarter's events starts blank.
    """
    demand_fill(actor, obligation)
    if obligation.is_exempt:
        raise StateConflict("本期已免报，不需要填写。")
    Obligation.objects.select_for_update(of=("self",)).get(pk=obligation.pk)
    if (held := obligation.returns.first()) is not None:
        return held
    values, sources = prefill(obligation)
    quarterly_return = QuarterlyReturn(
        obligation=obligation,
        unit=obligation.unit,
        period=obligation.period,
        form=obligation.form,
        values=values,
        notes={"remarks": {}, "sources": sources, "writers": {}},
    )
    quarterly_return.save()
    record("responsibilities.return.started", quarterly_return, actor=actor, label="开始填报")
    return quarterly_return


def lock_return(quarterly_return: QuarterlyReturn) -> QuarterlyReturn:
    """Read the return anew, for this transaction alone."""
    return (
        QuarterlyReturn.objects.select_for_update(of=("self",))
        .select_related("unit", "period", "form", "obligation")
        .get(pk=quarterly_return.pk)
    )


def editable_codes(quarterly_return: QuarterlyReturn) -> set[str]:
    """Cells that may be changed now: all of a draft, of a returned one the pinned cells.

    Totals are computed, and cells that are not asked of the unit stay blank.
    """
    unit = quarterly_return.unit
    typed = {
        cell.code
        for cell in quarterly_return.form.entries()
        if not cell.is_total and cell.is_asked_of(unit.level, unit.category)
    }
    if quarterly_return.state == ReturnState.DRAFT:
        return typed
    if quarterly_return.state == ReturnState.SENT_BACK:
        return pinned_cells(quarterly_return) & typed or typed
    return set()


@transaction.atomic
def save_cells(
    quarterly_return: QuarterlyReturn,
    *,
    actor: Actor,
    changes: Mapping[str, str],
    base: Mapping[str, str],
    remarks: Mapping[str, str] | None = None,
    remark_base: Mapping[str, str] | None = None,
    rated: bool = True,
) -> Saved:
    """Keep what was typed, cell by cell; one bad cell does not lose the good ones.

    ``rated`` answers with rates and warnings; needless where the submission
    follows at once and looks at everything itself.

    Each change names the value it was typed over. When another window wrote
    in between, the cell is refused with both values, and nobody overwrites
    anybody unknowingly.
    """
    demand_fill(actor, quarterly_return)
    quarterly_return = lock_return(quarterly_return)
    if not quarterly_return.is_editable:
        raise StateConflict(f"这张报表现在是“{quarterly_return.get_state_display()}”，不能再修改。")
    cells = {cell.code: cell for cell in quarterly_return.form.layout()}
    words = {cell.code: cell for cell in quarterly_return.form.words()}
    allowed = editable_codes(quarterly_return)
    result = Saved()
    before: dict[str, Any] = {}
    for code, text in changes.items():
        cell = cells.get(code) or words.get(code)
        if cell is None or code not in allowed:
            result.errors[code] = "这一栏没有被退回，不能修改。如需更正请联系审核人。"
            continue
        keep = _save_words if cell.is_words else _save_cell
        keep(quarterly_return, cell, text, base.get(code), actor, result, before)
    offered = {code: text for code, text in (remarks or {}).items() if code in allowed}
    _save_remarks(quarterly_return, offered, remark_base or {}, result)
    figures = {code: one for code, one in result.saved.items() if code in cells}
    if any(before[code] != answer["value"] for code, answer in figures.items()):
        # Somebody has figures after all: an ordinary return, checked as one.
        quarterly_return.is_nil, quarterly_return.nil_reason = False, ""
    if result.saved:
        fill_totals(list(cells.values()), quarterly_return.values)
    if result.saved or remarks:
        quarterly_return.revision += 1
        quarterly_return.save(update_fields=["values", "notes", "revision", "is_nil", "nil_reason"])
    if result.saved:
        after = {code: answer["value"] for code, answer in result.saved.items()}
        record(
            "responsibilities.return.saved",
            quarterly_return,
            actor=actor,
            label="保存填报",
            before=before,
            after=after,
        )
    result.revision = quarterly_return.revision
    result.saved_at = timezone.localtime().strftime("%H:%M")
    if rated and result.saved:
        _rate(quarterly_return, cells, result)
    return result


def _save_cell(
    quarterly_return: QuarterlyReturn,
    cell: Cell,
    text: str,
    base: str | None,
    actor: Actor,
    result: Saved,
    before: dict[str, Any],
) -> None:
    try:
        value = cell.parse(text)
    except ValueError as error:
        result.errors[cell.code] = str(error)
        return
    current = quarterly_return.values[cell.slot]
    if base is not None and _differs(cell, base, current) and value != current:
        writer = quarterly_return.notes.get("writers", {}).get(cell.code, ["其他窗口", ""])
        result.conflicts[cell.code] = {"theirs": show(current), "by": writer[0], "at": writer[1]}
        return
    before[cell.code] = show(current)
    quarterly_return.values[cell.slot] = value
    now = timezone.localtime().strftime("%H:%M")
    quarterly_return.notes.setdefault("writers", {})[cell.code] = [actor.person_name, now]
    if value != current:
        quarterly_return.notes.get("sources", {}).pop(cell.code, None)
    result.saved[cell.code] = {"value": show(value), "display": show(value), "rate": None}


def _save_words(
    quarterly_return: QuarterlyReturn,
    cell: Cell,
    text: str,
    base: str | None,
    actor: Actor,
    result: Saved,
    before: dict[str, Any],
) -> None:
    """Keep a text, date or reference under the same rule of conflicts as a figure."""
    try:
        words = read_words(cell, text)
    except ValueError as error:
        result.errors[cell.code] = str(error)
        return
    texts = quarterly_return.notes.setdefault("texts", {})
    current = texts.get(cell.code, "")
    if base is not None and _kept_words(cell, base) != current and words != current:
        writer = quarterly_return.notes.get("writers", {}).get(cell.code, ["其他窗口", ""])
        result.conflicts[cell.code] = {"theirs": current, "by": writer[0], "at": writer[1]}
        return
    before[cell.code] = current
    texts[cell.code] = words
    quarterly_return.notes["texts"] = {code: held for code, held in texts.items() if held}
    now = timezone.localtime().strftime("%H:%M")
    quarterly_return.notes.setdefault("writers", {})[cell.code] = [actor.person_name, now]
    result.saved[cell.code] = {"value": words, "display": words, "rate": None}


def _kept_words(cell: Cell, typed: str) -> str:
    try:
        return read_words(cell, typed)
    except ValueError:
        return tidy(typed)


def _save_remarks(
    quarterly_return: QuarterlyReturn,
    remarks: Mapping[str, str],
    base: Mapping[str, str],
    result: Saved,
) -> None:
    """Keep remarks beside the cells; one written in another window meanwhile is not overwritten."""
    written = quarterly_return.remarks
    for code, text in remarks.items():
        mine, held = text.strip()[:LONGEST_REMARK], written.get(code, "")
        if code in base and base[code].strip() != held and mine != held:
            result.remark_conflicts[code] = {"theirs": held, "by": "其他窗口", "at": "刚才"}
            continue
        written[code] = mine
    quarterly_return.notes["remarks"] = {code: text for code, text in written.items() if text}


def _differs(cell: Cell, base: str, current: Decimal | None) -> bool:
    try:
        return cell.parse(base) != current
    except ValueError:
        return True


def _rate(quarterly_return: QuarterlyReturn, cells: Mapping[str, Cell], result: Saved) -> None:
    """Add completion rates and soft warnings for the cells just saved."""
    targets = targets_of(quarterly_return.unit, quarterly_return.period.year)
    earlier = earlier_returns(quarterly_return.unit, quarterly_return.period)
    done = year_to_date(quarterly_return, earlier)
    for cell in cells.values():
        if cell.is_total:
            total = show(quarterly_return.values[cell.slot])
            result.saved[cell.code] = {"value": total, "display": total, "rate": None}
    for code in result.saved:
        rate = completion(done.get(code), targets.get(code))
        result.saved[code]["rate"] = None if rate is None else str(rate)
    found = [one for one in findings_of(quarterly_return, earlier) if one.code in result.saved]
    result.warnings = first_texts(found, Severity.SOFT)
    beyond = [one for one in found if not one.rule_key.startswith(LIVE)]
    result.standing = first_texts(beyond, Severity.SOFT)


def problems_of(quarterly_return: QuarterlyReturn) -> dict[str, str]:
    """What stops the submission, by cell: hard errors, and soft ones without a remark."""
    found = [] if quarterly_return.is_nil else findings_of(quarterly_return)
    return _unanswered(quarterly_return, found)


def _unanswered(quarterly_return: QuarterlyReturn, found: Sequence[Finding]) -> dict[str, str]:
    errors = first_texts(found, Severity.HARD)
    remarks = quarterly_return.remarks
    for code, text in first_texts(found, Severity.SOFT).items():
        if not remarks.get(code):
            errors.setdefault(code, text)
    return errors


@transaction.atomic
def declare_nil(quarterly_return: QuarterlyReturn, *, actor: Actor, reason: str) -> QuarterlyReturn:
    """State that nothing happened in the quarter (零报告): every open cell becomes 0."""
    demand_fill(actor, quarterly_return)
    quarterly_return = lock_return(quarterly_return)
    if quarterly_return.state != ReturnState.DRAFT:
        raise StateConflict(
            f"这张报表现在是“{quarterly_return.get_state_display()}”，不能改为零报告。"
        )
    if not reason.strip():
        raise FieldErrors({"reason": "请说明为什么本期没有数据，审核人会看到。"})
    cells = quarterly_return.form.layout()
    unit = quarterly_return.unit
    for cell in cells:
        if not cell.is_asked_of(unit.level, unit.category):
            continue
        # A stock (职工总数) does not fall to zero because nothing happened.
        carried = cell.style != QuarterlyStyle.INCREMENTAL
        if quarterly_return.values[cell.slot] is None or not carried:
            quarterly_return.values[cell.slot] = Decimal(0)
    fill_totals(cells, quarterly_return.values)
    quarterly_return.is_nil, quarterly_return.nil_reason = True, reason.strip()[:200]
    quarterly_return.revision += 1
    quarterly_return.save(update_fields=["values", "is_nil", "nil_reason", "revision"])
    record(
        "responsibilities.return.nil_declared",
        quarterly_return,
        actor=actor,
        label="零报告",
        reason=reason,
    )
    return quarterly_return


@transaction.atomic
def submit_return(
    quarterly_return: QuarterlyReturn, *, actor: Actor, reason: str = "", paper_note: str = ""
) -> QuarterlyReturn:
    """Hand the return up (报送); hard errors stop it, each beside its cell.

    The superior who files for a unit (代报) is named beside the unit, with a
    note of the signed paper he typed from. Lateness is not decided here: it
    follows from the obligation and the first submission.
    """
    quarterly_return = lock_return(quarterly_return)
    unit = quarterly_return.unit
    on_behalf = actor.unit_id != unit.pk and actor.may(FILE_ON_BEHALF, at=unit)
    if quarterly_return.obligation.is_exempt:
        raise StateConflict("本期已免报，不需要报送。")
    found = [] if quarterly_return.is_nil else findings_of(quarterly_return)
    if quarterly_return.is_editable and (problems := _unanswered(quarterly_return, found)):
        raise FieldErrors(problems, f"还有{len(problems)}栏需要处理，尚未报送。已填内容都已保存。")
    if today() < quarterly_return.period.opens_on:
        raise DomainError(
            f"{quarterly_return.period}从{quarterly_return.period.opens_on}起报送，"
            "现在可以先填，内容会保存。"
        )
    now = timezone.now()
    returned = quarterly_return.state == ReturnState.SENT_BACK
    quarterly_return = advance(
        quarterly_return,
        "file_on_behalf" if on_behalf else "submit",
        actor=actor,
        at=unit,
        reason=reason,
        changes={
            "submitted_at": now,
            "first_submitted_at": quarterly_return.first_submitted_at or now,
            "submitted_by": actor.label[:200],
            "filed_on_behalf": actor.label[:200] if on_behalf else "",
            "filed_by_id": actor.user_id if on_behalf else None,
            "paper_note": paper_note.strip()[:200] if on_behalf else "",
            **_place_of_decision(quarterly_return, actor, on_behalf=on_behalf),
            "seen_at": None,
            # Each submission is told of by itself, even when nothing was changed.
            "revision": quarterly_return.revision + 1,
            "findings": first_texts(found, Severity.SOFT),
        },
    )
    if on_behalf:
        _tell_reviewers_above(quarterly_return, actor)
    if returned:
        quarterly_return.pins.filter(resolved_at=None).update(resolved_at=now)
        notify(
            rule="responsibilities.return_resubmitted",
            subject=quarterly_return,
            stage=f"r{quarterly_return.revision}",
            post_ids=resubmission_posts(quarterly_return),
            title=f"{unit.name}已补正报表，请复核",
            url=quarterly_return.get_absolute_url(),
        )
    return quarterly_return


def _place_of_decision(
    quarterly_return: QuarterlyReturn, actor: Actor, *, on_behalf: bool
) -> dict[str, Unit | None]:
    """Nobody decides on his own filing; what the unit files itself is decided as usual."""
    if on_behalf:
        place = place_of_review(quarterly_return.unit, filed_by=actor.user_id)
        return {"review_place": place, "reviewer_post_id": None}
    return {"review_place": None} if quarterly_return.filed_by_id is not None else {}


def _tell_reviewers_above(quarterly_return: QuarterlyReturn, actor: Actor) -> None:
    """A return filed on behalf needs another reviewer; the nearest level that has one is told."""
    unit = quarterly_return.unit
    reviewers = reviewers_above(unit, but=actor.user_id)
    if not reviewers:
        return
    notify(
        rule="responsibilities.return_filed_on_behalf",
        subject=quarterly_return,
        stage=f"r{quarterly_return.revision}",
        post_ids=reviewers[max(reviewers, key=len)],
        title=f"{unit.name}的报表由上级代报，请审核",
        body=f"代报人：{actor.label}。代报人不能审核自己代报的报表。",
        url=quarterly_return.get_absolute_url(),
    )


@transaction.atomic
def withdraw_return(
    quarterly_return: QuarterlyReturn, *, actor: Actor, reason: str = ""
) -> QuarterlyReturn:
    """Take a submitted return back while the reviewer has not looked at it (撤回)."""
    quarterly_return = lock_return(quarterly_return)
    if quarterly_return.state == ReturnState.SUBMITTED and quarterly_return.seen_at is not None:
        raise StateConflict("审核人已经查看，不能撤回。需要更正请联系审核人退回。")
    # A first submission that was taken back is none: it may not count as filed in time.
    first = quarterly_return.first_submitted_at
    changes = {"first_submitted_at": None} if first == quarterly_return.submitted_at else {}
    # A correction goes back to where it was: only the pinned cells are open.
    pins = quarterly_return.pins.filter(resolved_at=quarterly_return.submitted_at)
    is_correction = quarterly_return.submitted_at is not None and pins.exists()
    if is_correction and quarterly_return.state == ReturnState.SUBMITTED:
        pins.update(resolved_at=None)
    return advance(
        quarterly_return,
        "withdraw_correction" if is_correction else "withdraw",
        actor=actor,
        at=quarterly_return.unit,
        reason=reason,
        changes=changes,
    )
