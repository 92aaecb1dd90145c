"""What is still to be done, by whom, by when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from gongjian.foundation.kernel.actor import Scope
from gongjian.foundation.tenancy.models import TenantQuerySet
from ledger.enums import RUNNING, RestructuringState
from ledger.models import Founding, Restructuring, Term


def running_foundings(scope: Scope | None = None) -> TenantQuerySet[Founding]:
    found: Any = Founding.objects.filter(state__in=RUNNING).select_related("entry__unit")
    return found if scope is None else found.within(scope)  # type: ignore[no-any-return]


def late_foundings(day: date, scope: Scope | None = None) -> TenantQuerySet[Founding]:
    return running_foundings(scope).filter(due_on__lt=day)


def ending_terms(day: date, notice_days: int, scope: Scope | None = None) -> TenantQuerySet[Term]:
    """Committees that sit and whose term ends within the notice, or is over already."""
    found: Any = (
        Term.objects.filter(
            ended_on__isnull=True,
            body__dissolved_on__isnull=True,
            due_on__lte=day + timedelta(days=notice_days),
        )
        .select_related("body__unit")
        .order_by("due_on", "pk")
    )
    return found if scope is None else found.within(scope)  # type: ignore[no-any-return]


def running_restructurings(scope: Scope | None = None) -> TenantQuerySet[Restructuring]:
    found: Any = (
        Restructuring.objects.filter(state=RestructuringState.RUNNING)
        .select_related("entry__unit")
        .order_by("due_on", "pk")
    )
    return found if scope is None else found.within(scope)  # type: ignore[no-any-return]
