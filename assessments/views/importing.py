"""A scheme from Excel: template, dry run with errors by row, import."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse

from assessments.authority import MANAGE_SCHEME, VIEW_SCHEME
from assessments.models import Scheme
from assessments.services.importing import COLUMNS, import_scheme, read_scheme, scheme_workbook
from assessments.views.schemes import SCHEMES, OfScheme
from gongjian.foundation.kernel.errors import DomainError
from gongjian.foundation.web.pages import Page, RecordsMixin
from orgs.imports import MAX_BYTES

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SchemeFileForm(forms.Form):
    file = forms.FileField(
        label="考核方案表",
        max_length=200,
        help_text="只收 .xlsx。先检查，没有问题再导入；有一行不对，就一行也不写入。",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
        error_messages={"required": "请选择文件。", "empty": "文件是空的，请检查后重新选择。"},
    )
    only_check = forms.BooleanField(label="只检查，不导入", required=False, initial=True)


class SchemeImport(OfScheme):
    permission = MANAGE_SCHEME
    heading = "从 Excel 导入考核项目"
    form_class = SchemeFileForm
    template_name = "assessments/scheme_import.html"
    submit_label = "上传"
    plan: Any = None

    def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        form = self.get_form(request.POST, request.FILES)
        if form.is_valid() and form.cleaned_data["only_check"]:
            content = form.cleaned_data["file"].read(MAX_BYTES + 1)
            try:
                self.plan = read_scheme(content, self.scheme)
            except DomainError as error:
                form.add_error("file", error.message)
                return self.show(form, status=422)
            return self.show(form)
        return super().post(request, *args, **kwargs)

    def perform(self, form: Any) -> Scheme:
        content = form.cleaned_data["file"]
        content.seek(0)
        return import_scheme(self.scheme, actor=self.actor, content=content.read(MAX_BYTES + 1))

    def get_extra(self) -> dict[str, Any]:
        return {**super().get_extra(), "plan": self.plan, "columns": COLUMNS}


class SchemeWorkbook(RecordsMixin, Page):
    """The scheme as a workbook: template, copy, and the shape that can be imported."""

    permission = VIEW_SCHEME
    queryset = SCHEMES

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        scheme = self.get_object()
        response = HttpResponse(scheme_workbook(scheme), content_type=_XLSX)
        response.headers["Content-Disposition"] = f'attachment; filename="scheme-{scheme.pk}.xlsx"'
        return response
