"""Who sees which report, who took it when, and how often the list asks the database."""

from __future__ import annotations

import pytest
from django.urls import reverse

from gongjian.commons.documents.models import ReportDownload, ReportJob
from gongjian.commons.documents.queries import jobs_seen_by
from gongjian.commons.documents.reports import (
    cancel_report,
    request_report,
    run_report,
    take_report,
)
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict
from tests.commons.documents.test_reports import kind

pytestmark = pytest.mark.usefixtures("prints")
__all__ = ["kind"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_often_for_three_as_for_one(
    cast, kind, sign_in, django_assert_num_queries, count
):
    for year in range(count):
        run_report(request_report(kind.key, actor=cast.office, parameters={"year": year}).pk)
    client = sign_in(cast.office)
    client.get(reverse("documents:report_centre"))
    with django_assert_num_queries(7):
        page = client.get(reverse("documents:report_centre")).content.decode()
    assert page.count("测试报告</a>") == count


def test_a_report_about_a_unit_is_seen_by_those_who_answer_for_it(cast, kind):
    hers = request_report(kind.key, actor=cast.office, unit=cast.hongqi, parameters={"of": 1})
    other = request_report(kind.key, actor=cast.office, unit=cast.xinghuo, parameters={"of": 2})
    whole = request_report(kind.key, actor=cast.office, parameters={"of": 3})

    assert list(jobs_seen_by(cast.secretary)) == [hers]
    assert list(jobs_seen_by(cast.neighbour)) == [other]
    assert set(jobs_seen_by(cast.county)) == {hers, other}
    assert jobs_seen_by(cast.other_county).count() == 0
    assert set(jobs_seen_by(cast.office)) == {hers, other, whole}
    assert jobs_seen_by(cast.viewer).count() == 0


def test_who_sees_a_report_may_not_stop_it(cast, kind):
    job = request_report(kind.key, actor=cast.office, unit=cast.hongqi)
    with pytest.raises(NotPermitted, match="由申请人"):
        cancel_report(job, actor=cast.secretary)
    own = request_report(kind.key, actor=cast.secretary, unit=cast.hongqi)
    assert cancel_report(own, actor=cast.secretary).status == "cancelled"
    assert cancel_report(job, actor=cast.leader).status == "cancelled"


def test_every_download_leaves_who_and_when(cast, kind, sign_in):
    job = run_report(request_report(kind.key, actor=cast.office, unit=cast.hongqi).pk)
    for actor in (cast.secretary, cast.county):
        answer = sign_in(actor).get(reverse("documents:report_download", args=[job.pk]))
        assert answer.content == b"figures"
    assert sign_in(cast.neighbour).get(answer.request["PATH_INFO"]).status_code == 404

    taken = list(ReportDownload.objects.order_by("pk").values_list("job_id", "taken_by"))
    assert taken == [(job.pk, cast.secretary.label), (job.pk, cast.county.label)]
    page = sign_in(cast.office).get(reverse("documents:report_job", args=[job.pk]))
    shown = page.content.decode()
    assert cast.secretary.label in shown
    assert job.file.sha256 in shown


def test_a_damaged_or_unfinished_file_is_not_taken(cast, kind, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    job = request_report(kind.key, actor=cast.office)
    with pytest.raises(StateConflict, match="还没有生成"):
        take_report(job, actor=cast.office)
    job = run_report(job.pk)
    (tmp_path / job.file.path).write_bytes(b"altered")
    with pytest.raises(DomainError, match="不一致"):
        take_report(job, actor=cast.office)
    assert ReportDownload.objects.count() == 0


def test_the_list_is_filtered(cast, kind, sign_in):
    run_report(request_report(kind.key, actor=cast.office, title="年度总报告").pk)
    cancel_report(
        request_report(kind.key, actor=cast.office, title="作罢的报告", parameters={"n": 2}),
        actor=cast.office,
    )
    client = sign_in(cast.office)
    url = reverse("documents:report_centre")

    def shown(**query: str) -> set[str]:
        text = client.get(url, query, headers={"HX-Request": "true"}).content.decode()
        return {name for name in ("年度总报告", "作罢的报告") if f"{name}</a>" in text}

    assert shown() == {"年度总报告", "作罢的报告"}
    assert shown(title="总") == {"年度总报告"}
    assert shown(status="cancelled") == {"作罢的报告"}
    assert shown(kind="documents.ledger") == set()
    assert shown(since="2100-01-01") == set()
    assert ReportJob.objects.count() == 2
