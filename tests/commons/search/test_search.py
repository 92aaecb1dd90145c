# ruff: noqa: RUF001 -- full-width letters are what is tested
from __future__ import annotations

import pytest
from django.db import connection
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from bulletins.models import Dispatch
from bulletins.services.writing import change_dispatch, discard_dispatch
from gongjian.commons.search import queries
from gongjian.commons.search.apps import index_after_upgrade
from gongjian.commons.search.models import SearchEntry
from gongjian.commons.search.queries import candidates, find
from gongjian.commons.search.tasks import index_missing
from gongjian.commons.search.words import excerpt, fold, lexemes, needles, question, words_of
from gongjian.foundation.tenancy.models import OutboxMessage
from gongjian.foundation.tenancy.scope import tenant_scope
from tests.factories.bulletins import draft_of, issue_of, sent, signed

BODY = "<p>货车司机群体有了司机之家，爱心驿站挂牌，新业态劳动者说：PDF表格好填。</p>"


def titles(actor, asked: str) -> list[str]:
    return [
        "".join(words for words, _ in hit.title) for one in find(actor, asked) for hit in one.hits
    ]


@given(st.text(alphabet="工会组建驿站aB9Ｃ ，\n_%\\'", max_size=30), st.integers(0, 28))
def test_every_part_of_a_text_is_among_its_pairs(text, at):
    part = text[at : at + 2]
    words = words_of(part)
    held = set(lexemes(text, 7).split(" "))
    for wanted in filter(None, question(words, 7).split(" & ")):
        if wanted.endswith(":*"):
            assert any(one.startswith(wanted[:-3]) for one in held)
        else:
            assert wanted in held


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ("驿站", True), ("司机", True), ("态劳", True), ("货车司机", True), ("pdf", True),
        ("ＰＤＦ", True), ("驿站 货车", True), ("站", True), ("填", True), ("驿站，", False),
        ("驿站挂", True), ("站驿", False), ("驿站 工厂", False), ("车司之家", False), ("", False),
        ("，", False), ("%", False), ("司%家", False), ("司_之", False), ("'", False),
        ("\\", False),
    ],
)  # fmt: skip
def test_what_stands_in_the_text_is_found_and_nothing_else(cast, asked, is_found):
    sent(cast, title="驻点", body=BODY)
    assert bool(titles(cast.office, asked)) is is_found


def test_pairs_of_a_longer_word_scattered_over_a_text_are_not_the_word(cast):
    sent(cast, title="甲", body="<p>工会组织，会组建设，组建了。</p>")
    assert titles(cast.office, "会组") == ["甲"]
    assert titles(cast.office, "工会组建") == []


def test_the_index_follows_the_text(cast):
    dispatch = draft_of(cast, title="驿站", body="<p>旧</p>")
    assert titles(cast.secretary, "驿站") == ["驿站"]
    change_dispatch(
        dispatch, actor=cast.secretary, values={"title": "书屋", "body": "<p>新</p>"}, authors=[]
    )
    assert titles(cast.secretary, "驿站") == []
    assert titles(cast.secretary, "书屋") == ["书屋"]
    discard_dispatch(dispatch, actor=cast.secretary)
    assert not SearchEntry.objects.filter(kind="bulletins.dispatch").exists()


def test_a_draft_is_found_by_its_unit_alone(cast):
    draft_of(cast, title="驿站草稿")
    assert titles(cast.secretary, "驿站") == ["驿站草稿"]
    for other in (cast.office, cast.leader, cast.county, cast.township):
        assert titles(other, "驿站") == []


def test_another_unit_finds_nothing_of_a_piece_that_is_not_its_own(cast):
    sent(cast, title="驿站")
    assert titles(cast.office, "驿站") == ["驿站"]
    assert titles(cast.county, "驿站") == ["驿站"]
    assert titles(cast.other_county, "驿站") == []
    assert titles(cast.neighbour, "驿站") == []


def test_another_tenant_is_not_even_named(cast):
    sent(cast, title="驿站")
    with tenant_scope(cast.elsewhere.pk):
        assert candidates(["bulletins.dispatch"], ["驿站"]) == {}
        assert not SearchEntry.objects.exists()
    assert len(candidates(["bulletins.dispatch"], ["驿站"])["bulletins.dispatch"]) == 1


def test_the_words_of_another_tenant_asked_for_by_hand_give_nothing(cast):
    sent(cast, title="驿站")
    own = question(["驿站"], cast.office.tenant_id)
    with tenant_scope(cast.elsewhere.pk), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM search_candidates(%s, %s::tsquery, '{}', 10)",
            [["bulletins.dispatch"], own],
        )
        assert cursor.fetchone() == (0,)


def test_an_issue_in_the_making_is_not_found_by_readers(cast):
    piece = sent(cast, title="驿站")
    issue = issue_of(cast, [piece], topic="驿站专题")
    assert str(issue) in titles(cast.office, "驿站专题")
    assert titles(cast.secretary, "驿站专题") == []


def test_an_item_is_found_by_the_words_it_is_printed_with(cast):
    signed(cast, [sent(cast, title="甲", body=BODY)])
    labels = {one.source.label for one in find(cast.office, "驿站")}
    assert labels == {"信息稿件", "工运简报"}


def test_a_frequent_word_loses_nothing_for_who_reads_little(cast, monkeypatch):
    monkeypatch.setattr(queries, "CANDIDATES", 3)
    draft_of(cast, title="驿站自己的")
    for number in range(4):
        sent(cast, cast.county, title=f"驿站{number}")
    assert titles(cast.secretary, "驿站") == ["驿站自己的"]
    assert titles(cast.secretary, "驿站自己") == ["驿站自己的"]


def test_what_came_past_the_index_is_indexed_at_night(cast):
    sent(cast, title="驿站")
    SearchEntry.objects.all().delete()
    assert titles(cast.office, "驿站") == []
    assert index_missing() >= 1
    assert titles(cast.office, "驿站") == ["驿站"]
    assert index_missing() == 0


def test_saving_the_state_alone_does_not_touch_the_index(cast, django_assert_num_queries):
    dispatch = draft_of(cast)
    SearchEntry.objects.all().delete()
    Dispatch.objects.get(pk=dispatch.pk).save(update_fields=["remark"])
    assert not SearchEntry.objects.exists()


def test_the_excerpt_shows_the_word_as_it_was_written():
    text = "前" * 60 + "下载ＰＤＦ表格" + "后" * 100
    pieces = excerpt(text, ["pdf"])
    assert [words for words, is_hit in pieces if is_hit] == ["ＰＤＦ"]
    assert pieces[0] == ("…", False)
    assert pieces[-1] == ("…", False)
    assert excerpt("", []) == []


def test_patterns_take_signs_as_signs():
    assert needles(["驿站", "100%", "a_b"]) == ["%100\\%%", "%a\\_b%"]
    assert fold("ＡbＣ１") == "abc1"
    assert len(words_of("一 二 三 四 五 六 七 八")) == 6


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_as_much_for_three_hits_as_for_one(
    cast, sign_in, django_assert_max_num_queries, rows
):
    signed(cast, [sent(cast, title=f"驿站{number}") for number in range(rows)])
    client = sign_in(cast.office)
    address = reverse("search:page") + "?words=驿站"
    client.get(address)
    with django_assert_max_num_queries(9):
        page = client.get(address).content.decode()
    assert page.count("<mark>驿站</mark>") >= rows


def test_the_page_shows_words_as_words(cast, sign_in):
    sent(cast, title="驿站<b>x</b>", body="<p>&lt;script&gt;驿站</p>")
    page = sign_in(cast.office).get(reverse("search:page") + "?words=驿站").content.decode()
    assert "<mark>驿站</mark>&lt;b&gt;x&lt;/b&gt;" in page
    assert "<script>驿站" not in page
    nothing = sign_in(cast.office).get(reverse("search:page") + "?words=珊瑚").content.decode()
    assert "没有找到" in nothing
    hostile = reverse("search:page") + "?words=%00'%22)--&kind=nothing"
    assert sign_in(cast.office).get(hostile).status_code == 200
    assert sign_in(cast.viewer).get(reverse("search:page")).status_code == 404


def test_the_database_folds_as_we_do(cast):
    signs = "".join(chr(code) for code in (*range(32, 127), *range(0xFF01, 0xFF5F))) + "工会。"
    with connection.cursor() as cursor:
        cursor.execute("SELECT search_fold(%s)", [signs])
        assert cursor.fetchone() == (fold(signs),)


def test_an_upgrade_asks_for_the_index_and_a_start_without_one_does_not(cast):
    asked = OutboxMessage.objects.filter(task="search.index_missing")
    index_after_upgrade(plan=[])
    assert not asked.exists()
    index_after_upgrade(plan=[("search.0001", False)])
    assert asked.filter(tenant_id=cast.tenant.pk).count() == 1
