"""The screen that takes honours of earlier years from a sheet."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from gongjian.commons.honours.authority import KEEP_HONOUR
from gongjian.commons.honours.forms import HonourSheetForm
from gongjian.commons.honours.importing import (
    HEAD,
    Line,
    enter_sheet,
    read_sheet,
    text_of_file,
)
from gongjian.commons.honours.models import Honour
from gongjian.foundation.kernel.errors import DomainError, FieldErrors
from gongjian.foundation.web.pages import FormPage


class HonourImport(FormPage):
    """First what was read is shown, cell by cell; entered is only what was seen without a fault."""

    permission = KEEP_HONOUR
    form_class = HonourSheetForm
    template_name = "honours/import.html"
    heading = "导入以前的荣誉"
    help_text = "先预览，确认无误后再登记。有一格读不出来，就一行也不登记。"
    lines: list[Line] | None = None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form: Any = self.get_form(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            file = form.cleaned_data["file"]
            text = text_of_file(file.read()) if file else form.cleaned_data["rows"]
            # A browser sends its own ends of lines back.
            text = text.replace("\r", "")
            self.lines = read_sheet(text, actor=self.actor)
        except FieldErrors as error:
            return self._refused(
                form, " ".join(text for texts in error.errors.values() for text in texts)
            )
        except DomainError as error:
            return self._refused(form, error.message)
        mark = hashlib.sha256(text.encode()).hexdigest()
        is_clean = not any(line.has_errors for line in self.lines)
        if is_clean and not file and form.cleaned_data["seen"] == mark:
            return super().post(request, *args, **kwargs)
        # What was in the file stands in the field now, where it can be put right.
        form.data = form.data.copy()
        form.data["rows"], form.data["seen"] = text, mark if is_clean else ""
        return self.show(form)

    def _refused(self, form: Any, words: str) -> HttpResponse:
        form.add_error(None, words)
        return self.show(form, status=422)

    def perform(self, form: Any) -> list[Honour]:
        entered = enter_sheet(form.cleaned_data["rows"], actor=self.actor)
        self.say(f"已登记 {len(entered)} 项荣誉。")
        return entered

    def get_success_url(self, result: Any) -> str:
        return reverse("honours:honour_list")

    def get_cancel_url(self) -> str:
        return reverse("honours:honour_list")

    def get_extra(self) -> dict[str, Any]:
        lines = self.lines or []
        wrong = sum(line.has_errors for line in lines)
        ready = bool(lines) and not wrong
        return {
            "columns": HEAD,
            "lines": lines,
            "wrong": wrong,
            "submit_label": f"登记 {len(lines)} 项" if ready else "预览",
        }
