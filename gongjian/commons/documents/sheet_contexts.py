"""What the sheets beside the red-headed documents print: one class each, misspelling impossible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Self


class _Values:
    """A context that hands the template plain values."""

    __slots__ = ()

    def as_values(self) -> dict[str, Any]:
        return asdict(self)  # type: ignore[call-overload,no-any-return]


@dataclass(frozen=True, slots=True)
class OrderContext(_Values):
    """督办通知单, 催办通知单."""

    title: str
    organ: str
    number: str
    made_on: str
    name: str
    basis: str
    unit: str
    helpers: str
    requirement: str
    due_on: str
    urgency: str
    contact: str
    urging: str = ""
    urge_count: str = "0"
    light: str = ""
    late: str = ""
    #: What the system knows already; empty lines are left to be filled by hand.
    received: str = ""
    received_on: str = ""
    result: str = ""
    reported: str = ""
    reported_on: str = ""
    opinion: str = ""
    verified: str = ""
    verified_on: str = ""


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One problem of a 整改通知书 or of the record of a visit."""

    number: str
    text: str
    category: str = ""
    severity: str = ""
    basis: str = "—"
    demand: str = ""
    promise: str = "—"
    outcome: str = ""
    again: str = ""


@dataclass(frozen=True, slots=True)
class RectificationContext(_Values):
    """整改通知书."""

    organ: str
    number: str
    unit: str
    visit: str
    visited_on: str
    findings: Sequence[FindingRow]
    demand: str
    due_on: str
    contact: str
    issued_on: str
    confirmed: str
    title: str = "整改通知书"


@dataclass(frozen=True, slots=True)
class TargetRow:
    name: str
    measure: str
    value: str
    weight: str
    due: str
    person: str


@dataclass(frozen=True, slots=True)
class TargetSection:
    number: str
    title: str
    rows: Sequence[TargetRow]


@dataclass(frozen=True, slots=True)
class AmendmentRow:
    date: str
    name: str
    old: str
    new: str
    reason: str


@dataclass(frozen=True, slots=True)
class ResponsibilityContext(_Values):
    """目标责任书 of one unit; several of them make one file."""

    organ: str
    plan: str
    year: str
    giver: str
    unit: str
    count: str
    sections: Sequence[TargetSection]
    made_on: str
    title: str = "目标管理责任书"
    giver_principal: str = ""
    principal: str = ""
    amendments: Sequence[AmendmentRow] = ()


@dataclass(frozen=True, slots=True)
class SignRow:
    number: str
    name: str
    unit: str
    duty: str = ""
    capacity: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class SignSheetContext(_Values):
    """签到表."""

    organ: str
    title: str
    label: str
    when: str
    rows: Sequence[SignRow]


@dataclass(frozen=True, slots=True)
class BulletinPiece:
    title: str
    body: str
    credit: str
    section: str = ""


@dataclass(frozen=True, slots=True)
class BulletinSection:
    name: str
    items: Sequence[BulletinPiece]


@dataclass(frozen=True, slots=True)
class BulletinContext(_Values):
    """简报. ``body`` of a piece is HTML that the bulletins have cleaned."""

    name: str
    publisher: str
    number: str
    printed_on: str
    items: Sequence[BulletinPiece]
    notice: str = ""
    topic: str = ""
    editor_note: str = ""
    report_to: str = ""
    copy_to: str = ""
    send_to: str = ""
    copies: int | str | None = ""
    signed_by: str = ""
    is_draft: bool = False

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Self:
        """Read what was frozen when the issue was signed."""
        known = {field.name for field in fields(cls)}
        pieces = [BulletinPiece(**piece) for piece in values["items"]]
        rest = {name: value for name, value in values.items() if name in known}
        return cls(**{**rest, "items": pieces})

    def as_values(self) -> dict[str, Any]:
        """The pieces gathered under their sections, in the order in which they stand."""
        sections: list[BulletinSection] = []
        for piece in self.items:
            if not sections or sections[-1].name != piece.section:
                sections.append(BulletinSection(piece.section, [piece]))
            else:
                sections[-1] = BulletinSection(piece.section, [*sections[-1].items, piece])
        return {
            **asdict(self),
            "sections": [asdict(section) for section in sections],
            "several": len(self.items) > 1,
        }
