from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict
from gongjian.foundation.tenancy.scope import tenant_scope
from seminars.blinding import holds
from seminars.enums import CallState, PaperState
from seminars.models import Call, Paper
from seminars.services.calls import close_call, open_call, save_call, start_review
from seminars.services.papers import (
    Author,
    exclude_paper,
    make_blind,
    propose_masks,
    return_paper,
    submit_paper,
    take_back_paper,
    withdraw_paper,
    write_paper,
)
from tests.factories.seminars import call_of, criteria_of, handed_in, paper_of
from tests.seminars.conftest import wrong


def test_a_paper_is_handed_in_within_time_length_and_quota(cast):
    call = call_of(cast, shortest=500, longest=600)
    with pytest.raises(DomainError, match="要求500至600字"):
        handed_in(cast, call)
    call = call_of(cast, title="另一次", unit_quota=1)
    paper = handed_in(cast, call)
    assert paper.versions.get().title == "同步换届的做法"
    with pytest.raises(DomainError, match="已报满"):
        handed_in(cast, call, title="第二篇")
    withdraw_paper(paper, actor=cast.secretary)
    handed_in(cast, call, title="第二篇")
    late = call_of(cast, title="过期的")
    paper = paper_of(cast, late)
    Call.objects.filter(pk=late.pk).update(closes_on=today() - timedelta(days=1))
    with pytest.raises(DomainError, match="已过"):
        submit_paper(paper, actor=cast.secretary)


def test_a_paper_that_was_there_may_be_corrected_after_the_close(cast):
    call = call_of(cast)
    paper, other = handed_in(cast, call), paper_of(cast, call, cast.neighbour)
    call = close_call(call, actor=cast.office, reason="收齐。")
    Call.objects.filter(pk=call.pk).update(
        closes_on=today() - timedelta(days=2), corrections_until=today()
    )
    paper = return_paper(paper, actor=cast.office, reason="请压缩。")
    paper = submit_paper(paper, actor=cast.secretary)
    assert paper.versions.count() == 2
    with pytest.raises(StateConflict):
        submit_paper(other, actor=cast.neighbour)


def test_text_is_cleaned_and_old_windows_are_refused(cast):
    call = call_of(cast)
    paper = paper_of(
        cast, call, body='<p onclick="x">正文</p><script>1</script><img src="http://a">'
    )
    assert paper.body == "<p>正文</p>"
    values = {"call": call, "unit": cast.hongqi, "values": {"body": "<p>新</p>"}, "authors": []}
    write_paper(paper, actor=cast.secretary, revision=1, **values)
    with wrong("别处保存过"):
        write_paper(paper, actor=cast.secretary, revision=1, **values)
    with pytest.raises(NotPermitted):
        write_paper(paper, actor=cast.neighbour, **values)


def test_no_author_no_paper(cast):
    with pytest.raises(DomainError, match="作者"):
        handed_in(cast, call_of(cast), authors=[])


def test_the_tree_proposes_what_would_name_the_author(cast):
    call = call_of(cast)
    paper = handed_in(cast, call, authors=[Author(cast.hongqi.pk, "赵春梅")])
    found = {one.word: one.is_fixed for one in propose_masks(paper)}
    assert found == {"赵春梅": True, "红旗村": True, "东风镇": True, "红旗": False, "东风": False}
    close_call(call, actor=cast.office, reason="收齐。")
    copy = make_blind(paper, actor=cast.office, words=[])
    for word in ("赵春梅", "红旗村", "东风镇"):
        assert not holds(copy.title + copy.abstract + copy.body, word)
    copy = make_blind(paper, actor=cast.office, words=["四次会"])
    assert "四次会" not in copy.body
    with wrong("一个字"):
        make_blind(paper, actor=cast.office, words=["会"])


def test_anonymous_copies_are_made_after_the_close_by_the_office(cast):
    call = call_of(cast)
    paper = handed_in(cast, call)
    with pytest.raises(StateConflict, match="截稿以后"):
        make_blind(paper, actor=cast.office, words=[])
    close_call(call, actor=cast.office, reason="收齐。")
    with pytest.raises(NotPermitted):
        make_blind(paper, actor=cast.secretary, words=[])
    make_blind(paper, actor=cast.office, words=[])
    with pytest.raises(StateConflict):
        take_back_paper(paper, actor=cast.secretary)


def test_a_call_is_closed_early_with_a_reason_only(cast):
    call = call_of(cast)
    with pytest.raises(DomainError, match="理由"):
        close_call(call, actor=cast.office)
    with pytest.raises(NotPermitted):
        close_call(call, actor=cast.secretary, reason="收齐。")
    assert close_call(call, actor=cast.office, reason="收齐。").state == CallState.CLOSED
    with pytest.raises(StateConflict, match="截稿以后"):
        save_call(call, actor=cast.office, values={"title": "改"})


def test_a_call_without_prizes_or_in_the_past_is_not_opened(cast):
    with pytest.raises(DomainError, match="奖项"):
        open_call(call_of(cast, is_open=False, tiers=()), actor=cast.office)
    with wrong("修改截止"):
        call_of(cast, title="颠倒", corrections_until=today() - timedelta(days=1))
    with wrong("最多字数"):
        call_of(cast, title="字数", shortest=900, longest=100)
    late = call_of(cast, is_open=False, title="旧的", closes_on=today() - timedelta(days=1))
    with pytest.raises(DomainError, match="已过"):
        open_call(late, actor=cast.office)


def test_review_starts_when_everything_is_anonymous_and_given_out(cast):
    call = call_of(cast)
    paper = handed_in(cast, call)
    out = handed_in(cast, call, cast.neighbour)
    close_call(call, actor=cast.office, reason="收齐。")
    with pytest.raises(DomainError, match="匿名稿"):
        start_review(call, actor=cast.office)
    make_blind(paper, actor=cast.office, words=[])
    exclude_paper(out, actor=cast.office, reason="与征文选题无关。")
    out.refresh_from_db()
    assert (out.state, out.remark) == (PaperState.EXCLUDED, "与征文选题无关。")
    with pytest.raises(DomainError, match="不足2位评委"):
        start_review(call, actor=cast.office)


@pytest.mark.django_db(transaction=True)
def test_two_papers_at_once_do_not_pass_a_quota_of_one(committed):
    cast = committed
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        criteria_of(cast)
        call = call_of(cast, unit_quota=1)
        papers = [paper_of(cast, call, title=f"第{number}篇") for number in range(4)]
    start, refused = threading.Barrier(4, timeout=20), []

    def submit(paper: Paper) -> None:
        try:
            with tenant_scope(cast.tenant.pk), transaction.atomic():
                start.wait()
                submit_paper(paper, actor=cast.secretary)
        except DomainError as error:
            refused.append(error.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=submit, args=[paper]) for paper in papers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with tenant_scope(cast.tenant.pk), transaction.atomic():
        assert Paper.objects.filter(state=PaperState.SUBMITTED).count() == 1
    assert len(refused) == 3
    assert all("已报满" in words for words in refused)
