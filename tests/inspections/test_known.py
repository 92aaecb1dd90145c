"""Answers that are known from the last visit: with their source, and only where they still fit."""

from __future__ import annotations

from gongjian.commons.questionnaires.scoring import Given
from inspections.queries.known import known_answers
from inspections.services.inspecting import Bundle, save_bundle, sign_visit, start_visit
from tests.factories.inspections import CHECKLIST, arranged, filled, plan_line
from tests.factories.questionnaires import checklist


def known(visit):
    found = known_answers(visit, visit.version.questions.all())
    return {visit.version.questions.get(pk=pk).position: item for pk, item in found.items()}


def test_the_last_signed_visit_is_known_by_the_words_of_the_question(
    cast, sign_in, django_assert_max_num_queries
):
    line = plan_line(cast, cast.hongqi, cast.xinghuo, limit=9)
    earlier = filled(cast, line=line)
    later = arranged(cast, line=line)  # another checklist with the same questions
    assert known(later) == {}  # the team's own notes until its head has signed
    sign_visit(earlier, actor=cast.office)
    assert {place: item.words for place, item in known(later).items()} == {1: "否", 2: "3"}
    assert known(later)[1].source.endswith("督查")
    assert known(arranged(cast, line=line, unit=cast.xinghuo)) == {}
    questions = list(later.version.questions.all())
    with django_assert_max_num_queries(2):
        known_answers(later, questions)
    start_visit(later, actor=cast.office)
    page = sign_in(cast.office).get(f"/inspections/visits/fill/{later.pk}/").content.decode()
    assert page.count("data-known=") == 2


def test_the_latest_of_several_visits_counts(cast):
    line = plan_line(cast, cast.hongqi, limit=9)
    sign_visit(filled(cast, line=line), actor=cast.office)
    sign_visit(filled(cast, line=line, says="yes", findings=[]), actor=cast.office)
    assert known(arranged(cast, line=line))[1].words == "是"


def test_an_answer_that_is_no_longer_offered_is_left_out(cast):
    line = plan_line(cast, cast.hongqi, limit=9)
    earlier = filled(cast, line=line, says="yes", findings=[])
    scale = earlier.version.questions.get(position=2)
    bundle = Bundle(answers={scale.pk: Given("5")}, base={scale.pk: Given("3")})
    save_bundle(earlier, actor=cast.office, bundle=bundle)
    sign_visit(earlier, actor=cast.office)
    first, second = CHECKLIST
    shorter = checklist(cast, first, {**second, "scale_top": 3}, title="短表")
    assert set(known(arranged(cast, line=line, version=shorter))) == {1}
