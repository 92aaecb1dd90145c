"""What must hold of printed documents and reports."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count

from gongjian.commons.documents.enums import JobStatus
from gongjian.commons.documents.files import read_file
from gongjian.commons.documents.models import OfficialDocument, ReportJob, StoredFile
from gongjian.foundation.kernel.errors import DomainError
from gongjian.foundation.kernel.invariants import Invariant, invariants


def files_whole() -> Iterable[str]:
    """I7: what is done has its file, and every file is what was stored."""
    for job in ReportJob.objects.filter(status=JobStatus.DONE, file=None):
        yield f"报告“{job.title}”已完成，但没有文件"
    for job in ReportJob.objects.exclude(status=JobStatus.DONE).exclude(file=None):
        yield f"报告“{job.title}”没有完成，却有文件"
    for file in StoredFile.objects.order_by("pk").iterator():
        try:
            read_file(file)
        except DomainError as error:
            yield error.message


def numbers_once() -> Iterable[str]:
    """A number of a register stands on one document."""
    issued = OfficialDocument.objects.exclude(number=None)
    for row in issued.values("mark", "year", "number").annotate(n=Count("pk")).filter(n__gt=1):
        yield f"{row['mark']}〔{row['year']}〕{row['number']}号用了 {row['n']} 次"


invariants.register(Invariant("7 files", "报告和公文的文件齐全，与存入时一致", files_whole))
invariants.register(Invariant("7 numbers", "发文字号不重复", numbers_once))
