"""The world itself: every table holds a row at every place."""

from __future__ import annotations

from tests.matrix.world import PLACES, World, is_placed, tenant_models


def test_every_table_holds_a_row_of_both_tenants(world: World):
    missing = [
        f"{model._meta.label} {place}"
        for side in (world.here, world.there)
        for model in tenant_models()
        for place in (PLACES if is_placed(model) else ("",))
        if side.rows.get((model, place)) is None
    ]
    assert missing == []
