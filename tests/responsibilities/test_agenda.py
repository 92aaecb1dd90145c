from __future__ import annotations

from datetime import timedelta

from gongjian.commons.agendas.shelf import agenda_sources
from gongjian.foundation.kernel.dates import today
from responsibilities.agenda import missing_returns
from tests.factories.returns import make_due, open_quarter, submitted


def test_a_meeting_is_told_who_owes_a_return_once_it_is_late(cast):
    period, _ = open_quarter(cast)
    submitted(cast, cast.hongqi, period, cast.secretary)
    assert missing_returns(cast.city.path) == []
    make_due(period, today() - timedelta(days=2))
    (matter,) = missing_returns(cast.city.path)
    assert matter.title == f"{period}报表逾期未报 3 家"
    assert "应报 4 家，已报 1 家" in matter.body
    assert "清河县（2家）、云山区（1家）" in matter.body
    assert "云山区" not in missing_returns(cast.qinghe.path)[0].body
    assert "responsibilities.missing_returns" in agenda_sources
