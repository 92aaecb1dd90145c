"""Migrating notes constraints and indexes in place: same state, same rendered models."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.state import ProjectState

from gongjian.foundation.tenancy.management.commands.migrate import options_in_place

OPERATIONS = [
    CreateModel("Region", [("id", models.BigAutoField(primary_key=True))]),
    CreateModel(
        "Place",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("count", models.IntegerField()),
            ("region", models.ForeignKey("world.Region", models.PROTECT)),
        ],
    ),
    AddConstraint("Place", models.UniqueConstraint(fields=["count"], name="one_of_a_count")),
    AddIndex("Place", models.Index(fields=["count"], name="by_count")),
    AddConstraint(
        "Place", models.CheckConstraint(condition=models.Q(count__gte=0), name="not_negative")
    ),
    AddField("Place", "name", models.TextField(default="")),
]


def carried_out() -> ProjectState:
    state = ProjectState()
    _ = state.apps
    for operation in OPERATIONS:
        operation.state_forwards("world", state)
    return state


def meta(state: ProjectState, model: str = "Place") -> dict[str, Any]:
    of_model = state.apps.get_model("world", model)._meta
    return {
        "constraints": [constraint.deconstruct() for constraint in of_model.constraints],
        "indexes": [index.deconstruct() for index in of_model.indexes],
        "fields": [field.name for field in of_model.get_fields()],
    }


def test_the_state_is_the_one_of_drawing_everything_anew() -> None:
    slow = carried_out()
    with options_in_place():
        quick = carried_out()
    assert quick.models == slow.models
    assert meta(quick) == meta(slow)
    assert meta(quick, "Region") == meta(slow, "Region")
    assert len(meta(quick)["constraints"]) == 2


def test_no_other_model_is_drawn_again_for_a_constraint() -> None:
    state = ProjectState()
    _ = state.apps
    for operation in OPERATIONS[:2]:
        operation.state_forwards("world", state)
    region = state.apps.get_model("world", "Region")
    with options_in_place():
        OPERATIONS[2].state_forwards("world", state)
    assert state.apps.get_model("world", "Region") is region
    OPERATIONS[4].state_forwards("world", state)
    assert state.apps.get_model("world", "Region") is not region


def test_django_works_as_ever_afterwards_even_if_migrating_failed() -> None:
    before = ProjectState.add_constraint
    with pytest.raises(ZeroDivisionError), options_in_place():
        raise ZeroDivisionError
    assert ProjectState.add_constraint is before
