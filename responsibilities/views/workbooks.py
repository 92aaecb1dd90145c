"""Workbooks of returns on screen: download, upload with all errors, preview, confirmation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.errors import DomainError
from gongjian.foundation.web.pages import FormPage, Page
from orgs.models import Unit
from responsibilities.authority import FILE_ON_BEHALF, FILL_RETURN
from responsibilities.enums import UploadKind, UploadState
from responsibilities.forms.workbooks import WorkbookForm
from responsibilities.models import Obligation, ReturnUpload
from responsibilities.queries.behalf import MOST_UNITS, owed_below, standings
from responsibilities.queries.returns import chosen_period
from responsibilities.services.uploads import (
    confirm_upload,
    keep_children_workbook,
    keep_return_workbook,
    open_ticket,
    preview_upload,
)
from responsibilities.sheet import build_sheet
from responsibilities.views.returns import FillPage
from responsibilities.workbooks.package import MAX_BYTES
from responsibilities.workbooks.ticket import MANY_UNITS, ONE_UNIT
from responsibilities.workbooks.writing import UnitLine, write_children, write_return

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Changes that the preview lists; the rest is counted.
_SHOWN = 300


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=_XLSX)
    response["Content-Disposition"] = (
        f"attachment; filename=\"return.xlsx\"; filename*=UTF-8''{quote(name)}"
    )
    return response


class ReturnWorkbook(FillPage):
    """下载 Excel: the return of one unit, to be filled without a connection."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        obligation = self.get_obligation()
        row = obligation.returns.first()
        if row is not None:
            row.unit, row.period = obligation.unit, obligation.period
        if row is not None and not row.is_editable:
            raise DomainError("报表已报送，不能再用 Excel 填写。需要存档请用“打印”。")
        sheet = build_sheet(obligation, row)
        ticket = open_ticket(
            self.actor, obligation.unit, obligation.period, standings([obligation]), ONE_UNIT
        )
        cells = {cell.code: cell for cell in obligation.form.entries()}
        content = write_return(sheet, ticket, cells=cells)
        return _file(content, f"{obligation.unit.name}{obligation.period}报表.xlsx")


class ReturnWorkbookUpload(FillPage, FormPage):
    """上传 Excel: checked at once, kept for the confirmation."""

    form_class = WorkbookForm
    heading = "上传 Excel"
    template_name = "responsibilities/workbook_form.html"
    submit_label = "上传并检查"

    def perform(self, form: Any) -> ReturnUpload:
        file = form.cleaned_data["file"]
        return keep_return_workbook(
            # One byte more than allowed is enough to be refused.
            file.read(MAX_BYTES + 1),
            actor=self.actor,
            obligation=self.get_obligation(),
            file_name=file.name,
        )

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:return_fill", args=[self.kwargs["pk"]])

    def get_extra(self) -> dict[str, Any]:
        obligation = self.get_obligation()
        return {
            "subject": f"{obligation.unit.name} · {obligation.period}",
            "download_url": reverse("responsibilities:return_workbook", args=[obligation.pk]),
            "crumbs": [("季报填报", self.get_cancel_url()), ("上传 Excel", "")],
        }


class BehalfPage(Page, base=True):
    """Common ground of filing for the units below: the actor's own unit and a period."""

    permission = FILE_ON_BEHALF

    def get_unit(self) -> Unit:
        unit = Unit.objects.filter(pk=self.actor.unit_id or 0).first()
        if unit is None:
            raise Http404
        return unit

    def get_period(self) -> Period | None:
        return chosen_period(self.request.GET.get("period") or self.request.POST.get("period"))

    def demand_period(self) -> Period:
        period = self.get_period()
        if period is None:
            raise DomainError("还没有开启填报的季度，请等办公室开启后再来。")
        return period


class BehalfWorkbook(BehalfPage):
    """下载 Excel: all units below in one sheet, a row each."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        unit, period = self.get_unit(), self.demand_period()
        owed = list(owed_below(unit, period)[: MOST_UNITS + 1])
        if len(owed) > MOST_UNITS:
            raise DomainError(f"直接下级超过{MOST_UNITS}家，一张表放不下，请由各单位自行填报。")
        held = [row for row in standings(owed) if row.open]
        if not held:
            raise DomainError("没有还需要填报的下级单位。")
        cells = held[0].obligation.form.whole_layout()
        ticket = open_ticket(self.actor, unit, period, held, MANY_UNITS)
        lines = [
            UnitLine(
                row.obligation.unit.code,
                row.obligation.unit.name,
                {
                    cell.code: row.texts.get(cell.code, "")
                    if cell.is_words
                    else row.values[cell.slot]
                    for cell in cells
                },
                tuple(row.open),
            )
            for row in held
        ]
        return _file(write_children(lines, ticket, cells=cells), f"{unit.name}{period}代报.xlsx")


class BehalfWorkbookUpload(BehalfPage, FormPage):
    """上传 Excel of all units below."""

    form_class = WorkbookForm
    heading = "上传代报 Excel"
    template_name = "responsibilities/workbook_form.html"
    submit_label = "上传并检查"

    def perform(self, form: Any) -> ReturnUpload:
        file = form.cleaned_data["file"]
        return keep_children_workbook(
            file.read(MAX_BYTES + 1),
            actor=self.actor,
            unit=self.get_unit(),
            period=self.demand_period(),
            file_name=file.name,
        )

    def _address(self, name: str) -> str:
        return f"{reverse(f'responsibilities:{name}')}?period={self.demand_period().pk}"

    def get_cancel_url(self) -> str:
        return self._address("behalf_grid")

    def get_extra(self) -> dict[str, Any]:
        return {
            "subject": f"{self.get_unit().name}下级单位 · {self.demand_period()}",
            "download_url": self._address("behalf_workbook"),
            "crumbs": [("代报", self.get_cancel_url()), ("上传 Excel", "")],
        }


class ReturnUploadPreview(Page):
    """What a kept workbook would change; conflicts are answered here, then all is imported."""

    permission = FILL_RETURN
    template_name = "responsibilities/workbook_preview.html"
    heading = "核对后导入"
    kind = UploadKind.ONE_UNIT

    def get_upload(self) -> ReturnUpload:
        found = (
            ReturnUpload.objects.select_related("unit", "period")
            .filter(pk=self.kwargs["pk"], kind=self.kind, created_by_id=self.actor.user_id)
            .first()
        )
        if found is None:
            raise Http404
        return found

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.get_upload())

    def show(self, upload: ReturnUpload, *, message: str = "", status: int = 200) -> HttpResponse:
        context: dict[str, Any] = {
            "upload": upload,
            "message": message,
            "faults": upload.faults,
            "back_url": self.back_url(upload),
            "again_url": self.again_url(upload),
            "many": upload.kind == UploadKind.MANY_UNITS,
        }
        if upload.state == UploadState.CHECKED and not upload.is_expired:
            preview = preview_upload(upload)
            context |= {
                "preview": preview,
                "shown": preview.changes[:_SHOWN],
                "hidden": preview.changes[_SHOWN:],
                "chosen": _posted(self.request.POST, "choose"),
                "may_confirm": bool(preview.changes or preview.conflicts) and not preview.locked,
            }
        return self.render(context, status=status)

    def back_url(self, upload: ReturnUpload) -> str:
        owed = Obligation.objects.filter(unit=upload.unit, period=upload.period).first()
        if owed is None:
            return reverse("responsibilities:my_returns")
        return reverse("responsibilities:return_fill", args=[owed.pk])

    def again_url(self, upload: ReturnUpload) -> str:
        owed = Obligation.objects.filter(unit=upload.unit, period=upload.period).first()
        if owed is None:
            return reverse("responsibilities:my_returns")
        return reverse("responsibilities:return_workbook_upload", args=[owed.pk])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        upload = self.get_upload()
        if upload.state == UploadState.APPLIED:
            self.say("已经导入过，没有重复办理。")
            return HttpResponseRedirect(self.back_url(upload))
        unanswered = [
            line
            for line in preview_upload(upload).conflicts
            if _posted(request.POST, "choose").get(line.change.key) not in {"mine", "theirs"}
        ]
        if unanswered and upload.state == UploadState.CHECKED:
            text = f"还有{len(unanswered)}处冲突没有选择用哪一个数，没有导入。"
            return self.show(upload, message=text, status=422)
        count = confirm_upload(
            upload,
            actor=self.actor,
            seen=_posted(request.POST, "seen"),
            chosen=_posted(request.POST, "choose"),
        )
        self.say(f"已导入 {count} 处改动，还没有报送。请核对后报送。")
        return HttpResponseRedirect(self.back_url(upload))


class BehalfUploadPreview(ReturnUploadPreview):
    permission = FILE_ON_BEHALF
    kind = UploadKind.MANY_UNITS

    def back_url(self, upload: ReturnUpload) -> str:
        return f"{reverse('responsibilities:behalf_grid')}?period={upload.period_id}"

    def again_url(self, upload: ReturnUpload) -> str:
        return f"{reverse('responsibilities:behalf_workbook_upload')}?period={upload.period_id}"


def _posted(post: Mapping[str, Any], kind: str) -> dict[str, str]:
    """Fields ``kind[key]`` of the request, by key."""
    head = f"{kind}["
    return {
        name[len(head) : -1]: str(text)
        for name, text in post.items()
        if name.startswith(head) and name.endswith("]")
    }
