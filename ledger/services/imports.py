"""Lists from other departments: kept, compared, decided row by row, applied in one piece."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted, StateConflict
from gongjian.foundation.workflow.lifecycle import advance
from ledger.authority import IMPORT_LIST
from ledger.enums import Decision, EntryKind, ImportState, Operation, Source, Verdict
from ledger.models import Entry, EntryVersion, ImportRow, LedgerImport
from ledger.models.entries import PARTS
from ledger.reading import LABELS, guess_mapping, read_cells, read_list
from ledger.services.entries import label_of, save_many, shown, version_of
from ledger.services.foundings import list_missing
from ledger.text import name_key
from orgs.models import Unit
from orgs.services import demand_valid

_BATCH = 500
#: Facts that a list may change; its name for the place is no fact of the entry.
_COMPARED = tuple(name for name in LABELS if name != "place")
#: Verdicts that wait for a decision.
OPEN = (Verdict.NEW, Verdict.CHANGED, Verdict.DOUBTFUL, Verdict.VANISHED)
#: What may be decided of each.
CHOICES: dict[str, tuple[Decision, ...]] = {
    Verdict.NEW: (Decision.ACCEPT, Decision.SKIP),
    Verdict.CHANGED: (Decision.ACCEPT, Decision.SKIP),
    Verdict.DOUBTFUL: (Decision.LINK, Decision.SEPARATE, Decision.SKIP),
    Verdict.VANISHED: (Decision.ACCEPT, Decision.SKIP),
}


@transaction.atomic
def keep_list(
    content: bytes,
    *,
    actor: Actor,
    unit: Unit,
    file_name: str,
    values: Mapping[str, Any],
) -> LedgerImport:
    """Keep an uploaded list with its cells as they are. ``values``: source, as_of, is_complete."""
    if not actor.may(IMPORT_LIST, at=unit):
        raise NotPermitted(f"当前职务不能比对“{unit}”的名单，请联系上级办公室。")
    if values["as_of"] > today():
        raise FieldErrors({"as_of": "名单时点不能晚于今天。"})
    headings, rows = read_list(content)
    upload = LedgerImport(
        unit=unit,
        file_name=file_name[:200] or "未命名",
        sha256=hashlib.sha256(content).hexdigest(),
        headings=headings,
        mapping=guess_mapping(headings),
        row_count=len(rows),
        created_by_id=actor.user_id,
        **values,
    )
    demand_valid(upload, exclude=["headings", "mapping"])
    upload.save()
    ImportRow.objects.bulk_create(
        [ImportRow(upload=upload, number=number, cells=cells) for number, cells in rows],
        batch_size=_BATCH,
    )
    record(
        "ledger.import.uploaded",
        upload,
        actor=actor,
        label="上传名单",
        after={"rows": len(rows), "sha256": upload.sha256},
    )
    return upload


@dataclass(slots=True)
class _Known:
    """The ledger as the comparison needs it, read once."""

    by_code: dict[str, Entry] = field(default_factory=dict)
    by_key: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    units: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))
    by_pk: dict[int, Unit] = field(default_factory=dict)


def _write_rows(rows: Sequence[ImportRow], names: Sequence[str]) -> None:
    # An upsert on the key writes hundreds of rows a statement; bulk_update would
    # build one CASE a field and take seconds.
    ImportRow.objects.bulk_create(
        rows,
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=list(names),
    )


def _read_known(upload: LedgerImport) -> _Known:
    known = _Known()
    # The whole tenant: who is entered elsewhere must not be entered twice.
    for entry in Entry.objects.select_related("unit").iterator(chunk_size=2000):
        if entry.credit_code:
            known.by_code[entry.credit_code] = entry
        known.by_key[entry.name_key].append(entry)
    for unit in Unit.objects.filter(closed_on=None, path__under=upload.unit.path):
        known.by_pk[unit.pk] = unit
        for word in (unit.name, unit.code):
            known.units[word].append(unit)
    return known


@transaction.atomic
def compare_list(upload: LedgerImport, *, actor: Actor, mapping: Mapping[str, int]) -> LedgerImport:
    """Read the cells by the mapping and lay the list beside the ledger, which stays as it is."""
    if "name" not in mapping:
        raise FieldErrors({"name": "请指出哪一列是单位名称。"})
    used = list(mapping.values())
    if twice := {place for place in used if used.count(place) > 1}:
        names = "、".join(upload.headings[place] for place in sorted(twice))
        raise DomainError(f"“{names}”这一列对应了两项，请只对应一项。")
    if bad := [
        name
        for name, at in mapping.items()
        if name not in LABELS or not 0 <= at < len(upload.headings)
    ]:
        raise DomainError(f"列对应有误（{'、'.join(bad)[:40]}），请重新选择。")
    upload = advance(
        upload, "compare", actor=actor, at=upload.unit, changes={"mapping": dict(mapping)}
    )
    upload.rows.filter(number=0).delete()
    known = _read_known(upload)
    rows = list(upload.rows.order_by("number"))
    seen: dict[str, int] = {}
    met: set[int] = set()
    for row in rows:
        _judge(row, upload, known, seen)
        if row.entry_id:
            met.add(row.entry_id)
    _write_rows(
        rows, ["values", "errors", "verdict", "changes", "entry", "unit", "why", "decision"]
    )
    if upload.is_complete:
        _find_vanished(upload, met)
    return upload


def _judge(row: ImportRow, upload: LedgerImport, known: _Known, seen: dict[str, int]) -> None:
    """What one line says against the ledger."""
    row.values, row.errors = read_cells(row.cells, upload.mapping)
    row.entry, row.changes, row.why, row.decision = None, [], "", Decision.PENDING
    unit = _place(row, upload, known)
    values = row.values
    mark = values.get("credit_code") or name_key(values.get("name", ""))
    if mark and (first := seen.setdefault(mark, row.number)) != row.number:
        _fault(row, "name", f"与第{first}行是同一单位，请删去一行。")
    if row.errors:
        row.verdict, row.unit, row.decision = Verdict.FAULTY, unit, Decision.SKIP
        return
    code = values.get("credit_code", "")
    entry = known.by_code.get(code) if code else None
    alike = [one for one in known.by_key.get(name_key(values["name"]), []) if one is not entry]
    if entry is None and len(alike) == 1 and not code and alike[0].name == values["name"]:
        entry, alike = alike[0], []
    if entry is not None and not entry.unit.path.startswith(upload.unit.path):
        row.verdict, row.decision, row.unit = Verdict.FAULTY, Decision.SKIP, unit
        _fault(row, "name", f"已在“{entry.unit}”的台账中，不属比对范围，请联系上级办公室调整属地。")
        return
    row.unit = unit or upload.unit
    if entry is not None:
        _compare(row, entry, unit)
    elif alike := [one for one in alike if one.unit.path.startswith(upload.unit.path)]:
        row.entry, row.verdict = alike[0], Verdict.DOUBTFUL
        told = alike[0].credit_code or "没有代码"
        row.why = f"名称与台账“{alike[0].name}”（{told}）相同或相近"[:120]
        row.changes = _differences(alike[0], row.values, unit)
        row.values["revision"] = alike[0].revision
    elif values.get("operation", Operation.OPEN) != Operation.OPEN:
        row.verdict, row.decision = Verdict.SAME, Decision.SKIP
        row.why = "台账中没有，名单中也已不在营"
    else:
        row.verdict = Verdict.NEW


def _place(row: ImportRow, upload: LedgerImport, known: _Known) -> Unit | None:
    """The unit in charge that a line names; None where it names none."""
    word = str(row.values.get("place", ""))
    if not word:
        return None
    found = known.units.get(word, [])
    if len(found) == 1:
        return found[0]
    if found:
        _fault(row, "place", f"“{upload.unit}”里有{len(found)}个“{word}”，请改填单位代码。")
    else:
        _fault(
            row, "place", f"“{upload.unit}”里没有“{word[:30]}”，请填组织架构中的单位名称或代码。"
        )
    return None


def _fault(row: ImportRow, name: str, message: str) -> None:
    row.errors.append(
        {"field": name, "text": str(row.values.get(name, ""))[:60], "message": message}
    )


def _compare(row: ImportRow, entry: Entry, unit: Unit | None) -> None:
    row.entry = entry
    row.changes = _differences(entry, row.values, unit)
    row.values["revision"] = entry.revision
    row.verdict = Verdict.CHANGED if row.changes else Verdict.SAME
    if not row.changes:
        row.decision = Decision.SKIP


def _differences(entry: Entry, values: Mapping[str, Any], unit: Unit | None) -> list[list[str]]:
    """[field, label, before, after] of what the list says otherwise."""
    fresh = Entry(**_facts(values))
    found = [
        [name, LABELS[name], shown(entry, name), shown(fresh, name)]
        for name in _COMPARED
        if name in values and getattr(entry, name) != getattr(fresh, name)
    ]
    if unit is not None and unit.pk != entry.unit_id and not entry.unit.path.startswith(unit.path):
        found.append(["unit", "属地单位", entry.unit.name, unit.name])
    return found


def _facts(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the row as the entry holds them."""
    found = {name: values[name] for name in _COMPARED if name in values}
    if "founded_on" in found:
        found["founded_on"] = date.fromisoformat(found["founded_on"])
    return found


def gone_as(source: str) -> Operation:
    """What a register says of a unit by naming it no longer; others only let it be asked."""
    return Operation.DEREGISTERED if source in {Source.MARKET, Source.CIVIL} else Operation.PAUSED


def _find_vanished(upload: LedgerImport, met: set[int]) -> None:
    gone = gone_as(upload.source)
    missing = Entry.objects.filter(
        operation=Operation.OPEN, unit__path__under=upload.unit.path
    ).exclude(pk__in=met)
    ImportRow.objects.bulk_create(
        [
            ImportRow(
                upload=upload,
                number=0,
                entry=entry,
                unit_id=entry.unit_id,
                verdict=Verdict.VANISHED,
                values={"name": entry.name, "credit_code": entry.credit_code,
                        "revision": entry.revision},
                changes=[["operation", "经营状态", entry.get_operation_display(), gone.label]],
                why="全量名单中没有这个单位",
            )
            for entry in missing
        ],
        batch_size=_BATCH,
    )  # fmt: skip


@transaction.atomic
def decide_rows(
    upload: LedgerImport,
    *,
    actor: Actor,
    decision: str,
    row_ids: Sequence[int] = (),
    verdict: str = "",
) -> int:
    """Decide of some rows, or of all rows of a verdict that nobody decided yet."""
    upload = _lock(upload, actor)
    if upload.state != ImportState.COMPARED:
        raise StateConflict(f"名单“{upload.get_state_display()}”，不能再改决定。")
    rows = upload.rows.filter(verdict__in=OPEN)
    if verdict:
        rows = rows.filter(verdict=verdict, decision=Decision.PENDING)
    else:
        rows = rows.filter(pk__in=list(row_ids))
    allowed = [key for key, choices in CHOICES.items() if decision in choices]
    chosen = rows.filter(verdict__in=allowed)
    if chosen.count() != rows.count():
        label = Decision(decision).label
        raise DomainError(f"选中的行里有的不能“{label}”，请按比对结果分开办理。")
    many = chosen.update(decision=decision)
    if not many:
        raise DomainError("没有选中要决定的行。")
    return many


@transaction.atomic
def apply_list(upload: LedgerImport, *, actor: Actor, reason: str = "") -> LedgerImport:
    """入账: what was adopted, all of it or nothing."""
    upload = _lock(upload, actor)
    waiting = upload.rows.filter(verdict__in=OPEN, decision=Decision.PENDING).count()
    if upload.state == ImportState.COMPARED and waiting:
        raise DomainError(f"还有{waiting}行没有决定，请逐行或成批决定后再入账。")
    rows = list(
        upload.rows.exclude(decision__in=[Decision.PENDING, Decision.SKIP]).select_related(
            "entry__unit", "unit"
        )
    )
    fresh = [row for row in rows if is_fresh(row)]
    entries = _lock_entries(rows, fresh)
    changed = [row for row in rows if not is_fresh(row)]
    outcome = {
        "new": _enter(upload, fresh, actor=actor),
        "changed": _change(upload, changed, entries, actor=actor),
    }
    met = upload.rows.filter(number__gt=0, entry__isnull=False).values_list("entry_id", flat=True)
    Entry.objects.filter(pk__in=list(met)).update(seen_on=upload.as_of)
    outcome["listed"] = list_missing(
        list(Entry.objects.filter(pk__in=[row.entry_id for row in fresh])),
        actor=actor,
        source=upload.source,
        verified=False,
    )
    return advance(
        upload, "apply", actor=actor, at=upload.unit, reason=reason, changes={"outcome": outcome}
    )


def is_fresh(row: ImportRow) -> bool:
    """It becomes an entry of its own."""
    return row.verdict == Verdict.NEW or row.decision == Decision.SEPARATE


def _lock_entries(rows: Sequence[ImportRow], fresh: Sequence[ImportRow]) -> dict[int, Entry]:
    """The entries to be changed, locked; refused when the ledger moved on since."""
    old = [row for row in rows if not is_fresh(row)]
    entries = {
        entry.pk: entry
        for entry in Entry.objects.select_for_update(of=("self",))
        .select_related("unit")
        .filter(pk__in=[row.entry_id for row in old])
        .order_by("pk")
    }
    met: dict[int, int] = {}
    for row in old:
        if (first := met.setdefault(row.entry_id or 0, row.number)) != row.number:
            raise DomainError(
                f"第{first}行和第{row.number}行认作了同一单位“{row.entry}”，请只留一行。"
            )
    codes = [code for row in rows if (code := row.values.get("credit_code"))]
    taken = Entry.objects.filter(credit_code__in=codes).exclude(pk__in=list(entries))
    if taken.exists() or any(
        entries[row.entry_id or 0].revision != row.values.get("revision") for row in old
    ):
        raise StateConflict("比对以后台账有变化，请重新比对，原来的决定要再看一遍。")
    return entries


def _enter(upload: LedgerImport, rows: Sequence[ImportRow], *, actor: Actor) -> int:
    """New entries with their first version, many at a time."""
    entries = []
    for row in rows:
        facts = _facts(row.values)
        if row.decision == Decision.SEPARATE and row.entry and not facts.get("credit_code"):
            raise DomainError(
                f"第{row.number}行“{row.values['name']}”没有统一社会信用代码，又与台账同名，"
                "不能另立新户；请补代码后重新上传，或认作同一单位。"
            )
        facts.setdefault("kind", _kind_of(upload.source, facts["name"]))
        entries.append(
            Entry(
                unit=row.unit,
                name_key=name_key(facts["name"]),
                revision=1,
                source=upload.source,
                counted_on=upload.as_of,
                seen_on=upload.as_of,
                **facts,
            )
        )
    Entry.objects.bulk_create(entries, batch_size=_BATCH)
    EntryVersion.objects.bulk_create(
        [version_of(entry, actor=actor, day=today(), changed=[]) for entry in entries],
        batch_size=_BATCH,
    )
    for row, entry in zip(rows, entries, strict=True):
        row.entry = entry
    _write_rows(rows, ["entry"])
    return len(entries)


def _change(
    upload: LedgerImport, rows: Sequence[ImportRow], entries: Mapping[int, Entry], *, actor: Actor
) -> int:
    changes = []
    for row in rows:
        entry = entries[row.entry_id or 0]
        if row.verdict == Verdict.VANISHED:
            values: dict[str, Any] = {"operation": gone_as(upload.source)}
        else:
            changed = {change[0] for change in row.changes}
            values = {name: value for name, value in _facts(row.values).items() if name in changed}
            values |= {"source": upload.source, "counted_on": upload.as_of}
        moves = any(change[0] == "unit" for change in row.changes)
        changes.append((entry, row.unit if moves and row.unit else entry.unit, values))
        for part, whole in PARTS:
            if values.get(part, getattr(entry, part)) > values.get(whole, getattr(entry, whole)):
                raise DomainError(
                    f"第{row.number}行“{row.values['name']}”：{label_of(part)}多于"
                    f"{label_of(whole)}，请不采纳这一行，或先在台账里更正。"
                )
    return save_many(changes, actor=actor, source=upload.source)


def _kind_of(source: str, name: str) -> EntryKind:
    """The kind of a unit whose list does not say it."""
    if source == Source.CIVIL:
        for word, kind in (("基金会", EntryKind.FOUNDATION), ("会", EntryKind.ASSOCIATION)):
            if name.endswith(word):
                return kind
        return EntryKind.SERVICE
    return EntryKind.PRIVATE


@transaction.atomic
def discard_list(upload: LedgerImport, *, actor: Actor, reason: str = "") -> LedgerImport:
    return advance(upload, "discard", actor=actor, at=upload.unit, reason=reason)


def _lock(upload: LedgerImport, actor: Actor) -> LedgerImport:
    locked = (
        LedgerImport.objects.select_for_update(of=("self",))
        .select_related("unit")
        .get(pk=upload.pk)
    )
    if not actor.may(IMPORT_LIST, at=locked.unit):
        raise NotPermitted(f"当前职务不能比对“{locked.unit}”的名单，请联系上级办公室。")
    return locked
