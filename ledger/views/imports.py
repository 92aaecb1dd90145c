"""Lists from other departments on screen: upload, columns, comparison, decisions, 入账."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from gongjian.commons.documents.shelves import ProducedFile
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.web.pages import (
    DetailPage,
    FormPage,
    ListPage,
    Page,
    RecordsMixin,
    StepPage,
)
from ledger.authority import IMPORT_LIST
from ledger.documents import XLSX, workbook
from ledger.enums import Decision, ImportState, Verdict
from ledger.forms import MappingForm, UploadForm
from ledger.models import LedgerImport
from ledger.reading import LABELS
from ledger.services.imports import (
    CHOICES,
    apply_list,
    compare_list,
    decide_rows,
    discard_list,
    keep_list,
)
from ledger.tables import IMPORT_TONES, LedgerImportTable
from ledger.views.entries import file_answer
from orgs.imports import MAX_BYTES
from orgs.models import Unit

PER_PAGE = 50
TONES = {
    Verdict.NEW: "info",
    Verdict.CHANGED: "warn",
    Verdict.DOUBTFUL: "warn",
    Verdict.VANISHED: "bad",
    Verdict.FAULTY: "bad",
    Verdict.SAME: "ok",
}


class _Imports(RecordsMixin):
    queryset = LedgerImport.objects.select_related("unit", "created_by")


class LedgerImportList(_Imports, ListPage):
    permission = IMPORT_LIST
    table_class = LedgerImportTable
    heading = "部门名单"

    def get_extra(self) -> dict[str, Any]:
        return {
            "create_url": reverse("ledger:ledgerimport_create"),
            "create_label": "上传名单",
            "help_text": "先比对、后入账：确认以前，台账一个字也不改。",
        }


class LedgerImportCreate(FormPage):
    permission = IMPORT_LIST
    form_class = UploadForm
    heading = "上传部门名单"
    submit_label = "上传"
    template_name = "ledger/form.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            "units": Unit.objects.within(self.scope).filter(closed_on=None),
            "initial": {"unit": self.actor.unit_id, "as_of": today()},
        }

    def perform(self, form: Any) -> LedgerImport:
        values = dict(form.cleaned_data)
        file = values.pop("file")
        # One byte more than allowed is enough to be refused.
        return keep_list(
            file.read(MAX_BYTES + 1),
            actor=self.actor,
            unit=values.pop("unit"),
            file_name=file.name,
            values=values,
        )

    def get_success_url(self, result: LedgerImport) -> str:
        return reverse("ledger:ledgerimport_map", args=[result.pk])

    def get_cancel_url(self) -> str:
        return reverse("ledger:ledgerimport_list")


class LedgerImportMap(_Imports, FormPage):
    """Which column says what; what the headings tell is filled in."""

    permission = IMPORT_LIST
    form_class = MappingForm
    heading = "对应列"
    submit_label = "开始比对"
    template_name = "ledger/import_map.html"

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(state__in=[ImportState.UPLOADED, ImportState.COMPARED])

    def get_form_kwargs(self) -> dict[str, Any]:
        upload: LedgerImport = self.get_object()
        return {
            "headings": upload.headings,
            "labels": LABELS,
            "initial": {name: str(place) for name, place in upload.mapping.items()},
        }

    def get_extra(self) -> dict[str, Any]:
        upload: LedgerImport = self.get_object()
        return {
            "upload": upload,
            "sample": [row.cells for row in upload.rows.filter(number__gt=0)[:3]],
        }

    def perform(self, form: Any) -> LedgerImport:
        return compare_list(self.get_object(), actor=self.actor, mapping=form.mapping())

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class LedgerImportDetail(_Imports, DetailPage):
    """The list beside the ledger, one kind of finding at a time."""

    permission = IMPORT_LIST
    template_name = "ledger/import_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        upload: LedgerImport = self.object
        return [
            ("来源部门", upload.get_source_display()),
            ("比对范围", upload.unit),
            ("名单时点", f"{upload.as_of:%Y-%m-%d}{'（全量）' if upload.is_complete else ''}"),
            ("行数", upload.row_count),
            ("上传人", upload.created_by or "系统"),
            ("文件指纹", upload.sha256[:16]),
        ]

    def get_steps(self) -> list[dict[str, str]]:
        return [step for step in super().get_steps() if not step["url"].endswith("/compare/")]

    def get_extra(self) -> dict[str, Any]:
        upload: LedgerImport = self.object
        counts = dict(upload.rows.order_by().values_list("verdict").annotate(Count("pk")))
        pending = dict(
            upload.rows.filter(decision=Decision.PENDING)
            .order_by()
            .values_list("verdict")
            .annotate(Count("pk"))
        )
        kinds = [verdict for verdict in Verdict if counts.get(verdict)]
        asked = self.request.GET.get("verdict", "")
        verdict = Verdict(asked) if asked in kinds else (kinds[0] if kinds else None)
        rows = upload.rows.filter(verdict=verdict or "").select_related("entry__unit", "unit")
        page = Paginator(rows, PER_PAGE).get_page(self.request.GET.get("page"))
        return {
            "crumbs": [("部门名单", reverse("ledger:ledgerimport_list")), (str(upload), "")],
            "tone": IMPORT_TONES[ImportState(upload.state)],
            "kinds": [
                (one, counts[one], pending.get(one, 0), TONES[one], one == verdict) for one in kinds
            ],
            "verdict": verdict,
            "page_rows": page,
            "rows": [(row, self._errors(upload, row.errors)) for row in page],
            "choices": CHOICES.get(verdict, ()) if verdict else (),
            "may_decide": upload.state == ImportState.COMPARED and verdict in CHOICES,
            "is_uploaded": upload.state == ImportState.UPLOADED,
            "is_open": upload.state in {ImportState.UPLOADED, ImportState.COMPARED},
            "waiting": sum(many for key, many in pending.items() if key in CHOICES),
            "faulty": counts.get(Verdict.FAULTY, 0),
        }

    @staticmethod
    def _errors(upload: LedgerImport, errors: list[dict[str, str]]) -> list[dict[str, str]]:
        """Errors with the heading of their column as the file has it."""
        return [{**error, "column": _column(upload, error["field"])} for error in errors]


def _column(upload: LedgerImport, name: str) -> str:
    place = upload.mapping.get(name)
    heading = upload.headings[place] if place is not None else LABELS.get(name, name)
    return f"{_letter(place)}列“{heading}”" if place is not None else heading


def _letter(place: int) -> str:
    """The column's letter as a spreadsheet shows it."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class LedgerImportDecide(_Imports, FormPage):
    """Decisions of the comparison: of the rows chosen, or of all of one kind."""

    permission = IMPORT_LIST
    form_class = forms.Form
    heading = "决定"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        raise Http404

    def perform(self, form: Any) -> LedgerImport:
        upload: LedgerImport = self.get_object()
        # “all:accept” decides of every row of the kind that is still open.
        word = self.request.POST.get("decision", "")
        is_all, decision = word.startswith("all:"), word.removeprefix("all:")
        if decision not in Decision.values:
            raise Http404
        self.verdict = self.request.POST.get("verdict", "")
        many = decide_rows(
            upload,
            actor=self.actor,
            decision=decision,
            row_ids=[int(key) for key in self.request.POST.getlist("row") if key.isdigit()],
            verdict=self.verdict if is_all else "",
        )
        self.say(f"{many}行：{Decision(decision).label}。")
        return upload

    def get_success_url(self, result: LedgerImport) -> str:
        return f"{result.get_absolute_url()}?verdict={self.verdict}"

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class LedgerImportErrors(_Imports, Page):
    """Every faulty cell as a workbook, to be put right in the file."""

    permission = IMPORT_LIST

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        upload: LedgerImport = self.get_object()
        lines = [
            [row.number, _column(upload, error["field"]), error["text"], error["message"]]
            for row in upload.rows.filter(verdict=Verdict.FAULTY)
            for error in row.errors
        ]
        content = workbook("名单错误", ("行号", "列", "原文", "错误和办法"), lines)
        return file_answer(ProducedFile(f"{upload}错误.xlsx", XLSX, content))


class LedgerImportStep(_Imports, StepPage):
    permission = IMPORT_LIST

    services = {"apply": apply_list, "discard": discard_list}

    def perform(self, form: Any) -> LedgerImport:
        upload: LedgerImport = super().perform(form)
        if upload.state == ImportState.APPLIED:
            counts = upload.outcome
            self.say(
                f"已入账：新增{counts['new']}户，更新{counts['changed']}户，"
                f"列出组建线索{counts['listed']}条。"
            )
        return upload
