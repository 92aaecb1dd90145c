"""Import of units on screen: upload, preview, confirmation."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from gongjian.foundation.web.pages import DetailPage, FormPage, Page, RecordsMixin, StepPage
from orgs.authority import IMPORT_UNIT
from orgs.enums import ImportState
from orgs.forms import UploadForm
from orgs.import_plan import Node
from orgs.import_services import confirm_import, keep_upload, kept_rows, preview_plan
from orgs.imports import LABELS, MAX_BYTES
from orgs.models import UnitImport

#: Lines of each kind that the preview shows.
_SHOWN = 20
_TEMPLATE_ROWS = (
    ("77", "青石市", "", "市", "", "", "", "", ""),
    ("7701", "柳溪县", "77", "县区", "", "", "", "", ""),
    ("770101", "白鹭镇", "7701", "乡镇街道", "乡镇", "800", "640", "120", "12"),
    ("770101001", "石桥村", "770101", "村社区、企业", "村", "150", "120", "30", "2"),
)


class UnitImportCreate(FormPage):
    """导入单位: the file is checked at once and kept for the confirmation."""

    permission = IMPORT_UNIT
    form_class = UploadForm
    heading = "导入单位"
    template_name = "orgs/unit_import_form.html"
    submit_label = "上传并检查"

    def perform(self, form: Any) -> UnitImport:
        upload = form.cleaned_data["file"]
        # One byte more than allowed is enough to be refused.
        return keep_upload(upload.read(MAX_BYTES + 1), actor=self.actor, file_name=upload.name)

    def get_cancel_url(self) -> str:
        return reverse("orgs:unit_tree")

    def get_extra(self) -> dict[str, Any]:
        recent = UnitImport.objects.defer("rows", "errors").select_related("created_by")
        return {
            "columns": list(LABELS.values()),
            "recent": list(recent.order_by("-pk")[:10]),
            "crumbs": [("组织架构", reverse("orgs:unit_tree")), ("导入单位", "")],
        }


class UnitImportDetail(DetailPage):
    """What the kept file would change in the tree as it is now."""

    permission = IMPORT_UNIT
    queryset = UnitImport.objects.select_related("created_by")
    template_name = "orgs/unit_import_detail.html"

    def get_facts(self) -> list[tuple[str, Any]]:
        upload: UnitImport = self.object
        return [
            ("状态", upload.get_state_display()),
            ("有效行数", upload.row_count),
            ("上传人", upload.created_by),
            ("文件指纹", upload.sha256[:16]),
        ]

    def get_extra(self) -> dict[str, Any]:
        upload: UnitImport = self.object
        extra: dict[str, Any] = {
            "crumbs": [
                ("组织架构", reverse("orgs:unit_tree")),
                ("导入单位", reverse("orgs:unit_import_create")),
            ],
            "errors": upload.errors[:50],
            "error_count": len(upload.errors),
            "errors_url": reverse("orgs:unit_import_errors", args=[upload.pk]),
        }
        if upload.state != ImportState.CHECKED:
            return extra
        plan = preview_plan(kept_rows(upload))
        return extra | {
            "counts": [
                ("新增", len(plan.created)),
                ("修改", len(plan.changed)),
                ("其中调整隶属", len(plan.moved)),
                ("不变", plan.unchanged_count),
            ],
            "created": [_line(node) for node in plan.created[:_SHOWN]],
            "changed": [(_line(node), node.differences()) for node in plan.changed[:_SHOWN]],
            "late_errors": plan.errors,
            "shown": _SHOWN,
        }


def _line(node: Node) -> dict[str, Any]:
    unit = node.unit
    return {
        "row": node.row.number if node.row else "",
        "code": unit.code,
        "name": unit.name,
        "level": unit.get_level_display(),
        "category": unit.get_category_display(),
        "parent": unit.parent.name if node.parent_code and unit.parent else "",
    }


class UnitImportStep(StepPage):
    permission = IMPORT_UNIT
    queryset = UnitImport.objects.all()

    services = {"confirm": confirm_import}

    def perform(self, form: Any) -> UnitImport:
        upload: UnitImport = self.get_object()
        outcome = confirm_import(upload, actor=self.actor)
        self.say(
            f"已导入：新增{outcome.created}个，修改{outcome.changed}个，不变{outcome.unchanged}个。"
        )
        return upload

    def get_success_url(self, result: UnitImport) -> str:
        return reverse("orgs:unit_tree")


class UnitImportErrors(RecordsMixin, Page):
    """All row errors as a table to work through beside the file."""

    permission = IMPORT_UNIT
    queryset = UnitImport.objects.all()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        upload: UnitImport = self.get_object()
        if not upload.errors:
            raise Http404
        lines = [(error["row"], error["column"], error["message"]) for error in upload.errors]
        return _csv_answer("row-errors.csv", [("行号", "列", "错误与办法"), *lines])


class UnitImportTemplate(Page):
    """A small table to start from."""

    permission = IMPORT_UNIT

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _csv_answer("units-template.csv", [tuple(LABELS.values()), *_TEMPLATE_ROWS])


def _csv_answer(file_name: str, lines: list[tuple[Any, ...]]) -> HttpResponse:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(lines)
    # The mark makes spreadsheet programs read UTF-8.
    response = HttpResponse(
        buffer.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response
