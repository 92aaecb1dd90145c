from __future__ import annotations

import pytest
from django.urls import reverse

from bulletins.documents import produce_correction
from bulletins.models import Correction
from gongjian.commons.documents.models import ReportJob
from gongjian.commons.notices.models import Notice
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import FieldErrors, NotPermitted, StateConflict
from tests.factories.bulletins import correction_of, sent, sent_out, signed


def test_a_correction_has_its_number_and_leaves_the_issue_as_it_was(cast):
    issue = sent_out(cast, [sent(cast)])
    before = issue.frozen
    first = correction_of(cast, issue)
    second = correction_of(cast, issue, wrong="三十三条", right="三十五条")
    assert [first.number_words, second.number_words] == [
        f"更正〔{today().year}〕1号",
        f"更正〔{today().year}〕2号",
    ]
    issue.refresh_from_db()
    assert issue.frozen == before
    assert first.printed_on == today()


def test_every_unit_that_got_the_issue_is_told_and_no_other(cast):
    issue = sent_out(cast, [sent(cast)], units=[cast.qinghe, cast.hongqi])
    correction = correction_of(cast, issue)
    told = Notice.objects.filter(title__contains="有更正")
    assert set(told.values_list("post__unit", flat=True)) == {cast.qinghe.pk, cast.hongqi.pk}
    assert told.first().url == correction.get_absolute_url()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"wrong": "本期没有的话"}, "wrong"),
        ({"right": "三十六条"}, "right"),
        ({"place": 7}, "place"),
        ({"place": -1}, "place"),
    ],
)
def test_what_was_not_printed_is_not_corrected(cast, values, field):
    issue = sent_out(cast, [sent(cast)])
    with pytest.raises(FieldErrors) as refused:
        correction_of(cast, issue, **values)
    assert list(refused.value.errors) == [field]
    assert not Correction.objects.exists()


def test_only_what_went_out_is_corrected_and_only_by_the_leader(cast):
    with pytest.raises(StateConflict, match="还没有印发"):
        correction_of(cast, signed(cast, [sent(cast)]))


def test_the_office_cannot_sign_a_correction(cast):
    issue = sent_out(cast, [sent(cast)])
    with pytest.raises(NotPermitted, match="组长签发"):
        correction_of(cast, issue, actor=cast.office)


def test_the_page_corrects_shows_and_prints(cast, sign_in):
    issue = sent_out(cast, [sent(cast)])
    client = sign_in(cast.leader)
    address = reverse("bulletins:issue_correct", args=[issue.pk])
    assert "所在稿件" in client.get(address).content.decode()
    values = {"place": "0", "wrong": "没有的话", "right": "三十八条", "reason": "统计有误"}
    refused = client.post(address, values).content.decode()
    assert "没有这段原文" in refused
    assert "三十八条" in refused
    client.post(address, {**values, "wrong": "三十六条"})
    correction = Correction.objects.get()
    reader = sign_in(cast.secretary)
    page = reader.get(issue.get_absolute_url()).content.decode()
    assert "<del>三十六条</del>" in page
    assert correction.number_words in page
    assert reader.get(address).status_code == 404
    reader.post(reverse("bulletins:correction_print", args=[correction.pk]))
    assert ReportJob.objects.get().title == str(correction)


def test_the_slip_is_printed(cast):
    correction = correction_of(cast, sent_out(cast, [sent(cast)]))
    production = produce_correction({"correction": correction.pk})
    assert next(production).percent == 20
    with pytest.raises(StopIteration) as done:
        next(production)
    assert done.value.value.content.startswith(b"%PDF")
    assert done.value.value.name == f"{correction}.pdf"
