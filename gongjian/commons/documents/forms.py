"""Input of a document's words and of a report request."""

from __future__ import annotations

from typing import Any

from django import forms

from gongjian.commons.documents.authority import MAKE_OVERVIEW
from gongjian.commons.documents.contexts import CircularContext
from gongjian.commons.documents.models import OfficialDocument
from gongjian.commons.documents.register_forms import clean_mark
from gongjian.commons.documents.reporting.kinds import FORMS
from gongjian.commons.documents.reporting.subjects import EXTENTS, Extent, group_choices
from gongjian.commons.documents.shelves import document_kinds, report_kinds
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.dates import today
from orgs.fields import UnitField
from orgs.models import Unit


class DocumentForm(forms.Form):
    """The words of a 通报, 决定 or 通知; name lists come from their records."""

    kind = forms.ChoiceField(label="文种")
    title = forms.CharField(
        label="标题",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="需要指定换行处的，请直接换行；不换行则自动排成梯形或菱形。",
    )
    organs = forms.CharField(
        label="发文机关",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="每行一个；联合行文的，主办机关排在第一行。",
    )
    mark = forms.CharField(
        label="机关代字", max_length=30, help_text="如“示党工组”，年份和序号在印发时自动编排。"
    )
    main_recipients = forms.CharField(
        label="主送机关", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    body = forms.CharField(
        label="正文",
        widget=forms.Textarea(attrs={"rows": 16, "data-length-limit": "5000"}),
        max_length=20_000,
        help_text="每行一段。以“一、”“（一）”开头的段落自动排为黑体、楷体标题。篇幅不超过5000字。",
    )
    approval_reference = forms.CharField(
        label="批准依据",
        max_length=200,
        required=False,
        help_text="表彰须填写批准该项目的文件名称和文号；通报表扬不必填写。",
    )
    seal = forms.BooleanField(label="加盖印章", required=False, initial=True)
    remark = forms.CharField(label="附注", max_length=60, required=False)
    copy_recipients = forms.CharField(label="抄送机关", max_length=500, required=False)
    printer = forms.CharField(label="印发机关", max_length=60)
    #: Which draft the words on the screen came from.
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, document: OfficialDocument | None = None, **kwargs: Any) -> None:
        if document is not None:
            kwargs["initial"] = {**initial_of(document), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        if document is not None:
            del self.fields["kind"]
        elif isinstance(kind, forms.ChoiceField):
            kind.choices = [(one.key, one.label) for one in document_kinds if one.build is None]

    def clean_organs(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["organs"].splitlines() if line.strip()]

    def clean_main_recipients(self) -> str:
        return str(self.cleaned_data["main_recipients"]).strip().rstrip("：:")

    def clean_mark(self) -> str:
        return clean_mark(str(self.cleaned_data["mark"]))

    def context_values(self) -> dict[str, Any]:
        """Values of the words, without what is no part of the printed page."""
        data = self.cleaned_data
        names = ("title", "organs", "main_recipients", "body", "remark", "copy_recipients")
        return {
            **{name: data[name] for name in names},
            "signatures": data["organs"],
            "printer": data["printer"],
            "seal_mm": 42 if data["seal"] else 0,
        }

    def context(self) -> CircularContext:
        return CircularContext.from_values(self.context_values())


def initial_of(document: OfficialDocument) -> dict[str, Any]:
    context = document.context
    names = ("title", "main_recipients", "body", "remark", "copy_recipients", "printer")
    return {
        **{name: context.get(name, "") for name in names},
        "organs": "\n".join(document.organs),
        "mark": document.mark,
        "approval_reference": document.approval_reference,
        "seal": bool(context.get("seal_mm")),
        "revision": document.revision,
    }


class OverviewForm(forms.Form):
    """On what, for which period, and in which forms."""

    extent = forms.ChoiceField(label="范围", widget=forms.RadioSelect)
    unit = UnitField(
        permission=MAKE_OVERVIEW,
        label="单位",
        required=False,
        help_text="范围为“单位”时选择，报告包括它的全部下级单位。",
    )
    group = forms.ChoiceField(label="可比组", required=False, help_text="范围为“可比组”时选择。")
    period = forms.ModelChoiceField(label="期间", queryset=Period.objects.none(), empty_label=None)
    forms_wanted = forms.MultipleChoiceField(
        label="格式", choices=list(FORMS.items()), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = actor.scope(MAKE_OVERVIEW)
        is_whole = scope is not None and scope.covers("")
        extents = list(EXTENTS) if is_whole else [Extent.UNIT]
        fields: dict[str, Any] = self.fields
        fields["extent"].choices = [(str(one), EXTENTS[one]) for one in extents]
        fields["extent"].initial = str(extents[0])
        units = Unit.objects.within(scope).filter(closed_on__isnull=True)
        fields["unit"].offer(units)
        if not is_whole:
            fields["unit"].initial = actor.unit_id
            fields["unit"].help_text = "报告包括它的全部下级单位。"
        groups = group_choices() if is_whole else []
        fields["group"].choices = [("", "请选择可比组"), *groups]
        if not groups:
            del fields["group"]
        periods = Period.objects.filter(starts_on__lte=today()).order_by("-ends_on", "-pk")
        fields["period"].queryset = periods
        over = periods.filter(ends_on__lt=today()).first() or periods.first()
        fields["period"].initial = over
        fields["forms_wanted"].initial = list(FORMS)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("extent") == Extent.UNIT and not data.get("unit") and "unit" not in self.errors:
            self.add_error("unit", "请选择单位。")
        if data.get("extent") == Extent.GROUP and not data.get("group"):
            self.add_error("group" if "group" in self.fields else None, "请选择可比组。")
        return data


class ReportForm(forms.Form):
    """Which of the reports that need no parameters."""

    kind = forms.ChoiceField(label="报告")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)  # noqa: S101 -- narrows the type
        kind.choices = [
            (one.key, one.label)
            for one in report_kinds
            if one.is_offered and actor.may(one.permission)
        ]
