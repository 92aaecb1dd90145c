"""Demo stages ``filing`` and ``review``: quarters of returns, most of the last one handed in.

The returns go through the services like anybody's. Only the dates of past
quarters are set afterwards, since nobody can file in March any more.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from gongjian.demo.guidance import change_a_holder
from gongjian.demo.people import actor_named, actors_by_unit
from gongjian.demo.planning import VALUES
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.calendar.periods import ensure_quarter
from gongjian.foundation.calendar.working_days import corrections, working_deadline
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import SHANGHAI, today
from orgs.enums import Level, Role
from orgs.models import Tenant, Unit
from orgs.services import change_filing_window
from responsibilities.cells import Cell
from responsibilities.enums import QuarterlyStyle, ReturnState
from responsibilities.models import Indicator, Obligation, QuarterlyReturn, ReturnForm
from responsibilities.queries.returns import earlier_returns, targets_of
from responsibilities.services.designer import publish_form
from responsibilities.services.obligations import draft_form, open_period
from responsibilities.services.returns import problems_of, save_cells, start_return, submit_return
from responsibilities.services.review import accept_many, send_back_return, submit_consolidation

#: Units of the tour, which the visitor files and reviews himself.
_OWN_RETURN, _WAITING = "红旗村", "星火机械公司"


@dataclass(slots=True)
class Year:
    """What the returns of the demo are made from."""

    tenant: Tenant
    form: ReturnForm
    filers: dict[int, Actor]
    reviewers: dict[int, Actor]
    chance: random.Random
    #: How good each unit is, so that the desks have something to compare.
    quality: dict[int, float]


def last_quarters() -> list[tuple[int, int]]:
    """The quarters of the year that have ended, oldest first; in spring those of last year."""
    day = today()
    ended = (day.month - 1) // 3
    if ended == 0:
        return [(day.year - 1, quarter) for quarter in (1, 2, 3, 4)]
    return [(day.year, quarter) for quarter in range(1, ended + 1)]


def _prepare(tenant: Tenant) -> Year:
    office = actor_named(tenant, "office")
    form = ReturnForm.objects.order_by("-version").first()
    if form is None:
        reported = Indicator.objects.filter(is_reported=True).order_by("code")
        form = draft_form(actor=office, title="党工共建工作季度报表", indicators=reported)
        form = publish_form(form, actor=office)
    chance = random.Random(7)  # noqa: S311 -- demo data, the same each time
    quality: dict[int, float] = {}
    for unit in Unit.objects.order_by("path"):
        above = quality.get(unit.parent_id or 0, 0.97)
        quality[unit.pk] = min(max(chance.gauss(above, 0.06), 0.6), 1.12)
    return Year(
        tenant=tenant,
        form=form,
        filers=actors_by_unit(tenant, (Role.SECRETARY,)),
        reviewers=actors_by_unit(tenant, (Role.SUPERIOR_OFFICE,)),
        chance=chance,
        quality=quality,
    )


def file_the_quarters(tenant: Tenant, say: object) -> None:
    """Past quarters are complete; of the last one most is in, some waits, some came back."""
    if Obligation.objects.exists():
        return
    year = _prepare(tenant)
    office = actor_named(tenant, "office")
    *past, last = last_quarters()
    for place, (number, quarter) in enumerate(past):
        period = ensure_quarter(number, quarter)
        open_period(period, form=year.form, actor=office)
        _file_all(year, period, place)
        _review_all(year, period)
        _date_back(year, period)
        _consolidate(year, period)
    period = ensure_quarter(*last)
    day = today()
    period = change_filing_window(
        period,
        actor=office,
        opens_on=min(period.opens_on, day),
        due_on=working_deadline(day, 5, corrections()),
        reason="示范数据：把填报期限放在今天之后",
    )
    open_period(period, form=year.form, actor=office)
    _file_some(year, period, len(past))
    change_a_holder(tenant)


def _owed(period: Period) -> list[Obligation]:
    return list(
        Obligation.objects.filter(period=period)
        .select_related("unit", "period", "form")
        .order_by("unit__path")
    )


def _file_all(year: Year, period: Period, place: int) -> None:
    for obligation in _owed(period):
        _file(year, obligation, place)


def _file_some(year: Year, period: Period, place: int) -> None:
    """Leave a third of the work of the current quarter to be seen in each state."""
    for number, obligation in enumerate(_owed(period)):
        if obligation.unit.name == _OWN_RETURN:
            continue
        if number % 7 == 3 and obligation.unit.name != _WAITING:
            continue  # has not begun
        row = _fill(year, obligation, place)
        if number % 9 == 4:
            continue  # a draft
        actor = year.filers[obligation.unit_id]
        row = submit_return(row, actor=actor)
        reviewer = year.reviewers[obligation.unit.parent_id or 0]
        if number % 11 == 6:
            send_back_return(
                row,
                actor=reviewer,
                reason="",
                remarks={"Z203": "比上季多出较多，请核对花名册后补正。"},
            )
        elif number % 3 and obligation.unit.name != _WAITING:
            accept_many([row.pk], actor=reviewer)


def _file(year: Year, obligation: Obligation, place: int) -> None:
    submit_return(_fill(year, obligation, place), actor=year.filers[obligation.unit_id])


def _fill(year: Year, obligation: Obligation, place: int) -> QuarterlyReturn:
    actor = year.filers[obligation.unit_id]
    row = start_return(obligation, actor=actor)
    cells = obligation.form.layout()
    targets = targets_of(obligation.unit, obligation.period.year)
    earlier = earlier_returns(obligation.unit, obligation.period)
    values: dict[str, int] = {}
    for cell in cells:
        before = int(earlier[0].values[cell.slot] or 0) if earlier else 0
        values[cell.code] = _value(year, cell, obligation.unit, targets.get(cell.code), before)
    values["Z202"] = min(values["Z202"], values["Z201"])
    values["Z103"] = min(values["Z102"], max(values["Z103"], 3 + 3 * place))
    values["Z603"] = min(values["Z603"], values["Z602"])
    values["Z403"] = values["Z404"] = values["Z402"] // 2
    changes = {code: str(value) for code, value in values.items()} | _summary(values)
    save_cells(row, actor=actor, changes=changes, base={})
    row.refresh_from_db()
    if far := problems_of(row):
        remarks = dict.fromkeys(far, "本季集中开展，数据已核对。")
        save_cells(row, actor=actor, changes={}, base={}, remarks=remarks)
        row.refresh_from_db()
    return row


#: Problems units write about, chosen by their figures so that every run says the same.
_PROBLEMS = (
    "",
    "专职人员不足，兼职人员精力有限。",
    "部分职工流动性大，会员档案更新不及时。",
    "小微企业分散，走访覆盖面还不够。",
)


def _summary(values: Mapping[str, int]) -> dict[str, str]:
    """本季小结 of a unit, in the words of its figures."""
    done = (
        f"走访企业 {values['Z601']} 家，发现问题 {values['Z602']} 个，"
        f"已整改 {values['Z603']} 个。\n发展会员 {values['Z203']} 人，"
        f"举办培训 {values['Z401']} 期、{values['Z402']} 人次。"
    )
    problem = _PROBLEMS[sum(values.values()) % len(_PROBLEMS)]
    wish = "建议统一组织一次指导员培训。" if problem else ""
    return {"XJ_1": done, "XJ_2": problem, "XJ_3": wish}


def _value(year: Year, cell: Cell, unit: Unit, target: Decimal | None, before: int) -> int:
    """A plausible number: stocks stay, counts follow the target and the unit's quality."""
    chance = year.chance
    if cell.code == "Z201":
        return unit.worker_count + chance.randint(0, 3)
    if cell.code == "Z202":
        return min(unit.worker_count, max(before, unit.member_count) + chance.randint(0, 4))
    if cell.code == "Z102":
        return 12
    if cell.style != QuarterlyStyle.INCREMENTAL:
        return before + chance.randint(0, 2)
    if target is not None and cell.code in VALUES:
        share = chance.gauss(1, 0.1) * float(target) / 3.05 * year.quality[unit.pk]
        # Small targets are met now and then, not never: the fraction is a chance.
        return max(0, int(share) + (chance.random() < share % 1))
    if cell.code == "Z503":
        return int(chance.random() < 0.7)
    return chance.randint(1, 4)


def _review_all(year: Year, period: Period) -> None:
    for township in Unit.objects.filter(level=Level.TOWNSHIP).order_by("path"):
        waiting = QuarterlyReturn.objects.filter(
            period=period, unit__parent=township, state=ReturnState.SUBMITTED
        ).values_list("pk", flat=True)
        accept_many(list(waiting), actor=year.reviewers[township.pk])


def _date_back(year: Year, period: Period) -> None:
    """Give the returns of a past quarter the days on which they would have come."""
    for row in QuarterlyReturn.objects.filter(period=period).order_by("pk"):
        late = year.chance.random() < 0.09
        days = year.chance.randint(1, 4) if late else -year.chance.randint(0, 6)
        hour = time(year.chance.randint(9, 17), year.chance.randint(0, 59))
        moment = datetime.combine(period.due_on + timedelta(days=days), hour, tzinfo=SHANGHAI)
        QuarterlyReturn.objects.filter(pk=row.pk).update(
            submitted_at=moment,
            first_submitted_at=moment,
            accepted_at=moment + timedelta(days=2),
        )


def _consolidate(year: Year, period: Period) -> None:
    for unit in Unit.objects.filter(level__in=[Level.TOWNSHIP, Level.COUNTY]).order_by("-depth"):
        submit_consolidation(unit, period=period, form=year.form, actor=year.reviewers[unit.pk])


def finish_the_quarter(tenant: Tenant, say: object) -> None:
    """Stage ``review``: the rest of the current quarter is filed, accepted and handed up."""
    year = _prepare(tenant)
    *past, last = last_quarters()
    period = ensure_quarter(*last)
    for obligation in _owed(period):
        held = obligation.returns.first()
        if held is None or held.state == ReturnState.DRAFT:
            _file(year, obligation, len(past))
        elif held.state == ReturnState.SENT_BACK:
            submit_return(held, actor=year.filers[obligation.unit_id])
    _review_all(year, period)
    _consolidate(year, period)
