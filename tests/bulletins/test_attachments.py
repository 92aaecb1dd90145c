from __future__ import annotations

import pytest

from bulletins.services.desk import decide_dispatch
from bulletins.services.writing import send_dispatch
from gongjian.commons.evidence.services.keeping import take_away
from gongjian.foundation.kernel.errors import DomainError
from tests.factories.bulletins import draft_of
from tests.factories.evidence import attached, photo, place_at


def test_a_file_goes_with_the_piece_and_the_desk_reads_it(cast, sign_in):
    dispatch = draft_of(cast)
    attached(dispatch, cast.secretary, name="活动照片说明.pdf")
    place = place_at(dispatch)
    assert not place.may_read(cast.office)
    dispatch = send_dispatch(dispatch, actor=cast.secretary)
    page = sign_in(cast.office).get(dispatch.get_absolute_url()).content.decode()
    assert "活动照片说明" in page
    assert not place_at(dispatch).may_read(cast.other_county)


def test_what_the_desk_had_stays_and_a_return_takes_more(cast):
    dispatch = draft_of(cast)
    first = attached(dispatch, cast.secretary)
    dispatch = send_dispatch(dispatch, actor=cast.secretary)
    with pytest.raises(DomainError):
        attached(dispatch, cast.secretary, name="补充.jpg", content=photo())
    dispatch = decide_dispatch(
        dispatch, actor=cast.office, decision="return", reason="", remark="请附会议记录。"
    )
    second = attached(dispatch, cast.secretary, name="照片.jpg", content=photo())
    take_away(second, actor=cast.secretary)
    with pytest.raises(DomainError):
        take_away(first, actor=cast.secretary)
    assert not place_at(dispatch).may_add(cast.neighbour)
