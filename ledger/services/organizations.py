"""Founding bodies, letting them cover entries, electing anew when a term is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from ledger.authority import EDIT_ENTRY
from ledger.enums import Form, Operation
from ledger.models import Body, Coverage, Entry, Term
from ledger.services.foundings import list_missing, settle_founding
from ledger.text import fault_of_code, plain_code
from orgs.enums import Line, OrganizationKind
from orgs.models import Unit
from orgs.services import demand_valid

KINDS: dict[str, tuple[OrganizationKind, ...]] = {
    Line.PARTY: (
        OrganizationKind.PARTY_COMMITTEE,
        OrganizationKind.GENERAL_BRANCH,
        OrganizationKind.PARTY_BRANCH,
        OrganizationKind.JOINT_PARTY_BRANCH,
    ),
    Line.UNION: (
        OrganizationKind.GRASSROOTS_UNION,
        OrganizationKind.JOINT_UNION,
        OrganizationKind.UNION_ASSOCIATION,
    ),
}


@transaction.atomic
def found_body(
    *, actor: Actor, unit: Unit, line: str, values: Mapping[str, Any], term: Mapping[str, Any]
) -> Body:
    """A new organization with its first committee."""
    _demand(actor, unit)
    body = Body(unit=unit, line=line)
    _fill(body, values)
    body.save()
    first = Term(body=body, number=1, **{"starts_on": body.founded_on, **term})
    _demand_term(first)
    first.save()
    record("ledger.body.founded", body, actor=actor, label="成立组织")
    return body


@transaction.atomic
def edit_body(body: Body, *, actor: Actor, values: Mapping[str, Any]) -> Body:
    body = lock_body(body)
    _demand(actor, body.unit)
    before = {name: str(getattr(body, name)) for name in values}
    _fill(body, values)
    body.save()
    record(
        "ledger.body.edited",
        body,
        actor=actor,
        label="更正组织信息",
        before=before,
        after={name: str(value) for name, value in values.items()},
    )
    return body


def _fill(body: Body, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(body, name, value)
    body.union_code = plain_code(body.union_code)
    faults: dict[str, str] = {}
    if body.kind not in KINDS[body.line]:
        faults["kind"] = f"这个类型不是{body.get_line_display()}，请重新选择。"
    if body.founded_on > today():
        faults["founded_on"] = "成立日期不能晚于今天；批复后再登记。"
    if body.union_code:
        if body.line != Line.UNION:
            faults["union_code"] = "党组织没有统一社会信用代码，请留空。"
        elif fault := fault_of_code(body.union_code):
            faults["union_code"] = fault
        elif not body.union_code.startswith("8"):
            faults["union_code"] = "工会的统一社会信用代码以8开头，请核对。"
    if faults:
        raise FieldErrors(faults)
    demand_valid(body)


@transaction.atomic
def cover(
    entry: Entry, *, actor: Actor, body: Body, form: str, starts_on: date | None = None
) -> Coverage:
    """Let a body cover an entry; a founding under way is cleared by it (销号)."""
    entry = Entry.objects.select_for_update(of=("self",)).select_related("unit").get(pk=entry.pk)
    body = lock_body(body)
    _demand(actor, entry.unit)
    day = starts_on or max(body.founded_on, entry.founded_on or body.founded_on)
    if entry.operation != Operation.OPEN:
        raise DomainError(f"“{entry}”经营状态为{entry.get_operation_display()}，不能登记覆盖。")
    if body.dissolved_on is not None:
        raise StateConflict(f"“{body}”已于{long_date(body.dissolved_on)}撤销，请另选组织。")
    if day < body.founded_on:
        raise FieldErrors({"starts_on": f"“{body}”{long_date(body.founded_on)}才成立，不能更早。"})
    if day > today():
        raise FieldErrors({"starts_on": "覆盖开始日期不能晚于今天。"})
    if (
        form == Form.OWN
        and body.coverages.filter(ends_on__isnull=True).exclude(entry=entry).exists()
    ):
        raise FieldErrors({"form": f"“{body}”已覆盖其他单位，不是单独组建，请改选组建方式。"})
    coverage = Coverage(entry=entry, body=body, line=body.line, form=form, starts_on=day)
    demand_valid(coverage)
    _demand_no_overlap(coverage)
    coverage.save()
    record(
        "ledger.coverage.began",
        entry,
        actor=actor,
        label=f"{coverage.get_line_display()}覆盖",
        after={"组织": str(body), "方式": coverage.get_form_display(), "自": day.isoformat()},
    )
    settle_founding(coverage, actor=actor)
    return coverage


@transaction.atomic
def build_own(
    entry: Entry,
    *,
    actor: Actor,
    line: str,
    values: Mapping[str, Any],
    term: Mapping[str, Any],
    form: str = Form.OWN,
) -> Coverage:
    """登记建成: a new body that covers the entry from its founding on."""
    body = found_body(actor=actor, unit=entry.unit, line=line, values=values, term=term)
    return cover(entry, actor=actor, body=body, form=form, starts_on=body.founded_on)


@transaction.atomic
def end_coverage(
    coverage: Coverage, *, actor: Actor, ends_on: date | None = None, reason: str
) -> Coverage:
    """The entry is no longer covered; what it then lacks goes back into the list."""
    coverage = (
        Coverage.objects.select_for_update(of=("self",))
        .select_related("entry__unit", "body")
        .get(pk=coverage.pk)
    )
    _demand(actor, coverage.entry.unit)
    if coverage.ends_on is not None:
        raise StateConflict("这段覆盖关系已经终止，请刷新后查看。")
    if not reason.strip():
        raise FieldErrors({"reason": "请填写终止原因。"})
    day = ends_on or today()
    if day > today():
        raise FieldErrors({"ends_on": "终止日期不能晚于今天。"})
    coverage.ends_on, coverage.end_reason = day, reason.strip()[:100]
    demand_valid(coverage)
    coverage.save()
    record(
        "ledger.coverage.ended",
        coverage.entry,
        actor=actor,
        label=f"终止{coverage.get_line_display()}覆盖",
        after={"组织": str(coverage.body), "至": day.isoformat()},
        reason=reason.strip(),
    )
    list_missing([coverage.entry], actor=actor)
    return coverage


@transaction.atomic
def renew_term(body: Body, *, actor: Actor, values: Mapping[str, Any]) -> Term:
    """换届: the next committee is elected, the old one's term keeps the day."""
    body = lock_body(body)
    _demand(actor, body.unit)
    if body.dissolved_on is not None:
        raise StateConflict(f"“{body}”已撤销，不能换届。")
    sitting = (
        Term.objects.select_for_update(of=("self",))
        .filter(body=body, ended_on__isnull=True)
        .first()
    )
    elected_on: date = values["starts_on"]
    if elected_on > today():
        raise FieldErrors({"starts_on": "选举日期不能晚于今天；选举后再登记。"})
    number = 1
    if sitting is not None:
        if elected_on <= sitting.starts_on:
            raise FieldErrors(
                {"starts_on": f"本届{long_date(sitting.starts_on)}选出，换届日期必须更晚。"}
            )
        sitting.ended_on = elected_on
        sitting.save(update_fields=["ended_on"])
        number = sitting.number + 1
    term = Term(body=body, number=number, **values)
    _demand_term(term)
    term.save()
    record(
        "ledger.body.renewed",
        body,
        actor=actor,
        label=f"换届：第{number}届",
        after={"负责人": term.head, "届满": term.due_on.isoformat()},
    )
    return term


@transaction.atomic
def dissolve_body(body: Body, *, actor: Actor, dissolved_on: date, reason: str) -> Body:
    """撤销: whoever it covered is covered no longer from that day on."""
    body = lock_body(body)
    _demand(actor, body.unit)
    if body.dissolved_on is not None:
        raise StateConflict(f"“{body}”已于{long_date(body.dissolved_on)}撤销。")
    if dissolved_on > today():
        raise FieldErrors({"dissolved_on": "撤销日期不能晚于今天。"})
    body.dissolved_on = dissolved_on
    demand_valid(body)
    for coverage in body.coverages.filter(ends_on__isnull=True):
        end_coverage(coverage, actor=actor, ends_on=dissolved_on, reason=f"组织撤销：{reason}")
    body.save()
    record("ledger.body.dissolved", body, actor=actor, label="撤销组织", reason=reason)
    return body


def _demand_term(term: Term) -> None:
    if term.due_on <= term.starts_on:
        raise FieldErrors({"due_on": "届满日期必须晚于选举日期，请更正。"})
    demand_valid(term)


def lock_body(body: Body) -> Body:
    return Body.objects.select_for_update(of=("self",)).select_related("unit").get(pk=body.pk)


def _demand_no_overlap(coverage: Coverage) -> None:
    """A unit is covered once a line on any day, in the past as well."""
    last = (
        Coverage.objects.filter(
            entry=coverage.entry, line=coverage.line, ends_on__gt=coverage.starts_on
        )
        .order_by("-ends_on")
        .first()
    )
    if last is not None and last.ends_on is not None:
        raise FieldErrors(
            {"starts_on": f"到{long_date(last.ends_on)}止仍由“{last.body}”覆盖，开始日期不能更早。"}
        )


def _demand(actor: Actor, unit: Unit) -> None:
    if not actor.may(EDIT_ENTRY, at=unit):
        raise NotPermitted(f"当前职务不能登记“{unit}”的组织，请联系属地单位或上级办公室。")
