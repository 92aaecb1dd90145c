"""Review of returns level by level: accept, send back, consolidate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from gongjian.commons.notices.services import notify
from gongjian.foundation.audit.trail import record
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Unit
from responsibilities.authority import SUBMIT_RETURN, URGE_RETURN
from responsibilities.cells import Cell
from responsibilities.enums import ReturnState
from responsibilities.models import (
    Consolidation,
    QuarterlyReturn,
    ReturnForm,
    ReturnRemark,
)
from responsibilities.queries.returns import debtors, filers_of, reviewers_of
from responsibilities.queries.review import may_review
from responsibilities.queries.rollup import totals
from responsibilities.services.behalf import demand_other_person
from responsibilities.services.review_turns import lock_return

BATCH = 500


@transaction.atomic
def mark_seen(quarterly_return: QuarterlyReturn, *, actor: Actor) -> None:
    """Note that the reviewer has opened the return; from then on it is not withdrawn.

    The first to look becomes the one in whose hands it is; others may still
    decide, and see his name.
    """
    if not may_review(actor, quarterly_return):
        return
    rows = QuarterlyReturn.objects.filter(pk=quarterly_return.pk, state=ReturnState.SUBMITTED)
    if rows.filter(seen_at=None).update(seen_at=timezone.now()):
        record("responsibilities.return.seen", quarterly_return, actor=actor, label="查看")
    rows.filter(reviewer_post=None).update(reviewer_post_id=actor.post_id)


@transaction.atomic
def accept_return(
    quarterly_return: QuarterlyReturn, *, actor: Actor, reason: str = ""
) -> QuarterlyReturn:
    """Accept a return; its figures are in every total above from now on."""
    row = lock_return(quarterly_return)
    demand_other_person(row, actor)
    row = advance(
        row,
        "accept",
        actor=actor,
        at=row.review_unit,
        reason=reason,
        changes={"accepted_at": timezone.now(), "reviewed_by": actor.label[:200]},
    )
    # Beside the trail and not in it: the next reviewer compares with these.
    QuarterlyReturn.objects.filter(pk=row.pk).update(accepted_values=F("values"))
    return row


def accept_many(return_ids: Iterable[int], *, actor: Actor) -> tuple[int, list[str]]:
    """Accept many returns in one go; one that cannot be accepted stops no other.

    Rows are locked in key order, a batch a transaction, so that two reviewers
    who overlap wait for each other instead of deadlocking.
    """
    done, refused = 0, []
    ids = sorted(set(return_ids))
    for start in range(0, len(ids), BATCH):
        with transaction.atomic():
            rows = QuarterlyReturn.objects.filter(pk__in=ids[start : start + BATCH])
            for row in rows.select_related("unit").order_by("pk"):
                try:
                    with transaction.atomic():
                        accept_return(row, actor=actor)
                    done += 1
                except DomainError as error:
                    refused.append(f"{row.unit}：{error.message}")
    return done, refused


@transaction.atomic
def send_back_return(
    quarterly_return: QuarterlyReturn,
    *,
    actor: Actor,
    reason: str,
    remarks: Mapping[str, str] | None = None,
) -> QuarterlyReturn:
    """Return it with remarks pinned to cells; only those cells open again (退回补正)."""
    quarterly_return = lock_return(quarterly_return)
    cells = {cell.code: cell for cell in quarterly_return.form.entries()}
    pinned = {code: text.strip() for code, text in (remarks or {}).items() if text.strip()}
    if unknown := pinned.keys() - cells.keys():
        raise DomainError(f"报表里没有这些栏：{'、'.join(sorted(unknown))}。请刷新后重试。")
    if not reason.strip() and not pinned:
        raise FieldErrors({"reason": "请写明退回理由，或在具体栏目旁写审核意见。"})
    quarterly_return = advance(
        quarterly_return,
        "send_back",
        actor=actor,
        at=quarterly_return.review_unit,
        reason=reason.strip() or "；".join(pinned.values())[:300],
        changes={"reviewed_by": actor.label[:200], "reviewer_post_id": actor.post_id},
    )
    quarterly_return.notes["returned_texts"] = quarterly_return.texts
    QuarterlyReturn.objects.filter(pk=quarterly_return.pk).update(
        returned_values=F("values"), notes=quarterly_return.notes
    )
    ReturnRemark.objects.bulk_create(
        [
            ReturnRemark(
                quarterly_return=quarterly_return,
                cell=code,
                text=text[:300],
                value_before=_figure_at(quarterly_return, cells[code]),
                author=actor.label[:200],
            )
            for code, text in sorted(pinned.items())
        ]
    )
    unit = quarterly_return.unit
    notify(
        rule="responsibilities.return_sent_back",
        subject=quarterly_return,
        stage=f"r{quarterly_return.revision}",
        post_ids=filers_of([unit.pk]).get(unit.pk, []),
        title=f"{quarterly_return.period.name}报表被退回，请补正",
        body=reason.strip() or "；".join(pinned.values()),
        url=quarterly_return.get_absolute_url(),
        deadline=quarterly_return.obligation.deadline,
    )
    return quarterly_return


def _figure_at(quarterly_return: QuarterlyReturn, cell: Cell) -> Decimal | None:
    """The figure of a cell; words have none and are kept whole beside it."""
    return None if cell.is_words else quarterly_return.values[cell.slot]


@transaction.atomic
def submit_consolidation(
    unit: Unit, *, period: Period, form: ReturnForm, actor: Actor, remark: str = ""
) -> Consolidation:
    """Hand the totals of a branch up a level, with their coverage (上报汇总).

    Late children never block: they are in the next submission. Submitting
    again replaces the figures, and the superior sees that they changed.
    """
    if not actor.may(SUBMIT_RETURN, at=unit):
        raise NotPermitted("当前职务无权上报本级汇总，请切换到本单位主管职务。")
    # An acceptance that is being taken back right now is either wholly in or wholly out.
    Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=unit.pk)
    total, _ = totals(unit, period, form)
    if not total.included:
        raise DomainError("还没有审核通过的报表，暂时无数可汇总。请先审核下级报表。")
    Consolidation.objects.get_or_create(unit=unit, period=period, form=form)
    held = Consolidation.objects.select_for_update(of=("self",)).get(
        unit=unit, period=period, form=form
    )
    cells = form.layout()
    held = advance(
        held,
        "submit",
        actor=actor,
        at=unit,
        changes={
            "values": [total.values.get(cell.code) for cell in cells],
            "expected_count": total.expected,
            "accepted_count": total.included,
            "submitted_at": timezone.now(),
            "submitted_by": actor.label[:200],
            "remark": remark.strip()[:300],
        },
    )
    notify(
        rule="responsibilities.consolidation_submitted",
        subject=held,
        stage=f"{total.included}-{held.submitted_at:%Y%m%d%H%M%S}",
        post_ids=reviewers_of(unit),
        title=f"{unit.name}已上报{period.name}汇总（{total.coverage}）",
        url=held.get_absolute_url(),
    )
    return held


def accept_consolidation(
    consolidation: Consolidation, *, actor: Actor, reason: str = ""
) -> Consolidation:
    """Accept the totals of a branch."""
    return advance(
        consolidation,
        "accept",
        actor=actor,
        at=consolidation.unit,
        reason=reason,
        changes={"accepted_at": timezone.now()},
    )


def send_back_consolidation(
    consolidation: Consolidation, *, actor: Actor, reason: str
) -> Consolidation:
    """Send the totals of a branch back with a reason."""
    return advance(consolidation, "send_back", actor=actor, at=consolidation.unit, reason=reason)


@transaction.atomic
def urge_missing(unit: Unit, *, period: Period, actor: Actor) -> int:
    """Tell every unit below that has not filed (催办), once a day each; return how many."""
    if not actor.may(URGE_RETURN, at=unit):
        raise NotPermitted("当前职务无权催办，请切换到上级主管或办公室职务。")
    missing = debtors(unit.path, period, limit=2000)
    posts = filers_of([obligation.unit_id for obligation in missing])
    told = 0
    for obligation in missing:
        told += notify(
            rule="responsibilities.urged",
            subject=obligation,
            stage=f"{today():%Y%m%d}",
            post_ids=posts.get(obligation.unit_id, []),
            title=f"请尽快报送{period.name}报表",
            body=f"截止日期：{obligation.deadline:%Y-%m-%d}",
            url=reverse("responsibilities:return_fill", args=[obligation.pk]),
            deadline=obligation.deadline,
        )
    record(
        "responsibilities.returns.urged",
        period,
        actor=actor,
        label="催办",
        after={"unit": unit.pk, "told": told},
    )
    return told
