"""四不两直: until it begins, nothing the visited unit can open speaks of the visit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from gongjian.commons.notices.models import Notice
from gongjian.commons.search.queries import find
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import FieldErrors
from gongjian.foundation.web.shelves import todo_sources, todos_of
from inspections.contributions import find_todos
from inspections.models import PlanLine, PlanLineUnit, Visit
from inspections.queries.visits import visible_visits
from inspections.services.inspecting import start_visit
from inspections.services.visiting import cancel_visit, counted_in_year, merge_into, move_visit
from inspections.urls import urlpatterns
from tests.factories.inspections import arranged, plan_line

SECRET = "暗访工会经费"


def secret_visit(cast, **values) -> Visit:
    line = plan_line(cast, cast.hongqi, topic=SECRET)
    PlanLine.objects.filter(pk=line.pk).update(method="unannounced")
    line.refresh_from_db()
    return arranged(cast, line=line, **values)


def addresses(visit: Visit) -> list[str]:
    """Every address of the app, with the visit wherever a number is asked for."""
    kinds = {"pk": visit.pk, "plan": visit.pk, "member": visit.members.first().pk}
    found = []
    for pattern in urlpatterns:
        names = pattern.pattern.converters
        values = {name: kinds.get(name, visit.unit_id) for name in names}
        if "step" in values:
            values["step"] = "start"
        found.append(reverse(f"inspections:{pattern.name}", kwargs=values))
    return found


def body_of(response) -> str:
    return b"".join(response).decode(errors="replace")


def test_no_address_speaks_of_it_before_it_begins(cast, sign_in):
    visit = secret_visit(cast)
    for reader in (cast.secretary, cast.union_chair):
        assert not visible_visits(reader).exists()
        assert not todos_of(reader, [source_of()])
        assert not [one for one in find(reader, SECRET) if SECRET in str(one)]
    assert counted_in_year(visit.unit_id, today().year, seen_from=cast.secretary.path) == 0
    assert counted_in_year(visit.unit_id, today().year) == 1
    client = sign_in(cast.secretary)
    for address in [*addresses(visit), "/", reverse("search:page"), reverse("notices:inbox")]:
        answers = [client.get(address, {"q": SECRET} if "search" in address else {})]
        if "/visits/" in address:
            answers.append(client.post(address, {"reason": "不便"}))
        for answer in answers:
            body = body_of(answer)
            # The search page repeats what was asked for.
            assert SECRET not in body or "search" in address, address
            assert visit.get_absolute_url() not in body or answer.status_code == 404, address
    visit.refresh_from_db()
    assert visit.state == "planned"


def source_of():
    return next(source for source in todo_sources if source.find is find_todos)


def test_it_is_seen_by_those_who_send_it_and_by_the_unit_once_it_begins(cast):
    visit = secret_visit(cast)
    assert visit in visible_visits(cast.office)
    assert visit in visible_visits(cast.county)
    start_visit(visit, actor=cast.office)
    assert visit in visible_visits(cast.secretary)


def test_moving_and_cancelling_tell_nobody_at_the_unit(cast):
    visit = secret_visit(cast)
    later = today() + timedelta(days=1)
    visit = move_visit(visit, actor=cast.office, starts_on=later, ends_on=later)
    cancel_visit(visit, actor=cast.office, reason="另有安排")
    assert not Notice.objects.filter(
        rule__in=["inspections.visit_moved", "inspections.visit_cancelled"]
    ).exists()
    assert not visible_visits(cast.secretary).exists()


def test_a_visit_the_unit_knows_of_takes_in_no_unannounced_item(cast):
    secret = secret_visit(cast)
    line = secret.lines.get().line
    open_line = PlanLine.objects.get(pk=line.pk)
    open_line.pk, open_line.topic, open_line.method = None, "综合督查", "comprehensive"
    open_line.save()
    PlanLineUnit.objects.create(line=open_line, unit=cast.hongqi)
    known = arranged(cast, line=open_line)
    with pytest.raises(FieldErrors) as refused:
        merge_into(known, actor=cast.office, lines=[line])
    assert "四不两直" in str(refused.value.errors)
    assert known in visible_visits(cast.secretary)
