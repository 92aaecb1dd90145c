"""Pages of the training: drawn for every state and role, refused, and cheap at any length."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pdfplumber
import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from gongjian.commons.documents.models import OfficialDocument
from gongjian.commons.indicators.shelf import indicator_sources
from gongjian.commons.notices.shelf import reminder_rules
from gongjian.commons.rolls.enums import Attendance
from gongjian.commons.rolls.queries import member_code
from gongjian.commons.rolls.services import Mark, call_roll
from gongjian.foundation.calendar.periods import ensure_year
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.web.shelves import dashboard_cards, todo_sources, todos_of
from tests.factories import training as made
from tests.training.test_running import complete, evaluated
from training.documents import (
    archive_values,
    certificate_row,
    produce_archive,
    produce_certificates,
    produce_sheets,
    produce_timetable,
)
from training.models import Certificate, Enrolment, TrainingClass, TrainingPlan
from training.queries.hours import roll_of
from training.services.closing import explain_late, issue_certificates, revoke_certificate
from training.services.enrolling import nominate
from training.services.running import ask_leave

LISTS = {
    "training:class_list": 10,
    "training:plan_list": 10,
    "training:teacher_list": 10,
    "training:room_list": 10,
    "training:certificate_list": 10,
    "training:trainee_list": 10,
    "training:untrained": 10,
}


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_the_same_whatever_their_length(
    cast, sign_in, django_assert_max_num_queries, count
):
    plan = made.plan_of(cast)
    classes = [made.planned(cast, plan, title=f"第{number}期") for number in range(count)]
    made.approved(cast, plan)
    for number, item in enumerate(classes):
        made.teacher(cast, f"教师{number}")
        made.room(cast, f"教室{number}")
        opened = made.open_class(item, actor=cast.office)
        made.signed_up(cast, opened, name=f"学员{number}")
        issue_certificates(made.finished(cast, opened), actor=cast.office)
    client = sign_in(cast.office)
    for name, queries in LISTS.items():
        client.get(reverse(name))
        with django_assert_max_num_queries(queries):
            assert client.get(reverse(name)).status_code == 200


def pages_of(training_class) -> list[str]:
    names = ("class_edit", "quota_edit", "lesson_add", "cost_write", "papers_write", "late_explain",
             "questionnaire_choose", "scores", "nominate", "certificates_issue")  # fmt: skip
    pages = [reverse(f"training:{name}", args=[training_class.pk]) for name in names]
    papers = ("timetable", "sheets", "certificates", "archive")
    return pages + [
        reverse("training:print_class", args=[training_class.pk, paper]) for paper in papers
    ]


def test_every_page_of_a_class_is_drawn_and_shut_to_those_outside(cast, sign_in):
    training_class = evaluated(cast)
    enrolment = training_class.enrolments.first()
    issue_certificates(training_class, actor=cast.office)
    certificate = Certificate.objects.first()
    client = sign_in(cast.office)
    shared = [
        training_class.get_absolute_url(), training_class.plan.get_absolute_url(),
        enrolment.get_absolute_url(), enrolment.trainee.get_absolute_url(),
        certificate.get_absolute_url(),
    ]  # fmt: skip
    others = [
        made.teacher(cast).get_absolute_url(), reverse("training:plan_create"),
        reverse("training:class_create", args=[training_class.plan_id]),
        reverse("training:other_note"), reverse("training:teacher_create"),
        reverse("training:room_create"), reverse("training:evaluate_on_paper",
                                                 args=[training_class.pk]),
    ]  # fmt: skip
    for page in [*shared, *others, *pages_of(training_class)]:
        assert client.get(page).status_code == 200, page
    client = sign_in(cast.secretary)
    for page in shared[:1] + shared[2:]:
        assert client.get(page).status_code == 200, page
    refused = [reverse("training:evaluate_on_paper", args=[training_class.pk])]
    refused += [page for page in pages_of(training_class) if "nominate" not in page
                and "timetable" not in page]  # fmt: skip
    for page in refused:
        assert client.get(page).status_code == 404, page
    client = sign_in(cast.stranger)
    for page in [*shared, *pages_of(training_class)]:
        assert client.get(page).status_code == 404, page


def test_a_unit_sees_its_own_people_and_not_those_of_others(cast, sign_in):
    training_class = made.opened(cast)
    made.signed_up(cast, training_class, name="赵春梅")
    nominate(training_class, actor=cast.neighbour, unit=cast.xinghuo, name="郑卫东")
    page = sign_in(cast.neighbour).get(training_class.get_absolute_url()).content.decode()
    assert "郑卫东" in page
    assert "赵春梅" not in page
    other = Enrolment.objects.get(trainee__name="赵春梅")
    assert sign_in(cast.neighbour).get(other.get_absolute_url()).status_code == 404


def test_sign_up_and_approval_through_the_pages(cast, sign_in):
    training_class = made.opened(cast, capacity=1)
    url = reverse("training:nominate", args=[training_class.pk])
    client = sign_in(cast.union_chair)
    shown = client.post(url, {"unit": cast.hongqi.pk, "name": "孙国强"}, follow=True)
    assert "等待单位负责人批准" in shown.content.decode()
    enrolment = Enrolment.objects.get()
    client = sign_in(cast.secretary)
    todos = next(source for source in todo_sources if source.key == "training")
    assert any("批准孙国强" in todo.title for todo in todos_of(cast.secretary, [todos]))
    approve = reverse("training:approve", args=[enrolment.pk])
    assert "已批准并录取" in client.post(approve, follow=True).content.decode()
    shown = client.post(url, {"unit": cast.hongqi.pk, "name": "赵春梅"}, follow=True)
    assert "已列入候补" in shown.content.decode()
    strange = client.post(url, {"unit": cast.xinghuo.pk, "name": "某某"})
    assert strange.status_code == 422
    cancel = reverse("training:enrolment_step", args=[enrolment.pk, "cancel"])
    assert client.post(cancel, {"reason": ""}).status_code == 422
    client.post(cancel, {"reason": "出差"})
    assert Enrolment.objects.get(trainee__name="赵春梅").state == "booked"


def test_quotas_lessons_and_leave_through_the_pages(cast, sign_in):
    training_class = made.opened(cast)
    client = sign_in(cast.office)
    url = reverse("training:quota_edit", args=[training_class.pk])
    assert client.post(url, {f"unit_{cast.qinghe.pk}": 99}).status_code == 422
    assert client.post(url, {f"unit_{cast.qinghe.pk}": 5}).status_code == 302
    assert training_class.quotas.get().places == 5
    day = training_class.starts_on
    lesson = {"topic": "课", "form": "讲座", "starts_at": f"{day}T09:00", "ends_at": f"{day}T11:00",
              "hours": "4"}  # fmt: skip
    url = reverse("training:lesson_add", args=[training_class.pk])
    assert client.post(url, lesson).status_code == 302
    assert client.post(url, lesson).status_code == 422
    made.signed_up(cast, training_class)
    training_class = TrainingClass.objects.get(pk=training_class.pk)
    client.post(reverse("training:trainingclass_step", args=[training_class.pk, "list"]))
    enrolment = Enrolment.objects.get()
    session = made.sessions_of(training_class)[0]
    ask = reverse("training:ask_leave", args=[enrolment.pk])
    client = sign_in(cast.secretary)
    shown = client.post(ask, {"kind": "sick", "reason": "就医", "sessions": [session.pk]})
    assert shown.status_code == 302
    leave = enrolment.leaves.get()
    grant = reverse("training:leave_step", args=[leave.pk, "grant"])
    assert client.get(grant).status_code == 404
    refused = sign_in(cast.office).post(grant, {})
    assert refused.status_code == 422
    assert "七分之一" in refused.content.decode()


def test_the_roll_is_scanned_and_the_rest_called_at_once(cast, sign_in):

    training_class = made.opened(cast)
    for name in "甲乙丙":
        made.signed_up(cast, training_class, name=name)
    training_class = made.running(cast, training_class)
    session = made.sessions_of(training_class)[0]
    member = roll_of(training_class).members.first()
    client = sign_in(cast.office)
    sheet = reverse("rolls:roll_sheet", args=[session.pk])
    scan = reverse("rolls:roll_scan", args=[session.pk])
    rest = reverse("rolls:roll_rest", args=[session.pk])
    assert "扫码登记" in client.get(sheet).content.decode()
    wrong = client.post(scan, {"code": "1-1-11"}, follow=True).content.decode()
    assert "不在本名册中" in wrong
    shown = client.post(scan, {"code": member_code(member)}, follow=True).content.decode()
    assert f"{member.name}出席" in shown
    assert "其余 2 人" in client.post(rest, follow=True).content.decode()
    assert session.marks.filter(attendance="present").count() == 3
    assert sign_in(cast.secretary).post(scan, {"code": member_code(member)}).status_code == 404


def test_evaluation_in_the_browser_keeps_no_name(cast, sign_in):
    training_class = evaluated(cast)
    question = training_class.questionnaire.questions.first()
    client = sign_in(cast.secretary)
    url = reverse("training:evaluate", args=[training_class.pk])
    assert "匿名填写" in client.get(url).content.decode()
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {f"q{question.pk}": "5"}).status_code == 302
    page = sign_in(cast.office).get(training_class.get_absolute_url()).content.decode()
    assert "不足 3 份" in page
    trail = re.sub(r"\s", "", page)
    assert "评价" in trail


def test_anyone_may_verify_a_certificate_and_sees_every_printed_field(cast, client):
    certificate = issue_certificates(evaluated(cast), actor=cast.office)[0]
    url = reverse("training:verify", args=[certificate.code])
    page = client.get(url)
    assert page.status_code == 200
    for label, value in certificate.printed:
        assert label in page.content.decode()
        assert value in page.content.decode()
    revoke_certificate(certificate, actor=cast.office, reason="替课查实")
    page = client.get(url).content.decode()
    assert "已撤销" in page
    assert "替课查实" in page
    assert client.get(reverse("training:verify", args=["9900-AAAA-AAAA"])).status_code == 404
    assert client.get(reverse("training:verify_form")).status_code == 200


def text_of(content: bytes) -> str:
    import io

    with pdfplumber.open(io.BytesIO(content)) as pdf:
        return "".join(page.extract_text() or "" for page in pdf.pages)


def made_by(production) -> bytes:
    while True:
        try:
            next(production)
        except StopIteration as end:
            return end.value.content


def test_the_papers_of_a_class_print_what_they_promise(cast):
    training_class = complete(cast, evaluated(cast))
    asked = {"training_class": training_class.pk}
    certificates = text_of(made_by(produce_certificates(asked)))
    for certificate in Certificate.objects.all():
        assert certificate.code in certificates
    timetable = text_of(made_by(produce_timetable(asked)))
    assert "第1天9时课" in timetable.replace("\n", "")
    sheets = text_of(made_by(produce_sheets(asked))).replace("\n", "")
    assert sheets.count("应到3人") == 4
    archive = text_of(made_by(produce_archive(asked))).replace("\n", "")
    for word in ("学员和结果", "赵春梅", "教学评价", "经费", "办班小结", "材料清单"):
        assert word in archive
    assert archive_values(training_class)["spent"] == "90.00"
    row = certificate_row(Certificate.objects.first())
    assert row["name"] in certificates


def test_indicators_reminders_todos_and_card_tell_the_truth(cast):
    source = next(item for item in indicator_sources if item.key == "training")
    training_class = evaluated(cast)
    period = ensure_year(today().year)
    period.starts_on, period.ends_on = today() - timedelta(days=60), today()
    figures = {
        (figure.code, figure.unit_id): figure.value
        for figure in source.measure(
            ["training.planned", "training.completed"], [cast.city.pk, cast.hongqi.pk,
                                                         cast.xinghuo.pk], period
        )
    }  # fmt: skip
    assert figures["training.planned", cast.city.pk] == 100
    assert figures["training.completed", cast.hongqi.pk] == 100
    assert figures["training.completed", cast.xinghuo.pk] is None
    assert all(item.mode != "scored" or item.code == "training.planned" for item in source.offer())

    due = {rule.key: rule for rule in reminder_rules}
    assert not list(due["training.file_open"].due(today()))
    late = list(due["training.file_open"].due(today() + timedelta(days=30)))
    assert [item.subject_id for item in late] == [training_class.pk]
    opened = made.opened(
        cast, quotas={cast.hongqi: 2}, plan=TrainingPlan.objects.get(), title="第二期"
    )
    near = list(due["training.places_unused"].due(today()))
    assert [item.subject_id for item in near] == [opened.pk]
    for name in "甲乙":
        made.signed_up(cast, opened, name=name)
    assert not list(due["training.places_unused"].due(today()))
    assert list(due["training.begins_soon"].due(opened.starts_on))

    explain_late(training_class, actor=cast.office, reason="遗失")
    todos = next(item for item in todo_sources if item.key == "training")
    assert any("材料不全" in todo.title for todo in todos_of(cast.leader, [todos]))
    assert any("归档" in todo.title for todo in todos_of(cast.office, [todos]))
    card = next(item for item in dashboard_cards if item.key == "training.next")
    assert card.build(cast.secretary) == {"coming": opened, "held": 1, "seats": 2}


def test_the_unit_asks_for_leave_and_the_office_finds_it_on_its_desk(cast):
    training_class = made.listed(cast, past=False)
    enrolment = training_class.enrolments.get()
    session = made.sessions_of(training_class)[0]
    ask_leave(enrolment, actor=cast.secretary, kind="sick", reason="就医", sessions=[session.pk])
    todos = next(item for item in todo_sources if item.key == "training")
    assert any("请假待批" in todo.title for todo in todos_of(cast.office, [todos]))
    assert not any("请假待批" in todo.title for todo in todos_of(cast.secretary, [todos]))


def test_the_notice_is_made_from_the_class_and_drafted_once(cast, sign_in):
    plan = made.plan_of(cast)
    training_class = made.planned(cast, plan)
    made.set_quotas(training_class, actor=cast.office, places={cast.qinghe.pk: 5})
    made.lesson(cast, training_class, teacher=made.teacher(cast))
    client = sign_in(cast.office)
    url = reverse("training:notice_draft", args=[training_class.pk])
    assert client.get(url).status_code == 200
    assert client.post(url).status_code == 302
    document = OfficialDocument.objects.get(kind="training.notice")
    body = document.context["body"]
    assert training_class.title in document.title
    assert "七分之一" in body
    tables = {item["title"]: item["rows"] for item in document.context["attachments"]}
    assert tables["名额分配表"] == [["1", "清河县", "5"]]
    assert tables["课程表"][0][1:] == ["党建带工建", "何教授"]
    assert client.post(url).status_code == 409
    page = client.get(training_class.get_absolute_url()).content.decode()
    assert document.title in page
    assert sign_in(cast.secretary).get(url).status_code == 404


def test_the_roster_is_exported_and_a_name_is_never_a_formula(cast, sign_in):
    training_class = made.opened(cast)
    made.signed_up(cast, training_class, name="=1+1")
    training_class = made.finished(cast, training_class)
    url = reverse("training:roster", args=[training_class.pk])
    answer = sign_in(cast.office).get(url)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0)
    head, person = rows.to_python()[:2]
    found = dict(zip(head, person, strict=True))
    assert found["姓名"] == "=1+1"
    assert (found["总学时"], found["出勤学时"], found["状态"]) == (16, 16, "结业")
    assert sign_in(cast.secretary).get(url).status_code == 404


def test_classes_are_found_by_words_state_and_teacher(cast, sign_in):
    plan = made.plan_of(cast)
    first = made.planned(cast, plan, title="集体协商班")
    made.planned(cast, plan, title="财务班")
    made.lesson(cast, first, teacher=made.teacher(cast))
    client = sign_in(cast.office)
    for query, seen in (("words=何教授", True), ("words=财务", False), ("state=open", False),
                        ("region=inside", True)):  # fmt: skip
        page = client.get(f"{reverse('training:class_list')}?{query}").content.decode()
        assert ("集体协商班" in page) == seen, query


def test_who_missed_too_much_is_told_while_the_class_still_runs(cast):
    rule = next(rule for rule in reminder_rules if rule.key == "training.missed_too_much")
    training_class = made.running(cast)
    assert not list(rule.due(today()))
    session = made.sessions_of(training_class)[0]
    member = roll_of(training_class).members.get()
    call_roll(session, actor=cast.office, marks={member.pk: Mark(Attendance.ABSENT)})
    due = list(rule.due(today()))
    assert len(due) == 1
    assert cast.secretary.post_id in due[0].post_ids
    assert rule.may_see(cast.secretary, due[0].subject_id)
