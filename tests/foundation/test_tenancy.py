from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from gongjian.foundation.tenancy.scope import TenantNotSet, tenant_scope
from orgs.models import Organization, Unit
from tests.factories.orgs import TenantFactory, make_unit


def _raw_count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM orgs_unit")
        return cursor.fetchone()[0]


def test_tests_run_as_a_role_that_cannot_walk_through_the_wall(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("gongjian_app", False)


def test_without_a_tenant_the_manager_refuses(tenant):
    with pytest.raises(TenantNotSet):
        Unit.objects.exists()


def test_without_a_tenant_the_database_refuses(tenant):
    with pytest.raises(DatabaseError), transaction.atomic():
        _raw_count()


def test_the_wall_holds_for_raw_sql(tenant):
    other = TenantFactory()
    make_unit(other, _root(other), "1", "甲县")
    with tenant_scope(tenant.pk):
        assert _raw_count() == 1
    with tenant_scope(other.pk):
        assert _raw_count() == 2


def test_scopes_nest_and_hand_the_outer_tenant_back(tenant):
    other = TenantFactory()
    make_unit(other, _root(other), "1", "甲县")
    with tenant_scope(tenant.pk):
        with tenant_scope(other.pk):
            assert (Unit.objects.count(), _raw_count()) == (2, 2)
        assert (Unit.objects.count(), _raw_count()) == (1, 1)
        with pytest.raises(ZeroDivisionError), tenant_scope(other.pk):
            1 / 0
        assert (Unit.objects.count(), _raw_count()) == (1, 1)


def test_a_row_of_another_tenant_cannot_be_written(tenant):
    other = TenantFactory()
    with tenant_scope(tenant.pk), pytest.raises(DatabaseError), transaction.atomic():
        Unit.objects.create(
            tenant=other, code="x", name="越界", path="000z", depth=1, level="county", pinyin=""
        )


def test_a_reference_to_another_tenant_is_refused(tenant):
    other = TenantFactory()
    foreign = _root(other)
    with tenant_scope(tenant.pk), pytest.raises(IntegrityError), transaction.atomic():
        Organization.objects.create(
            unit_id=foreign.pk, line="party", kind="party_committee", name="越界党委"
        )


@pytest.mark.django_db(transaction=True)
def test_each_transaction_is_bound_by_itself_and_leaves_nothing_behind():
    tenant = TenantFactory()
    with tenant_scope(tenant.pk):
        with transaction.atomic():
            assert Unit.objects.count() == 1
        with pytest.raises(DatabaseError):
            Unit.objects.count()
    with pytest.raises(DatabaseError), transaction.atomic():
        _raw_count()


@pytest.mark.django_db(transaction=True)
def test_on_commit_hooks_see_the_tenant():
    tenant = TenantFactory()
    seen: list[int] = []

    def look() -> None:
        with transaction.atomic():
            seen.append(Unit.objects.count())

    with tenant_scope(tenant.pk), transaction.atomic():
        transaction.on_commit(look)
    assert seen == [1]


def _root(tenant):
    with tenant_scope(tenant.pk):
        return Unit.objects.get(parent__isnull=True)
