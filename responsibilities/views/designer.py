"""Pages of the design of forms: cells, checks, preview, versions, burden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from gongjian.foundation.calendar.periods import ensure_year
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import FieldErrors, StateConflict
from gongjian.foundation.web.pages import ConfirmPage, FormPage, Page, RecordsMixin
from orgs.enums import Category
from orgs.services import change_filing_window
from responsibilities.authority import DESIGN_FORM, OPEN_QUARTER
from responsibilities.burden import minutes_of
from responsibilities.checks import Check, Figures, failing_examples, surroundings_of
from responsibilities.enums import Blank, CellType, FormState, QuarterlyStyle, Severity
from responsibilities.expressions import FUNCTIONS, ExpressionError, parse
from responsibilities.forms.designer import (
    ACROSS_CHOICES,
    AUDIENCE,
    CheckForm,
    NewForm,
    OpenYearForm,
    read_example,
    read_rows,
    read_rules,
    write_examples,
)
from responsibilities.live import compiled
from responsibilities.models import Indicator, ReturnForm
from responsibilities.queries.designer import (
    budget_minutes,
    differences,
    minutes_with,
    similar_fields,
)
from responsibilities.services.designer import (
    TypedCell,
    begin_form,
    begin_version,
    obstacles,
    remove_check,
    row_of,
    save_check,
    save_design,
    typed_row,
)
from responsibilities.services.obligations import open_period

_ANSWERS = {True: "通过", False: "不通过", None: "无法判断"}


@dataclass(slots=True)
class DesignRow:
    """A row of the designer with what is wrong in it."""

    cell: TypedCell
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def total_of(self) -> str:
        return "、".join(self.cell.total_of)

    @property
    def choices(self) -> str:
        return "、".join(self.cell.choices)

    @property
    def is_more(self) -> bool:
        """Whether anything beyond the usual is set, so that the rest stands open."""
        rare = {"choices", "not_above", "total_of", "not_for", "formula", "across"}
        return bool(rare & self.errors.keys() or self.cell.value_type == CellType.CHOICE)


class _Form(RecordsMixin, Page, base=True):
    """A page of one version of a form."""

    queryset = ReturnForm.objects.all()

    def tabs(self, form: ReturnForm, current: str) -> list[tuple[str, str, bool]]:
        names = [
            ("form_design", "栏目"),
            ("form_checks", "检查"),
            ("form_preview", "试填预览"),
            ("form_compare", "与其他版本比较"),
        ]
        if form.state != FormState.DRAFT:
            names = names[2:]
        return [
            (label, reverse(f"responsibilities:{name}", args=[form.pk]), name == current)
            for name, label in names
        ]

    def frame(self, form: ReturnForm, current: str) -> dict[str, Any]:
        back = reverse("responsibilities:returnform_list"), "报表格式"
        return {
            "object": form,
            "heading": str(form),
            "page_tabs": self.tabs(form, current),
            "crumbs": [(back[1], back[0]), (str(form), form.get_absolute_url())],
        }

    def draft(self) -> ReturnForm:
        form: ReturnForm = self.get_object()
        if form.state != FormState.DRAFT:
            raise StateConflict(f"“{form}”已经定稿，不能再改；请在它的页面上拟订新版。")
        return form


class FormDesign(_Form):
    """The cells of a draft as rows: typed, moved and saved together."""

    permission = DESIGN_FORM
    template_name = "responsibilities/form_design.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.draft()
        rows = [typed_row(cell) for cell in form.whole_layout()]
        return self.show(form, rows)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.draft()
        rows = read_rows(request.POST)
        act = request.POST.get("act", "save")
        if act != "save":
            return self.show(form, self.changed(rows, act), is_saved=False)
        try:
            save_design(
                form,
                actor=self.actor,
                title=request.POST.get("title", ""),
                rows=rows,
                rules=read_rules(request.POST),
            )
        except FieldErrors as error:
            texts = {name: "".join(parts) for name, parts in error.errors.items()}
            return self.show(form, rows, errors=texts, is_saved=False, message=error.message)
        self.say("已保存。")
        return HttpResponseRedirect(reverse("responsibilities:form_design", args=[form.pk]))

    def changed(self, rows: list[TypedCell], act: str) -> list[TypedCell]:
        """Carry out a button of the page without the script: nothing is saved yet."""
        name, _, rest = act.partition(":")
        uid, _, link = rest.partition(":")
        place = next((place for place, row in enumerate(rows) if row.uid == uid), None)
        if name == "add":
            return [*rows, self.blank(rows)]
        if name == "indicators":
            return [*rows, *self.chosen(rows)]
        if place is None:
            return rows
        if name == "remove":
            return rows[:place] + rows[place + 1 :]
        if name == "link":
            return self.linked(rows, place, link)
        other = place - 1 if name == "up" else place + 1
        if 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]
        return rows

    @staticmethod
    def blank(rows: Sequence[TypedCell]) -> TypedCell:
        """A new row that goes on as the last one ended."""
        taken = {row.uid for row in rows}
        uid = next(f"n{number}" for number in range(1, len(rows) + 2) if f"n{number}" not in taken)
        section = rows[-1].section_title if rows else "基本情况"
        return TypedCell(
            uid=uid,
            code="",
            label="",
            section_title=section,
            value_type=CellType.INTEGER,
            unit_label="个",
            style=QuarterlyStyle.INCREMENTAL,
        )

    def chosen(self, rows: Sequence[TypedCell]) -> list[TypedCell]:
        held = {row.code for row in rows}
        ids = [text for text in self.request.POST.getlist("indicators") if text.isdecimal()]
        found = Indicator.objects.filter(pk__in=ids).exclude(code__in=held).order_by("code")
        return [row_of(indicator) for indicator in found]

    def linked(self, rows: list[TypedCell], place: int, link: str) -> list[TypedCell]:
        """Use what is known already instead of asking anew."""
        kind, _, number = link.partition(":")
        if kind == "indicator" and number.isdecimal():
            indicator = Indicator.objects.filter(pk=number).first()
            if indicator is not None and indicator.code not in {row.code for row in rows}:
                rows[place] = replace(row_of(indicator), section_title=rows[place].section_title)
        elif kind.startswith(("unit.", "form.")):
            rows[place] = replace(rows[place], source=kind)
        return rows

    def show(
        self,
        form: ReturnForm,
        rows: Sequence[TypedCell],
        *,
        errors: Mapping[str, str] | None = None,
        is_saved: bool = True,
        message: str = "",
    ) -> HttpResponse:
        wrong = errors or {}
        posted = self.request.POST if self.request.method == "POST" else None
        by_uid: dict[str, dict[str, str]] = {}
        for name, text in wrong.items():
            uid, _, part = name.rpartition(".")
            by_uid.setdefault(uid, {})[part] = text
        held = {row.code for row in rows}
        context = {
            **self.frame(form, "form_design"),
            "rows": [DesignRow(row, by_uid.get(row.uid, {})) for row in rows],
            "blank": DesignRow(replace(self.blank(rows), uid="__row__", label="")),
            "title": posted.get("title", "") if posted else form.title,
            "rules": read_rules(posted) if posted else form.standing_rules(),
            "errors": wrong,
            "message": message,
            "is_saved": is_saved,
            "types": CellType.choices,
            "styles": QuarterlyStyle.choices,
            "blanks": Blank.choices,
            "acrosses": ACROSS_CHOICES,
            "audience": AUDIENCE,
            "sections": list(dict.fromkeys(row.section_title for row in rows)),
            "library": Indicator.objects.filter(is_active=True).exclude(code__in=held),
            "minutes": minutes_of(form.whole_layout()),
            "minutes_all": minutes_with(form),
            "budget": budget_minutes(),
            "obstacles": obstacles(form) if is_saved else [],
        }
        return self.render(context, status=422 if errors else 200)


class FormSimilar(_Form):
    """A fragment: what is asked already under a like name."""

    permission = DESIGN_FORM
    template_name = "responsibilities/_similar.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.draft()
        found = similar_fields(request.GET.get("label", "")[:60], form)
        return self.render({"found": found, "uid": request.GET.get("uid", "")[:20]})


class FormPreview(_Form):
    """The form as a unit of a kind sees it; typed figures are checked in the browser only."""

    permission = DESIGN_FORM
    template_name = "responsibilities/form_preview.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form: ReturnForm = self.get_object()
        category = request.GET.get("category", Category.VILLAGE.value)
        if category not in Category.values:
            raise Http404
        sections: dict[str, list[dict[str, Any]]] = {}
        for cell in form.whole_layout():
            asked = cell.is_asked_of("grassroots", category)
            sections.setdefault(cell.section_title, []).append({"cell": cell, "asked": asked})
        cells = form.layout()
        figures = Figures([None] * len(cells), level="grassroots", category=category)
        return self.render(
            {
                **self.frame(form, "form_preview"),
                "sections": list(sections.items()),
                "category": category,
                "categories": AUDIENCE,
                "live": compiled(cells, form.own_checks(), figures),
                "minutes": minutes_of(
                    cell for cell in form.whole_layout() if cell.is_asked_of("grassroots", category)
                ),
            }
        )


class FormCompare(_Form):
    """What changed from one version to another."""

    permission = DESIGN_FORM
    template_name = "responsibilities/form_compare.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form: ReturnForm = self.get_object()
        others = list(self.get_queryset().filter(key=form.key).exclude(pk=form.pk))
        chosen = request.GET.get("with", "")
        other = next((one for one in others if str(one.pk) == chosen), None) or next(
            (one for one in others if one.version < form.version), others[0] if others else None
        )
        changes = []
        if other is not None:
            older, newer = sorted([other, form], key=lambda one: one.version)
            changes = differences(older, newer)
        return self.render(
            {
                **self.frame(form, "form_compare"),
                "others": others,
                "other": other,
                "changes": changes,
            }
        )


class FormChecks(_Form):
    """The checks of a draft, each with what its examples say."""

    permission = DESIGN_FORM
    template_name = "responsibilities/form_checks.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.draft()
        labels = {cell.code: cell.label for cell in form.layout()}
        checks = [
            {
                "check": check,
                "place": f"{check.place} {labels.get(check.place, '')}",
                "failing": failing_examples(check),
                "severity": Severity(check.severity).label,
                "is_hard": check.severity == Severity.HARD,
            }
            for check in form.own_checks()
        ]
        return self.render({**self.frame(form, "form_checks"), "checks": checks})


class CheckEdit(_Form, FormPage):
    """One check: its condition is read and its examples are run on the server."""

    permission = DESIGN_FORM
    template_name = "responsibilities/check_form.html"
    form_class = CheckForm
    submit_label = "保存检查"

    def held(self) -> Check | None:
        key = self.kwargs["key"]
        checks = self.draft().own_checks()
        found = next((check for check in checks if check.key == key), None)
        if found is None and key != "new":
            raise Http404
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        held = self.held()
        initial: dict[str, Any] = {}
        if held is not None:
            names = ("label", "text", "severity", "message", "at", "missing")
            initial = {name: getattr(held, name) for name in names}
            initial["only_for"] = list(held.only_for)
            initial["examples"] = write_examples(held.examples)
        key = "" if held is None else held.key
        return {"cells": self.draft().layout(), "key": key, "initial": initial}

    def perform(self, form: Any) -> Check:
        check = save_check(self.draft(), actor=self.actor, check=form.as_check())
        failing = failing_examples(check)
        places = "、".join(str(place) for place in failing)
        self.say(f"已保存，但第 {places} 个例子不符，发布前须更正。" if failing else "已保存。")
        return check

    def get_success_url(self, result: Any) -> str:
        return reverse("responsibilities:form_checks", args=[self.kwargs["pk"]])

    def get_cancel_url(self) -> str:
        return self.get_success_url(None)

    def get_extra(self) -> dict[str, Any]:
        form = self.draft()
        return {
            **self.frame(form, "form_checks"),
            "heading": "修改检查" if self.kwargs["key"] != "new" else "添加检查",
            "cells": form.layout(),
            "functions": FUNCTIONS,
        }


class CheckTry(_Form):
    """A fragment: whether the condition can be read, and what it says of each example line."""

    permission = DESIGN_FORM
    template_name = "responsibilities/_check_try.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        codes = frozenset(cell.code for cell in self.draft().layout())
        text = request.POST.get("text", "")
        try:
            tree = parse(text, codes)
        except ExpressionError as error:
            before, after = text[: error.position - 1], text[error.position - 1 :]
            return self.render({"error": error, "before": before, "after": after})
        missing = request.POST.get("missing", "skip")
        check = Check("", "", "", text, tree, missing=missing)
        lines = request.POST.get("examples", "")[:3000].splitlines()
        tried = [self.tried(check, line) for line in lines if line.strip()]
        return self.render({"error": None, "tried": tried})

    @staticmethod
    def tried(check: Check, line: str) -> dict[str, Any]:
        example = read_example(line)
        if isinstance(example, str):
            return {"line": line, "wrong": example}
        answer = check.met(surroundings_of(example.values))
        is_expected = answer is example.expected if "=>" in line or "→" in line else None
        return {"line": line, "wrong": "", "answer": _ANSWERS[answer], "is_expected": is_expected}


class CheckRemove(_Form, ConfirmPage):
    permission = DESIGN_FORM
    heading = "删除检查"
    submit_label = "删除"
    help_text = "只从这个草稿中删除，已发布的版本不变。"

    def get_extra(self) -> dict[str, Any]:
        return {"object": self.draft()}

    def perform(self, form: Any) -> ReturnForm:
        return remove_check(self.draft(), actor=self.actor, key=self.kwargs["key"])

    def get_success_url(self, result: Any) -> str:
        return reverse("responsibilities:form_checks", args=[self.kwargs["pk"]])

    def get_cancel_url(self) -> str:
        return self.get_success_url(None)


class FormNext(_Form, ConfirmPage):
    """拟订新版: a copy to be changed; the version in use stays as it is."""

    permission = DESIGN_FORM
    heading = "拟订新版"
    submit_label = "拟订新版"
    help_text = "复制这一版的栏目和检查作为草稿。已填报和正在填报的报表继续使用原来的版本。"

    def perform(self, form: Any) -> ReturnForm:
        return begin_version(self.get_object(), actor=self.actor)

    def get_success_url(self, result: Any) -> str:
        return reverse("responsibilities:form_design", args=[result.pk])

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class FormOpenYear(_Form, FormPage):
    """开启年度填报 of a form that stands beside the quarterly one."""

    permission = OPEN_QUARTER
    form_class = OpenYearForm
    heading = "开启年度填报"
    submit_label = "开启填报"
    help_text = "全部村社区和企业各应报一份。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"year": today().year, "due_on": today() + timedelta(days=30)}}

    def perform(self, form: Any) -> ReturnForm:
        due_on = form.cleaned_data["due_on"]
        if due_on < today():
            raise FieldErrors({"due_on": "截止日不能早于今天，请更正。"})
        period = change_filing_window(
            ensure_year(form.cleaned_data["year"]),
            actor=self.actor,
            opens_on=today(),
            due_on=due_on,
            reason="开启年度填报",
        )
        found: ReturnForm = self.get_object()
        count = open_period(period, form=found, actor=self.actor)
        self.say(f"已开启{period}填报，{count} 家单位应报。" if count else "没有新增的应报单位。")
        return found

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())


class FormBegin(FormPage):
    """另设一张报表: a form of its own, beside the quarterly one."""

    permission = DESIGN_FORM
    form_class = NewForm
    heading = "另设一张报表"
    help_text = "季度报表之外确需单独收集的，如年度报表。已有报表和台账里有的不必再填。"
    submit_label = "开始设计"

    def perform(self, form: Any) -> ReturnForm:
        return begin_form(actor=self.actor, **form.cleaned_data)

    def get_success_url(self, result: Any) -> str:
        return reverse("responsibilities:form_design", args=[result.pk])

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:returnform_list")
