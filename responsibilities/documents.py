"""What the yearly program prints: letters of responsibility and amendment slips."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.rendering import render_pdf
from gongjian.commons.documents.reports import request_report
from gongjian.commons.documents.sheet_contexts import (
    AmendmentRow,
    ResponsibilityContext,
    TargetRow,
    TargetSection,
)
from gongjian.commons.documents.shelves import (
    ProducedFile,
    Production,
    Progress,
    ReportKind,
    report_kinds,
)
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import DomainError, NotPermitted
from gongjian.foundation.kernel.numbers import show
from gongjian.foundation.tenancy.scope import require_tenant_id
from orgs.models import Tenant, Unit
from orgs.queries import open_children
from responsibilities.authority import MAKE_LETTER
from responsibilities.enums import TargetState, ValueType
from responsibilities.models import Amendment, AnnualPlan, PlanIndicator, Target
from responsibilities.queries.planning import grouped

LETTER = "documents/responsibility_letter.html"
SLIP = "documents/amendment_slip.html"
#: Letters asked for at once: about two minutes of printing.
MOST_LETTERS = 300
_PDF = "application/pdf"
_NUMBERS = "一二三四五六七八九十"


def _tenant() -> Tenant:
    return Tenant.objects.get(pk=require_tenant_id())


def handed_down(plan: AnnualPlan, unit_ids: Sequence[int]) -> Any:
    """Targets that a letter is about: given by a superior, not its drafts."""
    return (
        Target.objects.filter(plan=plan, unit_id__in=unit_ids, parent__isnull=False)
        .exclude(state=TargetState.DRAFT)
        .select_related("unit", "indicator", "plan", "parent__unit")
    )


def _value(target: Target) -> str:
    """The value as first handed down; later ones stand in the supplement."""
    value = target.value if target.issued_value is None else target.issued_value
    if target.indicator.value_type == ValueType.YES_NO:
        return "是" if value else "否"
    return grouped(value)


def _row(target: Target, weight: str) -> TargetRow:
    return TargetRow(
        name=target.indicator.name,
        measure=target.indicator.unit_label,
        value=_value(target),
        weight=weight,
        due="—" if target.due_on is None else f"{target.due_on.month}月{target.due_on.day}日",
        person=target.responsible_person or "—",
    )


def letter_values(unit: Unit, plan: AnnualPlan) -> ResponsibilityContext:
    """Everything the letter of one unit prints."""
    targets = list(handed_down(plan, [unit.pk]))
    if not targets:
        raise DomainError(f"“{unit}”还没有收到“{plan}”下达的目标，下达后再生成责任书。")
    lines = {line.indicator_id: line for line in PlanIndicator.objects.filter(plan=plan)}

    def place(target: Target) -> tuple[str, int, str]:
        line = lines.get(target.indicator_id)
        indicator = target.indicator
        return (indicator.section, 0 if line is None else line.order, indicator.code)

    def weight(target: Target) -> str:
        line = lines.get(target.indicator_id)
        return show(line.weight) if line is not None and line.weight else "—"

    targets.sort(key=place)
    sections = [
        (title, [_row(target, weight(target)) for target in members])
        for title, members in groupby(targets, key=lambda target: target.indicator.section_title)
    ]
    tenant, giver = _tenant(), targets[0].parent
    amendments = Amendment.objects.filter(target__in=targets).select_related("target__indicator")
    return ResponsibilityContext(
        title=f"{unit.name}{plan.year}年度党工共建目标管理责任书",
        organ=f"{tenant.leading_group}办公室",
        plan=plan.title,
        year=str(plan.year),
        giver=giver.unit.name if giver is not None else tenant.name,
        giver_principal=(giver.unit.principal_name if giver is not None else "") or "",
        unit=unit.name,
        principal=unit.principal_name,
        count=str(len(targets)),
        sections=[
            TargetSection(_NUMBERS[index] if index < len(_NUMBERS) else str(index + 1), title, rows)
            for index, (title, rows) in enumerate(sections)
        ],
        amendments=[
            AmendmentRow(
                date=long_date(amendment.at.date()),
                name=amendment.target.indicator.name,
                old=grouped(amendment.old_value),
                new=grouped(amendment.new_value),
                reason=amendment.reason,
            )
            for amendment in amendments.order_by("pk")
        ],
        made_on=long_date(today()),
    )


def _letter_units(actor: Actor, ids: Sequence[int]) -> list[Unit]:
    scope = actor.scope(MAKE_LETTER)
    found = Unit.objects.within(scope).filter(pk__in=ids) if scope is not None else []
    units = {unit.pk: unit for unit in found}
    if len(units) != len(set(ids)):
        raise NotPermitted("当前职务无权生成其中一些单位的责任书，请切换职务。")
    return [units[pk] for pk in ids]


def request_letter(unit: Unit, *, plan: AnnualPlan, actor: Actor) -> ReportJob:
    """Ask for the letter of responsibility of one unit."""
    _letter_units(actor, [unit.pk])
    if not handed_down(plan, [unit.pk]).exists():
        raise DomainError(f"“{unit}”还没有收到“{plan}”下达的目标，下达后再生成责任书。")
    return request_report(
        LETTERS.key,
        actor=actor,
        title=f"{unit.name}{plan.year}年目标责任书",
        parameters={"plan": plan.pk, "units": [unit.pk], "merged": False},
    )


def request_letters(
    unit: Unit, *, plan: AnnualPlan, actor: Actor, merged: bool = False
) -> ReportJob:
    """Ask for the letters of all units directly below, as an archive or as one PDF."""
    below = list(open_children(unit).values_list("pk", flat=True))
    served = set(handed_down(plan, below).values_list("unit_id", flat=True))
    ids = [pk for pk in below if pk in served]
    if not ids:
        raise DomainError("下级单位都还没有收到下达的目标，下达后再生成责任书。")
    if len(ids) > MOST_LETTERS:
        raise DomainError(f"一次最多生成 {MOST_LETTERS} 份责任书，请打开下级单位逐份生成。")
    _letter_units(actor, ids)
    return request_report(
        LETTERS.key,
        actor=actor,
        title=f"{unit.name}下级单位{plan.year}年目标责任书（{len(ids)} 份）",
        parameters={"plan": plan.pk, "units": ids, "merged": merged},
    )


def produce_letters(parameters: Mapping[str, Any]) -> Production:
    """Print one letter, several as an archive, or several one after another in one PDF."""
    ids = list(parameters["units"])
    letters: list[ResponsibilityContext] = []
    printed: list[tuple[str, bytes]] = []
    yield Progress(1, f"共 {len(ids)} 份")
    for place, pk in enumerate(ids, start=1):
        plan = AnnualPlan.objects.get(pk=parameters["plan"])
        values = letter_values(Unit.objects.get(pk=pk), plan)
        if parameters["merged"]:
            letters.append(values)
        else:
            printed.append((f"{values.title}.pdf", _print([values])))
        yield Progress(1 + 90 * place // len(ids), f"已生成 {place}/{len(ids)} 份")
    if parameters["merged"]:
        return ProducedFile("目标责任书合订.pdf", _PDF, _print(letters))
    if len(printed) == 1:
        return ProducedFile(printed[0][0], _PDF, printed[0][1])
    return ProducedFile("目标责任书.zip", "application/zip", _archive(printed))


def _print(letters: list[ResponsibilityContext]) -> bytes:
    values = {
        "letters": [letter.as_values() for letter in letters],
        "title": letters[0].title,
        "organ": letters[0].organ,
    }
    return render_pdf(LETTER, values).content


def _archive(files: Sequence[tuple[str, bytes]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:  # PDF is compressed already
        for place, (name, content) in enumerate(files, start=1):
            # Two villages may bear the same name.
            archive.writestr(f"{place:03}_{name}", content)
    return stream.getvalue()


def slip_values(amendment: Amendment) -> dict[str, Any]:
    """Everything the slip of one amendment prints."""
    target = amendment.target
    number = target.amendments.filter(pk__lte=amendment.pk).count()
    unit = target.indicator.unit_label
    return {
        "title": f"{target.plan.year}年度党工共建目标调整单",
        "organ": f"{_tenant().leading_group}办公室",
        "made_on": long_date(today()),
        "facts": [
            ("承担单位", target.unit.name),
            ("下达单位", target.parent.unit.name if target.parent else "领导小组"),
            ("年度方案", target.plan.title),
            ("指标", f"{target.indicator.code} {target.indicator.name}"),
            ("调整次第", f"第 {number} 次"),
            (
                "年初下达值",
                "—" if target.issued_value is None else f"{grouped(target.issued_value)} {unit}",
            ),
            ("调整前目标值", f"{grouped(amendment.old_value)} {unit}"),
            ("调整后目标值", f"{grouped(amendment.new_value)} {unit}"),
            ("增减", _difference(amendment) + f" {unit}"),
            ("调整理由", amendment.reason),
            ("调整人", amendment.actor_text),
            ("调整日期", long_date(amendment.at.date())),
        ],
        "giver": target.parent.unit.name if target.parent else "领导小组",
        "unit": target.unit.name,
    }


def _difference(amendment: Amendment) -> str:
    change = amendment.new_value - amendment.old_value
    return f"＋{grouped(change)}" if change > 0 else f"－{grouped(-change)}"


def request_slip(amendment: Amendment, *, actor: Actor) -> ReportJob:
    """Ask for the printed slip of an amendment, to be filed by both sides."""
    _letter_units(actor, [amendment.target.unit_id])
    return request_report(
        SLIPS.key,
        actor=actor,
        title=f"{amendment.target}调整单",
        parameters={"amendment": amendment.pk},
    )


def produce_slip(parameters: Mapping[str, Any]) -> Production:
    """Print one amendment slip."""
    yield Progress(5, "正在排版")
    amendment = Amendment.objects.select_related(
        "target__unit", "target__indicator", "target__plan", "target__parent__unit"
    ).get(pk=parameters["amendment"])
    content = render_pdf(SLIP, slip_values(amendment)).content
    return ProducedFile(f"{amendment.target}调整单.pdf", _PDF, content)


LETTERS = report_kinds.register(
    ReportKind(
        key="responsibilities.letters",
        label="目标责任书",
        permission=MAKE_LETTER,
        produce=produce_letters,
        description="按已下达的目标生成，双方签字。在分解下达、目标任务页申请。",
    )
)
SLIPS = report_kinds.register(
    ReportKind(
        key="responsibilities.amendment_slip",
        label="目标调整单",
        permission=MAKE_LETTER,
        produce=produce_slip,
        description="写明原值、新值和理由，双方签字存档。在目标页申请。",
    )
)
