from __future__ import annotations

from datetime import timedelta

import pytest

from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import Appointment, Unit
from orgs.queries import ancestors_of, current_appointments, search_units, subtree, system_actor
from orgs.services import (
    close_unit,
    create_unit,
    edit_organization,
    edit_unit,
    end_appointment,
    found_organization,
    move_unit,
    path_step,
    seat_first_administrator,
)


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


def test_a_unit_stands_below_a_higher_level_only(cast):
    values = {"code": "990003", "name": "白云县", "level": "county"}
    with pytest.raises(FieldErrors) as refused:
        create_unit(actor=cast.office, parent=cast.dongfeng, values=values)
    assert list(refused.value.errors) == ["level"]
    with pytest.raises(FieldErrors):
        edit_unit(cast.qinghe, actor=cast.office, values={"level": "grassroots"})
    with pytest.raises(FieldErrors):
        edit_unit(cast.dongfeng, actor=cast.office, values={"level": "county"})


def test_a_closed_unit_neither_moves_nor_takes_children(cast):
    close_unit(cast.hongqi, actor=cast.administrator, closed_on=today(), reason="合并")
    with pytest.raises(FieldErrors):
        move_unit(cast.hongqi, actor=cast.administrator, parent=cast.nanlu)
    with pytest.raises(FieldErrors):
        move_unit(cast.xinghuo, actor=cast.administrator, parent=cast.hongqi)


def test_the_principal_leaves_with_the_term(cast):
    term = Appointment.objects.get(pk=cast.secretary.appointment_id)
    Appointment.objects.filter(pk=term.pk).update(starts_on=today() - timedelta(days=30))
    assert Unit.objects.get(pk=cast.hongqi.pk).principal_name == "赵春梅"

    end_appointment(term, actor=cast.administrator)

    assert Unit.objects.get(pk=cast.hongqi.pk).principal_name == ""
    with pytest.raises(DomainError, match="已经结束"):
        end_appointment(term, actor=cast.administrator)


def test_a_term_cannot_end_before_it_began(cast):
    term = Appointment.objects.get(pk=cast.secretary.appointment_id)
    with pytest.raises(FieldErrors):
        end_appointment(term, actor=cast.administrator, ends_on=today() - timedelta(days=1))


def test_the_first_administrator_is_seated_only_in_an_empty_tenant(cast):
    with pytest.raises(DomainError, match="已经有职务"):
        seat_first_administrator(cast.tenant, username="late", person_name="林岚")


def test_an_organization_has_its_superior_on_its_own_line(cast):
    party, union = (
        found_organization(cast.dongfeng, actor=cast.office, line=line, kind=kind, name=line)
        for line, kind in (("party", "party_committee"), ("union", "union_association"))
    )
    with pytest.raises(FieldErrors):
        edit_organization(party, actor=cast.office, values={"superior": union})


def test_one_line_holds_one_organization(cast):
    def found():
        return found_organization(
            cast.hongqi, actor=cast.office, line="party", kind="party_branch", name="支部"
        )

    found()
    with pytest.raises(FieldErrors) as refused:
        found()
    assert "已有组织" in str(refused.value.errors)


@pytest.mark.parametrize("looked_at", [1, 3, 2000])
def test_the_index_finds_what_reading_every_name_finds(cast, looked_at):
    """However few units are looked at first: the same units in the same order."""
    for number, name in enumerate(NAMES):
        create_unit(
            actor=cast.administrator,
            parent=[cast.dongfeng, cast.qinghe, cast.yunshan][number % 3],
            values={"code": f"77{number:03d}", "name": name, "level": "grassroots"},
        )
    everything = subtree(cast.city.path)
    for words in (
        "新",
        "新村",
        "abc",
        "ABC 一",
        "xc",
        "x",
        "77",
        "7700",
        "100%",
        "_",
        "村",
        "没有的",
    ):
        small = words.strip().lower()
        expected = [
            unit.pk
            for unit in everything.order_by("depth", "path")
            if small in unit.name.lower() or small in unit.pinyin or unit.code.startswith(small)
        ]
        found = search_units(everything, words, limit=5, looked_at=looked_at)
        assert [unit.pk for unit in found] == expected[:5], words
        below = search_units(
            subtree(cast.qinghe.path), words, limit=50, under=cast.qinghe.path, looked_at=looked_at
        )
        inside = set(subtree(cast.qinghe.path).values_list("pk", flat=True))
        assert [unit.pk for unit in below] == [pk for pk in expected if pk in inside], words


def test_candidates_stay_within_the_tenant(cast):
    with tenant_scope(cast.stranger.tenant_id):
        assert search_units(Unit.objects.all(), "清河") == []
        far = search_units(Unit.objects.all(), "市")
        assert {unit.tenant_id for unit in far} == {cast.stranger.tenant_id}


NAMES = (
    "新村",
    "新华村",
    "老新村",
    "ABC 一厂",
    "abc二厂",
    "100%合格班",
    "下_划线组",
    "新新人类协会",
)
