from __future__ import annotations

import pytest
from django.urls import reverse

from gongjian.commons.notices.models import Notice
from gongjian.commons.notices.services import notify
from gongjian.foundation.web.context import unread
from tests.factories.notices import reminder, rule


def tell(unit, actor, *, stage="-3", title="请报送第三季度报表", url="/orgs/", key="returns.due"):
    notify(rule=key, subject=unit, stage=stage, post_ids=[actor.post_id], title=title, url=url)
    return Notice.objects.filter(post_id=actor.post_id).latest("pk")


def test_the_inbox_shows_what_the_acting_post_was_told_and_nothing_else(cast, sign_in):
    tell(cast.hongqi, cast.secretary, title="给书记的提醒")
    tell(cast.hongqi, cast.union_chair, title="给主席的提醒")
    page = sign_in(cast.secretary).get(reverse("notices:inbox"))
    text = page.content.decode()
    assert page.status_code == 200
    assert "给书记的提醒" in text
    assert "截止前3个工作日" in text
    assert "未读 1 条" in text
    assert "给主席的提醒" not in text


def test_the_inbox_can_be_narrowed_to_the_unread(cast, sign_in):
    client = sign_in(cast.secretary)
    first = tell(cast.hongqi, cast.secretary, title="第一条")
    tell(cast.hongqi, cast.secretary, stage="0", title="第二条")
    client.post(reverse("notices:open", args=[first.pk]))
    narrowed = client.get(reverse("notices:inbox"), {"show": "unread"}).content.decode()
    assert "第二条" in narrowed
    assert "第一条" not in narrowed
    assert "第一条" in client.get(reverse("notices:inbox")).content.decode()


def test_opening_marks_as_read_and_leads_to_the_matter(cast, sign_in):
    notice = tell(cast.hongqi, cast.secretary, url="/orgs/")
    client = sign_in(cast.secretary)
    assert client.get(reverse("notices:open", args=[notice.pk])).status_code == 405
    answer = client.post(reverse("notices:open", args=[notice.pk]))
    assert (answer.status_code, answer["Location"]) == (302, "/orgs/")
    notice.refresh_from_db()
    assert notice.read_at is not None


@pytest.mark.parametrize("url", ["", "https://example.test/", "//example.test/"])
def test_a_notice_never_leads_out_of_the_house(cast, sign_in, url):
    notice = tell(cast.hongqi, cast.secretary, url=url)
    answer = sign_in(cast.secretary).post(reverse("notices:open", args=[notice.pk]))
    assert answer["Location"] == reverse("notices:inbox")


@pytest.mark.parametrize("who", ["union_chair", "office", "stranger"])
def test_a_notice_to_another_post_does_not_exist(cast, sign_in, who):
    notice = tell(cast.hongqi, cast.secretary)
    answer = sign_in(getattr(cast, who)).post(reverse("notices:open", args=[notice.pk]))
    assert answer.status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None


def test_all_can_be_marked_as_read_at_once(cast, sign_in):
    tell(cast.hongqi, cast.secretary)
    tell(cast.hongqi, cast.secretary, stage="0")
    client = sign_in(cast.secretary)
    newest = client.get(reverse("notices:inbox")).context["newest"]
    client.post(reverse("notices:read_all"), {"up_to": newest})
    assert not Notice.objects.filter(read_at__isnull=True).exists()
    assert client.post(reverse("notices:read_all"), {"up_to": "九"}).status_code == 302


def test_the_bell_counts_what_is_unread(cast, sign_in):
    tell(cast.hongqi, cast.secretary)
    assert [find(cast.secretary).count() for find in unread] == [1]
    assert sign_in(cast.secretary).get("/").context["unread_notices"] == 1


def test_the_office_sees_who_was_reminded(cast, sign_in):
    tell(cast.hongqi, cast.secretary, title="县里的提醒")
    tell(cast.nanlu, cast.other_county, title="区里的提醒", key="other")
    client = sign_in(cast.office)
    everything = client.get(reverse("notices:sent")).content.decode()
    assert "红旗村党支部书记" in everything
    assert "区里的提醒" in everything
    found = client.get(reverse("notices:sent"), {"words": "hqc"}).content.decode()
    assert "县里的提醒" in found
    assert "区里的提醒" not in found
    assert (
        "县里的提醒"
        not in client.get(reverse("notices:sent"), {"since": "2026-09-25"}).content.decode()
    )


def test_a_superior_sees_what_was_sent_below_and_a_secretary_nothing(cast, sign_in):
    tell(cast.hongqi, cast.secretary, title="县里的提醒")
    tell(cast.yunshan, cast.other_county, title="区里的提醒")
    text = sign_in(cast.county).get(reverse("notices:sent")).content.decode()
    assert "县里的提醒" in text
    assert "区里的提醒" not in text
    for name in ("notices:sent", "notices:rules"):
        assert sign_in(cast.secretary).get(reverse(name)).status_code == 404


def test_the_rules_are_shown_with_what_they_sent(cast, sign_in, shelf):
    shelf.register(
        rule("returns.due", [reminder(cast.hongqi, [cast.secretary.post_id])], stages=("-3", "0"))
    )
    tell(cast.hongqi, cast.secretary)
    tell(cast.hongqi, cast.union_chair)
    page = sign_in(cast.office).get(reverse("notices:rules"))
    [figures] = page.context["rules"]
    assert (figures.label, figures.this_week, figures.unread) == ("规则returns.due", 2, 2)
    assert "截止前3个工作日、截止当日" in page.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "who", "queries"),
    [
        ("notices:inbox", "secretary", 7),
        ("notices:sent", "office", 6),
        ("notices:rules", "office", 5),
    ],
)
def test_more_rows_cost_no_more_queries(
    cast, sign_in, django_assert_num_queries, name, who, queries, rows
):
    # Six of the statements are savepoints, which a test has instead of transactions.
    for number in range(rows):
        tell(cast.hongqi, cast.secretary, stage=str(number), title=f"第{number}条")
        tell(cast.xinghuo, cast.neighbour, stage=str(number), title=f"第{number}条")
    client = sign_in(getattr(cast, who))
    with django_assert_num_queries(queries):
        client.get(reverse(name))
