"""Forms of the bulletins."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import validate_email

from bulletins.authority import COMMISSION, EDIT_DISPATCH, LIST_CASE, MAKE_ISSUE
from bulletins.enums import CaseKind, DispatchKind, IssueKind, Reason
from bulletins.fields import AuthorsField
from bulletins.models import BulletinSeries, Dispatch, MailReceiver, ModelCase, OutsideReader
from bulletins.services.mails import MOST_RECEIVERS
from gongjian.commons.points.enums import PointLevel
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.web.rich_text import RichText
from orgs.fields import UnitField, UnitsField
from orgs.models import Unit

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _long(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class DispatchForm(forms.Form):
    """A dispatch as the unit writes it."""

    title = forms.CharField(label="标题", max_length=100)
    kind = forms.ChoiceField(label="类型", choices=DispatchKind.choices)
    happened_on = forms.DateField(
        label="事件日期", widget=_DAY, required=False, help_text="动态、经验类请填写。"
    )
    body = forms.CharField(
        label="正文",
        required=False,
        max_length=9_000_000,
        widget=RichText,
        help_text="可从 Word、WPS 粘贴，保留标题、列表、表格和图片。",
    )
    authors = AuthorsField()
    signer = forms.CharField(
        label="审签人", max_length=40, required=False, help_text="本单位负责人，报送前必填。"
    )
    contact = forms.CharField(label="联系方式", max_length=60, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    @staticmethod
    def initial_of(dispatch: Dispatch) -> dict[str, Any]:
        return {
            "title": dispatch.title,
            "kind": dispatch.kind,
            "happened_on": dispatch.happened_on,
            "body": dispatch.body,
            "authors": "\n".join(author.name for author in dispatch.authors.all()),
            "signer": dispatch.signer,
            "contact": dispatch.contact,
            "revision": dispatch.revision,
        }


class EditForm(forms.Form):
    """The text at the desk."""

    title = forms.CharField(label="标题", max_length=100)
    body = forms.CharField(label="正文", max_length=9_000_000, widget=RichText)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)


class DecideForm(forms.Form):
    decision = forms.ChoiceField(
        label="处理",
        choices=[("return", "退回修改"), ("reserve", "备用"), ("decline", "不采用")],
        widget=forms.RadioSelect,
    )
    reason = forms.ChoiceField(
        label="不采用的原因", choices=[("", "请选择"), *Reason.choices], required=False
    )
    remark = forms.CharField(
        label="意见",
        max_length=500,
        required=False,
        widget=_long(3),
        help_text="作者会看到。退回和不采用必填。",
    )


class HigherForm(forms.Form):
    journal = forms.CharField(label="刊物", max_length=100)
    level = forms.ChoiceField(label="层级", choices=PointLevel.choices, initial=PointLevel.PROVINCE)
    issue = forms.CharField(label="期号", max_length=60, required=False)
    printed_on = forms.DateField(label="刊发日期", widget=_DAY)
    is_combined = forms.BooleanField(label="综合采用（与其他单位合并刊发）", required=False)


class InstructionForm(forms.Form):
    leader = forms.CharField(
        label="批示领导", max_length=60, help_text="职务和姓名，例如“市委副书记王志远”。"
    )
    level = forms.ChoiceField(label="层级", choices=PointLevel.choices, initial=PointLevel.CITY)
    text = forms.CharField(label="批示内容", max_length=500, widget=_long(3))
    given_on = forms.DateField(label="批示日期", widget=_DAY)
    unit = UnitField(
        label="承办单位",
        permission=EDIT_DISPATCH,
        required=False,
        help_text="需要落实的，选择单位并填写时限，会立即交办成督办事项。",
    )
    due_on = forms.DateField(label="办理时限", widget=_DAY, required=False)

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    reason = forms.CharField(label="原因", max_length=500, widget=_long(3))


class CommissionForm(forms.Form):
    topic = forms.CharField(label="选题", max_length=120)
    kind = forms.ChoiceField(
        label="类型", choices=DispatchKind.choices, initial=DispatchKind.EXPERIENCE
    )
    requirement = forms.CharField(
        label="要求", max_length=1000, widget=_long(4), help_text="写什么、多少字、突出什么。"
    )
    due_on = forms.DateField(label="交稿日期", widget=_DAY, help_text="建议留出三个工作日以上。")
    units = UnitsField(label="约稿单位", permission=COMMISSION)

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].offer(units)  # type: ignore[attr-defined]


class CloseTaskForm(forms.Form):
    outcome = forms.ChoiceField(
        label="处理",
        choices=[("release", "免除（不再需要）"), ("failed", "记为未完成")],
        widget=forms.RadioSelect,
    )
    is_office_fault = forms.BooleanField(
        label="交稿时限不足三个工作日（不计单位责任）", required=False
    )
    reason = forms.CharField(label="情况说明", max_length=300, widget=_long(2))


class SeriesForm(forms.Form):
    name = forms.CharField(label="刊名", max_length=20, help_text="例如“工运简报”。")
    publisher = forms.CharField(label="编印单位", max_length=60)
    total_before = forms.IntegerField(
        label="此前总期数", min_value=0, max_value=99_999, initial=0,
        help_text="以前用纸张编印过的期数，总期号接着往下编。",
    )  # fmt: skip
    notice = forms.CharField(
        label="提示", max_length=20, required=False, help_text="例如“内部资料　注意保存”。"
    )
    report_to = forms.CharField(label="报", max_length=300, required=False)
    copy_to = forms.CharField(label="送", max_length=300, required=False)
    send_to = forms.CharField(label="发", max_length=300, required=False)
    copies = forms.IntegerField(label="印数", min_value=0, max_value=99_999, initial=0)


class NewIssueForm(forms.Form):
    series: forms.ModelChoiceField[BulletinSeries] = forms.ModelChoiceField(
        label="刊物", queryset=BulletinSeries.objects.filter(is_active=True), empty_label=None
    )
    kind = forms.ChoiceField(label="刊别", choices=IssueKind.choices)
    topic = forms.CharField(label="本期主题", max_length=60, required=False)


class IssueForm(forms.Form):
    topic = forms.CharField(label="本期主题", max_length=60, required=False)
    editor_note = forms.CharField(label="编者按", max_length=600, required=False, widget=_long(3))
    report_to = forms.CharField(label="报", max_length=300, required=False)
    copy_to = forms.CharField(label="送", max_length=300, required=False)
    send_to = forms.CharField(label="发", max_length=300, required=False)
    copies = forms.IntegerField(label="印数", min_value=0, max_value=99_999)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ItemForm(forms.Form):
    section = forms.CharField(label="栏目", max_length=20, required=False)
    title = forms.CharField(label="标题", max_length=100)
    body = forms.CharField(label="正文", max_length=9_000_000, widget=RichText)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)


class AddressesField(forms.CharField):
    """Names and mail addresses, one a line; what a spreadsheet pastes is read as it is."""

    widget = forms.Textarea(attrs={"rows": 8, "spellcheck": "false"})

    def clean(self, value: Any) -> list[tuple[str, str]]:
        found: dict[str, str] = {}
        wrong = []
        for number, line in enumerate(super().clean(value).splitlines(), start=1):
            *name, address = re.split(r"[\s,，;；]+", line.strip()) if line.strip() else [""]
            if not address:
                continue
            if not name:
                wrong.append(f"第 {number} 行缺名称或邮箱，请写成“省总工会办公室 bgs@example.cn”。")
            elif not _is_address(address):
                wrong.append(f"第 {number} 行的“{address[:40]}”不是邮箱地址，请核对。")
            elif len(" ".join(name)) > 60:
                wrong.append(f"第 {number} 行的名称超过 60 字，请写短些。")
            else:
                found.setdefault(address.lower(), " ".join(name))
        if len(found) > MOST_RECEIVERS:
            wrong.append(f"最多 {MOST_RECEIVERS} 个收件人，现有 {len(found)} 个。")
        if wrong:
            raise forms.ValidationError(wrong)
        return [(name, address) for address, name in found.items()]


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except forms.ValidationError:
        return False
    return len(text) <= 120


def write_addresses(rows: Iterable[OutsideReader | MailReceiver]) -> str:
    return "\n".join(f"{row.name} {row.address}" for row in rows)


_ADDRESSES_HELP = "每行一个：名称和邮箱，中间空格。可从 Excel 两列直接粘贴。"


class ReadersForm(forms.Form):
    readers = AddressesField(label="外部收件人", required=False, help_text=_ADDRESSES_HELP)


class IssueMailForm(forms.Form):
    subject = forms.CharField(label="主题", max_length=120)
    text = forms.CharField(label="正文", max_length=2000, widget=_long(8))
    receivers = AddressesField(label="收件人", required=False, help_text=_ADDRESSES_HELP)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)


class CorrectionForm(forms.Form):
    """What was printed, what should stand there, and why."""

    place = forms.TypedChoiceField(label="所在稿件", coerce=int)
    wrong = forms.CharField(
        label="原文", max_length=500, widget=_long(2), help_text="照印发的文字抄录，越短越好。"
    )
    right = forms.CharField(label="更正为", max_length=500, widget=_long(2))
    reason = forms.CharField(label="更正原因", max_length=200)

    def __init__(self, *args: Any, titles: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = list(enumerate(titles))  # type: ignore[attr-defined]


class SendOutForm(forms.Form):
    units = UnitsField(label="印发单位", permission=MAKE_ISSUE)
    reason = forms.CharField(
        label="附言", max_length=300, required=False, widget=_long(2), help_text="可不填。"
    )

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].offer(units)  # type: ignore[attr-defined]


class CaseForm(forms.Form):
    """Fixed shape of a case; lengths as in the library's rules."""

    kind = forms.ChoiceField(label="类别", choices=CaseKind.choices)
    title = forms.CharField(label="名称", max_length=60)
    problem = forms.CharField(label="解决的问题", max_length=400, widget=_long(3))
    practice = forms.CharField(label="主要做法", max_length=1200, widget=_long(8))
    effect = forms.CharField(
        label="成效", max_length=600, widget=_long(4), help_text="尽量写数字和前后对比。"
    )
    lesson = forms.CharField(label="可复制的经验", max_length=600, required=False, widget=_long(3))

    @classmethod
    def initial_of(cls, case: ModelCase) -> dict[str, Any]:
        return {name: getattr(case, name) for name in cls.base_fields}


class CopyForm(forms.Form):
    answer = forms.ChoiceField(
        label="答复",
        choices=[("confirm", "我们照做了"), ("refuse", "没有采用")],
        widget=forms.RadioSelect,
        initial="confirm",
    )
    done = forms.CharField(
        label="怎样做的", max_length=500, widget=_long(4), help_text="没有采用的，写明原因。"
    )


class ProposeForm(forms.Form):
    unit = UnitField(label="单位", permission=LIST_CASE)

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)  # type: ignore[attr-defined]
