"""The printed notice of a visit, days by severity, what is found by the search."""

from __future__ import annotations

import io

import pdfplumber
from django.urls import reverse

from gongjian.commons.documents.models import ReportJob
from gongjian.commons.notices.models import Notice
from gongjian.commons.search.queries import find
from gongjian.foundation.calendar.working_days import corrections, working_deadline
from gongjian.foundation.kernel.dates import today
from inspections.documents import produce_letter
from inspections.models import InspectionPlan, PlanLine
from inspections.services.inspecting import sign_visit
from inspections.services.rectifying import usual_deadline
from tests.factories.inspections import arranged, confirmed, filled, finding_item, plan_line
from tests.inspections.test_instructing import produced


def found(actor, asked: str) -> set[str]:
    return {one.source.key for one in find(actor, asked)}


def test_the_letter_names_ground_team_and_questions(cast):
    visit = arranged(cast)
    made = produced(produce_letter({"visit": visit.pk})).content
    with pdfplumber.open(io.BytesIO(made)) as pdf:
        text = "".join(page.extract_text() for page in pdf.pages).replace("\n", "")
    for words in ("督查通知", cast.hongqi.name, "示督备〔2026〕1号", "冯晓", "组长"):
        assert words in text
    for question in visit.version.questions.all():
        assert question.text in text


def test_an_unannounced_visit_is_not_told_and_has_no_letter(cast, sign_in):
    line = plan_line(cast, cast.hongqi)
    PlanLine.objects.filter(pk=line.pk).update(method="unannounced")
    line.refresh_from_db()
    visit = arranged(cast, line=line)
    assert not Notice.objects.filter(rule="inspections.visit_arranged").exists()
    office = sign_in(cast.office)
    assert "督查通知" not in office.get(visit.get_absolute_url()).content.decode()
    refused = office.post(reverse("inspections:visit_letter", args=[visit.pk]), {})
    assert "不发通知" in refused.content.decode()
    assert not ReportJob.objects.filter(kind="inspections.letter").exists()


def test_the_letter_is_asked_for_from_the_visit(cast, sign_in):
    visit = arranged(cast)
    assert Notice.objects.filter(rule="inspections.visit_arranged").exists()
    office = sign_in(cast.office)
    address = reverse("inspections:visit_letter", args=[visit.pk])
    assert address in office.get(visit.get_absolute_url()).content.decode()
    office.post(address, {})
    assert ReportJob.objects.filter(kind="inspections.letter").count() == 1
    nobody = arranged(cast, line=visit.lines.get().line, unit=cast.hongqi, team=False)
    refused = office.post(reverse("inspections:visit_letter", args=[nobody.pk]), {})
    assert "还没有组长" in refused.content.decode()


def test_days_to_rectify_are_the_plans(cast):
    visit = confirmed(
        cast, findings=[finding_item(severity="general"), finding_item(severity="serious")]
    )
    findings = list(visit.findings.all())
    assert usual_deadline(visit, findings) == working_deadline(today(), 10, corrections())
    InspectionPlan.objects.update(days_serious=3, days_general=30)
    assert usual_deadline(visit, findings) == working_deadline(today(), 3, corrections())
    mild = [item for item in findings if item.severity == "general"]
    assert usual_deadline(visit, mild) == working_deadline(today(), 30, corrections())


def test_a_finding_is_found_once_the_leader_has_signed(cast):
    item = finding_item(text="花名册缺十二人")
    visit = filled(cast, findings=[item])
    assert "inspections.finding" not in found(cast.office, "花名册")
    sign_visit(visit, actor=cast.office)
    assert "inspections.finding" in found(cast.office, "花名册")
    assert "inspections.finding" in found(cast.secretary, "花名册")
    assert "inspections.finding" not in found(cast.neighbour, "花名册")
