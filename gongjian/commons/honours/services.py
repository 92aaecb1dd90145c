"""Granting, entering by hand and revoking honours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Model

from gongjian.commons.documents.verification import new_code
from gongjian.commons.honours.authority import KEEP_HONOUR
from gongjian.commons.honours.enums import HonourKind, HonourLevel, HonourState
from gongjian.commons.honours.models import Honour
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted
from gongjian.foundation.tenancy.scope import require_tenant_id
from gongjian.foundation.tenancy.turns import take_turns
from gongjian.foundation.workflow.lifecycle import advance
from orgs.enums import Level
from orgs.models import Unit
from orgs.queries import root_unit
from orgs.services import demand_valid

#: Letter before the serial of a certificate.
_MARKS = {HonourKind.HONOUR: "表", HonourKind.PRAISE: "扬", HonourKind.PRIZE: "奖"}


@dataclass(frozen=True, slots=True)
class Grant:
    """One honour that a mechanism grants; ``source`` is its own record of it."""

    source: Model
    unit: Unit
    title: str
    person: str = ""
    duty: str = ""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What the honours of one decision have in common."""

    kind: HonourKind
    name: str
    organ: str
    level: str
    awarded_on: date
    document_number: str = ""


def level_here() -> HonourLevel:
    """Level of what this region's leading group awards."""
    root = root_unit()
    known = {
        Level.PROVINCE: HonourLevel.PROVINCE,
        Level.PREFECTURE: HonourLevel.CITY,
        Level.COUNTY: HonourLevel.COUNTY,
        Level.TOWNSHIP: HonourLevel.TOWNSHIP,
    }
    return known.get(Level(root.level), HonourLevel.CITY) if root else HonourLevel.CITY


@transaction.atomic
def grant_honours(grants: Iterable[Grant], occasion: Occasion, *, actor: Actor) -> list[Honour]:
    """Enter honours with number and code. Run again it gives no second number.

    Authority is the mechanism's: it calls this after its own decision.
    """
    year = occasion.awarded_on.year
    mark = _MARKS[occasion.kind]
    take_turns("honours.number", f"{mark}{year}")
    wanted = list(grants)
    known = _known(wanted)
    taken = Honour.objects.filter(number__startswith=f"{mark}{year}").count()
    made = []
    for grant in wanted:
        key = (grant.source._meta.label_lower, grant.source.pk)
        if key in known:
            continue
        taken += 1
        honour = Honour(
            kind=occasion.kind,
            unit=grant.unit,
            person=grant.person,
            duty=grant.duty,
            title=grant.title[:60],
            occasion=occasion.name[:100],
            level=occasion.level,
            organ=occasion.organ[:120],
            document_number=occasion.document_number,
            awarded_on=occasion.awarded_on,
            number=f"{mark}{year}{taken:05d}",
            code=new_code(require_tenant_id()),
            source_kind=key[0],
            source_id=key[1],
        )
        demand_valid(honour)
        honour.save()
        made.append(honour)
        record("honours.honour.granted", honour, actor=actor, label="登记荣誉")
    return made


def _known(grants: list[Grant]) -> set[tuple[str, int | None]]:
    by_kind: dict[str, list[int]] = {}
    for grant in grants:
        by_kind.setdefault(grant.source._meta.label_lower, []).append(grant.source.pk)
    found: set[tuple[str, int | None]] = set()
    for kind, keys in by_kind.items():
        rows = Honour.objects.filter(source_kind=kind, source_id__in=keys)
        found |= set(rows.values_list("source_kind", "source_id"))
    return found


@transaction.atomic
def enter_honour(*, actor: Actor, unit: Unit, values: Mapping[str, Any]) -> Honour:
    """An honour of earlier years or of another organ, entered by the office."""
    if not actor.may(KEEP_HONOUR, at=unit):
        raise NotPermitted("荣誉由办公室登记。")
    if values["awarded_on"] > today():
        raise FieldErrors({"awarded_on": "授予日期不能晚于今天。"})
    twin = Honour.objects.filter(
        unit=unit,
        person=values.get("person", ""),
        title=values["title"],
        awarded_on=values["awarded_on"],
    )
    if twin.exists():
        raise FieldErrors({"title": "这项荣誉已经登记过。"})
    honour = Honour(unit=unit, **values)
    demand_valid(honour)
    honour.save()
    record("honours.honour.entered", honour, actor=actor, label="补登荣誉")
    return honour


@transaction.atomic
def revoke_honour(honour: Honour, *, actor: Actor, reason: str) -> Honour:
    """撤销: the certificate's public page says so from this moment on."""
    return advance(
        honour,
        "revoke",
        actor=actor,
        at=honour.unit,
        reason=reason,
        changes={"revoked_on": today(), "revoked_reason": reason.strip()[:300]},
    )


def valid_honours(unit: Unit, person: str = "") -> list[Honour]:
    """Honours that a unit or person holds, the latest first."""
    return list(
        Honour.objects.filter(unit=unit, person=person, state=HonourState.VALID).select_related(
            "unit"
        )
    )
