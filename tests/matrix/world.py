"""Two tenants in which every table holds a row at every unit, each marked with its home.

The marks (canaries) stand in every free text: a page, workbook or PDF that shows one of them
tells whose row it has read. Rows are written past the services on purpose: what a service
would never write is what the walls must hold back as well.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.utils import timezone

from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.models import TenantOwned
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.enums import Role
from orgs.models import Appointment, Post, Tenant, Unit, User
from orgs.queries import actor_of, root_unit
from tests.factories.orgs import TenantFactory, make_unit, seat
from tests.matrix.fillings import FILLINGS, LATER
from tests.matrix.marks import COMMON, mark

#: Units of both tenants, in the order of their marks.
PLACES = ("city", "qinghe", "yunshan", "dongfeng", "nanlu", "hongqi", "xinghuo", "songling")
_TREE = {
    "qinghe": ("city", "county", "region"),
    "yunshan": ("city", "county", "region"),
    "dongfeng": ("qinghe", "township", "town"),
    "nanlu": ("yunshan", "township", "town"),
    "hongqi": ("dongfeng", "grassroots", "village"),
    "xinghuo": ("dongfeng", "grassroots", "private_enterprise"),
    "songling": ("nanlu", "grassroots", "village"),
}
#: Actor → unit and role. Every role of the product has one.
SEATS = {
    "leader": ("city", Role.LEADER),
    "office": ("city", Role.OFFICE),
    "administrator": ("city", Role.TENANT_ADMINISTRATOR),
    "security": ("city", Role.SECURITY_ADMINISTRATOR),
    "auditor": ("city", Role.AUDITOR),
    "viewer": ("city", Role.VIEWER),
    "expert": ("city", Role.EXPERT),
    "inspector": ("city", Role.INSPECTOR),
    "county": ("qinghe", Role.SUPERIOR_OFFICE),
    "other_county": ("yunshan", Role.SUPERIOR_OFFICE),
    "instructor": ("qinghe", Role.INSTRUCTOR),
    "township": ("dongfeng", Role.SUPERIOR_OFFICE),
    "other_township": ("nanlu", Role.SUPERIOR_OFFICE),
    "liaison": ("dongfeng", Role.LIAISON),
    "secretary": ("hongqi", Role.SECRETARY),
    "union_chair": ("hongqi", Role.UNION_CHAIR),
    "neighbour": ("xinghuo", Role.SECRETARY),
    "cousin": ("songling", Role.SECRETARY),
}


@dataclass(slots=True)
class Side:
    """One tenant of the world."""

    letter: str
    tenant: Tenant
    units: dict[str, Unit]
    actors: dict[str, Actor]
    #: (model, place) → primary key; place is "" for rows of the whole tenant.
    rows: dict[tuple[type[models.Model], str], Any] = field(default_factory=dict)

    def row(self, model: type[models.Model], place: str) -> Any:
        """Key of the row at a place, or of the tenant's only one."""
        return self.rows.get((model, place), self.rows.get((model, "")))


@dataclass(slots=True)
class World:
    here: Side
    there: Side

    #: A key that no row of either tenant has.
    NEVER = 987_654_321


def tenant_models() -> list[type[TenantOwned]]:
    return [model for model in apps.get_models() if issubclass(model, TenantOwned)]


def build_world() -> World:
    with transaction.atomic():
        return World(_found("A", "9900", "示范市"), _found("B", "9800", "远山市"))


def _found(letter: str, code: str, name: str) -> Side:
    tenant = TenantFactory(
        code=code,
        name=f"{name}{mark(letter, COMMON)}",
        leading_group=f"{name}{mark(letter, COMMON)}党工共建领导小组",
        document_mark=f"{mark(letter, COMMON)}党工组",
    )
    with tenant_scope(tenant.pk):
        city = root_unit()
        assert city is not None
        units = {"city": city}
        for number, (place, (above, level, category)) in enumerate(_TREE.items()):
            units[place] = make_unit(
                tenant,
                units[above],
                f"{code}{number:02}",
                f"{place}{mark(letter, PLACES.index(place))}",
                level=level,
                category=category,
                worker_count=100 + number,
                member_count=50 + number,
            )
        actors = {
            key: actor_of(
                seat(
                    tenant,
                    units[place],
                    role,
                    f"{role}{mark(letter, PLACES.index(place))}",
                    f"{key}{mark(letter, PLACES.index(place))}",
                    is_principal=role == Role.SECRETARY,
                ),
                tenant,
            )
            for key, (place, role) in SEATS.items()
        }
        side = Side(letter, tenant, units, actors)
        _fill(side)
    return side


# --- every table ------------------------------------------------------------------------


def _fill(side: Side) -> None:
    _note_what_stands(side)
    pending = [model for model in _in_order() if (model, "city") not in side.rows]
    problems = []
    for model in pending:
        places = PLACES if is_placed(model) else ("",)
        for place in places:
            try:
                with transaction.atomic():
                    made = model(**values_of(model, side, place))
                    model._base_manager.bulk_create([made])
            except Exception as error:  # noqa: BLE001 -- all tables that cannot be filled, at once
                problems.append(f"{model._meta.label} at {place or 'tenant'}: {error!s:.300}")
                break
            side.rows[model, place] = made.pk
    _tie_later(side)
    assert not problems, "say in tests/matrix/fillings.py how:\n" + "\n".join(problems)


def _note_what_stands(side: Side) -> None:
    """Rows that the services of ``orgs`` have made: of each unit one."""
    for place, unit in side.units.items():
        side.rows[Unit, place] = unit.pk
        post = Post.objects.filter(unit=unit).order_by("pk").first()
        if post is None:
            continue
        side.rows[Post, place] = post.pk
        term = Appointment.objects.filter(post=post).order_by("pk").first()
        assert term is not None
        side.rows[Appointment, place] = term.pk
        side.rows[User, place] = term.user_id
        side.rows[apps.get_model("orgs", "Membership"), place] = (
            term.membership_id if hasattr(term, "membership_id") else None
        )


def _parents(model: type[models.Model]) -> Iterator[models.ForeignKey[Any, Any]]:
    for candidate in model._meta.local_fields:
        if isinstance(candidate, models.ForeignKey) and candidate.related_model is not Tenant:
            yield candidate


def is_placed(model: type[models.Model]) -> bool:
    """Tell whether each row of the table has a unit, be it through another table."""
    return model in _placed()


@cache
def _placed() -> frozenset[type[models.Model]]:
    placed: set[type[models.Model]] = {Unit, User}
    grown = True
    while grown:
        more = {
            model
            for model in tenant_models()
            if model not in placed
            and any(parent.related_model in placed for parent in _parents(model))
        }
        placed |= more
        grown = bool(more)
    return frozenset(placed)


def _in_order() -> list[type[models.Model]]:
    """Tables after those they must point to."""
    done: set[type[models.Model]] = {Unit, Post, Appointment, User}
    left = [model for model in tenant_models() if model not in done]
    order: list[type[models.Model]] = []
    while left:
        ready = [
            model
            for model in left
            if all(
                parent.null or parent.related_model in done or parent.related_model is model
                for parent in _parents(model)
            )
        ]
        # Who points to nothing unmade, even where it need not, goes first.
        best = [
            model
            for model in ready
            if all(p.related_model in done or p.related_model is model for p in _parents(model))
        ] or ready[:1]
        assert best, left
        order += best
        done |= set(best)
        left = [model for model in left if model not in done]
    return order


def values_of(model: type[models.Model], side: Side, place: str) -> dict[str, Any]:
    index = PLACES.index(place) if place else COMMON
    said = FILLINGS.get(model._meta.label, {})
    values: dict[str, Any] = {}
    for candidate in model._meta.local_fields:
        if candidate.primary_key or candidate.name == "tenant" or candidate.generated:
            continue
        if candidate.name in said:
            told = said[candidate.name]
            values[candidate.attname] = told(index, side) if callable(told) else told
        elif isinstance(candidate, models.ForeignKey):
            target: Any = candidate.related_model
            if target is not model:
                key = side.row(target, place or "city")
                values[candidate.attname] = key
        else:
            values[candidate.attname] = _plain(candidate, side, index, place)
    return values


def _plain(candidate: models.Field[Any, Any], side: Side, index: int, place: str) -> Any:  # noqa: PLR0912 -- one answer per kind of column
    token = mark(side.letter, index)
    if isinstance(candidate, ArrayField):
        return []
    if candidate.choices:
        return candidate.get_default() or candidate.flatchoices[0][0]
    if candidate.name.startswith("path") or candidate.name.endswith("path"):
        return side.units[place or "city"].path
    if isinstance(candidate, models.BooleanField):
        return candidate.get_default() or False
    if isinstance(candidate, models.JSONField):
        return (
            candidate.get_default() if candidate.has_default() else None if candidate.null else {}
        )
    if isinstance(candidate, models.UUIDField):
        return uuid.uuid4()
    if isinstance(candidate, models.DecimalField):
        return candidate.get_default() if candidate.has_default() else Decimal(1)
    if isinstance(candidate, models.DateTimeField):
        return timezone.now() + dt.timedelta(hours=candidate.name.startswith(("ends", "until")))
    if isinstance(candidate, models.DateField):
        late = candidate.name.startswith(("ends", "until", "due"))
        return timezone.localdate() + dt.timedelta(days=30 * late)
    if isinstance(candidate, models.TimeField):
        return dt.time(9 + candidate.name.startswith("ends"))
    if isinstance(candidate, models.IntegerField):
        if candidate.name == "year" or candidate.name.endswith("_year"):
            return 2026
        if candidate.has_default() and candidate.name not in _keyed(candidate.model):
            return candidate.get_default()
        return 1 if index == COMMON else index + 1
    if isinstance(candidate, models.BinaryField):
        return token.encode()
    if isinstance(candidate, (models.CharField, models.TextField)):
        length = candidate.max_length or 10_000
        if length < len(token):
            return str(index)[:length]
        return f"{candidate.name}{token}"[-length:] if length < 40 else f"{token}{candidate.name}"
    if candidate.null:
        return None
    raise TypeError(f"no value for {candidate}")


def _keyed(model: type[models.Model]) -> set[str]:
    """Columns that stand in a unique key, and so must differ from row to row."""
    return {
        name
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
        for name in constraint.fields
    }


def _tie_later(side: Side) -> None:
    """References that could not be written with their row."""
    for label, name in LATER:
        model = apps.get_model(label)
        target: Any = model._meta.get_field(name).related_model
        for place in (*PLACES, ""):
            key, other = side.rows.get((model, place)), side.row(target, place or "city")
            if key is not None and other is not None:
                model._base_manager.filter(pk=key).update(**{name: other})
