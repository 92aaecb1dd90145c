"""Django's migrate, without drawing every model anew for every constraint.

Each table here hangs on the tenant and carries several walls as constraints. For each of
them Django renders again every model that is related to the tenant, that is all of them:
two thirds of the time of migrating an empty database. A constraint or an index changes
nothing but the list in the Meta of one model, so that list alone is renewed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.state import ProjectState


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with options_in_place():
            super().handle(*args, **options)


@contextmanager
def options_in_place() -> Iterator[None]:
    """While it lasts, an added constraint or index is noted on the rendered model itself.

    The SQL does not change: AddConstraint and AddIndex hand the database their own object,
    and whatever renders the model later reads the list from the state as always.
    """
    drawn_anew = {name: getattr(ProjectState, name) for name in ("add_constraint", "add_index")}

    def add_constraint(state: Any, app_label: str, model_name: str, constraint: Any) -> None:
        _append(state, app_label, model_name, "constraints", constraint)

    def add_index(state: Any, app_label: str, model_name: str, index: Any) -> None:
        _append(state, app_label, model_name, "indexes", index)

    for replacement in (add_constraint, add_index):
        setattr(ProjectState, replacement.__name__, replacement)
    try:
        yield
    finally:
        for name, original in drawn_anew.items():
            setattr(ProjectState, name, original)


def _append(state: Any, app_label: str, model_name: str, option: str, added: Any) -> None:
    model_state = state.models[app_label, model_name]
    model_state.options[option] = [*model_state.options[option], added]
    if "apps" in state.__dict__:
        meta = state.apps.get_model(app_label, model_name)._meta
        setattr(meta, option, [*getattr(meta, option), added])
