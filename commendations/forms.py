"""Forms of the commendations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms

from commendations.enums import PERSONAL, Bound, Holder, ProgrammeKind, Trait, Verdict
from commendations.models import AwardCategory, Nomination, Programme
from commendations.services.programmes import Ratio
from orgs.models import Unit

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_RATIO = re.compile(
    r"^(?P<trait>.+?)(?P<bound>不少于|不低于|至少|不超过|不高于|至多|≥|≤)\s*(?P<percent>\d{1,3})\s*[%％]$"
)


def _long(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ProgrammeForm(forms.Form):
    title = forms.CharField(label="名称", max_length=80)
    kind = forms.ChoiceField(
        label="种类", choices=ProgrammeKind.choices, initial=ProgrammeKind.PRAISE,
        help_text="授予称号、颁发荣誉的是表彰，须有经批准的项目；通报表扬不授称号。",
    )  # fmt: skip
    approval_reference = forms.CharField(
        label="表彰项目批准文号", max_length=100, required=False, help_text="表彰必填。"
    )
    conditions = forms.CharField(label="推荐条件", max_length=2000, widget=_long(6))
    closes_on = forms.DateField(label="推荐截止", widget=_DAY)
    rest_years = forms.IntegerField(
        label="同一称号间隔年数", min_value=0, max_value=20, initial=3,
        help_text="几年内已获同一称号的不重复授予。",
    )  # fmt: skip
    departments = forms.CharField(
        label="须征求意见的部门", required=False, max_length=300,
        help_text="用顿号隔开，例如“纪检监察、公安、人社”。",
    )  # fmt: skip

    def clean_departments(self) -> list[str]:
        text = re.sub(r"[，,;；\s]+", "、", str(self.cleaned_data["departments"]))
        names = list(dict.fromkeys(name for name in text.split("、") if name))
        if any(len(name) > 20 for name in names):
            raise forms.ValidationError("部门名称不能超过 20 字，请用顿号隔开。")
        return names

    @classmethod
    def initial_of(cls, programme: Programme) -> dict[str, Any]:
        values = {name: getattr(programme, name) for name in cls.base_fields}
        return {**values, "departments": "、".join(programme.departments)}


class RatiosField(forms.CharField):
    """Proportions as people write them: 一线职工不少于60%, one a line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value))
        by_label = {label: trait for trait, label in Trait.choices}
        found: list[Ratio] = []
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.strip():
                continue
            match = _RATIO.match(line.strip())
            if match is None:
                raise forms.ValidationError(
                    f"第{number}行看不懂：请写成“一线职工不少于60%”或“单位负责人不超过15%”。"
                )
            trait = by_label.get(match["trait"].strip().removesuffix("占").strip())
            if trait is None:
                known = "、".join(by_label)
                raise forms.ValidationError(
                    f"第{number}行：不认识“{match['trait'].strip()}”，可用的有：{known}。"
                )
            at_least = match["bound"] in {"不少于", "不低于", "至少", "≥"}
            if int(match["percent"]) > 100:
                raise forms.ValidationError(f"第{number}行：百分比不能超过100。")
            found.append(
                Ratio(trait, Bound.AT_LEAST if at_least else Bound.AT_MOST, int(match["percent"]))
            )
        return found


class CategoryForm(forms.Form):
    title = forms.CharField(label="荣誉名称", max_length=40)
    holder = forms.ChoiceField(label="授予对象", choices=Holder.choices, widget=forms.RadioSelect)
    places = forms.IntegerField(label="名额", min_value=1, max_value=10_000)
    ratios = RatiosField(
        label="比例要求", required=False, help_text="每行一条，例如“一线职工不少于60%”。"
    )

    @staticmethod
    def initial_of(category: AwardCategory) -> dict[str, Any]:
        return {
            "title": category.title,
            "holder": category.holder,
            "places": category.places,
            "ratios": "\n".join(str(rule) for rule in category.ratios.all()),
        }


class AllotForm(forms.Form):
    """A number for each unit that may recommend, and the most for each peer group."""

    def __init__(
        self,
        *args: Any,
        units: Sequence[Unit],
        groups: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.units = list(units)
        self.groups = list(groups)
        for unit in self.units:
            self.fields[f"unit_{unit.pk}"] = forms.IntegerField(
                label=unit.name, min_value=0, max_value=10_000, required=False
            )
        for key, name in self.groups:
            self.fields[f"group_{key}"] = forms.IntegerField(
                label=f"可比组“{name}”最多",
                min_value=0,
                max_value=10_000,
                required=False,
                help_text="列入名单时核对；不填为不限。",
            )

    def group_places(self) -> dict[str, int]:
        given = {key: self.cleaned_data.get(f"group_{key}") for key, _ in self.groups}
        return {key: many for key, many in given.items() if many is not None}

    def places(self) -> dict[int, int]:
        return {
            unit.pk: self.cleaned_data.get(f"unit_{unit.pk}") or 0
            for unit in self.units
            if self.cleaned_data.get(f"unit_{unit.pk}")
        }


class NominationForm(forms.Form):
    person = forms.CharField(label="姓名", max_length=40)
    duty = forms.CharField(label="职务", max_length=60, required=False)
    traits = forms.MultipleChoiceField(
        label="身份",
        choices=[(trait.value, trait.label) for trait in PERSONAL],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="按实际情况勾选，用来核对名单比例。",
    )
    summary = forms.CharField(
        label="事迹摘要", max_length=200, widget=_long(2), help_text="公示时使用。"
    )
    deeds = forms.CharField(label="主要事迹", max_length=2000, widget=_long(12))
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, holder: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if holder == Holder.UNIT:
            for name in ("person", "duty", "traits"):
                del self.fields[name]

    @staticmethod
    def initial_of(nomination: Nomination) -> dict[str, Any]:
        return {
            name: getattr(nomination, name)
            for name in ("person", "duty", "traits", "summary", "deeds", "revision")
        }


class OpinionForm(forms.Form):
    text = forms.CharField(label="意见", max_length=300, widget=_long(3), initial="同意推荐。")


class DepartmentForm(forms.Form):
    organ = forms.ChoiceField(label="部门")
    verdict = forms.ChoiceField(label="意见", choices=Verdict.choices, widget=forms.RadioSelect)
    text = forms.CharField(label="内容", max_length=300, widget=_long(2), required=False)
    reference = forms.CharField(label="来函文号", max_length=60, required=False)

    def __init__(self, *args: Any, departments: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organ"]
        field.choices = [(name, name) for name in departments]


class CheckForm(forms.Form):
    exception = forms.CharField(
        label="例外理由", max_length=300, required=False, widget=_long(3),
        help_text="有不利情况而确需推荐的，必填，会印在审批表上。",
    )  # fmt: skip
    reason = forms.CharField(label="审查意见", max_length=300, required=False, widget=_long(2))


class AnnounceForm(forms.Form):
    until = forms.DateField(label="公示截止", widget=_DAY, help_text="不少于五个工作日。")


class ObjectForm(forms.Form):
    text = forms.CharField(label="异议内容", max_length=500, widget=_long(5))
    by = forms.CharField(label="提出人", max_length=60, help_text="须实名，办公室会保密并答复。")
    contact = forms.CharField(label="联系方式", max_length=60, required=False)


class AnswerForm(forms.Form):
    decision = forms.ChoiceField(
        label="处理",
        choices=[("no", "异议不成立，维持名单"), ("yes", "异议成立，移出名单")],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(label="核实情况", max_length=500, widget=_long(4))
