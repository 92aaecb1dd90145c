from __future__ import annotations

import uuid

import pytest

from gongjian.commons.evidence.queries import find_place
from gongjian.commons.evidence.services.keeping import take_away
from gongjian.foundation.kernel.errors import DomainError
from inspections.services.inspecting import Bundle, confirm_visit, save_bundle, sign_visit
from tests.factories.evidence import attached, photo, place_at
from tests.factories.inspections import filled, inspector


def _slot(visit) -> str:
    return str(visit.findings.get().client_key)


def test_a_photo_may_come_before_its_finding_and_only_from_the_team(cast):
    visit = filled(cast)
    unheard_of = str(uuid.uuid4())
    attached(visit, cast.office, slot=unheard_of, name="现场.jpg", content=photo())
    place = place_at(visit, _slot(visit))
    assert place.may_add(inspector(cast))
    assert not place.may_add(cast.secretary)
    assert not place.may_read(cast.secretary)
    assert not place.may_read(cast.other_county)
    assert find_place("inspections.visit", visit.pk, "no-key") is None


def test_the_unit_sees_the_photo_at_the_finding_once_the_head_has_signed(cast, sign_in):
    visit = filled(cast)
    attached(visit, cast.office, slot=_slot(visit), name="会议室.jpg", content=photo())
    visit = sign_visit(visit, actor=cast.office)
    address = visit.findings.get().get_absolute_url()
    assert "会议室" in sign_in(cast.secretary).get(address).content.decode()
    assert place_at(visit, _slot(visit)).may_read(cast.secretary)
    assert not place_at(visit, _slot(visit)).may_read(cast.other_county)


def test_a_late_photo_arrives_until_the_unit_has_confirmed_and_no_shown_one_leaves(cast):
    visit = filled(cast)
    slot = _slot(visit)
    shown = attached(visit, cast.office, slot=slot, name="一.jpg", content=photo())
    visit = sign_visit(visit, actor=cast.office)
    attached(visit, cast.office, slot=slot, name="二.jpg", content=photo(colour=(9, 9, 9)))
    with pytest.raises(DomainError):
        take_away(shown, actor=cast.office)
    visit = confirm_visit(visit, actor=cast.secretary, opinion="")
    with pytest.raises(DomainError):
        attached(visit, cast.office, slot=slot, name="三.jpg", content=photo(colour=(0, 90, 0)))


def test_a_finding_taken_back_on_the_phone_takes_its_photos_along(cast):
    visit = filled(cast)
    slot = _slot(visit)
    use = attached(visit, cast.office, slot=slot, name="误拍.jpg", content=photo())
    gone = {"key": slot, "removed": True}
    save_bundle(visit, actor=cast.office, bundle=Bundle(findings=[gone]))
    use.refresh_from_db()
    assert use.removed_at is not None
