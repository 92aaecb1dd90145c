from __future__ import annotations

import pytest
from django.urls import reverse

from gongjian.commons.documents.models import OfficialDocument, SignOffRoute
from gongjian.commons.documents.queries import documents_seen_by
from gongjian.commons.documents.services import agree_to_document, submit_document
from gongjian.foundation.web.shelves import navigation, todos_of
from tests.commons.documents.test_pages import FORM
from tests.commons.documents.test_services import draft, issued
from tests.commons.documents.test_sign_off import full_route, post, sent, turn

pytestmark = pytest.mark.usefixtures("prints")

ROUTES = reverse("documents:route_list")
COMMON = reverse("documents:route_edit", args=["common"])


def page_of(client, document) -> str:
    return client.get(document.get_absolute_url()).content.decode()


def test_the_office_sets_a_route_and_a_draft_takes_it(cast, sign_in):
    client = sign_in(cast.office)
    assert "未设置：起草后直接签发" in client.get(ROUTES).content.decode()
    values = {
        "reviewer_1": cast.viewer.post_id,
        "countersigners": [cast.county.post_id, cast.other_county.post_id],
        "signer": cast.leader.post_id,
    }
    assert client.post(COMMON, values).status_code == 302
    assert SignOffRoute.objects.get().seats.count() == 4
    page = client.get(ROUTES).content.decode()
    assert "清河县党工共建办主任 周海燕" in page
    assert str(cast.viewer.post_id) in client.get(COMMON).content.decode()

    client.post("/documents/new/", FORM)
    document = OfficialDocument.objects.get()
    submit = reverse("documents:document_submit", args=[document.pk])
    page = page_of(client, document)
    assert submit in page
    assert "/steps/sign_off/" not in page_of(sign_in(cast.leader), document)
    client = sign_in(cast.office)
    assert "示范市分管领导 宋涛" in client.get(submit).content.decode()
    assert client.post(submit, {"words": "请留意第二段"}).status_code == 302
    document.refresh_from_db()
    assert document.state == "review"
    page = page_of(client, document)
    assert "请留意第二段" in page
    assert "正在核稿" in page
    assert "待会签" in page


def test_a_route_without_seats_is_told(cast, sign_in):
    answer = sign_in(cast.office).post(COMMON, {})
    assert answer.status_code == 422
    assert "没有设置任何环节" in answer.content.decode()
    assert sign_in(cast.leader).get(ROUTES).status_code == 404


def test_the_one_whose_turn_it_is_finds_it(cast, sign_in):
    document = sent(cast)
    asked = turn(document, cast.viewer)
    url = reverse("documents:turn_answer", args=[asked.pk])
    assert [todo.title for todo in todos_of(cast.viewer)] == [f"待核稿：{document}"]
    assert navigation["documents.documents"].waiting(cast.viewer).count() == 1
    assert list(documents_seen_by(OfficialDocument.objects.all(), cast.county)) == []
    assert sign_in(cast.county).get(url).status_code == 404
    assert sign_in(cast.county).get(document.get_absolute_url()).status_code == 404

    client = sign_in(cast.viewer)
    assert url in page_of(client, document)
    told = client.post(url, {"answer": "returned", "opinion": " ", "revision": 1})
    assert told.status_code == 422
    assert "请说明要改什么" in told.content.decode()
    answer = client.post(url, {"answer": "agreed", "opinion": "文字通顺", "revision": 1})
    assert answer.status_code == 302
    assert "文字通顺" in page_of(client, document)
    # The second window of the same post.
    late = client.post(url, {"answer": "agreed", "opinion": "", "revision": 1})
    assert late.status_code == 409
    assert "已办理为“同意”" in late.content.decode()
    assert todos_of(cast.viewer) == []
    assert url not in page_of(client, document)


def test_a_turn_is_sent_back_and_handed_on(cast, sign_in):
    document = sent(cast)
    url = reverse("documents:turn_delegate", args=[turn(document, cast.viewer).pk])
    answer = sign_in(cast.viewer).post(url, {"post": cast.leader.post_id, "reason": "本周外出"})
    assert answer.status_code == 302
    client = sign_in(cast.leader)
    handed = document.turns.get(post_id=cast.leader.post_id, act="review")
    url = reverse("documents:turn_answer", args=[handed.pk])
    assert "请您代为核稿：本周外出" in client.get(url).content.decode()
    answer = client.post(url, {"answer": "returned", "opinion": "附件缺页", "revision": 1})
    assert answer.status_code == 302
    page = page_of(sign_in(cast.office), document)
    assert "附件缺页" in page
    assert "转请示范市组长 李明远办理：本周外出" in page


def test_the_drafter_takes_a_document_back(cast, sign_in):
    document = sent(cast)
    step = reverse("documents:officialdocument_step", args=[document.pk, "withdraw"])
    client = sign_in(cast.office)
    assert step in page_of(client, document)
    assert client.post(step, {"reason": "补充附件"}).status_code == 302
    assert "补充附件" in page_of(client, document)


def test_an_older_draft_on_the_screen_is_refused(cast, sign_in):
    document = draft(cast)
    edit = reverse("documents:document_edit", args=[document.pk])
    client = sign_in(cast.office)
    assert 'name="revision" value="1"' in client.get(edit).content.decode()
    assert client.post(edit, {**FORM, "revision": 1}).status_code == 302
    late = client.post(edit, {**FORM, "revision": 1})
    assert late.status_code == 409
    assert "已被他人改为第2稿" in late.content.decode()


def test_a_replacement_starts_from_the_issued_words(cast, sign_in):
    old = issued(cast)
    url = reverse("documents:document_replace", args=[old.pk])
    client = sign_in(cast.office)
    assert url in page_of(client, old)
    assert "现将有关情况通报如下。" in client.get(url).content.decode()
    assert client.post(url, {**FORM, "title": "更正后的通报"}).status_code == 302
    new = OfficialDocument.objects.get(supersedes=old)
    assert new.kind == old.kind
    assert "已起草替代稿" in page_of(client, old)
    assert sign_in(cast.leader).get(url).status_code == 404


def test_the_leader_signs_from_the_last_turn(cast, sign_in):
    full_route(cast, countersigners=[], signer=None)
    document = submit_document(draft(cast), actor=cast.office)
    agree_to_document(turn(document, cast.viewer), actor=cast.viewer)
    open_to_all = document.turns.get(act="sign")
    client = sign_in(cast.leader)
    url = reverse("documents:turn_answer", args=[open_to_all.pk])
    assert url in page_of(client, document)
    assert "同意签发" in client.get(url).content.decode()
    assert client.post(url, {"answer": "agreed", "opinion": "", "revision": 1}).status_code == 302
    document.refresh_from_db()
    assert document.state == "signed_off"


def test_the_page_of_a_document_asks_little(cast, sign_in, django_assert_max_num_queries):
    document = sent(cast)
    agree_to_document(turn(document, cast.viewer), actor=cast.viewer)
    client = sign_in(cast.office)
    with django_assert_max_num_queries(12):
        page_of(client, document)
    submit_document(draft(cast), actor=cast.office, joint=[post(cast.leader)])
