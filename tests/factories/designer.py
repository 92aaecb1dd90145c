"""Drafts of forms with checks, reviews of burden, exceptions; made by the services."""

from __future__ import annotations

from responsibilities.cells import Cell
from responsibilities.checks import Check, Rules
from responsibilities.models import BurdenReview, CheckException, QuarterlyReturn, ReturnForm
from responsibilities.services.burden import ask_burden_review, set_budget
from responsibilities.services.designer import (
    TypedCell,
    begin_form,
    begin_version,
    publish_form,
    save_check,
    save_design,
)
from responsibilities.services.exceptions import ask_exception
from tests.factories.returns import make_form


def typed(label: str, *, code: str = "", uid: str = "", **values) -> TypedCell:
    """A row of the designer with the usual settings."""
    usual = {
        "section_title": "组织建设",
        "value_type": "integer",
        "unit_label": "个",
        "style": "incremental",
    }
    return TypedCell(uid=uid or code or label, code=code, label=label, **{**usual, **values})


def cell(code: str = "C01", slot: int = 0, **values) -> Cell:
    usual = {
        "label": f"栏目{code}",
        "unit_label": "个",
        "value_type": "integer",
        "section": "S1",
        "section_title": "组织建设",
        "style": "incremental",
    }
    return Cell(code=code, slot=slot, **{**usual, **values})


def check(text: str, **values) -> Check:
    usual = {"key": "", "label": "自定检查", "severity": "hard", "tree": []}
    return Check(text=text, **{**usual, **values})


def make_draft(cast, **values) -> ReturnForm:
    """The next version of a published form, as a draft."""
    return begin_version(make_form(cast, **values), actor=cast.office)


def make_form_with(cast, *checks: Check, rows=None, **values) -> ReturnForm:
    """A published second version with checks."""
    draft = make_draft(cast, **values)
    if rows is not None:
        save_design(draft, actor=cast.office, title=draft.title, rows=rows, rules=Rules())
    for one in checks:
        save_check(draft, actor=cast.office, check=one)
    draft.refresh_from_db()
    return publish_form(draft, actor=cast.office)


def make_other_form(cast, key: str = "annual", labels=("联合工会数",)) -> ReturnForm:
    """A published form of another key."""
    form = begin_form(actor=cast.office, title="年度报表", key=key)
    rows = [typed(label) for label in labels]
    form = save_design(form, actor=cast.office, title=form.title, rows=rows, rules=Rules())
    return publish_form(form, actor=cast.office)


def make_burden_review(cast, draft: ReturnForm | None = None) -> BurdenReview:
    """A draft beyond the budget that waits for the leader."""
    draft = draft or make_draft(cast)
    set_budget(actor=cast.office, minutes=1, reason="从严控制")
    rows = [typed(f"自定栏目{number}") for number in range(1, 12)]
    draft = save_design(draft, actor=cast.office, title=draft.title, rows=rows, rules=Rules())
    return ask_burden_review(
        draft, actor=cast.office, reason="上级年度部署", basis="示党工组〔2026〕3号"
    )


def make_exception(cast, row: QuarterlyReturn) -> CheckException:
    """The unit asks leave for members above workers (部分大于整体)."""
    return ask_exception(
        row, actor=cast.secretary, rule_key="part", cell="Z202", reason="含退休会员，已核对花名册"
    )
