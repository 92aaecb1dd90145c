"""Forms of the register."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from gongjian.commons.points.enums import PointLevel
from gongjian.foundation.tenancy.models import TenantQuerySet
from orgs.fields import UnitField
from orgs.models import Unit
from publicity.authority import PLAN_CAMPAIGN, WRITE_PLACEMENT
from publicity.enums import Genre, Medium, Origin
from publicity.models import Campaign, Outlet, Placement, PlannedCoverage
from publicity.services.register import Part

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _long(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class _OutletChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.get_level_display()}，{obj.get_medium_display()}）"


class _CoverageChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.topic}（{obj.campaign}）"


class PlacementForm(forms.Form):
    """A report as the unit enters it."""

    unit = UnitField(label="登记单位", permission=WRITE_PLACEMENT)
    title = forms.CharField(label="标题", max_length=100, help_text="照原文抄写，不加书名号。")
    outlet = _OutletChoice(
        label="媒体", queryset=Outlet.objects.none(), empty_label="请选择媒体",
        help_text="名录中没有的，请联系办公室列入。",
    )  # fmt: skip
    published_on = forms.DateField(
        label="刊播日期", widget=_DAY, help_text="以见报、播出当日为准，不是登记的日期。"
    )
    spot = forms.CharField(
        label="版面、栏目或节目", max_length=60, required=False, help_text="如“第3版”“新闻联播”。"
    )
    is_front = forms.BooleanField(label="头版头条", required=False)
    genre = forms.ChoiceField(label="体裁", choices=Genre.choices)
    origin = forms.ChoiceField(label="来源", choices=Origin.choices)
    reporter = forms.CharField(label="作者或记者", max_length=60, required=False)
    coverage = _CoverageChoice(
        label="对应的宣传任务", queryset=PlannedCoverage.objects.none(), required=False,
        empty_label="不属于宣传策划",
    )  # fmt: skip
    theme = forms.CharField(label="主题", max_length=20, required=False)
    excerpt = forms.CharField(
        label="摘要", max_length=300, required=False, widget=_long(3),
        help_text="剪报和公开页会用到，请不要写职工个人信息。",
    )  # fmt: skip
    link = forms.URLField(
        label="网址", max_length=300, required=False, assume_scheme="https",
        help_text="网址只便于查看，佐证以上传的剪报、截图为准。",
    )  # fmt: skip
    shares = forms.CharField(
        label="共享份额", required=False, max_length=600, widget=_long(2),
        help_text="几家共同的成果，每行写单位和份额，如“红旗村 60”；合计 100。不填即全归登记单位。",
    )  # fmt: skip

    def __init__(
        self, *args: Any, units: TenantQuerySet[Unit], every_unit: TenantQuerySet[Unit],
        coverages: Any, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.every_unit = every_unit
        self.fields["unit"].offer(units)  # type: ignore[attr-defined]
        self.fields["outlet"].queryset = Outlet.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["coverage"].queryset = coverages  # type: ignore[attr-defined]

    def clean_shares(self) -> list[Part]:
        parts, wrong = [], []
        for line in self.cleaned_data["shares"].replace("％", "%").splitlines():
            if not (text := line.strip()):
                continue
            name, _, percent = text.rstrip("%").rpartition(" ")
            found = list(self.every_unit.filter(name=name.strip())[:2])
            found = found or list(self.every_unit.filter(code=name.strip())[:2])
            try:
                amount = Decimal(percent)
            except InvalidOperation:
                amount = Decimal(-1)
            if len(found) != 1:
                why = "有同名单位，请写单位代码" if found else "没有这个单位"
                wrong.append(f"“{text}”：{why}。每行写“单位 份额”，中间空一格。")
            elif not amount.is_finite() or not 0 < amount <= 100:
                wrong.append(f"“{text}”：份额应是 0 到 100 之间的数。")
            else:
                parts.append(Part(found[0], amount))
        if wrong:
            raise forms.ValidationError(wrong)
        return parts

    @staticmethod
    def initial_of(placement: Placement) -> dict[str, Any]:
        names = [name for name in PlacementForm.base_fields if name not in {"shares", "coverage"}]
        shares = list(placement.shares.select_related("unit"))
        alone = len(shares) == 1 and shares[0].unit_id == placement.unit_id
        return {
            **{name: getattr(placement, name) for name in names},
            "coverage": placement.coverage_id,
            "shares": ""
            if alone
            else "\n".join(f"{share.unit.name} {share.percent:g}" for share in shares),
        }


class OutletForm(forms.Form):
    name = forms.CharField(label="名称", max_length=60)
    medium = forms.ChoiceField(label="媒体类别", choices=Medium.choices)
    level = forms.ChoiceField(label="层级", choices=PointLevel.choices)
    aliases = forms.CharField(
        label="别名", required=False, max_length=300, help_text="简称、客户端名等，用顿号分开。"
    )
    listed_from = forms.DateField(label="列入名录", widget=_DAY, required=False)
    listed_until = forms.DateField(
        label="移出名录", widget=_DAY, required=False, help_text="之后刊播的不再登记。"
    )
    contact = forms.CharField(
        label="联系人和电话", max_length=100, required=False, help_text="只有办公室看得到。"
    )

    def clean_aliases(self) -> list[str]:
        text = str(self.cleaned_data["aliases"])
        for mark in "，,;；\n":
            text = text.replace(mark, "、")
        names = [name.strip() for name in text.split("、") if name.strip()]
        if any(len(name) > 60 for name in names):
            raise forms.ValidationError("每个别名不能超过 60 字。")
        return names

    @staticmethod
    def initial_of(outlet: Outlet) -> dict[str, Any]:
        values = {name: getattr(outlet, name) for name in OutletForm.base_fields}
        return {**values, "aliases": "、".join(outlet.aliases)}


class CampaignForm(forms.Form):
    title = forms.CharField(label="名称", max_length=60)
    theme = forms.CharField(
        label="主题", max_length=20, help_text="剪报和统计按主题归类，如“新就业群体”。"
    )
    goal = forms.CharField(label="目标和要点", max_length=800, widget=_long(4))
    starts_on = forms.DateField(label="开始日期", widget=_DAY)
    ends_on = forms.DateField(label="结束日期", widget=_DAY)

    @staticmethod
    def initial_of(campaign: Campaign) -> dict[str, Any]:
        return {name: getattr(campaign, name) for name in CampaignForm.base_fields}


class CoverageForm(forms.Form):
    topic = forms.CharField(label="选题", max_length=80)
    unit = UnitField(label="责任单位", permission=PLAN_CAMPAIGN)
    medium = forms.ChoiceField(label="媒体类别", choices=Medium.choices)
    level = forms.ChoiceField(label="层级", choices=PointLevel.choices, initial=PointLevel.CITY)
    due_on = forms.DateField(label="计划刊播日期", widget=_DAY)

    def __init__(self, *args: Any, units: TenantQuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)  # type: ignore[attr-defined]


class FamilyForm(forms.Form):
    """Reprint of one of these, or none of them with a reason."""

    first = forms.ChoiceField(label="认定", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="理由", max_length=200, required=False, help_text="认定不是转载时必填。"
    )

    def __init__(self, *args: Any, alike: list[Placement], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first"].choices = [  # type: ignore[attr-defined]
            *(
                (
                    str(one.pk),
                    f"转载自{one.outlet}（{one.published_on:%Y-%m-%d}，{one.unit}登记）",
                )
                for one in alike
            ),
            ("none", "不是同一报道"),
        ]


class ReleaseForm(forms.Form):
    agreed = forms.BooleanField(
        label="标题、摘要不含职工个人信息，涉及的人已同意公开",
        error_messages={"required": "请先核对并勾选，再对外公开。"},
    )


class PasteForm(forms.Form):
    rows = forms.CharField(
        label="从 Excel 粘贴", max_length=200_000, strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "wrap": "off", "spellcheck": "false"}),
    )  # fmt: skip


class ReviewForm(forms.Form):
    title = forms.CharField(label="名称", max_length=60, initial="媒体看党工共建")
    starts_on = forms.DateField(label="起始日期", widget=_DAY)
    ends_on = forms.DateField(label="截止日期", widget=_DAY)
    note = forms.CharField(label="编者按", max_length=400, required=False, widget=_long(3))


class PublicPageForm(forms.Form):
    is_open = forms.BooleanField(label="对外开放", required=False)
    title = forms.CharField(label="页面标题", max_length=40, initial="媒体看党工共建")
    intro = forms.CharField(label="说明", max_length=200, required=False, widget=_long(2))
