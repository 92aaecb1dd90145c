"""Forms of the training."""

from __future__ import annotations

from typing import Any

from django import forms

from gongjian.commons.questionnaires.enums import Purpose, QuestionKind
from gongjian.commons.questionnaires.models import Question, QuestionnaireVersion
from gongjian.commons.questionnaires.queries import choices_of, versions_in_use
from gongjian.commons.questionnaires.scoring import Given
from gongjian.commons.rolls.models import RollSession
from gongjian.foundation.tenancy.models import TenantQuerySet
from orgs.fields import UnitField
from orgs.models import Unit
from training.authority import MANAGE_TRAINING, SIGN_UP
from training.enums import CostKind, LeaveKind, Region
from training.models import Room, Teacher, TrainingClass


def _day(label: str, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **kwargs)


def _moment(label: str, **kwargs: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, **kwargs)


def _money(label: str, **kwargs: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_digits=12, decimal_places=2, **kwargs)


def _text(label: str, limit: int, rows: int, **kwargs: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=limit, widget=widget, **kwargs)


class PlanContentForm(forms.Form):
    aim = _text("培训目标和重点", 2000, 5)
    budget = _money("经费预算（元）")


class PlanForm(PlanContentForm):
    unit = UnitField(label="主办单位", permission=MANAGE_TRAINING)
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    field_order = ["unit", "year", "aim", "budget"]

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)  # type: ignore[attr-defined]


class ClassForm(forms.Form):
    title = forms.CharField(label="班次名称", max_length=80)
    region = forms.ChoiceField(label="区内区外", choices=Region.choices, initial=Region.INSIDE)
    audience = forms.CharField(label="培训对象", max_length=200)
    aim = _text("培训内容", 2000, 4, required=False)
    starts_on = _day("开班日期")
    ends_on = _day("结班日期")
    apply_by = _day("报名截止")
    place = forms.CharField(label="地点", max_length=100)
    capacity = forms.IntegerField(label="总名额", min_value=1, max_value=2000)
    head = forms.CharField(label="班主任", max_length=60, required=False)
    contact = forms.CharField(
        label="联系电话", max_length=30, required=False, help_text="填工作电话。"
    )
    budget = _money("经费预算（元）", initial=0)


class QuotaForm(forms.Form):
    """One number a unit below the organizer; 0 takes the quota away."""

    def __init__(self, *args: Any, units: list[Unit], known: dict[int, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for unit in units:
            self.fields[f"unit_{unit.pk}"] = forms.IntegerField(
                label=unit.name, min_value=0, max_value=2000, required=False,
                initial=known.get(unit.pk, 0),
            )  # fmt: skip

    def places(self) -> dict[int, int]:
        return {
            int(name.removeprefix("unit_")): value or 0
            for name, value in self.cleaned_data.items()
            if name.startswith("unit_")
        }


class NominateForm(forms.Form):
    unit = UnitField(label="单位", permission=SIGN_UP)
    name = forms.CharField(label="姓名", max_length=40)
    duty = forms.CharField(label="职务", max_length=60, required=False)
    lodging = forms.BooleanField(label="需要住宿", required=False)
    note = forms.CharField(label="备注", max_length=200, required=False)

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)  # type: ignore[attr-defined]


class MoveForm(forms.Form):
    to = forms.ModelChoiceField(
        label="转入班次", queryset=TrainingClass.objects.none(), empty_label="请选择班次"
    )
    reason = forms.CharField(label="理由", max_length=200)

    def __init__(self, *args: Any, classes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = classes  # type: ignore[attr-defined]


class LessonForm(forms.Form):
    topic = forms.CharField(label="课题", max_length=120)
    form = forms.CharField(
        label="形式",
        max_length=20,
        initial="专题讲座",
        help_text="如专题讲座、现场教学、分组研讨。",
    )
    starts_at = _moment("开始时间")
    ends_at = _moment("结束时间")
    hours = forms.DecimalField(
        label="学时", min_value=0, max_value=8, decimal_places=1, initial=4,
        help_text="半天按4学时计。",
    )  # fmt: skip
    teacher = forms.ModelChoiceField(
        label="授课人", queryset=Teacher.objects.none(), required=False, empty_label="不指定"
    )
    room = forms.ModelChoiceField(
        label="教室", queryset=Room.objects.none(), required=False, empty_label="不指定"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["teacher"].queryset = Teacher.objects.all()  # type: ignore[attr-defined]
        self.fields["room"].queryset = Room.objects.all()  # type: ignore[attr-defined]


class TeacherForm(forms.Form):
    name = forms.CharField(label="姓名", max_length=40)
    employer = forms.CharField(label="工作单位", max_length=80)
    title = forms.CharField(label="职务、职称", max_length=60, required=False)
    is_invited = forms.BooleanField(label="外请", required=False)
    subjects = forms.CharField(label="讲授专题", max_length=200, required=False)


class RoomForm(forms.Form):
    name = forms.CharField(label="教室", max_length=80)
    seats = forms.IntegerField(label="座位数", min_value=1, max_value=5000)
    address = forms.CharField(label="地址", max_length=120, required=False)


class CostForm(forms.Form):
    kind = forms.ChoiceField(label="科目", choices=CostKind.choices)
    planned = _money("预算（元）", initial=0)
    spent = _money("实支（元）", initial=0)
    note = forms.CharField(label="说明", max_length=200, required=False)


class LeaveForm(forms.Form):
    kind = forms.ChoiceField(label="类别", choices=LeaveKind.choices)
    sessions = forms.MultipleChoiceField(label="请假场次", widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(label="事由", max_length=200)

    def __init__(self, *args: Any, sessions: list[RollSession], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sessions"].choices = [  # type: ignore[attr-defined]
            (str(session.pk), session.label) for session in sessions
        ]


class PapersForm(forms.Form):
    opening = _text("开班议程", 2000, 5, required=False)
    summary = _text(
        "办班小结",
        4000,
        8,
        required=False,
        help_text="办班情况、效果、问题和改进打算，结班后填写。",
    )


class LateForm(forms.Form):
    reason = _text("说明", 500, 4, help_text="写明缺什么、为什么补不齐、何时补。")


class QuestionnaireForm(forms.Form):
    version = forms.ModelChoiceField(
        label="评价问卷", queryset=QuestionnaireVersion.objects.none(), empty_label="请选择问卷",
        help_text="只列出启用中的匿名培训评价问卷。",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].queryset = versions_in_use(Purpose.EVALUATION).filter(  # type: ignore[attr-defined]
            questionnaire__is_anonymous=True
        )


class EvaluationForm(forms.Form):
    """The questions of a version as fields, without a trace of who fills them in."""

    def __init__(self, *args: Any, questions: list[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = {f"q{question.pk}": question for question in questions}
        for name, question in self.questions.items():
            self.fields[name] = self._field(question)

    @staticmethod
    def _field(question: Question) -> forms.Field:
        options: dict[str, Any] = {
            "label": f"{question.position}．{question.text}",
            "required": question.is_required,
            "help_text": question.hint,
        }
        choices = choices_of(question)
        if question.kind == QuestionKind.SCALE:
            top = str(question.scale_top)
            choices = [
                (value, f"{word}（{'最差' if value == '1' else '最好'}）")
                if value in {"1", top}
                else (value, word)
                for value, word in choices
            ]
        if choices:
            if question.allows_na:
                choices = [*choices, ("na", "不适用")]
            return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **options)
        if question.kind == QuestionKind.NUMBER:
            return forms.DecimalField(**options)
        if question.kind == QuestionKind.DATE:
            return _day(options.pop("label"), **options)
        return forms.CharField(max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), **options)

    def answers(self) -> dict[int, Given]:
        found = {}
        for name, question in self.questions.items():
            value = self.cleaned_data.get(name)
            if value == "na":
                found[question.pk] = Given(is_na=True)
            elif value not in (None, ""):
                found[question.pk] = Given(str(value))
        return found


class OtherForm(forms.Form):
    unit = UnitField(label="单位", permission=SIGN_UP)
    name = forms.CharField(label="姓名", max_length=40)
    duty = forms.CharField(label="职务", max_length=60, required=False)
    title = forms.CharField(label="培训名称", max_length=120)
    organizer = forms.CharField(label="主办单位", max_length=100)
    starts_on = _day("开始日期")
    ends_on = _day("结束日期")
    hours = forms.DecimalField(
        label="学时", min_value=0, max_digits=5, decimal_places=1,
        help_text="半天4学时，一天8学时。",
    )  # fmt: skip

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)  # type: ignore[attr-defined]
