"""A file that arrives in pieces and goes on where the network broke off."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from gongjian.commons.evidence import storage
from gongjian.commons.evidence.enums import LARGEST, MIB
from gongjian.commons.evidence.inspection import inspect
from gongjian.commons.evidence.models import EvidenceUpload, EvidenceUse
from gongjian.commons.evidence.naming import clean_name
from gongjian.commons.evidence.queries import Place
from gongjian.commons.evidence.services.keeping import add_file, locked_place
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict

LARGEST_PIECE = 1 * MIB
MOST_A_DAY = 300
#: What did not arrive within this time is given up and cleared.
WAITS = timedelta(days=2)


@transaction.atomic
def begin(
    place_key: tuple[str, int, str], *, actor: Actor, name: str, size: int, key: uuid.UUID
) -> EvidenceUpload:
    """Announce a file; the key is the browser's, so that a repeated announcement is one upload."""
    place = locked_place(*place_key, actor)
    known = EvidenceUpload.objects.filter(key=key).first()
    if known is not None:
        return _own(known, actor)
    if not 0 < size <= LARGEST:
        raise DomainError(
            f"“{clean_name(name)}”是空文件，请重新选择。"
            if size <= 0
            else f"“{clean_name(name)}”有 {size / MIB:.0f} MB，最大 {LARGEST // MIB} MB。"
            "请压缩或分成几份，也可以只登记文号和存放处。"
        )
    since = timezone.now() - timedelta(days=1)
    if (
        EvidenceUpload.objects.filter(user_id=actor.user_id or 0, touched_at__gte=since).count()
        >= MOST_A_DAY
    ):
        raise DomainError(f"一天最多上传 {MOST_A_DAY} 个文件，请明天再传，或引用已有材料。")
    return EvidenceUpload.objects.create(
        key=key,
        subject_kind=place.kind,
        subject_id=place.pk,
        slot=place.slot,
        name=clean_name(name),
        size=size,
        user_id=actor.user_id or 0,
    )


def upload_of(key: uuid.UUID, actor: Actor) -> EvidenceUpload | None:
    """An upload of this person; another's is not there."""
    return EvidenceUpload.objects.filter(key=key, user_id=actor.user_id or 0).first()


@transaction.atomic
def receive(key: uuid.UUID, *, actor: Actor, offset: int, piece: bytes) -> EvidenceUpload:
    """Take the next piece; a piece that has come before is answered and not written again."""
    upload = EvidenceUpload.objects.select_for_update(of=("self",)).filter(key=key).first()
    if upload is None:
        raise NotPermitted("这次上传已失效，请重新选择文件。")
    upload = _own(upload, actor)
    if upload.use_id is not None or offset + len(piece) <= upload.received:
        return upload
    if offset != upload.received:
        raise StateConflict("上传的位置对不上，正在从断点继续。")
    if len(piece) > LARGEST_PIECE or offset + len(piece) > upload.size:
        raise DomainError("文件在上传中有变化，请重新选择文件。")
    storage.write_piece(upload.key, offset, piece)
    upload.received = offset + len(piece)
    if upload.received == upload.size:
        _finish(upload, actor)
    upload.save()
    return upload


def _finish(upload: EvidenceUpload, actor: Actor) -> None:
    place = locked_place(upload.subject_kind, upload.subject_id, upload.slot, actor)
    arrived = storage.partial_path(upload.key)
    content = arrived.read_bytes()
    upload.use = take(place, actor=actor, name=upload.name, content=content)
    transaction.on_commit(lambda: arrived.unlink(missing_ok=True))


def take(place: Place, *, actor: Actor, name: str, content: bytes) -> EvidenceUse:
    """Look into a file that is here in whole and keep it."""
    inspected = inspect(clean_name(name), content)
    return add_file(place, actor=actor, name=name, content=content, inspected=inspected)


def _own(upload: EvidenceUpload, actor: Actor) -> EvidenceUpload:
    if upload.user_id != actor.user_id:
        raise NotPermitted("这次上传已失效，请重新选择文件。")
    return upload
