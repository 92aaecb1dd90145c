"""Adding, citing, taking away and bringing back a piece of evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gongjian.commons.evidence import storage
from gongjian.commons.evidence.inspection import Inspected
from gongjian.commons.evidence.models import Evidence, EvidenceFile, EvidenceUse
from gongjian.commons.evidence.naming import clean_name, name_for
from gongjian.commons.evidence.queries import Place, bytes_kept, citable, find_place, place_of_use
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict
from orgs.services import demand_valid

#: Evidence shows that something happened; a heap of it shows nothing (佐证不超过 5 件).
MOST_PIECES = 10


def locked_place(kind: str, pk: int, slot: str, actor: Actor) -> Place:
    """The record, locked, if this post may add to it now."""
    place = find_place(kind, pk, slot, lock=True)
    if place is None or not place.may_read(actor):
        raise NotPermitted("没有找到要附材料的事项，请刷新页面。")
    if not place.may_add(actor):
        raise StateConflict("现在不能添加佐证材料：事项已报送、已办结，或不由当前职务办理。")
    return place


def keep_file(inspected: Inspected) -> EvidenceFile:
    """Write the bytes once for the whole tenant; the row is locked against the clearing."""
    sha256 = hashlib.sha256(inspected.content).hexdigest()
    file, is_new = EvidenceFile.objects.get_or_create(
        sha256=sha256,
        defaults={
            "size": len(inspected.content),
            "kind": inspected.kind,
            "marks": inspected.marks,
            "has_thumbnail": inspected.thumbnail is not None,
        },
    )
    file = EvidenceFile.objects.select_for_update().get(pk=file.pk)
    if is_new or file.purged_at is not None:
        if bytes_kept() > settings.EVIDENCE_QUOTA:
            raise DomainError(
                "本地区的佐证材料空间已满，请联系系统管理员；可以先登记文号和存放处。"
            )
        if file.purged_at is not None:
            file.purged_at = None
            file.save(update_fields=["purged_at"])
        # Written before the row is committed: a rollback leaves a file without a
        # row, which does no harm, and never a row without its file.
        storage.write_whole(storage.path_of(sha256), inspected.content)
        if inspected.thumbnail is not None:
            storage.write_whole(storage.thumbnail_path(sha256), inspected.thumbnail)
    return file


@transaction.atomic
def add_file(
    place: Place, *, actor: Actor, name: str, content: bytes, inspected: Inspected
) -> EvidenceUse:
    """A new piece from a file; the same file of the same unit is the same piece."""
    file = keep_file(inspected)
    known = Evidence.objects.filter(unit=place.unit, file=file).order_by("pk").first()
    if known is None:
        known = _new_piece(
            place,
            actor,
            title=name_for(clean_name(name), inspected.kind),
            file=file,
            given_sha256=hashlib.sha256(content).hexdigest(),
        )
    return _use(place, known, actor)


@transaction.atomic
def add_reference(
    place_key: tuple[str, int, str], *, actor: Actor, values: Mapping[str, Any]
) -> EvidenceUse:
    """A piece without a file: number, address, or where the paper lies."""
    place = locked_place(*place_key, actor)
    dated_on: date | None = values.get("dated_on")
    piece = _new_piece(
        place,
        actor,
        title=values["title"],
        number=values.get("number", ""),
        link=values.get("link", ""),
        whereabouts=values.get("whereabouts", ""),
        dated_on=dated_on,
    )
    return _use(place, piece, actor)


@transaction.atomic
def cite(place_key: tuple[str, int, str], *, actor: Actor, evidence_id: int) -> EvidenceUse:
    """Use what the unit has already handed in: each fact is asked for once."""
    place = locked_place(*place_key, actor)
    piece = (
        Evidence.objects.select_for_update(of=("self",))
        .filter(pk=evidence_id, unit=place.unit)
        .first()
    )
    if piece is None:
        raise NotPermitted("没有找到这份材料，只能引用本单位上传过的材料。")
    if piece.file is not None:
        kept = EvidenceFile.objects.select_for_update().get(pk=piece.file.pk)
        if kept.purged_at is not None:
            raise StateConflict("这份材料长期无人引用，已被清理，请重新上传。")
    return _use(place, piece, actor)


@transaction.atomic
def take_away(use: EvidenceUse, *, actor: Actor) -> EvidenceUse:
    """Take a piece away from a record that is still in the unit's hands."""
    use = _locked_use(use, actor)
    if use.removed_at is None:
        use.removed_at = timezone.now()
        use.save(update_fields=["removed_at"])
        _tell("removed", "移除佐证", use, actor)
    return use


@transaction.atomic
def bring_back(use: EvidenceUse, *, actor: Actor) -> EvidenceUse:
    """Undo a removal."""
    use = _locked_use(use, actor)
    if use.removed_at is not None:
        file = use.evidence.file
        if file is not None and EvidenceFile.objects.select_for_update().get(pk=file.pk).purged_at:
            raise StateConflict("这份材料移除已久，文件已被清理，请重新上传。")
        _demand_room(use.subject_kind, use.subject_id, use.slot)
        use.removed_at = None
        use.save(update_fields=["removed_at"])
        _tell("restored", "恢复佐证", use, actor)
    return use


@transaction.atomic
def note_download(use: EvidenceUse, *, actor: Actor) -> None:
    """Write down who took a file away."""
    record(
        "evidence.evidence.downloaded",
        use.evidence,
        actor=actor,
        label="下载佐证",
        after={"subject": f"{use.subject_kind}:{use.subject_id}", "slot": use.slot},
    )


def _locked_use(use: EvidenceUse, actor: Actor) -> EvidenceUse:
    place = place_of_use(use, lock=True)
    if place is None or not place.may_add(actor):
        raise StateConflict("现在不能改动佐证材料：事项已报送、已办结，或不由当前职务办理。")
    use = EvidenceUse.objects.select_for_update(of=("self",)).get(pk=use.pk)
    if place.holds(use):
        raise StateConflict("这份材料是已报送内容的依据，不能移除；可以补充新的材料。")
    return use


def _new_piece(place: Place, actor: Actor, **values: Any) -> Evidence:
    piece = Evidence(
        unit=place.unit,
        added_by=actor.label[:200],
        added_by_user_id=actor.user_id or 0,
        **values,
    )
    demand_valid(piece)
    piece.save()
    return piece


def _demand_room(kind: str, pk: int, slot: str) -> None:
    held = EvidenceUse.objects.filter(
        subject_kind=kind, subject_id=pk, slot=slot, removed_at=None
    ).count()
    if held >= MOST_PIECES:
        raise DomainError(f"一处最多附 {MOST_PIECES} 份材料，能说明问题即可。请先移除不需要的。")


def _use(place: Place, piece: Evidence, actor: Actor) -> EvidenceUse:
    known = EvidenceUse.objects.filter(
        subject_kind=place.kind, subject_id=place.pk, slot=place.slot, evidence=piece
    ).first()
    if known is not None and known.removed_at is None:
        return known
    _demand_room(place.kind, place.pk, place.slot)
    use = known or EvidenceUse(
        subject_kind=place.kind, subject_id=place.pk, slot=place.slot, evidence=piece
    )
    use.added_by, use.added_at, use.removed_at = actor.label[:200], timezone.now(), None
    use.save()
    _tell("added", "添加佐证", use, actor)
    return use


def _tell(act: str, label: str, use: EvidenceUse, actor: Actor) -> None:
    record(
        f"evidence.evidence.{act}",
        use.evidence,
        actor=actor,
        label=label,
        after={"subject": f"{use.subject_kind}:{use.subject_id}", "slot": use.slot},
    )


def offered(place: Place, actor: Actor, words: str) -> list[Evidence]:
    """What may be cited here; nothing for who may not add."""
    return list(citable(place, words)) if place.may_add(actor) else []
