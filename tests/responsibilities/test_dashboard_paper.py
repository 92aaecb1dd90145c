"""The briefing of the dashboard: who owes, what is behind, what changed; on paper and in Word."""

from __future__ import annotations

import io
from datetime import timedelta

import pypdfium2
import pytest
from django.urls import reverse
from docx import Document

from gongjian.foundation.kernel.dates import today
from responsibilities.dashboard_paper import briefing
from responsibilities.queries.dashboard import all_rounds
from responsibilities.services.review import accept_return
from responsibilities.services.rollup import recompute
from tests.factories.returns import make_due, make_form, open_quarter, submitted
from tests.responsibilities.test_dashboard_pages import promise


@pytest.fixture
def two_quarters(cast):
    """红旗村 recruited 60 of 100 by the second quarter, and nothing more in the third."""
    form = make_form(cast)
    for ordinal, recruited in ((2, "60"), (3, "0")):
        period, _ = open_quarter(cast, form=form, ordinal=ordinal)
        row = submitted(cast, cast.hongqi, period, cast.secretary, Z203=recruited)
        accept_return(row, actor=cast.township)
    promise(cast.city, "Z203", 100)
    promise(cast.qinghe, "Z203", 100)
    promise(cast.dongfeng, "Z203", 100)
    make_due(period, today() - timedelta(days=3))
    recompute()
    return period


def _words(cast, unit, period) -> str:
    quarters = all_rounds()
    quarter = next(row for row in quarters if row.period == period)
    made = briefing(unit, quarters, quarter, basis="accepted", organ="办公室")
    parts = [made.title, made.values["lead"]]
    for section in made.values["sections"]:
        parts.append(section["heading"])
        for block in section["blocks"]:
            parts += [block.get("text", ""), block.get("caption", "")]
            parts += ["|".join(cell["text"] for cell in row) for row in block.get("rows", [])]
    return "\n".join(parts)


def test_it_names_who_owes_and_for_how_long(cast, two_quarters):
    text = _words(cast, cast.city, two_quarters)
    assert "还有3家未报，其中3家已过截止日。" in text
    assert f"星火机械公司|东风镇|{two_quarters.due_label}|逾期3天" in text
    assert "红旗村|东风镇" not in text


def test_red_lights_are_compared_with_the_quarter_before(cast, two_quarters):
    text = _words(cast, cast.city, two_quarters)
    # 60 of 100 was ahead of half a year, and is fifteen points behind three quarters of it.
    assert "红灯1项，上期0项，新增1项，消除0项。新增：清河县“发展会员数”。" in text
    assert "主要指标与2026年第二季度相比" in text
    assert "发展会员数|人|60|0|-60" in text
    assert "职工总数|人|120|120|持平" in text


def test_the_first_period_has_nothing_to_compare_with(cast):
    period, _ = open_quarter(cast)
    text = _words(cast, cast.city, period)
    assert "没有上期可比" in text
    assert "今年还没有下达可汇总的目标。" in text


@pytest.mark.usefixtures("two_quarters")
def test_it_is_handed_out_as_pdf_and_as_word(cast, sign_in):
    client = sign_in(cast.county)
    page = client.get(reverse("responsibilities:node_dashboard")).content.decode()
    for kind in ("pdf", "docx"):
        address = reverse("responsibilities:node_briefing", kwargs={"kind": kind})
        assert address in page
        answer = client.get(address)
        assert answer.status_code == 200
        assert f".{kind}" in answer["Content-Disposition"]
        if kind == "pdf":
            pages = pypdfium2.PdfDocument(answer.content)
            text = "".join(page.get_textpage().get_text_bounded() for page in pages)
        else:
            document = Document(io.BytesIO(answer.content))
            text = "".join(one.text for one in document.paragraphs)
            cells = [cell.text for table in document.tables for cell in table._cells]
            assert "星火机械公司" in cells
        text = text.replace(" ", "").replace("\r", "").replace("\n", "")
        assert "清河县2026年第三季度" in text
        assert "尚未报送的单位" in text


@pytest.mark.usefixtures("two_quarters")
def test_nobody_takes_a_briefing_of_a_place_beside(cast, sign_in):
    address = reverse("responsibilities:node_briefing", kwargs={"kind": "docx"})
    assert sign_in(cast.county).get(f"{address}?unit={cast.yunshan.pk}").status_code == 404
    assert sign_in(cast.secretary).get(address).status_code == 404
