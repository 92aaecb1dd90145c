"""Each table by itself: reading, changing and pointing across tenants, one lock at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext

import pytest
from django.db import DatabaseError, connection, models, transaction

from gongjian.foundation.tenancy.models import TenantOwned
from gongjian.foundation.tenancy.scope import tenant_scope
from tests.matrix.locks import without_managers, without_policy, without_row_security
from tests.matrix.world import World, tenant_models

MODELS = sorted(tenant_models(), key=lambda model: model._meta.label)


def seen(model: type[models.Model], world: World) -> bool:
    """Tell whether somebody of one tenant can read a row of the other."""
    key = world.there.row(model, "hongqi")
    with transaction.atomic(), tenant_scope(world.here.tenant.pk):
        return model._base_manager.filter(pk=key).exists()


def tables_seen(world: World) -> list[str]:
    return [model._meta.label for model in MODELS if seen(model, world)]


def test_no_table_shows_the_other_tenant(world: World):
    assert tables_seen(world) == []


def test_policies_alone_show_no_other_tenant(world: World):
    with without_managers():
        assert tables_seen(world) == []


def test_managers_alone_show_no_other_tenant(world: World):
    with without_row_security():
        assert tables_seen(world) == []


def test_each_dropped_policy_is_seen(world: World):
    """A mutant for each table: its policy gone, the managers off."""
    found = []
    with without_managers():
        for model in MODELS:
            with without_policy(model):
                found += [model] if seen(model, world) else []
    assert found == MODELS


def test_each_unscoped_manager_is_seen(world: World):
    """A mutant for each table: its manager unscoped, row security off."""
    found = []
    with without_row_security():
        for model in MODELS:
            with without_managers(model):
                found += [model] if seen(model, world) else []
    assert found == MODELS


def _refused(act: Callable[[], object], tenant_id: int | None = None) -> bool:
    scope = nullcontext() if tenant_id is None else tenant_scope(tenant_id)
    try:
        with scope, transaction.atomic():
            act()
    except DatabaseError:
        return True
    return False


def test_no_row_of_the_other_tenant_can_be_changed_or_removed(world: World):
    """By plain SQL, as an attacker within the process would."""
    reached = []
    for model in MODELS:
        table, key = model._meta.db_table, world.there.row(model, "hongqi")
        for statement in (
            f'UPDATE "{table}" SET tenant_id = tenant_id WHERE id = %s',  # noqa: S608
            f'DELETE FROM "{table}" WHERE id = %s',  # noqa: S608
        ):
            counts = []

            def act(statement: str = statement, key: int = key, counts: list[int] = counts) -> None:
                with connection.cursor() as cursor:
                    cursor.execute(statement, [key])
                    counts.append(cursor.rowcount)

            if not _refused(act, world.here.tenant.pk) and counts != [0]:
                reached.append(statement)
    assert reached == []


def test_no_row_can_be_given_to_the_other_tenant(world: World):
    """WITH CHECK: a row one may write cannot be moved across."""
    moved = []
    for model in MODELS:
        table, key = model._meta.db_table, world.here.row(model, "hongqi")

        def act(table: str = table, key: int = key) -> None:
            with connection.cursor() as cursor:
                cursor.execute(
                    f'UPDATE "{table}" SET tenant_id = %s WHERE id = %s',  # noqa: S608
                    [world.there.tenant.pk, key],
                )

        if not _refused(act, world.here.tenant.pk):
            moved.append(model._meta.label)
    assert moved == []


def references() -> Iterator[tuple[type[models.Model], models.ForeignKey]]:
    for model in MODELS:
        for field in model._meta.local_fields:
            if isinstance(field, models.ForeignKey) and issubclass(
                field.related_model, TenantOwned
            ):
                yield model, field


def test_no_reference_can_point_to_the_other_tenant(world: World):
    """Row security does not look at foreign keys; the same-tenant keys do, for the owner too."""
    pointed = []
    with without_row_security():
        for model, field in references():
            key = world.here.row(model, "hongqi")
            other = world.there.row(field.related_model, "hongqi")

            def act(model=model, field=field, key=key, other=other) -> None:
                with connection.cursor() as cursor:
                    cursor.execute(
                        f'UPDATE "{model._meta.db_table}" SET "{field.column}" = %s'  # noqa: S608
                        " WHERE id = %s",
                        [other, key],
                    )
                    assert cursor.rowcount == 1

            if not _refused(act, world.here.tenant.pk):
                pointed.append(f"{model._meta.label}.{field.name}")
    assert pointed == []


@pytest.mark.parametrize("scope", ["none", "empty"])
def test_without_a_tenant_every_table_is_an_error_and_never_empty(world: World, scope: str):
    silent = []
    for model in MODELS:

        def act(model=model) -> None:
            with connection.cursor() as cursor:
                if scope == "empty":
                    cursor.execute("SELECT set_config('gongjian.tenant_id', '', true)")
                cursor.execute(f'SELECT 1 FROM "{model._meta.db_table}" LIMIT 1')  # noqa: S608

        if not _refused(act):
            silent.append(model._meta.label)
    assert silent == []
