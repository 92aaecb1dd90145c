"""Workbooks of returns coming back: checked, kept, compared with what stands, and imported."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils import timezone

from gongjian.foundation.audit.trail import record
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict
from gongjian.foundation.workflow.lifecycle import advance
from orgs.models import Unit
from orgs.services import demand_valid
from responsibilities.authority import FILE_ON_BEHALF, FILL_RETURN
from responsibilities.enums import UploadKind, UploadState
from responsibilities.models import Obligation, ReturnUpload
from responsibilities.models.uploads import KEPT_FOR
from responsibilities.queries.behalf import Standing, standings
from responsibilities.services.returns import save_cells, start_return
from responsibilities.workbooks.matching import Change, Matched, match_children, match_return
from responsibilities.workbooks.reading import read_book
from responsibilities.workbooks.ticket import MANY_UNITS, ONE_UNIT, Ticket, read_ticket

MINE, THEIRS = "mine", "theirs"


@dataclass(slots=True)
class Line:
    """One cell of an upload beside what stands in the return now."""

    change: Change
    unit: str
    label: str
    standing: str
    is_locked: bool

    @property
    def is_conflict(self) -> bool:
        """Somebody changed the cell after the download."""
        return self.standing not in {self.change.base, self.change.text}

    @property
    def is_done(self) -> bool:
        return self.standing == self.change.text


@dataclass(slots=True)
class Preview:
    changes: list[Line]
    conflicts: list[Line]
    #: Cells of returns that can no longer be changed.
    locked: list[Line]
    unchanged: int


def open_ticket(actor: Actor, unit: Unit, period: Period, held: Sequence[Standing], kind: str):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """The slip of a download: whose it is, and what stands in it now."""
    form = held[0].obligation.form
    return Ticket(
        kind=kind,
        tenant=actor.tenant_id,
        unit=unit.pk,
        unit_name=unit.name,
        period=period.pk,
        period_name=str(period),
        form=form.pk,
        version=form.version,
        held={standing.obligation.pk: standing.hold() for standing in held},
    )


@transaction.atomic
def keep_return_workbook(
    content: bytes, *, actor: Actor, obligation: Obligation, file_name: str
) -> ReturnUpload:
    """Check the workbook of one return and keep its changes for the confirmation."""
    at = obligation.unit
    if not (actor.may(FILL_RETURN, at=at) or actor.may(FILE_ON_BEHALF, at=at)):
        raise NotPermitted("当前职务无权填写这张报表，请切换到该单位的职务。")
    book = read_book(content)
    ticket = read_ticket(book)
    _demand_own(ticket, actor, ONE_UNIT, at, obligation.period)
    if set(ticket.held) != {obligation.pk} or ticket.form != obligation.form_id:
        raise _other_version()
    matched = match_return(book, ticket, obligation.form.entries())
    return _keep(matched, content, actor=actor, unit=at, period=obligation.period, name=file_name)


@transaction.atomic
def keep_children_workbook(
    content: bytes, *, actor: Actor, unit: Unit, period: Period, file_name: str
) -> ReturnUpload:
    """Check the workbook of all units below and keep its changes for the confirmation."""
    if not actor.may(FILE_ON_BEHALF) or actor.unit_id != unit.pk:
        raise NotPermitted("当前职务无权代报，请切换到上级主管职务。")
    book = read_book(content)
    ticket = read_ticket(book)
    _demand_own(ticket, actor, MANY_UNITS, unit, period)
    owed = Obligation.objects.filter(pk__in=ticket.held).select_related("form")
    forms = {row.form_id: row.form for row in owed}
    if set(forms) != {ticket.form}:
        raise _other_version()
    matched = match_children(book, ticket, forms[ticket.form].whole_layout())
    return _keep(matched, content, actor=actor, unit=unit, period=period, name=file_name, many=True)


def _demand_own(ticket: Ticket, actor: Actor, kind: str, unit: Unit, period: Period) -> None:
    if ticket.tenant != actor.tenant_id:
        raise DomainError("这个文件是从其他地区下载的，不能在这里上传。")
    if ticket.kind != kind:
        where = "“代报”页" if ticket.kind == MANY_UNITS else "该单位的填报页"
        raise DomainError(f"这个文件要在{where}上传，不是这一页。")
    if ticket.unit != unit.pk:
        raise DomainError(
            f"这是“{ticket.unit_name}”的表，当前打开的是“{unit.name}”。请到对应的单位上传。"
        )
    if ticket.period != period.pk:
        raise DomainError(f"这是“{ticket.period_name}”的表，当前打开的是“{period}”。请选对期间。")


def _other_version() -> DomainError:
    return DomainError("报表格式的版本已经不同，请重新下载 Excel，把数填到新表里再上传。")


def _keep(
    matched: Matched,
    content: bytes,
    *,
    actor: Actor,
    unit: Unit,
    period: Period,
    name: str,
    many: bool = False,
) -> ReturnUpload:
    # What was never confirmed goes with the next upload; nobody has to tidy up.
    ReturnUpload.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    upload = ReturnUpload(
        state=UploadState.FAULTY if matched.faults else UploadState.CHECKED,
        kind=UploadKind.MANY_UNITS if many else UploadKind.ONE_UNIT,
        unit=unit,
        period=period,
        file_name=name[:200] or "未命名",
        sha256=hashlib.sha256(content).hexdigest(),
        changes=[] if matched.faults else [asdict(change) for change in matched.changes],
        faults=[list(fault) for fault in matched.faults],
        unchanged=matched.unchanged,
        created_by_id=actor.user_id or 0,
    )
    demand_valid(upload, exclude=["changes", "faults", "created_by"])
    upload.save()
    record(
        "responsibilities.return_upload.checked",
        upload,
        actor=actor,
        label="上传 Excel",
        after={"changes": len(matched.changes), "faults": len(matched.faults)},
    )
    return upload


def preview_upload(upload: ReturnUpload) -> Preview:
    """What the upload would change in the returns as they are now."""
    changes = [Change(**values) for values in upload.changes]
    keys = {change.obligation for change in changes}
    owed = Obligation.objects.filter(pk__in=keys).select_related("unit", "form", "period")
    held = {row.obligation.pk: row for row in standings(list(owed.order_by("unit__path")))}
    preview = Preview([], [], [], upload.unchanged)
    for change in changes:
        line = _line(change, held[change.obligation])
        if line.is_done:
            preview.unchanged += 1
        elif line.is_locked:
            preview.locked.append(line)
        elif line.is_conflict:
            preview.conflicts.append(line)
        else:
            preview.changes.append(line)
    return preview


def _line(change: Change, held: Standing) -> Line:
    labels = {cell.code: cell.label for cell in held.obligation.form.entries()}
    texts = held.remarks if change.kind == "remark" else held.texts
    label = labels.get(change.code, change.code)
    return Line(
        change,
        unit=held.obligation.unit.name,
        label=f"{label}（说明）" if change.kind == "remark" else label,
        standing=texts.get(change.code, ""),
        is_locked=change.code not in held.open,
    )


@transaction.atomic
def confirm_upload(
    upload: ReturnUpload,
    *,
    actor: Actor,
    seen: Mapping[str, str],
    chosen: Mapping[str, str],
) -> int:
    """Import a kept workbook, all of it or nothing; returns how many cells were changed.

    ``seen`` are the values the preview showed, ``chosen`` the answers to the
    conflicts. A cell that changed after the preview stops the whole import:
    the person has not seen what he would overwrite.
    """
    if upload.created_by_id != actor.user_id:
        raise NotPermitted("只有上传的人可以确认导入。")
    if upload.is_expired:
        raise StateConflict("上传已超过 24 小时，请重新下载 Excel，填好后再上传。")
    many = upload.kind == UploadKind.MANY_UNITS
    on_behalf = many or not actor.may(FILL_RETURN, at=upload.unit)
    # The authority over each unit is asked again where its cells are saved.
    upload = advance(upload, "apply_on_behalf" if on_behalf else "apply", actor=actor, at=None)
    _demand_frozen(preview_upload(upload), seen)
    wanted = _wanted(upload, seen, chosen)
    for key in sorted(wanted):
        obligation = Obligation.objects.select_related("unit", "form", "period").get(pk=key)
        _save(obligation, wanted[key], actor, seen)
    ReturnUpload.objects.filter(pk=upload.pk).update(changes=[])
    return sum(len(changes) for changes in wanted.values())


def _demand_frozen(preview: Preview, seen: Mapping[str, str]) -> None:
    if preview.locked:
        line = preview.locked[0]
        raise StateConflict(
            f"{line.unit}的报表已报送或只退回了个别栏，“{line.label}”不能再修改，没有导入。"
        )
    for line in (*preview.changes, *preview.conflicts):
        if line.standing != seen.get(line.change.key, line.change.base):
            raise StateConflict(
                f"预览之后，{line.unit}的“{line.label}”又被改为{line.standing or '空'}，没有导入。"
                "请返回重新核对。"
            )


def _wanted(
    upload: ReturnUpload, seen: Mapping[str, str], chosen: Mapping[str, str]
) -> dict[int, list[Change]]:
    wanted: dict[int, list[Change]] = {}
    for values in upload.changes:
        change = Change(**values)
        standing = seen.get(change.key, change.base)
        if standing == change.text:
            continue
        if standing != change.base:
            answer = chosen.get(change.key)
            if answer not in {MINE, THEIRS}:
                raise DomainError(
                    f"{change.place} 的数在下载之后有人改过，请选择用哪一个，再确认导入。"
                )
            if answer == THEIRS:
                continue
        wanted.setdefault(change.obligation, []).append(change)
    return wanted


def _save(
    obligation: Obligation, changes: Sequence[Change], actor: Actor, seen: Mapping[str, str]
) -> None:
    values = [change for change in changes if change.kind == "value"]
    remarks = [change for change in changes if change.kind == "remark"]
    saved = save_cells(
        start_return(obligation, actor=actor),
        actor=actor,
        changes={change.code: change.text for change in values},
        base={change.code: seen.get(change.key, change.base) for change in values},
        remarks={change.code: change.text for change in remarks},
    )
    if saved.errors or saved.conflicts:
        code = next(iter({**saved.errors, **saved.conflicts}))
        raise StateConflict(
            f"{obligation.unit.name}的 {code} 刚刚被改动，没有导入任何数。请返回重新核对。"
        )
