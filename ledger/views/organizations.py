"""Organizations of the ledger: founding, covering, electing anew, dissolving."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse

from gongjian.foundation.kernel.dates import today
from gongjian.foundation.web.pages import DetailPage, FormPage, ListPage, RecordsMixin
from ledger.authority import EDIT_ENTRY, VIEW_ENTRY
from ledger.forms import BodyForm, BuildForm, CoverForm, DissolveForm, EndForm, TermForm
from ledger.models import Body, Coverage, Entry, Term
from ledger.queries.entries import bodies_near, sitting_terms
from ledger.services.organizations import (
    build_own,
    cover,
    dissolve_body,
    edit_body,
    end_coverage,
    renew_term,
)
from ledger.tables import TermTable
from orgs.enums import Line


class TermList(ListPage):
    """Committees that sit, the nearest end of term first: the clock of 换届."""

    permission = VIEW_ENTRY
    queryset = Term.objects.filter(
        ended_on__isnull=True, body__dissolved_on__isnull=True
    ).select_related("body__unit")
    table_class = TermTable
    heading = "换届时钟"

    def get_extra(self) -> dict[str, Any]:
        return {"help_text": "按届满日期排列。换届后登记新一届，原届次留存备查。"}


class BodyDetail(DetailPage):
    permission = VIEW_ENTRY
    queryset = Body.objects.select_related("unit")
    template_name = "ledger/body_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        body: Body = self.object
        facts: list[tuple[str, Any]] = [
            ("类型", body.get_kind_display()),
            ("属地", body.unit),
            ("上级组织", body.superior or "—"),
            ("批复文号", body.approval_number or "—"),
            ("成立日期", f"{body.founded_on:%Y-%m-%d}"),
        ]
        if body.line == Line.UNION:
            facts += [
                ("统一社会信用代码", body.union_code or "未登记法人"),
                ("经审组织", "已建" if body.has_audit else "未建"),
                ("女职工组织", "已建" if body.has_women else "未建"),
                ("经费独立核算", "是" if body.has_account else "否"),
            ]
        if body.dissolved_on:
            facts.append(("撤销日期", f"{body.dissolved_on:%Y-%m-%d}"))
        return facts

    def get_extra(self) -> dict[str, Any]:
        body: Body = self.object
        return {
            "crumbs": [("双组双建台账", reverse("ledger:entry_list")), (str(body), "")],
            "terms": body.terms.all(),
            "covers": Coverage.objects.within(self.scope)
            .filter(body=body, ends_on__isnull=True)
            .select_related("entry__unit")
            .order_by("entry__name")[:200],
            "may_edit": body.dissolved_on is None and self.actor.may(EDIT_ENTRY, at=body.unit),
        }


class _BodyPage(RecordsMixin, FormPage, base=True):
    permission = EDIT_ENTRY
    queryset = Body.objects.filter(dissolved_on__isnull=True).select_related("unit")

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class BodyEdit(_BodyPage):
    permission = EDIT_ENTRY
    form_class = BodyForm
    heading = "更正组织信息"
    success_message = "已更正。"

    def get_form_kwargs(self) -> dict[str, Any]:
        body = self.get_object()
        return {"line": body.line, "instance": body}

    def perform(self, form: Any) -> Body:
        return edit_body(
            Body.objects.get(pk=self.kwargs["pk"]), actor=self.actor, values=form.body_values()
        )


class BodyRenew(_BodyPage):
    permission = EDIT_ENTRY
    form_class = TermForm
    heading = "登记换届"
    success_message = "已登记新一届，届满前会再提醒。"

    def get_form_kwargs(self) -> dict[str, Any]:
        body = self.get_object()
        return {"initial": TermForm.initial_of(sitting_terms([body.pk]).get(body.pk))}

    def perform(self, form: Any) -> Body:
        body: Body = self.get_object()
        renew_term(body, actor=self.actor, values=form.cleaned_data)
        return body


class BodyDissolve(_BodyPage):
    permission = EDIT_ENTRY
    form_class = DissolveForm
    heading = "撤销组织"
    submit_label = "撤销"
    success_message = "已撤销，原覆盖的单位重新列入清单。"

    def get_extra(self) -> dict[str, Any]:
        many = self.get_object().coverages.filter(ends_on__isnull=True).count()
        return {"help_text": f"撤销后，它覆盖的{many}个单位不再算作已覆盖。"}

    def perform(self, form: Any) -> Body:
        return dissolve_body(self.get_object(), actor=self.actor, **form.cleaned_data)


class _EntryLine(RecordsMixin, FormPage, base=True):
    """A page for one line of one entry, both named by the address."""

    permission = EDIT_ENTRY
    queryset = Entry.objects.select_related("unit")

    @property
    def line(self) -> Line:
        try:
            return Line(self.kwargs["line"])
        except ValueError as error:
            raise Http404 from error

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class EntryBuild(_EntryLine):
    """登记建成."""

    permission = EDIT_ENTRY
    form_class = BuildForm
    success_message = "已登记建成，组建事项已销号。"

    def get_heading(self) -> str:
        return f"登记建成：{self.get_object()}{self.line.label}"

    def get_form_kwargs(self) -> dict[str, Any]:
        entry: Entry = self.get_object()
        suffix = "党支部" if self.line == Line.PARTY else "工会委员会"
        head = "中共" if self.line == Line.PARTY else ""
        initial = {"name": f"{head}{entry.name}{suffix}", "founded_on": today()}
        return {"line": self.line, "initial": initial}

    def perform(self, form: Any) -> Entry:
        entry: Entry = self.get_object()
        build_own(
            entry,
            actor=self.actor,
            line=self.line,
            values=form.body_values(),
            term=form.term_values(),
            form=form.cleaned_data["form"],
        )
        return entry


class EntryCover(_EntryLine):
    """An organization that stands takes the unit in."""

    permission = EDIT_ENTRY
    form_class = CoverForm
    help_text = "由已有的联合、区域或行业组织覆盖。组织须在同一属地或其上级。"
    success_message = "已登记覆盖。"

    def get_heading(self) -> str:
        return f"登记覆盖：{self.get_object()}{self.line.label}"

    def get_form_kwargs(self) -> dict[str, Any]:
        entry: Entry = self.get_object()
        return {"bodies": bodies_near(entry.unit, self.line), "initial": {"starts_on": today()}}

    def perform(self, form: Any) -> Entry:
        entry: Entry = self.get_object()
        cover(entry, actor=self.actor, **form.cleaned_data)
        return entry


class CoverageEnd(RecordsMixin, FormPage):
    permission = EDIT_ENTRY
    queryset = Coverage.objects.filter(ends_on__isnull=True).select_related("entry__unit", "body")
    form_class = EndForm
    heading = "终止覆盖"
    submit_label = "终止"
    success_message = "已终止覆盖。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"ends_on": today()}}

    def get_extra(self) -> dict[str, Any]:
        return {"help_text": f"{self.get_object().body}不再覆盖{self.get_object().entry}。"}

    def perform(self, form: Any) -> Coverage:
        return end_coverage(self.get_object(), actor=self.actor, **form.cleaned_data)

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())
