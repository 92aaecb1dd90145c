"""Writing entries: every change is a version with its day, so no past figure is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from ledger.authority import EDIT_ENTRY, VISIT_ENTRY
from ledger.enums import Operation
from ledger.models import Entry, EntryVersion, Visit
from ledger.models.entries import FACTS, PARTS
from ledger.services.foundings import close_foundings, list_missing
from ledger.text import fault_of_code, name_key, plain_code
from orgs.models import Unit
from orgs.services import demand_valid

_BATCH = 500


@transaction.atomic
def save_entry(
    entry: Entry | None,
    *,
    actor: Actor,
    unit: Unit,
    values: Mapping[str, Any],
    since: date | None = None,
    revision: int | None = None,
) -> Entry:
    """Enter a unit or change what is known of it, from ``since`` (today) on.

    ``revision`` is the one the form was filled from; somebody else's change in
    between is not overwritten. A change of nothing leaves no version.
    """
    _demand_place(actor, unit)
    day = since or today()
    if day > today():
        raise FieldErrors({"since": "变动日期不能晚于今天。"})
    if entry is None:
        entry = Entry(unit=unit)
    else:
        entry = (
            Entry.objects.select_for_update(of=("self",)).select_related("unit").get(pk=entry.pk)
        )
        _demand_place(actor, entry.unit)
        if revision is not None and entry.revision != revision:
            raise StateConflict(f"“{entry}”刚才已被他人修改，请刷新后再改。")
    changed = _changes(entry, unit, values)
    if entry.pk and not changed:
        return entry
    for name, value in values.items():
        setattr(entry, name, value)
    entry.unit = unit
    entry.credit_code = plain_code(entry.credit_code)
    entry.name_key = name_key(entry.name)
    entry.revision += 1
    _demand_sound(entry)
    demand_valid(entry)
    entry.save()
    write_version(entry, actor=actor, day=day, changed=changed)
    record(
        "ledger.entry.saved",
        entry,
        actor=actor,
        label="登记台账" if entry.revision == 1 else "更新台账",
        before={label: before for _, label, before, _ in changed},
        after={label: after for _, label, _, after in changed},
    )
    if entry.operation == Operation.OPEN:
        list_missing([entry], actor=actor)
    else:
        close_foundings(entry, actor=actor, reason=f"单位{entry.get_operation_display()}")
    return entry


@transaction.atomic
def save_many(
    changes: Sequence[tuple[Entry, Unit, Mapping[str, Any]]], *, actor: Actor, source: str
) -> int:
    """Change many entries from today on in a few statements; the entries are locked already.

    What changed stands in their versions; the act itself in the trail of whatever
    brought it about.
    """
    day, entries, versions = today(), [], []
    for entry, unit, values in changes:
        _demand_place(actor, unit)
        _demand_place(actor, entry.unit)
        changed = _changes(entry, unit, values)
        if not changed:
            continue
        for name, value in values.items():
            setattr(entry, name, value)
        entry.unit = unit
        entry.name_key = name_key(entry.name)
        entry.revision += 1
        _demand_sound(entry)
        entries.append(entry)
        versions.append(version_of(entry, actor=actor, day=day, changed=changed))
    # An upsert on the key writes hundreds of rows a statement.
    Entry.objects.bulk_create(
        entries,
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*FACTS, "unit", "name_key", "revision", "updated_at"],
    )
    EntryVersion.objects.filter(
        entry__in=[entry.pk for entry in entries], ends_on__isnull=True
    ).update(ends_on=day)
    EntryVersion.objects.bulk_create(versions, batch_size=_BATCH)
    for entry in entries:
        if entry.operation != Operation.OPEN:
            close_foundings(entry, actor=actor, reason=f"单位{entry.get_operation_display()}")
    list_missing(entries, actor=actor, source=source, verified=False)
    return len(entries)


def write_version(entry: Entry, *, actor: Actor, day: date, changed: list[list[str]]) -> None:
    """End the present version on the day and begin the next."""
    present = (
        EntryVersion.objects.select_for_update(of=("self",))
        .filter(entry=entry, ends_on__isnull=True)
        .first()
    )
    if present is not None:
        if day < present.starts_on:
            raise FieldErrors(
                {"since": f"上次变动自{long_date(present.starts_on)}起，变动日期不能更早。"}
            )
        present.ends_on = day
        present.save(update_fields=["ends_on"])
    version_of(entry, actor=actor, day=day, changed=changed).save()


def version_of(entry: Entry, *, actor: Actor, day: date, changed: list[list[str]]) -> EntryVersion:
    return EntryVersion(
        entry=entry,
        unit_id=entry.unit_id,
        starts_on=day,
        changed=changed,
        recorded_by=actor.label[:100],
        **{name: getattr(entry, name) for name in FACTS},
    )


@transaction.atomic
def tie_subject(entry: Entry, *, actor: Actor, subject: Unit | None) -> Entry:
    """Say which unit of the tree this entry is, so that its figures are asked once."""
    entry = Entry.objects.select_for_update(of=("self",)).select_related("unit").get(pk=entry.pk)
    _demand_place(actor, entry.unit)
    if subject is not None and not subject.path.startswith(entry.unit.path):
        raise FieldErrors({"subject": f"只能选“{entry.unit}”及其下级单位。"})
    entry.subject = subject
    demand_valid(entry)
    entry.save(update_fields=["subject", "updated_at"])
    record("ledger.entry.tied", entry, actor=actor, label=f"对应组织架构：{subject or '无'}")
    return entry


@transaction.atomic
def write_visit(entry: Entry, *, actor: Actor, visited_on: date, visitor: str, text: str) -> Visit:
    """走访: words are enough."""
    if not actor.may(VISIT_ENTRY, at=entry.unit):
        raise NotPermitted("当前职务不能登记这个单位的走访。")
    if visited_on > today():
        raise FieldErrors({"visited_on": "走访日期不能晚于今天。"})
    visit = Visit(
        entry=entry,
        visited_on=visited_on,
        visitor=visitor,
        text=text,
        recorded_by_id=actor.user_id,
    )
    demand_valid(visit)
    visit.save()
    record("ledger.entry.visited", entry, actor=actor, label=f"走访：{visitor}")
    return visit


def _changes(entry: Entry, unit: Unit, values: Mapping[str, Any]) -> list[list[str]]:
    """[field, label, before, after] of what differs, as people read it."""
    if not entry.pk:
        return []
    fresh = Entry(**{name: values.get(name, getattr(entry, name)) for name in FACTS})
    fresh.credit_code = plain_code(fresh.credit_code)
    found = [
        [name, label_of(name), shown(entry, name), shown(fresh, name)]
        for name in FACTS
        if getattr(entry, name) != getattr(fresh, name)
    ]
    if entry.unit_id != unit.pk:
        found.append(["unit", "属地单位", entry.unit.name, unit.name])
    return found


def label_of(name: str) -> str:
    """What people call a fact."""
    return str(Entry._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def shown(entry: Any, name: str) -> str:
    """A fact as people read it."""
    display = getattr(entry, f"get_{name}_display", None)
    value = display() if display else getattr(entry, name)
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)


def _demand_sound(entry: Entry) -> None:
    faults: dict[str, str] = {}
    if entry.credit_code and (fault := fault_of_code(entry.credit_code)):
        faults["credit_code"] = fault
    for part, whole in PARTS:
        if getattr(entry, part) > getattr(entry, whole):
            faults[part] = f"不能大于{label_of(whole)}（{getattr(entry, whole)}）。"
    if entry.founded_on and entry.founded_on > today():
        faults["founded_on"] = "成立日期不能晚于今天。"
    if faults:
        raise FieldErrors(faults)


def _demand_place(actor: Actor, unit: Unit) -> None:
    if not actor.may(EDIT_ENTRY, at=unit):
        raise NotPermitted(f"当前职务不能登记“{unit}”的台账，请联系属地单位或上级办公室。")
