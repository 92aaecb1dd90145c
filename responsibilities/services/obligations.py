"""Opening of a period: the form, what each unit owes, extensions and exemptions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction
from django.db.models import Max

from gongjian.foundation.audit.trail import record
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import (
    DomainError,
    FieldErrors,
    NotPermitted,
    StateConflict,
)
from orgs.services import demand_valid
from responsibilities.authority import DECIDE_EXTENSION, EXEMPT_OBLIGATION, OPEN_QUARTER
from responsibilities.cells import Cell
from responsibilities.enums import FormState
from responsibilities.models import Indicator, Obligation, ReturnForm
from responsibilities.models.returns import QUARTERLY
from responsibilities.queries.arrangement import asked_units
from responsibilities.queries.places import Places
from responsibilities.services.designer import USUAL_RULES, publish_form

#: Publishing belongs to the design of forms; who opens a quarter needs it too.
__all__ = ["publish_form"]

#: Part → whole that it may not exceed, of the product's own reported indicators.
NOT_ABOVE = {"Z103": "Z102", "Z202": "Z201", "Z403": "Z402", "Z404": "Z402", "Z603": "Z602"}


@transaction.atomic
def draft_form(
    *,
    actor: Actor,
    title: str,
    indicators: Iterable[Indicator],
    not_above: Mapping[str, str] | None = None,
) -> ReturnForm:
    """Draw up the next version of the form from indicators; each takes one slot."""
    if not actor.may(OPEN_QUARTER):
        raise NotPermitted("当前职务无权拟订报表格式，由领导小组办公室办理。")
    chosen = list(indicators)
    if not chosen:
        raise FieldErrors({"indicators": "请至少选择一个指标。"})
    limits = NOT_ABOVE if not_above is None else not_above
    codes = {indicator.code for indicator in chosen}
    cells = [
        Cell(
            code=indicator.code,
            label=indicator.name,
            unit_label=indicator.unit_label,
            value_type=indicator.value_type,
            section=indicator.section,
            section_title=indicator.section_title,
            slot=slot,
            style=indicator.quarterly_style,
            hint=indicator.numerator,
            not_above=limits.get(indicator.code, "") if limits.get(indicator.code) in codes else "",
        )
        for slot, indicator in enumerate(chosen)
    ]
    earlier = ReturnForm.objects.filter(key=QUARTERLY)
    latest = earlier.aggregate(latest=Max("version"))["latest"] or 0
    form = ReturnForm(
        title=title,
        version=latest + 1,
        cells=[cell.as_row() for cell in cells],
        rules=dict(USUAL_RULES),
    )
    demand_valid(form)
    form.save()
    record("responsibilities.form.drafted", form, actor=actor, label="拟订报表格式")
    return form


@transaction.atomic
def open_period(period: Period, *, form: ReturnForm, actor: Actor) -> int:
    """Make what is owed for a period: one obligation a unit, and return how many are new.

    The units are those of the year's arrangement, else all that file. A second
    opening adds only units that came since, so it may run twice.
    """
    if not actor.may(OPEN_QUARTER):
        raise NotPermitted("当前职务无权开启填报，由领导小组办公室办理。")
    if form.state != FormState.PUBLISHED:
        raise StateConflict(f"“{form}”尚未发布，请先发布报表格式。")
    other = Obligation.objects.filter(period=period).exclude(form=form).select_related("form")
    if (opened := other.first()) is not None:
        raise StateConflict(
            f"{period}已用“{opened.form}”开启，补开须用同一格式；新格式从下一期起使用。"
        )
    # Of two who open at once the second finds what the first has made.
    Period.objects.select_for_update(of=("self",), no_key=True).get(pk=period.pk)
    units = asked_units(period)
    held = set(
        Obligation.objects.filter(period=period, form=form).values_list("unit_id", flat=True)
    )
    columns = units.order_by("path").values_list("pk", "path", "worker_count")
    missing = [row for row in columns if row[0] not in held]
    places = Places.load()
    if not missing and not held:
        raise DomainError("没有需要填报的单位，请检查填报范围，或先在“组织架构”中建立单位。")
    Obligation.objects.bulk_create(
        [
            Obligation(
                unit_id=pk,
                form=form,
                period=period,
                due_on=period.due_on,
                due_time=period.due_time,
                # A period opened after its own end: units stand where they stood then.
                path_at=places.back(path, period),
                workers_at=workers,
            )
            for pk, path, workers in missing
        ],
        batch_size=2000,
        ignore_conflicts=True,
    )
    record(
        "responsibilities.period.opened",
        period,
        actor=actor,
        label="开启填报",
        after={"form": form.version, "units": len(missing)},
    )
    return len(missing)


@transaction.atomic
def extend_obligation(
    obligation: Obligation, *, actor: Actor, until: date, reason: str
) -> Obligation:
    """Give a unit more time; asked before the due date, with a reason on record."""
    if not actor.may(DECIDE_EXTENSION, at=obligation.unit):
        raise NotPermitted("当前职务无权批准延期，由直接上级办理。")
    obligation = Obligation.objects.select_for_update(of=("self",)).get(pk=obligation.pk)
    if obligation.is_exempt:
        raise StateConflict("该单位本期已免报，不需要延期。")
    errors = {}
    if until <= obligation.deadline:
        errors["until"] = f"须晚于现在的截止日期（{obligation.deadline}）。"
    if not reason.strip():
        errors["reason"] = "请填写延期理由。"
    if errors:
        raise FieldErrors(errors)
    before = {"extended_to": obligation.extended_to}
    obligation.extended_to, obligation.extension_reason = until, reason.strip()
    obligation.save(update_fields=["extended_to", "extension_reason"])
    record(
        "responsibilities.obligation.extended",
        obligation,
        actor=actor,
        label="批准延期",
        before=before,
        after={"extended_to": until},
        reason=reason,
    )
    return obligation


@transaction.atomic
def exempt_obligation(obligation: Obligation, *, actor: Actor, reason: str) -> Obligation:
    """Free a unit from one return; it leaves both sides of every rate."""
    if not actor.may(EXEMPT_OBLIGATION, at=obligation.unit):
        raise NotPermitted("当前职务无权免除应报，由领导小组办公室办理。")
    if not reason.strip():
        raise FieldErrors({"reason": "请填写免报理由。"})
    obligation = Obligation.objects.select_for_update(of=("self",)).get(pk=obligation.pk)
    if obligation.returns.exclude(first_submitted_at=None).exists():
        raise StateConflict("该单位已经报送，不能再免报。")
    obligation.is_exempt, obligation.exemption_reason = True, reason.strip()
    obligation.save(update_fields=["is_exempt", "exemption_reason"])
    record(
        "responsibilities.obligation.exempted",
        obligation,
        actor=actor,
        label="免除应报",
        reason=reason,
    )
    return obligation
