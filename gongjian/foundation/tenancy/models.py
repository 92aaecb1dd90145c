"""Base of every table that belongs to a tenant, and the outbox of background work."""

from __future__ import annotations

from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

from gongjian.foundation.kernel.actor import PATH_STEP, Reach, Scope
from gongjian.foundation.tenancy.constraints import SameTenant, TenantWall
from gongjian.foundation.tenancy.scope import require_tenant_id


class CurrentTenant(models.Expression):
    """The tenant in scope, read when SQL is compiled, never before.

    Querysets may be built anywhere (class attributes, forms, filters) and can
    run nowhere without a tenant.
    """

    output_field = models.BigIntegerField()

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[str | int, ...]]:
        return "%s", (require_tenant_id(),)


@models.TextField.register_lookup
class Under(models.Lookup):
    """``path__under=p``: the unit of path p and all below it.

    ``^@`` is leak-proof, so it may use the index under row-level security;
    LIKE may not and is a hundred times slower there.
    """

    lookup_name = "under"

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} ^@ {right}", [*left_params, *right_params]


M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class TenantQuerySet(models.QuerySet[M_co]):
    def within(self, scope: Scope | None) -> Self:
        """Rows whose unit the scope covers; none at all without a scope.

        The model says by ``reach_path`` where the unit's path is found; a model
        without one belongs to the tenant as a whole and is seen by every post
        that holds the permission.
        """
        if scope is None:
            return self.none()
        field = getattr(self.model, "reach_path", None)
        if scope.reach is Reach.TENANT or field is None:
            return self
        if scope.reach is Reach.OWN:
            return self.filter(**{field: scope.path})
        if scope.reach is Reach.SUBTREE:
            return self.filter(**{f"{field}__under": scope.path})
        depth = f"{field.removesuffix('path')}depth"
        return self.filter(
            **{f"{field}__under": scope.path, depth: len(scope.path) // PATH_STEP + 1}
        )


class TenantManager(models.Manager[M_co]):  # noqa: TID251 -- the manager that the ban points to
    def get_queryset(self) -> TenantQuerySet[M_co]:
        queryset: TenantQuerySet[M_co] = TenantQuerySet(self.model, using=self._db)
        return queryset.filter(tenant_id=CurrentTenant())

    def within(self, scope: Scope | None) -> TenantQuerySet[M_co]:
        return self.get_queryset().within(scope)


class TenantOwned(models.Model):
    """A row of one tenant; see ``wall`` for the constraints each table adds."""

    #: Lookup that leads to the path of the row's unit; None for tenant-wide rows.
    reach_path: ClassVar[str | None] = None

    tenant = models.ForeignKey(
        "orgs.Tenant",
        on_delete=models.PROTECT,
        default=require_tenant_id,
        editable=False,
        related_name="+",
        verbose_name="地区",
    )

    objects: ClassVar[TenantManager[Self]] = TenantManager()
    across_tenants: ClassVar[models.Manager[Self]] = models.Manager()  # noqa: TID251 -- the one unscoped door

    class Meta:
        abstract = True
        # Foreign keys, refresh and save go through the wall as well.
        base_manager_name = "objects"


def wall(table: str, **references: str) -> list[models.BaseConstraint]:
    """Constraints of a tenant-owned table: wall, own key, same-tenant references.

    ``references`` maps each foreign key column (``unit_id``) to the table it
    points to (``orgs_unit``). The keys themselves are declared
    ``db_constraint=False`` no more than usual: the composite key is an extra.
    """
    constraints: list[models.BaseConstraint] = [
        TenantWall(name=f"{table}_wall"),
        models.UniqueConstraint(fields=["tenant", "id"], name=f"{table}_tenant_key"),
    ]
    constraints += [
        SameTenant(name=f"{table}_{column}_same"[:63], column=column, to=target)
        for column, target in references.items()
    ]
    return constraints


class OutboxMessage(models.Model):
    """A background job that a committed transaction asked for.

    Global on purpose: the relay serves all tenants. It holds ids only.
    """

    tenant_id = models.BigIntegerField(null=True)
    task = models.CharField(max_length=100)
    arguments = models.JSONField(default=dict)
    queue = models.CharField(max_length=40, default="default")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(sent_at__isnull=True), name="outbox_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.arguments}"
