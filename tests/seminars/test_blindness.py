"""A judge's every page holds no token of a blind author: asked of every address there is."""

from __future__ import annotations

import itertools

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.exceptions import NoReverseMatch

from gongjian.commons.notices.models import Notice
from orgs.models import Unit
from seminars.models import Paper, ReviewAssignment
from seminars.services.calls import close_call, start_review
from seminars.services.judging import assign_evenly
from seminars.services.papers import Author, make_blind
from tests.factories.seminars import call_of, handed_in, judge_of, judged, uptake_of

#: Stand nowhere else in the test's world.
CANARY = "欧阳知春"
TITLE = "红旗村欧阳知春的一篇"
TOKENS = (CANARY, "红旗村", "赵春梅", "红旗", TITLE)


def names(patterns, prefix: str = "", keys: tuple = ()):
    """Every named address with the converters that it asks for."""
    for entry in patterns:
        converters = (*keys, *entry.pattern.converters.items())
        if isinstance(entry, URLResolver):
            below = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from names(entry.url_patterns, below, converters)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{prefix}{entry.name}", converters


def addresses(numbers):
    """Every address that can be built with numbers and the words of steps."""
    words = {"step": ["decline", "finish"], "way": ["up"]}
    for name, converters in names(get_resolver().url_patterns):
        choices = []
        for key, converter in converters:
            kind = type(converter).__name__
            if kind == "IntConverter":
                choices.append([(key, number) for number in numbers])
            elif key in words:
                choices.append([(key, word) for word in words[key]])
            else:
                choices = None
                break
        if choices is None or len(choices) > 2:
            continue
        for chosen in itertools.product(*choices):
            try:
                yield reverse(name, kwargs=dict(chosen))
            except NoReverseMatch:
                continue


@pytest.fixture
def blind(cast):
    """A call under review whose author is a canary."""
    call = call_of(cast)
    paper = handed_in(
        cast,
        call,
        title=TITLE,
        abstract=f"{CANARY}在红旗村写成。",
        authors=[Author(cast.hongqi.pk, CANARY), Author(cast.hongqi.pk, "赵春梅")],
    )
    judges = [judge_of(cast, call, f"评委{number}")[0] for number in range(2)]
    close_call(call, actor=cast.office, reason="收齐。")
    call.refresh_from_db()
    make_blind(paper, actor=cast.office, words=["红旗"])
    assign_evenly(call, actor=cast.office)
    start_review(call, actor=cast.office)
    uptake_of(cast, paper)
    return call, judges


def test_no_address_tells_a_judge_whose_paper_it_is(cast, sign_in, blind):
    _, judges = blind
    judge = judges[0]
    row = ReviewAssignment.objects.get(expert__post=judge.post_id)
    judged(row, judge, 5, 5)
    paper = Paper.objects.get()
    numbers = {row.pk, paper.pk, paper.call_id, row.expert_id, 1, 2}
    client = sign_in(judge)
    seen = 0
    for address in sorted(set(addresses(numbers))):
        if address.startswith(("/accounts/", "/admin/")):
            continue
        answer = client.get(address)
        if answer.status_code != 200:
            continue
        seen += 1
        body = b"".join(answer) if answer.streaming else answer.content
        shown = body.decode(errors="replace") + str(dict(answer.items()))
        for token in TOKENS:
            assert token not in shown, (address, token)
    # The judge's own pages were among them.
    assert seen >= 5


def test_nothing_sent_to_a_judge_names_the_author(blind):
    _, judges = blind
    told = Notice.objects.filter(post__in=[judge.post_id for judge in judges])
    assert told.count() == 2
    for notice in told:
        for token in TOKENS:
            assert token not in f"{notice.title}{notice.body}{notice.url}"


def test_a_search_by_the_judge_finds_no_author(cast, sign_in, blind):
    _, judges = blind
    client = sign_in(judges[0])
    for words in (CANARY, "红旗"):
        for address in ("/seminars/papers/", "/seminars/reviews/", "/follow-ups/", "/meetings/"):
            answer = client.get(address, {"words": words, "q": words})
            if answer.status_code == 200:
                page = answer.content.decode().replace(f'value="{words}"', "")
                assert CANARY not in page
    assert Unit.objects.filter(name="红旗村").exists()


def test_the_canary_is_seen_where_it_may_be(cast, sign_in, blind):
    """The tokens are real: the office reads them on the very pages a judge does not get."""
    paper = Paper.objects.get()
    client = sign_in(cast.office)
    page = client.get(paper.get_absolute_url()).content.decode()
    assert all(token in page for token in (CANARY, "红旗村", TITLE))
