"""What units wrote in words, question by question: the material a superior compiles (小结汇总)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import F, Func, QuerySet, TextField, Value
from django.db.models.functions import Lower

from gongjian.foundation.calendar.models import Period
from orgs.models import Unit
from responsibilities.cells import Cell
from responsibilities.enums import ReturnState
from responsibilities.models import QuarterlyReturn
from responsibilities.queries.returns import HANDED_IN, form_of
from responsibilities.words import SUMMARY

#: Units of which one compilation holds the words; a province is compiled by its branches.
MOST_UNITS = 2000


@dataclass(frozen=True, slots=True)
class Passage:
    """What one unit wrote to one question."""

    row: QuarterlyReturn
    text: str

    @property
    def name(self) -> str:
        """The unit after its superior: a region has many villages of one name."""
        unit = self.row.unit
        return f"{unit.parent.name} {unit.name}" if unit.parent else unit.name


def questions_of(period: Period) -> list[Cell]:
    """The summary's questions first, then the form's own cells that hold a text or a date."""
    form = form_of(period)
    own = [cell for cell in form.words() if cell not in SUMMARY] if form is not None else []
    return [*SUMMARY, *own]


def passages(
    unit: Unit, period: Period, cell: Cell, *, with_unapproved: bool = False, words: str = ""
) -> QuerySet[QuarterlyReturn]:
    """Returns of the subtree in which the question is answered, in the order of the tree.

    ``said`` holds the answer. A return that was sent back counts as handed in: its words are
    those the unit stands by until it files again.
    """
    states = HANDED_IN if with_unapproved else (ReturnState.ACCEPTED,)
    found = (
        QuarterlyReturn.objects.filter(period=period, unit__path__under=unit.path, state__in=states)
        .annotate(
            said=Func(
                F("notes"),
                Value("texts"),
                Value(cell.code),
                function="jsonb_extract_path_text",
                output_field=TextField(),
            )
        )
        .filter(said__gt="")
        .select_related("unit__parent", "period")
        .order_by("unit__path")
    )
    for word in words.lower().split()[:5]:
        found = found.annotate(low=Lower("said")).filter(low__contains=word)
    return found


def compiled(
    unit: Unit, period: Period, cells: Sequence[Cell], *, with_unapproved: bool
) -> Iterator[tuple[Cell, list[Passage]]]:
    """Question by question what the units wrote; questions nobody answered are left out."""
    for cell in cells:
        rows = passages(unit, period, cell, with_unapproved=with_unapproved)[: MOST_UNITS + 1]
        if found := [Passage(row, row.said) for row in rows]:  # type: ignore[attr-defined]
            yield cell, found
