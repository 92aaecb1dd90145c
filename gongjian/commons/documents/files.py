"""Files on disk: written once under the name of their hash, read back with a check."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from gongjian.commons.documents.models import StoredFile
from gongjian.foundation.kernel.errors import DomainError
from gongjian.foundation.tenancy.scope import require_tenant_id

_PART = ".part-"
#: Seconds after which nobody is writing any more: longer than a task may run.
_ABANDONED = 3600


def store_file(*, name: str, content_type: str, content: bytes) -> StoredFile:
    """Write the bytes, then the row: a rollback leaves an unused file, never a row without one."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = f"{require_tenant_id()}/{sha256[:2]}/{sha256}"
    _write(Path(settings.FILES_DIR) / path, content)
    return StoredFile.objects.create(
        name=name,
        content_type=content_type,
        size=len(content),
        sha256=sha256,
        sm3=_sm3(content),
        path=path,
    )


def read_file(file: StoredFile) -> bytes:
    """Read a stored file and refuse it when it is no longer what was stored."""
    try:
        content = (Path(settings.FILES_DIR) / file.path).read_bytes()
    except FileNotFoundError:
        raise DomainError(f"“{file.name}”的文件不在存储中，请联系系统管理员从备份恢复。") from None
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise DomainError(f"“{file.name}”与存入时不一致，已停止下载，请联系系统管理员。")
    return content


def _write(target: Path, content: bytes) -> None:
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    _forget_parts(target.parent)
    handle, temporary = tempfile.mkstemp(prefix=_PART, dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _forget_parts(folder: Path) -> None:
    """What a worker that died in the middle of writing has left behind."""
    for part in folder.glob(f"{_PART}*"):
        with suppress(FileNotFoundError):
            if time.time() - part.stat().st_mtime > _ABANDONED:
                part.unlink()


def _sm3(content: bytes) -> str:
    # Offered by most builds of OpenSSL 3, yet not by all.
    if "sm3" not in hashlib.algorithms_available:
        return ""
    return hashlib.new("sm3", content).hexdigest()
