"""What commendation prints: 推荐审批表, the decision, the list for the notice, certificates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from commendations.authority import MANAGE_PROGRAMME, VIEW_NOMINATION
from commendations.enums import Holder, ProgrammeKind, ProgrammeState, Trait
from commendations.models import AwardCategory, Nomination, Programme
from commendations.queries import chosen_of, traits_of
from gongjian.commons.documents.contexts import Attachment, CircularContext, Column
from gongjian.commons.documents.models import OfficialDocument
from gongjian.commons.documents.rendering import render_pdf
from gongjian.commons.documents.services import draft_document
from gongjian.commons.documents.shelves import (
    DocumentKind,
    ProducedFile,
    Production,
    Progress,
    ReportKind,
    document_kinds,
    report_kinds,
)
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.kernel.errors import NotPermitted, StateConflict
from gongjian.foundation.tenancy.scope import require_tenant_id
from orgs.enums import Category
from orgs.models import Tenant, Unit

_PDF = "application/pdf"
CIRCULAR = "documents/circular.html"
_NUMERALS = "一二三四五六七八九十"


def _tenant() -> Tenant:
    return Tenant.objects.get(pk=require_tenant_id())


def full_name(unit: Unit) -> str:
    """Villages and communities bear the same names everywhere, so the place stands before."""
    if unit.category in {Category.VILLAGE, Category.COMMUNITY} and unit.parent is not None:
        return f"{unit.parent.name}{unit.name}"
    return unit.name


# --- the decision ----------------------------------------------------------------------------


def build_decision(programme: Programme) -> CircularContext:
    """Words and name lists of a decided programme, as plain values."""
    tenant = _tenant()
    is_praise = programme.kind == ProgrammeKind.PRAISE
    lists = chosen_of(programme)
    act = "通报表扬" if is_praise else "表彰"
    basis = "" if is_praise else f"根据{programme.approval_reference}，"
    given = "，".join(
        f"{'对' if is_praise else '授予'}{_counted(category, rows)}"
        f"{'予以通报表扬' if is_praise else f'“{category.title}”称号'}"
        for category, rows in lists
    )
    notice = ""
    if programme.notice_from and programme.notice_until:
        notice = (
            f"经逐级推荐、资格审查、评审和公示"
            f"（{long_date(programme.notice_from)}至{long_date(programme.notice_until)}），"
        )
    body = [
        "近年来，各级党组织和工会组织坚持党建带工建、工建促党建，涌现出一批先进典型。",
        f"{basis}{notice}决定{given}（名单见附件）。",
        (
            f"希望受到{act}的集体和个人珍惜荣誉，再接再厉。各单位要以先进为榜样，"
            "推动党工共建工作再上新台阶。"
        ),
    ]
    return CircularContext(
        organs=[tenant.leading_group],
        title=f"关于{'通报表扬' if is_praise else '表彰'}{programme.title}对象的"
        f"{'通报' if is_praise else '决定'}",
        main_recipients="各级党工共建领导小组办公室，各有关单位",
        body="\n".join(body),
        attachments=[_list(category, rows) for category, rows in lists],
        signatures=[tenant.leading_group],
        printer=f"{tenant.leading_group}办公室",
    )


def _counted(category: AwardCategory, rows: Sequence[Nomination]) -> str:
    first = rows[0]
    name = full_name(first.unit)
    if category.holder == Holder.PERSON:
        return (
            f"{name}{first.person}等{len(rows)}名同志"
            if len(rows) > 1
            else (f"{name}{first.person}同志")
        )
    return f"{name}等{len(rows)}个单位" if len(rows) > 1 else name


def _list(category: AwardCategory, rows: Sequence[Nomination]) -> Attachment:
    """In the order of the administrative divisions, as such lists are (名册排序)."""
    if category.holder == Holder.PERSON:
        return Attachment(
            title=f"{category.title}名单",
            columns=[Column("序号", 12), Column("姓名", 20), Column("单位及职务", 68)],
            rows=[
                [str(place), row.person, f"{full_name(row.unit)}{row.duty}"]
                for place, row in enumerate(rows, start=1)
            ],
        )
    return Attachment(
        title=f"{category.title}名单",
        columns=[Column("序号", 15), Column("单位", 85)],
        rows=[[str(place), full_name(row.unit)] for place, row in enumerate(rows, start=1)],
    )


PRAISE = document_kinds.register(
    DocumentKind("commendations.praise", "通报表扬", CIRCULAR, "1", build=build_decision)
)
HONOUR = document_kinds.register(
    DocumentKind(
        "commendations.honour",
        "表彰决定",
        CIRCULAR,
        "1",
        build=build_decision,
        is_commendation=True,
    )
)


def draft_decision(programme: Programme, *, actor: Actor) -> OfficialDocument:
    """Draft the document of a decided programme; its words may be changed, its names not."""
    if not actor.may(MANAGE_PROGRAMME):
        raise NotPermitted("决定由办公室起草。")
    if programme.state != ProgrammeState.DECIDED:
        raise StateConflict("名单还没有审定，审定后才能起草决定。")
    is_praise = programme.kind == ProgrammeKind.PRAISE
    return draft_document(
        PRAISE.key if is_praise else HONOUR.key,
        actor=actor,
        mark=_tenant().document_mark,
        subject=programme,
        approval_reference=programme.approval_reference,
    )


# --- 推荐审批表 --------------------------------------------------------------------------------


def form_values(nomination: Nomination) -> dict[str, Any]:
    """The form with every opinion that was given, oldest first."""
    labels = dict(Trait.choices)
    category = nomination.category
    opinions = [
        {
            "organ": opinion.organ,
            "text": opinion.text or opinion.get_verdict_display(),
            "signer": opinion.reference or opinion.signer,
            "on": long_date(opinion.at.date()),
        }
        for opinion in nomination.opinions.all()
        if opinion.unit_id is None or opinion.round == nomination.round
    ]
    return {
        "title": "推荐审批表",
        "programme": category.programme.title,
        "category": category.title,
        "is_person": category.holder == Holder.PERSON,
        "person": nomination.person,
        "duty": nomination.duty,
        "unit": full_name(nomination.unit),
        "traits": "、".join(labels[trait] for trait in sorted(traits_of(nomination))) or "—",
        "deeds": nomination.deeds,
        "opinions": opinions,
        "exception": nomination.exception,
        "organ": _tenant().leading_group,
        "printed_on": long_date(today()),
    }


def produce_forms(parameters: Mapping[str, Any]) -> Production:
    rows = list(
        Nomination.objects.filter(pk__in=parameters["nominations"])
        .select_related("category__programme", "unit__parent")
        .prefetch_related("opinions")
        .order_by("category__position", "unit__path", "pk")
    )
    yield Progress(10, f"共{len(rows)}份，正在排版")
    printed = render_pdf(
        "documents/nomination_form.html", {"forms": [form_values(row) for row in rows]}
    )
    return ProducedFile("推荐审批表.pdf", _PDF, printed.content)


FORMS = report_kinds.register(
    ReportKind("commendations.forms", "推荐审批表", VIEW_NOMINATION, produce_forms)
)
