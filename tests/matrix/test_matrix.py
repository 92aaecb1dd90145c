"""Each address × each kind of actor × rows near and far, with both locks and with each alone."""

from __future__ import annotations

from zlib import crc32

import pytest

from gongjian.foundation.kernel.actor import Actor, Reach
from tests.matrix.actors import Answer, Browser
from tests.matrix.locks import without_managers, without_row_security
from tests.matrix.oracles import CEILING, broken_headers, likeness, marks_in
from tests.matrix.routes import Route, addresses
from tests.matrix.targets import SHARED
from tests.matrix.world import SEATS, Side, World

ROUTES = addresses().pages
#: Pages that write when they are only read, and what.
WRITES_WHEN_READ = {
    # The quarter one is about to open is put into the calendar, the same for whoever asks.
    "responsibilities:open_quarter": {"calendar_period"},
    # Taking the trail out of the house is itself an act.
    "orgs:trail_export": {"audit_trailentry"},
}
_WIDTH = [Reach.OWN, Reach.CHILDREN, Reach.SUBTREE, Reach.TENANT]


@pytest.fixture(scope="module")
def browsers(world: World) -> dict[str, Browser]:
    people: dict[str, Actor | None] = {**world.here.actors, "visitor": None}
    return {key: Browser(actor) for key, actor in people.items()}


def holders(route: Route, side: Side) -> list[str]:
    """One actor for each reach with which the permission is held."""
    by_reach: dict[Reach, str] = {}
    for key, actor in side.actors.items():
        reach = actor.grants.get(route.permission)
        if reach is not None:
            by_reach.setdefault(reach, key)
    return [by_reach[reach] for reach in _WIDTH if reach in by_reach]


def outsiders(route: Route, side: Side) -> list[str]:
    """Three who do not hold the permission; over all addresses every role has its turn."""
    without = [key for key, actor in side.actors.items() if not actor.may(route.permission)]
    turn = crc32(route.name.encode()) % max(1, len(without))
    return [*without[turn:], *without[:turn]][:3]


#: `make check` asks one address in twelve, `make test` asks them all.
EACH = [
    pytest.param(route, id=route.name, marks=[] if turn % 12 == 0 else [pytest.mark.slow])
    for turn, route in enumerate(ROUTES)
]
ROWS = [each for each in EACH if each.values[0].names_rows]


@pytest.mark.parametrize("route", ROWS)
def test_rows_of_another_tenant_do_not_exist(route: Route, world: World, browsers):
    """Neither to be seen nor to be changed, and no different from rows that never were."""
    wrong = []
    for key in holders(route, world.here):
        far = list(route.addresses(world.there, "hongqi"))
        never = list(route.never(world.here, "hongqi", world.NEVER))
        for there, nowhere in zip(far, never, strict=True):
            for method in route.methods:
                answer = browsers[key].ask(method, there)
                wrong += [f"{key} {method} {there}: {fault}" for fault in faults(answer)]
                if method != "get":
                    continue
                missing = browsers[key].ask(method, nowhere)
                if likeness(answer, there) != likeness(missing, nowhere):
                    wrong.append(f"{key} {method} {there} differs from {nowhere}")
    none(wrong)


@pytest.mark.parametrize("route", EACH)
def test_a_page_is_there_for_those_who_hold_its_permission_alone(route: Route, world, browsers):
    """A visitor is sent to sign in; a post without the permission finds nothing at all."""
    wrong = []
    address = next(route.addresses(world.here, "hongqi"))
    for method in route.methods:
        answer = browsers["visitor"].ask(method, address)
        if answer.status != 302 or not answer.headers["Location"].startswith("/accounts/login/"):
            wrong.append(f"visitor {method} {address}: {answer.status}")
        for key in outsiders(route, world.here):
            answer = browsers[key].ask(method, address, HTTP_HX_REQUEST="true")
            if answer.status != 404 or answer.written or not answer.noted or marks_in(answer):
                wrong.append(f"{key} {method} {address}: {answer.status} {answer.written}")
    none(wrong)


@pytest.mark.parametrize("route", EACH)
def test_a_page_shows_its_own_tenant_alone_and_keeps_the_rules_of_all_pages(
    route: Route, world: World, browsers
):
    """What holders of the permission see: no foreign mark, strict headers, no write, no error."""
    wrong = []
    for key in holders(route, world.here):
        place = SEATS[key][0]
        for address in route.addresses(world.here, place):
            if "get" not in route.methods:
                continue
            answer = browsers[key].ask("get", address)
            wrong += [f"{key} get {address}: {fault}" for fault in faults_of_a_page(route, answer)]
        for method in sorted({"get", "post", "put", "patch", "delete"} - set(route.methods)):
            answer = browsers[key].ask(method, address)
            gone = route.name == "orgs:no_post" and answer.status == 302
            if answer.written or not (answer.status in {405, 404} or gone):
                wrong.append(f"{key} {method} {address} is not offered: {answer.status}")
    none(wrong)


def faults_of_a_page(route: Route, answer: Answer) -> list[str]:
    found = broken_headers(answer, signed_in=True)
    if answer.status >= 500 or answer.status == 403:
        found.append(f"status {answer.status}")
    if any(letter == "B" for letter, _ in marks_in(answer)):
        found.append("shows the other tenant")
    if answer.statements > CEILING:
        found.append(f"{answer.statements} statements")
    if answer.written and not WRITES_WHEN_READ.get(route.name, set()) >= set(answer.written):
        found.append(f"wrote {answer.written}")
    return found


def none(wrong: list[str]) -> None:
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


def faults(answer: Answer) -> list[str]:
    """What is wrong with the answer to a request for another tenant's row."""
    found = [] if answer.status == 404 else [f"status {answer.status}"]
    if answer.written:
        found.append(f"wrote {answer.written}")
    if not answer.noted:
        found.append("the trail does not tell of it")
    if any(letter == "B" for letter, _ in marks_in(answer)):
        found.append("shows the other tenant")
    return found


LOCKS = {"without managers": without_managers, "without row security": without_row_security}


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize("route", [each for each in EACH if "get" in each.values[0].methods])
def test_each_lock_holds_alone(route: Route, lock: str, world: World, browsers):
    """With the other one off, neither lists nor rows of the other tenant are to be read."""
    wrong = []
    widest = holders(route, world.here)[-1:]
    with LOCKS[lock]():
        for key in widest:
            near = SEATS[key][0]
            answer = browsers[key].ask("get", next(route.addresses(world.here, near)))
            if answer.status >= 500 or any(letter == "B" for letter, _ in marks_in(answer)):
                wrong.append(f"{key} {route.name} of its own: {answer.status}")
            if route.names_rows:
                answer = browsers[key].ask("get", next(route.addresses(world.there, near)))
                wrong += [f"{key} {route.name}: {fault}" for fault in faults(answer)]
    none(wrong)


BRANCHES = [each for each in ROWS if each.values[0].is_placed]


@pytest.mark.parametrize("route", BRANCHES)
def test_rows_of_another_branch_do_not_exist_either(route: Route, world: World, browsers):
    """What a post holds for its own unit or its subtree ends there."""
    wrong = []
    for key, beyond in (("secretary", "songling"), ("county", "nanlu"), ("township", "songling")):
        reach = world.here.actors[key].grants.get(route.permission)
        if reach in {None, Reach.TENANT} or route.name in SHARED:
            continue
        for method in route.methods:
            address = next(route.addresses(world.here, beyond))
            answer = browsers[key].ask(method, address)
            if answer.status != 404 or answer.written or not answer.noted:
                wrong.append(f"{key} {method} {address}: {answer.status} {answer.written}")
    none(wrong)
