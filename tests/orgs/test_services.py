from __future__ import annotations

from datetime import timedelta

import pytest

from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted
from orgs.models import Appointment, Unit
from orgs.queries import ancestors_of, current_appointments, search_units, subtree, system_actor
from orgs.services import close_unit, create_unit, end_appointment, move_unit, path_step


def test_path_steps_sort_like_numbers():
    steps = [path_step(number) for number in (0, 9, 10, 35, 36, 36**3)]
    assert steps == sorted(steps)
    assert steps == ["0000", "0009", "000a", "000z", "0010", "1000"]


def test_a_child_stands_under_its_parent(cast):
    assert cast.hongqi.path.startswith(cast.dongfeng.path)
    assert [unit.name for unit in ancestors_of(cast.hongqi)] == ["示范市", "清河县", "东风镇"]
    assert subtree(cast.qinghe.path).count() == 6


def test_moving_takes_everything_below_along(cast):
    move_unit(cast.dongfeng, actor=cast.administrator, parent=cast.yunshan)

    village = Unit.objects.get(pk=cast.hongqi.pk)
    assert [unit.name for unit in ancestors_of(village)] == ["示范市", "云山区", "东风镇"]
    assert Unit.objects.get(pk=cast.qinghe.pk).child_count == 1
    assert Unit.objects.get(pk=cast.yunshan.pk).child_count == 2


def test_a_unit_cannot_be_moved_below_itself(cast):
    with pytest.raises(FieldErrors, match="更正"):
        move_unit(cast.qinghe, actor=cast.administrator, parent=cast.dongfeng)


def test_a_unit_with_children_cannot_be_closed(cast):
    with pytest.raises(DomainError, match="还有下级单位"):
        close_unit(cast.dongfeng, actor=cast.administrator, closed_on=today(), reason="合并")


def test_a_secretary_may_not_add_units(cast):
    with pytest.raises(NotPermitted):
        create_unit(
            actor=cast.secretary,
            parent=cast.hongqi,
            values={"code": "1", "name": "一组", "level": "grassroots"},
        )


def test_units_are_found_by_initials(cast):
    found = search_units(subtree(cast.city.path), "qhx")
    assert [unit.name for unit in found] == ["清河县"]


def test_when_the_term_ends_the_person_acts_no_more(cast):
    term = Appointment.objects.get(pk=cast.secretary.appointment_id)
    term.starts_on = today() - timedelta(days=30)
    term.save()
    end_appointment(term, actor=cast.administrator)
    assert current_appointments(cast.secretary.user_id).count() == 0


def test_each_write_leaves_its_trail(cast):
    before = TrailEntry.objects.count()
    create_unit(
        actor=system_actor(cast.tenant),
        parent=cast.city,
        values={"code": "990003", "name": "白云县", "level": "county"},
    )
    entry = TrailEntry.objects.latest("pk")
    assert TrailEntry.objects.count() == before + 1
    assert (entry.action, entry.subject_label) == ("orgs.unit.created", "白云县")
