"""What each mechanism gives to the search, and to whom."""

from __future__ import annotations

from gongjian.commons.search.queries import find
from seminars.models import Paper
from tests.factories.meetings import resolved, sitting
from tests.factories.publicity import entry_of, filed
from tests.factories.seminars import reviewing


def found(actor, asked: str) -> dict[str, int]:
    return {one.source.key: len(one.hits) for one in find(actor, asked)}


def test_a_judge_finds_no_paper_while_the_office_does(cast):
    _, judges = reviewing(cast)
    assert found(cast.office, "做法")["seminars.paper"] == Paper.objects.count()
    for judge in judges:
        assert "seminars.paper" not in found(judge, "做法")
        assert "seminars.paper" not in found(judge, cast.hongqi.name)


def test_an_official_who_judges_does_not_find_the_papers_given_to_him(cast):
    call, judges = reviewing(cast)
    assert found(cast.office, "做法")["seminars.paper"] == 2
    # The office's own post is put on the list of judges in place of the first.
    expert = call.experts.get(post=judges[0].post_id)
    expert.post_id = cast.office.post_id
    expert.save()
    hidden = expert.assignments.count()
    assert hidden > 0
    assert found(cast.office, "做法").get("seminars.paper", 0) == 2 - hidden


def test_an_entry_of_the_register_is_its_units_until_it_is_filed(cast):
    entry_of(cast, title="驿站见报")
    assert found(cast.secretary, "驿站") == {"publicity.placement": 1}
    assert found(cast.office, "驿站") == {}
    filed(cast, title="驿站上电视")
    assert found(cast.office, "驿站") == {"publicity.placement": 1}
    assert found(cast.other_county, "驿站") == {}


def test_words_of_a_meeting_are_found_when_it_was_held(cast):
    resolution = resolved(cast, sitting(cast))
    # The follow-up that it opened is found by itself.
    assert "meetings.item" not in found(cast.office, resolution.title)
    meeting = resolution.meeting
    meeting.__class__.objects.filter(pk=meeting.pk).update(state="held")
    resolution.item.__class__.objects.filter(pk=resolution.item_id).update(state="discussed")
    assert found(cast.office, resolution.title)["meetings.item"] == 1
    assert found(cast.office, resolution.text)["meetings.item"] == 1
