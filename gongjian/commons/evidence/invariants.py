"""What must hold of files that people attached."""

from __future__ import annotations

from collections.abc import Iterable

from gongjian.commons.evidence.models import EvidenceFile
from gongjian.commons.evidence.storage import read_checked
from gongjian.foundation.kernel.errors import DomainError
from gongjian.foundation.kernel.invariants import Invariant, invariants


def files_whole() -> Iterable[str]:
    """I7: every file that was not purged is there, and is what was given."""
    for file in EvidenceFile.objects.filter(purged_at=None).order_by("pk").iterator():
        try:
            read_checked(f"佐证文件 {file.pk}", file.sha256)
        except DomainError as error:
            yield error.message


invariants.register(Invariant("7 evidence", "佐证文件齐全，与存入时一致", files_whole))
