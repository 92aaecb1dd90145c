"""Clearing away what nobody uses: broken uploads, and files taken away long ago."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from gongjian.commons.evidence import storage
from gongjian.commons.evidence.models import EvidenceFile, EvidenceUpload, EvidenceUse
from gongjian.commons.evidence.services.uploading import WAITS

#: A removal can be undone, and a piece cited again, for so long.
KEPT_AFTER_REMOVAL = timedelta(days=90)


def clear_all() -> tuple[int, int]:
    """Give up old uploads and purge unused files; how many of each."""
    return clear_uploads(), clear_files()


@transaction.atomic
def clear_uploads() -> int:
    old = EvidenceUpload.objects.select_for_update(skip_locked=True).filter(
        touched_at__lt=timezone.now() - WAITS
    )
    keys = list(old.values_list("key", flat=True))
    EvidenceUpload.objects.filter(key__in=keys).delete()
    for key in keys:
        storage.partial_path(key).unlink(missing_ok=True)
    return len(keys)


def clear_files() -> int:
    """First say that a file is gone, then remove it, unless it was brought back between."""
    with transaction.atomic():
        marked = [pk for pk in _unused().values_list("pk", flat=True) if _mark(pk)]
        purged = list(EvidenceFile.objects.exclude(purged_at=None).values_list("pk", flat=True))
    for pk in purged:
        _remove(pk)
    return len(marked)


def _unused() -> Any:
    live = EvidenceUse.objects.filter(
        Q(removed_at=None) | Q(removed_at__gte=timezone.now() - KEPT_AFTER_REMOVAL),
        evidence__file=OuterRef("pk"),
    )
    return EvidenceFile.objects.filter(purged_at=None).exclude(Exists(live))


def _mark(pk: int) -> bool:
    # Locked first and asked again: who cites holds the same lock.
    EvidenceFile.objects.select_for_update().get(pk=pk)
    file = _unused().filter(pk=pk).first()
    if file is None or file.created_at >= timezone.now() - WAITS:
        return False
    file.purged_at = timezone.now()
    file.save(update_fields=["purged_at"])
    return True


@transaction.atomic
def _remove(pk: int) -> None:
    file = EvidenceFile.objects.select_for_update().get(pk=pk)
    if file.purged_at is not None:
        storage.path_of(file.sha256).unlink(missing_ok=True)
        storage.thumbnail_path(file.sha256).unlink(missing_ok=True)
