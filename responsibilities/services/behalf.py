"""Filing for the units below (代报): the grid, submission in one go, and who may review it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted
from responsibilities.authority import FILE_ON_BEHALF
from responsibilities.cells import hard_errors
from responsibilities.checks import blank_words
from responsibilities.models import Obligation, QuarterlyReturn
from responsibilities.queries.behalf import reviewers_above
from responsibilities.services.returns import (
    problems_of,
    save_cells,
    start_return,
    submit_return,
)

#: Returns that one request saves or submits.
BATCH = 300


@dataclass(slots=True)
class GridSaved:
    """What became of each unit's cells, by key of its obligation."""

    units: dict[int, dict[str, Any]] = field(default_factory=dict)
    #: Units whose return can no longer be changed, with the sentence that says why.
    locked: dict[int, str] = field(default_factory=dict)


def owed_to_file(keys: Iterable[int], *, actor: Actor) -> list[Obligation]:
    """Obligations of the direct children among these keys, in the order of the locks."""
    found = (
        Obligation.objects.filter(pk__in=set(keys))
        .select_related("unit", "form", "period")
        .order_by("pk")[:BATCH]
    )
    return [row for row in found if actor.may(FILE_ON_BEHALF, at=row.unit)]


def save_grid(
    changes: Mapping[int, Mapping[str, str]],
    *,
    actor: Actor,
    base: Mapping[int, Mapping[str, str]],
) -> GridSaved:
    """Save typed cells of many units by the same rules as on the sheet of each.

    Each unit is a transaction of its own: one that was submitted meanwhile
    does not cost the others what was typed.
    """
    answer = GridSaved()
    for obligation in owed_to_file(changes, actor=actor):
        key = obligation.pk
        try:
            with transaction.atomic():
                quarterly_return = start_return(obligation, actor=actor)
                saved = save_cells(
                    quarterly_return, actor=actor, changes=changes[key], base=base.get(key, {})
                )
        except DomainError as error:
            answer.locked[key] = error.message
        else:
            answer.units[key] = asdict(saved)
    for key in set(changes) - set(answer.units) - set(answer.locked):
        answer.locked[key] = "当前职务无权替这个单位填报，请刷新后重试。"
    return answer


@dataclass(slots=True)
class Readiness:
    """Whether one return could be submitted now, and what is in the way."""

    obligation: Obligation
    problems: dict[str, str]
    message: str = ""
    #: Values far from the unit's history, which only want a sentence.
    unexplained: dict[str, str] = field(default_factory=dict)

    @property
    def is_ready(self) -> bool:
        return not self.problems and not self.message


def readiness_of(obligations: Iterable[Obligation]) -> list[Readiness]:
    """What would happen to each return if it were submitted now; writes nothing."""
    found = []
    for obligation in obligations:
        row = QuarterlyReturn.objects.filter(obligation=obligation).first()
        if row is None:
            found.append(Readiness(obligation, {}, "还没有填写。"))
            continue
        row.unit, row.period, row.form = obligation.unit, obligation.period, obligation.form
        if not row.is_editable:
            state = row.get_state_display()
            found.append(Readiness(obligation, {}, f"现在是“{state}”，不需要再报送。"))
        else:
            hard = {
                **hard_errors(obligation.form.layout(), row.values),
                **blank_words(obligation.form.whole_layout(), row.texts),
            }
            stops = problems_of(row)
            problems = {code: text for code, text in stops.items() if code in hard}
            soft = {code: text for code, text in stops.items() if code not in hard}
            found.append(Readiness(obligation, problems, unexplained=soft))
    return found


def submit_many(
    keys: Iterable[int],
    *,
    actor: Actor,
    paper_note: str = "",
    remarks: Mapping[int, Mapping[str, str]] | None = None,
) -> tuple[list[str], list[str]]:
    """Submit the returns of many units; names of those filed, and refusals with their reason.

    ``remarks`` explain values that are far from the unit's history.
    """
    done, refused = [], []
    for obligation in owed_to_file(keys, actor=actor):
        name = obligation.unit.name
        row = QuarterlyReturn.objects.filter(obligation=obligation).first()
        if row is None:
            refused.append(f"{name}：还没有填写。")
            continue
        try:
            with transaction.atomic():
                if said := (remarks or {}).get(obligation.pk):
                    save_cells(row, actor=actor, changes={}, base={}, remarks=said)
                submit_return(row, actor=actor, paper_note=paper_note)
            done.append(name)
        except FieldErrors as error:
            refused.append(f"{name}：还有{len(error.errors)}栏需要更正或说明。")
        except DomainError as error:
            refused.append(f"{name}：{error.message}")
    return done, refused


def is_own_filing(quarterly_return: QuarterlyReturn, actor: Actor) -> bool:
    """Whether this person filed it for the unit and somebody else above could accept it."""
    if quarterly_return.filed_by_id is None or quarterly_return.filed_by_id != actor.user_id:
        return False
    return bool(reviewers_above(quarterly_return.unit, but=actor.user_id))


def demand_other_person(quarterly_return: QuarterlyReturn, actor: Actor) -> None:
    """Whoever filed for a unit does not accept it, unless nobody else above could."""
    if is_own_filing(quarterly_return, actor):
        raise NotPermitted(
            "这张报表由您代报，不能由您本人审核通过。请由本级其他审核人、上一级或办公室审核。"
        )
