"""The auditor reads the trail, sees how far it is sealed, and takes it out as a workbook."""

from __future__ import annotations

import io

import pytest
import python_calamine
from django.urls import reverse

from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.audit.sealing import head, seal_all
from orgs import trail_workbook
from orgs.services import create_post


@pytest.fixture(autouse=True)
def own_anchors(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def rows_of(answer) -> list[list[str]]:
    book = python_calamine.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return book.get_sheet_by_index(0).to_python()


def test_the_list_says_how_far_it_is_sealed(cast, sign_in):
    client = sign_in(cast.auditor)
    assert "已封存" not in client.get(reverse("orgs:trail_list")).content.decode()
    seal_all()
    last = head()
    text = client.get(reverse("orgs:trail_list")).content.decode()
    assert f"已封存 {last.position} 条，末条摘要 {last.digest[:16]}…" in text


def test_the_export_holds_what_the_filters_show_and_is_an_act_itself(cast, sign_in):
    seal_all()
    create_post(cast.hongqi, actor=cast.administrator, title="=1+1", role="secretary")
    answer = sign_in(cast.auditor).get(reverse("orgs:trail_export"), {"actor": "方凯"})
    head_row, *rows = rows_of(answer)
    assert head_row[:3] == ["封存序号", "时间", "操作人"]
    assert len(rows) == TrailEntry.objects.filter(actor_label__contains="方凯").count()
    assert rows[0][0] == "待封存"
    assert all("方凯" in row[2] for row in rows)
    assert any("=1+1" in cell for row in rows for cell in row)
    note = TrailEntry.objects.order_by("-pk").first()
    assert (note.action, note.after) == (
        "orgs.trail.exported",
        {"条数": len(rows), "actor": "方凯"},
    )


def test_an_export_that_is_too_long_is_refused_with_a_remedy(cast, sign_in, monkeypatch):
    monkeypatch.setattr("orgs.views.settings.MOST", 3)
    answer = sign_in(cast.auditor).get(reverse("orgs:trail_export"))
    assert answer.status_code == 422
    assert "请缩短时间范围" in answer.content.decode()
    assert not TrailEntry.objects.filter(action="orgs.trail.exported").exists()
    assert trail_workbook.MOST == 50_000


@pytest.mark.parametrize("who", ["administrator", "security", "office", "leader", "secretary"])
def test_nobody_else_takes_it_out(cast, sign_in, who):
    assert sign_in(getattr(cast, who)).get(reverse("orgs:trail_export")).status_code == 404
