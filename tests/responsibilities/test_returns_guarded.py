from __future__ import annotations

import re

import pytest
from django.urls import reverse

from gongjian.commons.notices.models import Notice
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import StateConflict
from orgs.services import close_unit
from responsibilities.models import Consolidation
from responsibilities.queries.returns import progress_of
from responsibilities.queries.rollup import totals
from responsibilities.services.obligations import open_period
from responsibilities.services.returns import (
    editable_codes,
    problems_of,
    save_cells,
    submit_return,
    withdraw_return,
)
from responsibilities.services.review import accept_return, send_back_return
from responsibilities.services.rollup import recompute
from tests.factories.returns import make_form, open_quarter, start, submitted

pytestmark = pytest.mark.django_db


def test_withdrawing_a_correction_keeps_the_other_cells_locked(cast):
    period, _ = open_quarter(cast)
    r = submitted(cast, cast.hongqi, period, cast.secretary)
    r = send_back_return(r, actor=cast.township, reason="", remarks={"Z203": "请核对"})
    assert editable_codes(r) == {"Z203"}
    r = submit_return(r, actor=cast.secretary)
    r = withdraw_return(r, actor=cast.secretary)
    assert editable_codes(r) == {"Z203"}


def test_a_plain_form_does_not_blank_what_another_window_saved(cast, sign_in):
    period, _ = open_quarter(cast)
    r = start(cast, cast.hongqi, period, cast.secretary)
    url = reverse("responsibilities:return_fill", args=[r.obligation_id])
    client = sign_in(cast.union_chair)
    page = client.get(url).content.decode()  # Z201 still blank here
    assert 'name="cells[Z201]"' in page
    save_cells(r, actor=cast.secretary, changes={"Z201": "120"}, base={"Z201": ""})
    hidden = dict(re.findall(r'<input type="hidden" name="(base\[\w+\])" value="([^"]*)"', page))
    client.post(url, {"cells[Z201]": "", "cells[Z203]": "5", **hidden})
    r.refresh_from_db()
    assert r.values[0] == 120


def test_history_of_another_version_is_matched_by_code(cast):
    old = make_form(cast, ("Z203", "Z602"))
    q1, _ = open_quarter(cast, form=old, ordinal=2)
    r1 = submitted(cast, cast.hongqi, q1, cast.secretary, Z203="12", Z602="8")
    accept_return(r1, actor=cast.township)
    new = make_form(cast, ("Z201", "Z203"))
    q2, _ = open_quarter(cast, form=new, ordinal=3)
    r2 = start(cast, cast.hongqi, q2, cast.secretary)
    save_cells(r2, actor=cast.secretary, changes={"Z201": "500", "Z203": "12"}, base={})
    r2.refresh_from_db()
    # Z201 has no history, Z203 is as before: nothing is far from its past
    assert problems_of(r2) == {}


def test_a_unit_owes_one_return_a_quarter_whatever_the_form(cast):
    period, _ = open_quarter(cast)
    new = make_form(cast, ("Z201", "Z203"))
    expected = progress_of(cast.city, period).expected

    with pytest.raises(StateConflict, match="同一格式"):
        open_period(period, form=new, actor=cast.office)

    assert progress_of(cast.city, period).expected == expected


def test_totals_of_an_open_quarter_survive_a_newer_form(cast, sign_in):
    period, _ = open_quarter(cast)
    accept_return(submitted(cast, cast.hongqi, period, cast.secretary), actor=cast.township)
    url = reverse("responsibilities:rollup") + f"?unit={cast.dongfeng.pk}&section=Z2"
    recompute()
    before = sign_in(cast.township).get(url).context
    make_form(cast)
    recompute()
    after = sign_in(cast.township).get(url).context
    place = [cell.code for cell in after["cells"]].index("Z203")
    assert before["totals"][place] == after["totals"][place] == 12
    assert after["total"].coverage == "1/2 家"


def test_no_blank_consolidation_goes_up(cast, sign_in):
    period, form = open_quarter(cast)
    accept_return(submitted(cast, cast.hongqi, period, cast.secretary), actor=cast.township)
    make_form(cast)
    sign_in(cast.township).post(reverse("responsibilities:consolidation_submit", args=[period.pk]))
    row = Consolidation.objects.get()
    assert row.accepted_count == 1
    assert any(v is not None for v in row.values), (row.form_id, form.pk, row.values)


def test_a_read_only_viewer_sends_no_notices(cast, sign_in):
    period, _ = open_quarter(cast)
    before = Notice.objects.count()
    answer = sign_in(cast.viewer).post(
        reverse("responsibilities:progress_urge"), {"unit": cast.city.pk, "period": period.pk}
    )
    assert (answer.status_code, Notice.objects.count() - before) == (404, 0)


def test_lines_add_up_after_a_child_is_closed(cast):
    period, form = open_quarter(cast)
    accept_return(submitted(cast, cast.hongqi, period, cast.secretary), actor=cast.township)
    close_unit(cast.hongqi, actor=cast.administrator, closed_on=today(), reason="合并")
    total, lines = totals(cast.dongfeng, period, form)
    assert total.values["Z203"] == sum(line.values["Z203"] or 0 for line in lines)
