"""Row-level security and same-tenant keys as constraints of the model.

Standing in ``Meta.constraints`` they are written by ``makemigrations`` and
guarded by ``makemigrations --check`` like any other.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement
from django.db.models import BaseConstraint, Model


class _SqlConstraint(BaseConstraint):
    """A constraint that is plain SQL after the table, never inside CREATE TABLE."""

    create: str
    remove: str
    arguments: tuple[str, ...] = ()

    def __init__(self, *, name: str, **arguments: str) -> None:
        super().__init__(name=name)
        for argument in self.arguments:
            setattr(self, argument, arguments[argument])

    def constraint_sql(self, model: type[Model] | None, schema_editor: Any) -> Any:
        # Asked for when the constraint stands inside CREATE TABLE. It cannot, so it
        # follows at the end of the migration; without this the wall would be missing.
        self.create_sql(model, schema_editor)

    def create_sql(
        self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> Any:
        # At the end of the migration all tables and their keys exist, in whatever
        # order makemigrations wrote the operations down.
        editor: Any = schema_editor
        editor.deferred_sql.append(self._statement(self.create, model, editor))

    def remove_sql(
        self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> Any:
        return self._statement(self.remove, model, schema_editor)

    def _statement(self, template: str, model: Any, schema_editor: Any) -> Statement:
        quote = schema_editor.quote_name
        parts = {argument: quote(getattr(self, argument)) for argument in self.arguments}
        return Statement(
            template, table=quote(model._meta.db_table), name=quote(self.name), **parts
        )

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Leave the check to PostgreSQL."""

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        kwargs.update({argument: getattr(self, argument) for argument in self.arguments})
        return path, tuple(args), kwargs

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _SqlConstraint):
            return NotImplemented
        return self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash(self.name)


# The loud form on purpose: without the setting a query is an error, not an
# empty page. Beside the manager's own filter PostgreSQL evaluates it once.
_HERE = "tenant_id = current_setting('gongjian.tenant_id')::bigint"


class TenantWall(_SqlConstraint):
    """Let the application role see and write only rows of the tenant in scope."""

    create = (
        "ALTER TABLE %(table)s ENABLE ROW LEVEL SECURITY;"
        "ALTER TABLE %(table)s FORCE ROW LEVEL SECURITY;"
        f"CREATE POLICY %(name)s ON %(table)s USING ({_HERE}) WITH CHECK ({_HERE})"
    )
    remove = (
        "DROP POLICY %(name)s ON %(table)s;"
        "ALTER TABLE %(table)s NO FORCE ROW LEVEL SECURITY;"
        "ALTER TABLE %(table)s DISABLE ROW LEVEL SECURITY"
    )


class SameTenant(_SqlConstraint):
    """Refuse references across tenants, which row-level security does not check."""

    arguments = ("column", "to")
    create = (
        "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s "
        "FOREIGN KEY (tenant_id, %(column)s) REFERENCES %(to)s (tenant_id, id)"
    )
    remove = "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s"
