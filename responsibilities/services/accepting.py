"""Taking over what a return was prefilled with, once somebody has looked at it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor
from responsibilities.models import QuarterlyReturn
from responsibilities.services.returns import demand_fill, editable_codes, lock_return


@transaction.atomic
def accept_prefilled(
    quarterly_return: QuarterlyReturn, *, actor: Actor, codes: Iterable[str]
) -> list[str]:
    """Mark prefilled cells as looked at; the source stays named beside the value.

    Nobody is held up by it: submission counts an unmarked value as well.
    """
    demand_fill(actor, quarterly_return)
    quarterly_return = lock_return(quarterly_return)
    if not quarterly_return.is_editable:
        return []
    accepted = dict(quarterly_return.notes.get("accepted", {}))
    open_codes = editable_codes(quarterly_return) & set(quarterly_return.sources)
    fresh = sorted((set(codes) & open_codes) - set(accepted))
    if not fresh:
        return []
    quarterly_return.notes["accepted"] = accepted | dict.fromkeys(fresh, actor.person_name)
    quarterly_return.save(update_fields=["notes"])
    record(
        "responsibilities.return.prefilled_accepted",
        quarterly_return,
        actor=actor,
        label="核对预填值",
        after={"cells": fresh},
    )
    return fresh
