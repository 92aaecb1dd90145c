"""Files on disk: below the tenant's own folder, under names that nobody can choose."""

from __future__ import annotations

import hashlib
import os
import tempfile
import uuid
from pathlib import Path

from django.conf import settings

from gongjian.foundation.kernel.errors import DomainError
from gongjian.foundation.tenancy.scope import require_tenant_id


def _folder(part: str) -> Path:
    return Path(settings.FILES_DIR) / str(require_tenant_id()) / part


def relative_path(sha256: str) -> str:
    return f"{require_tenant_id()}/evidence/{sha256[:2]}/{sha256}"


def path_of(sha256: str) -> Path:
    return Path(settings.FILES_DIR) / relative_path(sha256)


def thumbnail_path(sha256: str) -> Path:
    return path_of(sha256).with_name(f"{sha256}.small")


def partial_path(key: uuid.UUID) -> Path:
    return _folder("arriving") / key.hex


def write_whole(target: Path, content: bytes) -> None:
    """Write all of it or nothing; a reader never sees half a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_piece(key: uuid.UUID, offset: int, piece: bytes) -> None:
    """Put a piece at its place and cut off what a broken attempt left behind it."""
    target = partial_path(key)
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("r+b" if target.exists() else "w+b") as stream:
        stream.seek(offset)
        stream.truncate()
        stream.write(piece)
        stream.flush()
        os.fsync(stream.fileno())


def read_checked(name: str, sha256: str) -> bytes:
    """Read a kept file and refuse it when it is no longer what was kept."""
    try:
        content = path_of(sha256).read_bytes()
    except FileNotFoundError:
        raise DomainError(f"“{name}”的文件不在存储中，请联系系统管理员从备份恢复。") from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DomainError(f"“{name}”与存入时不一致，已停止下载，请联系系统管理员。")
    return content
