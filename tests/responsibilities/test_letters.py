from __future__ import annotations

import io
import zipfile
from decimal import Decimal

import pytest
from django.urls import reverse

from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.shelves import ProducedFile, report_kinds
from gongjian.foundation.kernel.errors import DomainError, NotPermitted
from responsibilities.documents import (
    letter_values,
    request_letter,
    request_letters,
    request_slip,
    slip_values,
)
from responsibilities.services.targets import amend_target
from tests.factories.planning import issue_down_to_the_village, make_approved_plan, target_of


def finished(job: ReportJob) -> ProducedFile:
    """Run a production to its end."""
    production = report_kinds[job.kind].produce(job.parameters)
    while True:
        try:
            next(production)
        except StopIteration as end:
            return end.value


@pytest.fixture
def plan(cast):
    return issue_down_to_the_village(cast)


def test_a_letter_prints_what_was_handed_down_and_later_changes_apart(cast, plan):
    target = target_of(plan, cast.yunshan)
    amend_target(target, actor=cast.office, value=Decimal(250), reason="撤并两家企业")

    values = letter_values(cast.yunshan, plan).as_values()

    row = values["sections"][0]["rows"][0]
    assert (row["value"], row["due"]) == ("300", "12月31日")
    change = values["amendments"][0]
    assert (change["old"], change["new"], change["reason"]) == ("300", "250", "撤并两家企业")
    assert values["giver"] == cast.city.name


def test_a_unit_without_targets_has_no_letter(cast):
    plan = make_approved_plan(cast, codes=("Z203",))

    with pytest.raises(DomainError, match="还没有收到"):
        request_letter(cast.yunshan, plan=plan, actor=cast.office)
    with pytest.raises(DomainError, match="还没有收到"):
        request_letters(cast.city, plan=plan, actor=cast.office)


def test_a_letter_is_made_within_reach_only(cast, plan):
    assert request_letter(cast.dongfeng, plan=plan, actor=cast.township)
    with pytest.raises(NotPermitted):
        request_letter(cast.yunshan, plan=plan, actor=cast.county)


def test_one_letter_is_a_pdf_and_the_letters_below_an_archive(cast, plan):
    single = finished(request_letter(cast.hongqi, plan=plan, actor=cast.township))
    assert single.content.startswith(b"%PDF")

    batch = finished(request_letters(cast.dongfeng, plan=plan, actor=cast.township))
    with zipfile.ZipFile(io.BytesIO(batch.content)) as archive:
        names = archive.namelist()
        assert len(names) == 2
        assert all(archive.read(name).startswith(b"%PDF") for name in names)

    bound = finished(request_letters(cast.dongfeng, plan=plan, actor=cast.township, merged=True))
    assert bound.content.startswith(b"%PDF")


def test_an_amendment_has_a_slip_for_both_sides(cast, plan):
    target = target_of(plan, cast.yunshan)
    amend_target(target, actor=cast.office, value=Decimal(250), reason="撤并两家企业")
    amendment = target.amendments.get()

    facts = dict(slip_values(amendment)["facts"])
    assert facts["增减"].startswith("－50")
    assert facts["调整理由"] == "撤并两家企业"
    file = finished(request_slip(amendment, actor=cast.office))
    assert file.content.startswith(b"%PDF")
    with pytest.raises(NotPermitted):
        request_slip(amendment, actor=cast.township)


def test_the_pages_ask_once_and_show_the_report_centre(cast, plan, sign_in):
    client = sign_in(cast.office)
    address = reverse("responsibilities:letters_below", args=[plan.pk, cast.city.pk])
    assert "各直接下级单位" in client.get(address).content.decode()

    response = client.post(address + "?merged=1")

    assert response.url == reverse("documents:report_centre")
    assert ReportJob.objects.get().parameters["merged"] is True
    hidden = reverse("responsibilities:unit_letter", args=[plan.pk, cast.yunshan.pk])
    assert sign_in(cast.county).get(hidden).status_code == 404
