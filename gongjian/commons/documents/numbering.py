"""发文字号: taken in their order, each with a line in the register, none ever twice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models, transaction

from gongjian.commons.documents.authority import ARRANGE_DOCUMENTS, ISSUE_DOCUMENT
from gongjian.commons.documents.enums import NumberState
from gongjian.commons.documents.models import (
    NumberEntry,
    NumberRegister,
    OfficialDocument,
    OrganMark,
)
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor, Reach, Scope
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.workflow.lifecycle import advance
from orgs.services import demand_valid

#: GB/T 9704-2012 7.2.5: mark, year in 〔〕, number without leading zeros.
STANDARD = "{代字}\u3014{年份}\u3015{序号}号"
MOST_AT_ONCE = 20
MOST_OUTSIDE = 2000
_PLACE = re.compile(r"\{(.*?)\}")


def format_number(pattern: str, *, mark: str, year: int, number: int | str) -> str:
    values = {"代字": mark, "年份": str(year), "序号": str(number)}
    return _PLACE.sub(lambda match: values.get(match[1], match[0]), pattern)


def pattern_of(mark: str) -> str:
    setting = OrganMark.objects.filter(mark=mark).first()
    return setting.pattern if setting is not None else STANDARD


def open_number(mark: str) -> str:
    """The number of a draft, with its place left open."""
    return format_number(pattern_of(mark), mark=mark, year=today().year, number="\u3000")


def next_number(mark: str) -> str:
    """What the next number would be. It is taken only at issue, so it may be another's by then."""
    year = today().year
    register = NumberRegister.objects.filter(mark=mark, year=year).first()
    number = (register.last_number if register else 0) + 1
    return format_number(pattern_of(mark), mark=mark, year=year, number=number)


def last_numbers() -> dict[str, int]:
    """The last number taken this year for each mark."""
    registers = NumberRegister.objects.filter(year=today().year)
    return dict(registers.values_list("mark", "last_number"))


def take_number(mark: str, year: int) -> int:
    """The next number of a mark in a year; waits for whoever is taking one now."""
    return _locked(mark, year, take=1).last_number


def _locked(mark: str, year: int, *, take: int) -> NumberRegister:
    NumberRegister.objects.get_or_create(mark=mark, year=year)
    register = NumberRegister.objects.select_for_update(of=("self",)).get(mark=mark, year=year)
    register.last_number += take
    register.save(update_fields=["last_number"])
    return register


def register_number(
    document: OfficialDocument, *, actor: Actor, reserved: NumberEntry | None = None
) -> NumberEntry:
    """Give the document its number, the next one or one that was reserved."""
    year = today().year
    if reserved is not None:
        if (reserved.mark, reserved.year) != (document.mark, year):
            raise DomainError(
                f"预留号{reserved}不是“{document.mark}”{year}年的字号，不能用于这份公文。"
            )
        return advance(reserved, "use", actor=actor, at=None, changes={"document": document})
    number = take_number(document.mark, year)
    text = format_number(pattern_of(document.mark), mark=document.mark, year=year, number=number)
    return NumberEntry.objects.create(
        state=NumberState.USED,
        mark=document.mark,
        year=year,
        number=number,
        text=text,
        document=document,
        taken_by=actor.label[:200],
    )


def free_reservations(mark: str) -> models.QuerySet[NumberEntry]:
    """Numbers of this year put aside for documents still to come."""
    return NumberEntry.objects.filter(
        mark=mark, year=today().year, state=NumberState.RESERVED
    ).order_by("number")


@transaction.atomic
def reserve_numbers(mark: str, *, actor: Actor, count: int, purpose: str) -> list[NumberEntry]:
    """Put the next numbers aside; each is used by a document or cancelled with a reason."""
    _demand(actor, ISSUE_DOCUMENT, "预留字号")
    if not purpose.strip():
        raise FieldErrors({"purpose": "请写明预留给哪份公文。"})
    if not 1 <= count <= MOST_AT_ONCE:
        raise FieldErrors({"count": f"一次可预留1至{MOST_AT_ONCE}个，请更正。"})
    year = today().year
    last = _locked(mark, year, take=count).last_number
    entries = [
        _entry(mark, year, number, NumberState.RESERVED, purpose, actor)
        for number in range(last - count + 1, last + 1)
    ]
    made = NumberEntry.objects.bulk_create(entries)
    for entry in made:
        record(
            "documents.number.reserved",
            entry,
            actor=actor,
            label="预留字号",
            reason=purpose.strip(),
        )
    return made


@transaction.atomic
def cancel_reservation(entry: NumberEntry, *, actor: Actor, reason: str) -> NumberEntry:
    """Give up a reserved number. It stays in the register and is not given again."""
    return advance(
        entry,
        "cancel",
        actor=actor,
        at=None,
        reason=reason,
        changes={"cancel_reason": reason.strip()},
    )


@transaction.atomic
def record_outside(mark: str, *, actor: Actor, until: int, purpose: str) -> int:
    """Write down numbers used on paper before the program was; the next follows them."""
    _demand(actor, ISSUE_DOCUMENT, "登记系统外字号")
    year = today().year
    register = _locked(mark, year, take=0)
    if until <= register.last_number:
        raise FieldErrors(
            {"until": f"“{mark}”{year}年已用到{register.last_number}号，只能登记之后的号。"}
        )
    if until - register.last_number > MOST_OUTSIDE:
        raise FieldErrors({"until": f"一次最多登记{MOST_OUTSIDE}个，请核对最后一个号。"})
    first, register.last_number = register.last_number + 1, until
    register.save(update_fields=["last_number"])
    NumberEntry.objects.bulk_create(
        [
            _entry(mark, year, number, NumberState.OUTSIDE, purpose, actor)
            for number in range(first, until + 1)
        ]
    )
    record(
        "documents.number.recorded_outside",
        register,
        actor=actor,
        label="登记系统外字号",
        reason=purpose.strip(),
        after={"first": first, "last": until},
    )
    return until - first + 1


def _entry(
    mark: str, year: int, number: int, state: NumberState, purpose: str, actor: Actor
) -> NumberEntry:
    return NumberEntry(
        state=state,
        mark=mark,
        year=year,
        number=number,
        text=format_number(pattern_of(mark), mark=mark, year=year, number=number),
        purpose=purpose.strip()[:200],
        taken_by=actor.label[:200],
    )


@transaction.atomic
def arrange_mark(
    setting: OrganMark | None,
    *,
    actor: Actor,
    mark: str,
    organ: str,
    pattern: str,
    head: str = "",
    is_active: bool = True,
) -> OrganMark:
    """Set a mark and its format. Numbers already given keep the text they were given."""
    _demand(actor, ARRANGE_DOCUMENTS, "设置机关代字")
    before: dict[str, object] = {}
    if setting is None:
        setting = OrganMark(mark=mark)
    else:
        setting = OrganMark.objects.select_for_update(of=("self",)).get(pk=setting.pk)
        before = {name: getattr(setting, name) for name in ("pattern", "organ", "mark", "head")}
        if mark != setting.mark and NumberEntry.objects.filter(mark=setting.mark).exists():
            raise FieldErrors(
                {"mark": f"“{setting.mark}”已经用过，不能改名；请停用它，另设新的机关代字。"}
            )
    _demand_pattern(pattern)
    setting.mark, setting.organ, setting.head = mark, organ, head
    setting.pattern, setting.is_active = pattern, is_active
    demand_valid(setting)
    setting.save()
    record(
        "documents.mark.arranged",
        setting,
        actor=actor,
        label="设置机关代字",
        before=before or None,
        after={"pattern": pattern, "organ": organ, "mark": mark, "head": head},
    )
    return setting


def _demand_pattern(pattern: str) -> None:
    places = _PLACE.findall(pattern)
    unknown = [place for place in places if place not in {"代字", "年份", "序号"}]
    if unknown:
        raise FieldErrors(
            {"pattern": f"不认识“{{{unknown[0]}}}”，只能用{{代字}}、{{年份}}、{{序号}}。"}
        )
    missing = [name for name in ("代字", "年份", "序号") if places.count(name) != 1]
    if missing:
        raise FieldErrors({"pattern": f"格式中{{{missing[0]}}}须出现一次，否则字号会重复。"})
    if len(_PLACE.sub("", pattern)) > 12:
        raise FieldErrors({"pattern": "格式中的固定文字太长，请控制在12个字以内。"})


def register_entries() -> TenantQuerySet[NumberEntry]:
    """The register, newest number first, with what each number was used for."""
    entries = NumberEntry.objects.within(Scope(Reach.TENANT, ""))
    return entries.select_related("document__file")


@dataclass(frozen=True, slots=True)
class Continuity:
    """Whether the numbers of one mark and year follow one another without a gap."""

    mark: str
    year: int
    last: int
    missing: Sequence[int]


def continuity() -> list[Continuity]:
    """Every mark and year of the register, with the numbers nobody can account for."""
    rows = (
        NumberEntry.objects.values("mark", "year")
        .annotate(last=models.Max("number"), found=models.Count("pk"))
        .order_by("-year", "mark")
    )
    return [
        Continuity(row["mark"], row["year"], row["last"], _missing(row["mark"], row["year"]))
        if row["last"] != row["found"]
        else Continuity(row["mark"], row["year"], row["last"], ())
        for row in rows
    ]


def _missing(mark: str, year: int) -> list[int]:
    found = set(NumberEntry.objects.filter(mark=mark, year=year).values_list("number", flat=True))
    return sorted(set(range(1, max(found, default=0) + 1)) - found)


def _demand(actor: Actor, permission: str, act: str) -> None:
    if not actor.may(permission):
        raise NotPermitted(f"当前职务无权{act}，请切换职务或联系领导小组办公室。")
