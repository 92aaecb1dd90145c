"""签到表: the roll of one sitting on paper, in its order, with room to sign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from gongjian.commons.documents.rendering import render_pdf
from gongjian.commons.documents.sheet_contexts import SignRow, SignSheetContext
from gongjian.commons.documents.shelves import (
    ProducedFile,
    Production,
    Progress,
    ReportKind,
    report_kinds,
)
from gongjian.commons.rolls.authority import KEEP_ROLL
from gongjian.commons.rolls.models import RollMember, RollSession
from gongjian.commons.rolls.queries import expected_at, member_code
from gongjian.foundation.kernel.dates import long_date


def sheet_values(session: RollSession) -> dict[str, Any]:
    """Everything the sheet prints, as plain values."""
    start = timezone.localtime(session.starts_at)
    sheet = SignSheetContext(
        organ=session.roll.organizer.name,
        title=session.roll.title,
        label=session.label,
        when=f"{long_date(start.date())}{start:%H:%M}",
        rows=[
            SignRow(
                number=str(number),
                name=_signer(member),
                unit=member.unit.name,
                duty=member.duty,
                capacity=member.capacity,
                code=member_code(member),
            )
            for number, member in enumerate(expected_at(session).select_related("unit"), start=1)
        ],
    )
    return sheet.as_values()


def _signer(member: RollMember) -> str:
    """Who is to sign: the announced substitute signs for the member."""
    return f"{member.substitute}（代{member.name}）" if member.substitute else member.name


def produce_sheet(parameters: Mapping[str, Any]) -> Production:
    session = RollSession.objects.select_related("roll__organizer").get(pk=parameters["session"])
    yield Progress(20, "正在排版")
    printed = render_pdf("rolls/sign_sheet.html", sheet_values(session))
    return ProducedFile(f"{session.roll.title}签到表.pdf", "application/pdf", printed.content)


SHEET = report_kinds.register(ReportKind("rolls.sheet", "签到表", KEEP_ROLL, produce_sheet))
