"""Writes of an import: the upload that is kept, its preview, and the change of the tree."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from django.db import transaction

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor, Reach
from gongjian.foundation.kernel.errors import DomainError, NotPermitted
from gongjian.foundation.workflow.lifecycle import advance
from orgs.authority import IMPORT_UNIT
from orgs.enums import ImportState
from orgs.import_plan import WRITTEN_FIELDS, Plan, plan_import
from orgs.imports import RowError, UnitRow, read_units
from orgs.models import Unit, UnitImport
from orgs.queries import root_unit
from orgs.services import lock_tree

_BATCH = 500


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """Counts of an import, or of what it would do."""

    created: int = 0
    changed: int = 0
    moved: int = 0
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)


class ImportRefused(DomainError):
    """Rows of the file were refused, so nothing at all was written."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        first = errors[0]
        super().__init__(
            f"文件有{len(errors)}处错误，一行也没有导入。"
            f"第{first.row}行“{first.column}”：{first.message}"
        )
        self.errors = list(errors)


def _demand_whole_tenant(actor: Actor) -> None:
    # A table may move any unit below any other, so no smaller reach is enough.
    scope = actor.scope(IMPORT_UNIT)
    if scope is None or scope.reach is not Reach.TENANT:
        raise NotPermitted("当前职务无权导入单位，请切换职务或联系系统管理员。")


@transaction.atomic
def import_units(rows: Sequence[UnitRow], *, actor: Actor, dry_run: bool) -> ImportOutcome:
    """Lay a table of units over the tree, all or nothing, matched by code.

    Units the file does not name stay as they are; none is ever deleted. A dry
    run does the same reckoning and writes nothing.
    """
    _demand_whole_tenant(actor)
    if dry_run:
        return _outcome(preview_plan(rows))
    lock_tree()
    plan = preview_plan(rows)
    if plan.errors:
        raise ImportRefused(plan.errors)
    outcome = _outcome(plan)
    if outcome.created or outcome.changed:
        _write(plan)
        root = root_unit()
        if root is not None:
            counts = {key: value for key, value in asdict(outcome).items() if key != "errors"}
            record("orgs.unit.imported", root, actor=actor, label="导入单位", after=counts)
    return outcome


def preview_plan(rows: Sequence[UnitRow], faulty_codes: Iterable[str] = ()) -> Plan:
    """The change that the rows would make to the tree as it is now."""
    return plan_import(rows, Unit.objects.order_by("path"), faulty_codes=faulty_codes)


def _outcome(plan: Plan) -> ImportOutcome:
    return ImportOutcome(
        created=len(plan.created),
        changed=len(plan.changed),
        moved=len(plan.moved),
        unchanged=plan.unchanged_count,
        errors=plan.errors,
    )


def _write(plan: Plan) -> None:
    for level in plan.levels:
        # Parents first: a level takes its superiors' keys from the one before.
        Unit.objects.bulk_create([node.unit for node in level], batch_size=_BATCH)
    # An upsert on the key writes hundreds of rows a statement; bulk_update would
    # build one CASE a field and take seconds.
    Unit.objects.bulk_create(
        [node.unit for node in plan.rewritten],
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=list(WRITTEN_FIELDS),
    )


@transaction.atomic
def keep_upload(content: bytes, *, actor: Actor, file_name: str) -> UnitImport:
    """Read and check an uploaded table and keep its rows for the confirmation."""
    _demand_whole_tenant(actor)
    reading = read_units(content, file_name)
    plan = preview_plan(reading.rows, faulty_codes=reading.codes)
    errors = sorted([*reading.errors, *plan.errors], key=lambda error: error.row)
    upload = UnitImport(
        state=ImportState.FAULTY if errors else ImportState.CHECKED,
        file_name=file_name[:200] or "未命名",
        sha256=hashlib.sha256(content).hexdigest(),
        row_count=len(reading.rows),
        rows=[row.dump() for row in reading.rows],
        errors=[asdict(error) for error in errors],
        created_by_id=actor.user_id,
    )
    upload.full_clean(exclude=["tenant", "rows", "errors", "created_by"])
    upload.save()
    record(
        "orgs.unit_import.uploaded",
        upload,
        actor=actor,
        label="上传单位表",
        after={"rows": upload.row_count, "errors": len(errors), "sha256": upload.sha256},
    )
    return upload


def kept_rows(upload: UnitImport) -> list[UnitRow]:
    return [UnitRow.load(values) for values in upload.rows]


@transaction.atomic
def confirm_import(upload: UnitImport, *, actor: Actor) -> ImportOutcome:
    """Import a kept upload, checked anew against the tree as it is now."""
    rows = kept_rows(upload)
    upload = advance(upload, "confirm", actor=actor, at=None)
    outcome = import_units(rows, actor=actor, dry_run=False)
    # The rows stand in the tree now; the file's fingerprint and counts are kept.
    UnitImport.objects.filter(pk=upload.pk).update(rows=[])
    return outcome
