"""Leave to submit although a check fails (校验例外): asked with a reason, decided above."""

from __future__ import annotations

from django.db import transaction

from gongjian.commons.notices.services import notify
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.workflow.lifecycle import advance
from orgs.services import demand_valid
from responsibilities.authority import REQUEST_EXCEPTION
from responsibilities.models import CheckException, QuarterlyReturn
from responsibilities.queries.findings import can_be_excepted, findings_of
from responsibilities.queries.returns import filers_of, reviewers_of


@transaction.atomic
def ask_exception(
    quarterly_return: QuarterlyReturn, *, actor: Actor, rule_key: str, cell: str, reason: str
) -> CheckException:
    """Ask the superior for leave; the number it is asked for is kept with it."""
    if not actor.may(REQUEST_EXCEPTION, at=quarterly_return.unit):
        raise NotPermitted("当前职务无权申请校验例外，由填报单位申请。")
    quarterly_return = (
        QuarterlyReturn.objects.select_for_update(of=("self",))
        .select_related("unit", "period", "form")
        .get(pk=quarterly_return.pk)
    )
    if not quarterly_return.is_editable:
        raise StateConflict(
            f"这张报表现在是“{quarterly_return.get_state_display()}”，不需要申请例外。"
        )
    found = next(
        (
            finding
            for finding in findings_of(quarterly_return)
            if can_be_excepted(finding) and (finding.rule_key, finding.code) == (rule_key, cell)
        ),
        None,
    )
    if found is None:
        raise StateConflict("这一项现在没有不通过的检查，不需要申请例外，可以直接报送。")
    if not reason.strip():
        raise FieldErrors({"reason": "请写明为什么这个数是对的，上级会看到。"})
    slot = next(one.slot for one in quarterly_return.form.layout() if one.code == cell)
    asked = CheckException(
        quarterly_return=quarterly_return,
        rule_key=rule_key,
        cell=cell,
        finding=found.text[:300],
        value=quarterly_return.values[slot],
        reason=reason.strip(),
        asked_by=actor.label[:200],
    )
    demand_valid(asked)
    asked.save()
    record("responsibilities.exception.opened", asked, actor=actor, label="申请校验例外")
    record(
        "responsibilities.exception.asked",
        quarterly_return,
        actor=actor,
        label="申请校验例外",
        reason=reason.strip(),
        after={"cell": cell, "finding": found.text},
    )
    unit = quarterly_return.unit
    notify(
        rule="responsibilities.exception_asked",
        subject=asked,
        stage="asked",
        post_ids=reviewers_of(unit),
        title=f"{unit.name}申请校验例外，请审批",
        body=f"{cell}：{found.text}",
        url=asked.get_absolute_url(),
    )
    return asked


def grant_exception(asked: CheckException, *, actor: Actor, reason: str = "") -> CheckException:
    """Grant it: the finding counts as soft, and the unit's reason stands beside the cell."""
    return _decide(asked, "grant", actor, reason)


def decline_exception(asked: CheckException, *, actor: Actor, reason: str) -> CheckException:
    """Refuse it; the number is to be put right."""
    return _decide(asked, "decline", actor, reason)


@transaction.atomic
def _decide(asked: CheckException, step: str, actor: Actor, reason: str) -> CheckException:
    row = QuarterlyReturn.objects.select_for_update(of=("self",)).get(pk=asked.quarterly_return_id)
    asked = advance(
        asked,
        step,
        actor=actor,
        at=asked.unit,
        reason=reason,
        changes={"decided_by": actor.label[:200]},
    )
    if step == "grant" and not row.remarks.get(asked.cell):
        row.notes.setdefault("remarks", {})[asked.cell] = asked.reason[:200]
        row.revision += 1
        row.save(update_fields=["notes", "revision"])
    record(
        f"responsibilities.return.exception_{step}",
        row,
        actor=actor,
        label="同意校验例外" if step == "grant" else "不同意校验例外",
        reason=reason.strip(),
        after={"cell": asked.cell},
    )
    notify(
        rule="responsibilities.exception_decided",
        subject=asked,
        stage=str(asked.state),
        post_ids=filers_of([row.unit_id]).get(row.unit_id, []),
        title=f"校验例外{asked.get_state_display()}：{asked.cell}",
        body=reason.strip(),
        url=row.get_absolute_url(),
    )
    return asked
