"""Input of the organization screens: shape and wording, no rules about other rows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.dates import today
from orgs.enums import Category, Level, Line, OrganizationKind, Role
from orgs.models import Organization, Unit, User

DEFAULT = "default"
#: Kinds of organization on each line.
KINDS_OF_LINE = {
    Line.PARTY: [
        OrganizationKind.PARTY_COMMITTEE,
        OrganizationKind.PARTY_WORKING_COMMITTEE,
        OrganizationKind.GENERAL_BRANCH,
        OrganizationKind.PARTY_BRANCH,
        OrganizationKind.JOINT_PARTY_BRANCH,
    ],
    Line.UNION: [
        OrganizationKind.UNION_FEDERATION,
        OrganizationKind.UNION_ASSOCIATION,
        OrganizationKind.GRASSROOTS_UNION,
        OrganizationKind.JOINT_UNION,
    ],
}


def _day(label: str, **options: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)


def _count(label: str) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=2_147_483_647, initial=0)


class UnitForm(forms.Form):
    """A unit's own facts; its place is another form."""

    code = forms.CharField(label="单位代码", max_length=30)
    name = forms.CharField(label="单位名称", max_length=100)
    level = forms.ChoiceField(label="层级", choices=Level.choices)
    category = forms.ChoiceField(label="类别", choices=Category.choices)
    principal_name = forms.CharField(
        label="第一责任人",
        max_length=40,
        required=False,
        help_text="办理第一责任人职务的任职时自动填写。",
    )
    worker_count = _count("职工数")
    member_count = _count("会员数")
    party_member_count = _count("党员数")
    enterprise_count = _count("企业数")
    sort_order = forms.IntegerField(
        label="排序", min_value=0, max_value=1_000_000, initial=0, help_text="数字小的排在前面。"
    )
    opened_on = _day("设立日期", required=False)


class MoveUnitForm(forms.Form):
    parent = forms.ModelChoiceField(
        label="新的上级单位", queryset=Unit.objects.none(), empty_label="请选择"
    )

    def __init__(self, *args: Any, parents: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = parents  # type: ignore[attr-defined]
        self.fields["parent"].label_from_instance = _indented  # type: ignore[attr-defined]


def _indented(unit: Unit) -> str:
    return f"{'　' * (unit.depth - 1)}{unit.name}（{unit.code}）"


class CloseUnitForm(forms.Form):
    closed_on = _day("撤销日期", initial=today)
    reason = forms.CharField(
        label="撤销理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class OrganizationForm(forms.Form):
    """A Party or union organization of a unit."""

    kind = forms.ChoiceField(label="类型")
    name = forms.CharField(label="组织全称", max_length=120)
    superior = forms.ModelChoiceField(
        label="上级组织", queryset=Organization.objects.none(), required=False, empty_label="无"
    )
    founded_on = _day("成立日期", required=False)
    approval_number = forms.CharField(label="批复文号", max_length=60, required=False)
    term_ends_on = _day("届满日期", required=False)

    def __init__(self, *args: Any, line: Line, superiors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.value, kind.label) for kind in KINDS_OF_LINE[line]]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["superior"].queryset = superiors  # type: ignore[attr-defined]


class PostForm(forms.Form):
    title = forms.CharField(label="职务名称", max_length=60, help_text="如“党支部书记”。")
    role = forms.ChoiceField(
        label="角色", choices=Role.choices, help_text="角色决定这个职务在系统里能办理什么。"
    )
    line = forms.ChoiceField(label="线", choices=[("", "不分"), *Line.choices], required=False)
    is_principal = forms.BooleanField(label="本单位第一责任人", required=False)


class AppointForm(forms.Form):
    """Who takes a post: an account of this tenant, or a new one."""

    account = forms.ModelChoiceField(
        label="已有账号", queryset=User.objects.none(), required=False, empty_label="新开账号"
    )
    username = forms.CharField(
        label="新账号用户名",
        max_length=150,
        required=False,
        validators=[UnicodeUsernameValidator()],
        help_text="选择已有账号时不用填。",
    )
    person_name = forms.CharField(label="姓名", max_length=40, required=False)
    work_phone = forms.CharField(label="办公电话", max_length=30, required=False)
    starts_on = _day("任职日期", initial=today)

    def __init__(self, *args: Any, accounts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["account"]
        field.queryset = accounts
        field.label_from_instance = lambda user: f"{user.person_name}（{user.username}）"

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("account") is not None:
            if values.get("username"):
                self.add_error("username", "已选择已有账号，请清空用户名，或改选“新开账号”。")
            return values
        if not values.get("username") and "username" not in self.errors:
            self.add_error("username", "请填写新账号的用户名，或选择已有账号。")
        if not values.get("person_name"):
            self.add_error("person_name", "请填写任职人的姓名。")
        if User.objects.filter(username__iexact=values.get("username", "")).exists():
            self.add_error("username", "这个用户名已被使用，请换一个。")
        return values


class EndAppointmentForm(forms.Form):
    ends_on = _day(
        "最后一天",
        initial=today,
        help_text=(
            "这一天仍可办理，次日起失效；要立即失效请填昨天。"
            "书记、工会主席和上级主管卸任会自动发起工作交接：留出时间可由本人移交，"
            "立即失效的由上级代签。"
        ),
    )


class ReachForm(forms.Form):
    reach = forms.ChoiceField(
        label="范围",
        choices=[
            (DEFAULT, "按默认"),
            ("", "不授予"),
            (Reach.OWN.value, "本单位"),
            (Reach.CHILDREN.value, "直接下级"),
            (Reach.SUBTREE.value, "本级及以下"),
            (Reach.TENANT.value, "全地区"),
        ],
        required=False,
        widget=forms.RadioSelect,
    )


class WindowForm(forms.Form):
    """Filing window of a period."""

    opens_on = _day("开始填报日")
    due_on = _day("填报截止日", help_text="截止日当天24时前有效。")
    reason = forms.CharField(
        label="调整理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class UploadForm(forms.Form):
    file = forms.FileField(
        label="单位表",
        max_length=200,
        help_text="CSV 或 .xlsx，不超过8兆字节、20,000行。",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
        error_messages={
            "required": "请选择文件。",
            "empty": "文件是空的，请检查后重新选择。",
            "max_length": "文件名太长，请改短后再上传。",
        },
    )
