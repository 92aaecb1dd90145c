"""The list of enterprises and social organizations, and the file of each (一企一档)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header

from gongjian.commons.documents.models import ReportJob
from gongjian.commons.documents.reports import request_report
from gongjian.commons.documents.shelves import ProducedFile
from gongjian.foundation.kernel.actor import Actor, Scope
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.web.pages import (
    ConfirmPage,
    DetailPage,
    FormPage,
    ListPage,
    Page,
    RecordsMixin,
)
from gongjian.foundation.web.requests import wants_fragment
from ledger.authority import EDIT_ENTRY, IMPORT_LIST, VIEW_ENTRY, VISIT_ENTRY
from ledger.documents import LEDGER, XLSX, print_file, workbook
from ledger.enums import RUNNING, FoundingState
from ledger.filters import EntryFilter
from ledger.forms import GROUPS, EntryForm, QuickForm, SubjectForm, VisitForm
from ledger.models import Entry
from ledger.models.entries import FACTS
from ledger.queries.entries import coverages_on, sitting_terms, version_on, with_standing
from ledger.services.entries import label_of, save_entry, shown, tie_subject, write_visit
from ledger.tables import FOUNDING_TONES, EntryTable, standing_chip
from orgs.enums import Line
from orgs.models import Unit
from orgs.queries import top_unit

#: Lines that one workbook holds.
MOST_EXPORTED = 20_000


def day_of(request: HttpRequest) -> date:
    """The day that the address asks for; today when it asks for none, or nonsense."""
    try:
        return min(date.fromisoformat(request.GET.get("day", "")), today())
    except ValueError:
        return today()


def unit_of(request: HttpRequest, scope: Scope, actor: Actor) -> Unit:
    """The unit that the address asks for, else the post's own, or the top where it sees all."""
    asked = request.GET.get("unit", "")
    if asked.isdigit():
        found = Unit.objects.within(scope).filter(pk=asked).first()
    else:
        found = top_unit(actor, scope)
    if found is None:
        raise Http404
    return found


def file_answer(file: ProducedFile, *, is_shown: bool = False) -> HttpResponse:
    answer = HttpResponse(file.content, content_type=file.content_type)
    answer["Content-Disposition"] = (
        content_disposition_header(as_attachment=not is_shown, filename=file.name) or "attachment"
    )
    return answer


class _Entries(RecordsMixin):
    def get_queryset(self) -> Any:
        found = Entry.objects.within(self.scope).select_related("unit", "subject")
        return with_standing(found, today())


class EntryList(_Entries, ListPage):
    permission = VIEW_ENTRY
    table_class = EntryTable
    filterset_class = EntryFilter
    template_name = "ledger/entry_list.html"
    heading = "双组双建台账"

    def get_table_kwargs(self) -> dict[str, Any]:
        return {} if self.actor.may(EDIT_ENTRY) else {"exclude": ("edit",)}

    def get_extra(self) -> dict[str, Any]:
        query = self.request.GET.urlencode()
        return {
            "create_url": reverse("ledger:entry_create") if self.actor.may(EDIT_ENTRY) else "",
            "create_label": "登记单位",
            "export_url": reverse("ledger:entry_export") + (f"?{query}" if query else ""),
            "export_label": "导出 Excel",
            "may_import": self.actor.may(IMPORT_LIST),
        }


class EntryExport(_Entries, Page):
    """The list as filtered."""

    permission = VIEW_ENTRY

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        chosen = EntryFilter(request.GET, queryset=self.get_queryset(), request=request).qs
        rows = chosen.order_by("unit__path", "name", "pk")[:MOST_EXPORTED]
        labels = [label_of(name) for name in FACTS]
        lines = [
            [
                row.unit.name,
                *(
                    value if type(value := getattr(row, name)) is int else shown(row, name)
                    for name in FACTS
                ),
                "已建" if row.has_party else "未建",
                "已建" if row.has_union else "未建",
            ]
            for row in rows
        ]
        content = workbook("双组双建台账", ["属地单位", *labels, "党组织", "工会"], lines)
        return file_answer(ProducedFile("双组双建台账.xlsx", XLSX, content))


class EntryDetail(_Entries, DetailPage):
    """一企一档, today or as it was on another day."""

    permission = VIEW_ENTRY
    template_name = "ledger/entry_detail.html"

    def get_extra(self) -> dict[str, Any]:
        entry: Entry = self.object
        day = day_of(self.request)
        facts = version_on(entry, day)
        covers = coverages_on(entry, day)
        terms = sitting_terms(row.body_id for row in covers.values())
        foundings = {row.line: row for row in entry.foundings.filter(state__in=RUNNING)}
        edits = self.actor.may(EDIT_ENTRY, at=entry.unit)
        return {
            "crumbs": [("双组双建台账", reverse("ledger:entry_list")), (str(entry), "")],
            "day": day,
            "is_today": day == today(),
            "facts_then": facts,
            "groups": self._groups(facts) if facts else [],
            "standing": standing_chip(
                has_party=Line.PARTY in covers, has_union=Line.UNION in covers
            ),
            "lines": [
                {
                    "line": line,
                    "coverage": covers.get(line),
                    "term": terms.get(covers[line].body_id) if line in covers else None,
                    "founding": foundings.get(line),
                    "tone": FOUNDING_TONES[FoundingState(foundings[line].state)]
                    if line in foundings
                    else "",
                }
                for line in Line
            ],
            "past": entry.coverages.filter(ends_on__isnull=False).select_related("body"),
            "versions": entry.versions.select_related("unit")[:30],
            "visits": entry.visits.all()[:10],
            "restructurings": entry.restructurings.all(),
            "may_edit": edits,
            "may_visit": self.actor.may(VISIT_ENTRY, at=entry.unit),
        }

    @staticmethod
    def _groups(facts: Any) -> list[tuple[str, list[tuple[str, str]]]]:
        """What is filled in, group by group."""
        found = []
        for title, names in GROUPS[:4]:
            pairs = [(label_of(name), shown(facts, name)) for name in names]
            found.append((title, [(label, text) for label, text in pairs if text]))
        return found


class _EntryForm(FormPage, base=True):
    form_class = EntryForm
    template_name = "ledger/entry_form.html"

    def units(self) -> Any:
        return Unit.objects.within(self.scope).filter(closed_on=None)

    def get_extra(self) -> dict[str, Any]:
        return {"groups": GROUPS}


class EntryCreate(_EntryForm):
    permission = EDIT_ENTRY
    heading = "登记单位"
    success_message = "已登记。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"units": self.units(), "initial": {"unit": self.actor.unit_id}}

    def perform(self, form: Any) -> Entry:
        return save_entry(
            None,
            actor=self.actor,
            unit=form.cleaned_data["unit"],
            values=form.facts(),
            since=form.cleaned_data["since"],
        )

    def get_cancel_url(self) -> str:
        return reverse("ledger:entry_list")


class EntryEdit(_Entries, _EntryForm):
    permission = EDIT_ENTRY
    heading = "更新台账"
    success_message = "已更新，变动已记入历史。"

    def get_form_kwargs(self) -> dict[str, Any]:
        entry = self.get_object()
        return {
            "units": self.units(),
            "instance": entry,
            "initial": {"revision": entry.revision, "unit": entry.unit_id},
        }

    def perform(self, form: Any) -> Entry:
        return save_entry(
            self.get_object(),
            actor=self.actor,
            unit=form.cleaned_data["unit"],
            values=form.facts(),
            since=form.cleaned_data["since"],
            revision=form.cleaned_data["revision"],
        )

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class EntryQuick(_Entries, FormPage):
    """The figures of one line, put right in the list itself; a page of its own without script."""

    permission = EDIT_ENTRY
    form_class = QuickForm
    heading = "改数"

    def get_form(self, data: Any = None, files: Any = None) -> Any:
        return QuickForm.of(self.get_object()) if data is None else QuickForm(data)

    def get_heading(self) -> str:
        return f"改数：{self.get_object()}"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("row") and wants_fragment(request):
            return self.row()
        return super().get(request, *args, **kwargs)

    def show(self, form: Any, status: int = 200) -> HttpResponse:
        if wants_fragment(self.request):
            context = {"form": form, "entry": self.get_object()}
            return self.render(context, template="ledger/_entry_quick.html", status=status)
        return super().show(form, status)

    def perform(self, form: Any) -> Entry:
        entry: Entry = self.get_object()
        values = {**form.cleaned_data, "counted_on": today()}
        return save_entry(
            entry,
            actor=self.actor,
            unit=entry.unit,
            values=values,
            revision=values.pop("revision"),
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = super().post(request, *args, **kwargs)
        if wants_fragment(request) and answer.status_code == 302:
            return self.row()
        return answer

    def row(self) -> HttpResponse:
        table = EntryTable([self.get_object()])
        return self.render({"table": table}, template="ledger/_entry_row.html")

    def get_success_url(self, result: Entry) -> str:
        return reverse("ledger:entry_list")

    def get_cancel_url(self) -> str:
        return reverse("ledger:entry_list")


class EntryTie(_Entries, FormPage):
    """组织架构中的本单位: the enterprise that files its own return is asked nothing twice."""

    permission = EDIT_ENTRY
    form_class = SubjectForm
    heading = "对应组织架构"
    help_text = "这一户在组织架构里也是一个单位时，选上它，职工、会员、党员数以台账为准。"
    success_message = "已对应。"
    template_name = "ledger/form.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        entry = self.get_object()
        units = Unit.objects.within(self.scope).filter(closed_on=None, path__under=entry.unit.path)
        return {"units": units, "initial": {"subject": entry.subject_id}}

    def perform(self, form: Any) -> Entry:
        return tie_subject(
            self.get_object(), actor=self.actor, subject=form.cleaned_data["subject"]
        )

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class EntryVisit(_Entries, FormPage):
    permission = VISIT_ENTRY
    form_class = VisitForm
    heading = "登记走访"
    success_message = "已登记走访。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"visited_on": today(), "visitor": self.actor.person_name}}

    def perform(self, form: Any) -> Entry:
        entry: Entry = self.get_object()
        write_visit(entry, actor=self.actor, **form.cleaned_data)
        return entry

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class EntryFile(_Entries, Page):
    """一企一档 as PDF."""

    permission = VIEW_ENTRY

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return file_answer(print_file(self.get_object(), day_of(request)), is_shown=True)


class LedgerPrint(ConfirmPage):
    """The ledger of a place as PDF, made in the background."""

    permission = VIEW_ENTRY
    heading = "打印双组双建台账"
    submit_label = "生成 PDF"

    def unit(self) -> Unit:
        return unit_of(self.request, self.scope, self.actor)

    def get_extra(self) -> dict[str, Any]:
        day = day_of(self.request)
        return {"question": f"生成“{self.unit()}”截至{long_date(day)}的台账，列出每一户在营单位。"}

    def perform(self, form: Any) -> ReportJob:
        unit, day = self.unit(), day_of(self.request)
        return request_report(
            LEDGER.key,
            actor=self.actor,
            title=f"{unit}双组双建台账",
            parameters={"unit": unit.pk, "day": day.isoformat()},
        )

    def get_cancel_url(self) -> str:
        return reverse("ledger:entry_list")

    def get_success_url(self, result: ReportJob) -> str:
        return reverse("documents:report_centre")
