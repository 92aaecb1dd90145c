"""The signed slip in each workbook: whose form it is, and what stood in it at download."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.core import signing

from gongjian.foundation.kernel.errors import DomainError
from responsibilities.workbooks.reading import SheetData

SHEET = "_slip"
_SALT = "responsibilities.workbook"
#: A cell of a workbook holds 32,767 characters.
_PIECE = 30_000

ONE_UNIT = "unit"
MANY_UNITS = "children"


@dataclass(frozen=True, slots=True)
class Held:
    """What stood in one return when it was downloaded, by code of the cell."""

    unit_code: str
    revision: int
    values: dict[str, str]
    remarks: dict[str, str] = field(default_factory=dict)
    #: Codes of the cells that were open for input.
    open: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ticket:
    kind: str
    tenant: int
    unit: int
    unit_name: str
    period: int
    period_name: str
    form: int
    version: int
    #: By key of the obligation.
    held: dict[int, Held]

    def dump(self) -> str:
        held = {
            str(key): [item.unit_code, item.revision, item.values, item.remarks, list(item.open)]
            for key, item in self.held.items()
        }
        values = [
            self.kind,
            self.tenant,
            self.unit,
            self.unit_name,
            self.period,
            self.period_name,
            self.form,
            self.version,
            held,
        ]
        return signing.dumps(values, salt=_SALT, compress=True)

    def pieces(self) -> list[str]:
        text = self.dump()
        return [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]


def read_ticket(book: dict[str, SheetData]) -> Ticket:
    """The slip of an uploaded workbook; a changed or missing one is refused."""
    sheet = book.get(SHEET)
    if sheet is None:
        raise DomainError(
            "这不是从本页下载的 Excel（没有校验信息）。请下载 Excel，填好后上传原文件。"
        )
    text = "".join(sheet.value(row, 1).text for row in sorted(sheet.rows))
    try:
        values: list[Any] = signing.loads(text, salt=_SALT)
        *head, parts = values
        held = {
            int(key): Held(code, revision, standing, remarks, tuple(opened))
            for key, (code, revision, standing, remarks, opened) in parts.items()
        }
        kind, tenant, unit, unit_name, period, period_name, form, version = head
        return Ticket(kind, tenant, unit, unit_name, period, period_name, form, version, held)
    except (signing.BadSignature, ValueError, TypeError, AttributeError, IndexError) as error:
        raise DomainError("文件里的校验信息被改动过。请重新下载 Excel，填好后再上传。") from error
