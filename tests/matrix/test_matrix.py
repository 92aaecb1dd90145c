"""Each address × each kind of actor × rows near and far, with both locks and with each alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gongjian.foundation.kernel.actor import Actor, Reach
from tests.matrix.actors import Answer, Browser
from tests.matrix.oracles import CEILING, broken_headers, likeness, marks_in
from tests.matrix.routes import Route, addresses
from tests.matrix.world import PLACES, SEATS, Side, World

ROUTES = addresses().pages
_WIDTH = [Reach.OWN, Reach.CHILDREN, Reach.SUBTREE, Reach.TENANT]


@pytest.fixture(scope="session")
def browsers(world: World) -> dict[str, Browser]:
    return {key: Browser(actor) for key, actor in world.here.actors.items()}


def holders(route: Route, side: Side) -> list[str]:
    """One actor for each reach with which the permission is held."""
    by_reach: dict[Reach, str] = {}
    for key, actor in side.actors.items():
        reach = actor.grants.get(route.permission)
        if reach is not None:
            by_reach.setdefault(reach, key)
    return [by_reach[reach] for reach in _WIDTH if reach in by_reach]


def outsiders(route: Route, side: Side) -> list[str]:
    return [key for key, actor in side.actors.items() if not actor.may(route.permission)]


def each_answer(
    route: Route, browser: Browser, found: Iterator[str], methods: tuple[str, ...]
) -> Iterator[tuple[str, Answer]]:
    for address in found:
        for method in methods:
            yield f"{method} {address}", browser.ask(method, address)


@pytest.mark.slow
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_rows_of_another_tenant_do_not_exist(route: Route, world: World, browsers):
    """Neither to be seen nor to be changed, and no different from rows that never were."""
    if not route.names_rows:
        pytest.skip("the address names no row")
    wrong = []
    for key in holders(route, world.here):
        far = list(route.addresses(world.there, "hongqi"))
        never = list(route.never(world.here, "hongqi", world.NEVER))
        for there, nowhere in zip(far, never, strict=True):
            for method in route.methods:
                answer = browsers[key].ask(method, there)
                missing = browsers[key].ask(method, nowhere)
                wrong += [f"{key} {method} {there}: {fault}" for fault in faults(answer)]
                if likeness(answer, there) != likeness(missing, nowhere):
                    wrong.append(f"{key} {method} {there} differs from {nowhere}")
    assert wrong == []


def faults(answer: Answer) -> list[str]:
    """What is wrong with the answer to a request for another tenant's row."""
    found = [] if answer.status == 404 else [f"status {answer.status}"]
    if answer.written:
        found.append(f"wrote {answer.written}")
    if any(letter == "B" for letter, _ in marks_in(answer)):
        found.append("shows the other tenant")
    return found
