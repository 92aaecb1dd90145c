"""How a return stands in one sentence, and who may open the story of a cell."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from gongjian.foundation.kernel.dates import today
from responsibilities.models import Obligation
from responsibilities.services.obligations import exempt_obligation
from responsibilities.services.returns import save_cells, start_return
from responsibilities.services.review import accept_return, mark_seen
from responsibilities.standing_words import not_yet, time_left, why_locked
from tests.factories.returns import open_quarter, submitted


@pytest.mark.parametrize(
    ("deadline", "words", "tone"),
    [
        # Today is Friday, 2026-09-11.
        (date(2026, 9, 11), "今天截止，24 时前报送都算按时", "bad"),
        (date(2026, 9, 14), "离截止还有 1 个工作日", "warn"),
        (date(2026, 9, 13), "截止前没有工作日了，请尽快报送", "warn"),
        # Mid-autumn is a holiday, and the Sunday before is worked.
        (date(2026, 9, 28), "离截止还有 11 个工作日", ""),
        (date(2026, 9, 10), "已逾期 1 个工作日", "bad"),
        (date(2026, 9, 4), "已逾期 5 个工作日", "bad"),
    ],
)
def test_the_time_left_is_told_in_working_days(db, cast, deadline, words, tone):
    found = time_left(deadline, date(2026, 9, 11))
    assert found[0].startswith(words)
    assert found[1] == tone


@pytest.fixture
def owed(cast) -> Obligation:
    period, _ = open_quarter(cast)
    return Obligation.objects.select_related("unit", "form", "period").get(
        unit=cast.hongqi, period=period
    )


def test_a_locked_sheet_says_why_and_what_to_do(cast, owed):
    assert why_locked(owed, None) == ""
    row = submitted(cast, cast.hongqi, owed.period, cast.secretary)
    assert "需要修改可以撤回" in why_locked(owed, row)
    mark_seen(row, actor=cast.township)
    row.refresh_from_db()
    assert "正在审核" in why_locked(owed, row)
    row = accept_return(row, actor=cast.township)
    assert cast.township.person_name in why_locked(owed, row)


def test_an_exempt_unit_is_told_so_and_cannot_type(cast, owed, sign_in):
    exempt_obligation(owed, actor=cast.office, reason="整村搬迁")
    owed.refresh_from_db()
    assert why_locked(owed, None) == "本期已免报（整村搬迁），不需要填写。"
    page = sign_in(cast.secretary).get(f"/responsibilities/returns/fill/{owed.pk}/")
    assert "本期已免报" in page.content.decode()
    assert 'data-autosave-url="' not in page.content.decode()


def test_before_the_window_opens_it_says_when(owed):
    assert not_yet(owed) == ""
    owed.period.opens_on = today() + timedelta(days=3)
    assert "起可以报送，现在可以先填" in not_yet(owed)


def test_the_story_of_a_cell_is_open_to_those_who_read_the_return(cast, owed, sign_in):
    row = start_return(owed, actor=cast.secretary)
    save_cells(row, actor=cast.secretary, changes={"Z201": "7788"}, base={})
    address = f"/responsibilities/returns/fill/{owed.pk}/cells/Z201/"
    for actor in (cast.secretary, cast.union_chair, cast.township, cast.county, cast.office):
        assert "7788" in sign_in(actor).get(address).content.decode()
    for actor in (cast.neighbour, cast.other_county, cast.stranger):
        assert sign_in(actor).get(address).status_code == 404
    client = sign_in(cast.secretary)
    assert client.get(address.replace("Z201", "Z999")).status_code == 404
    fragment = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "7788" in fragment
    assert "<html" not in fragment
