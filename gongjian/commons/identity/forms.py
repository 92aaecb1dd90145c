"""Forms of identity; the services decide, these only ask."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from gongjian.commons.identity.enums import Profile
from gongjian.commons.identity.services import LONGEST_INVITATION, LONGEST_SUPPORT, LONGEST_TOKEN
from orgs.models import Tenant


class RulesForm(forms.Form):
    profile = forms.ChoiceField(label="密码要求", choices=Profile.choices, widget=forms.RadioSelect)
    idle_minutes = forms.IntegerField(
        label="无操作退出（分钟）", min_value=5, max_value=120, help_text="已保存的草稿不会丢失。"
    )
    longest_hours = forms.IntegerField(label="一次登录最长（小时）", min_value=1, max_value=24)
    words = forms.CharField(
        label="密码禁用词",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="每行一个，如地名、单位简称；拼音同样不许用。",
    )


class InviteForm(forms.Form):
    person_name = forms.CharField(label="姓名", max_length=40)
    days = forms.IntegerField(
        label="有效天数", min_value=1, max_value=LONGEST_INVITATION, initial=3
    )


class JoinForm(forms.Form):
    username = forms.CharField(
        label="用户名", max_length=150, help_text="登录时用，建议用姓名拼音。"
    )
    password = forms.CharField(
        label="密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再输入一次",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "again" in values and values.get("password") != values["again"]:
            self.add_error("again", "两次输入的密码不一致，请重新输入。")
        return values


class TokenForm(forms.Form):
    name = forms.CharField(label="用途", max_length=60, help_text="写明给哪个系统用。")
    days = forms.IntegerField(label="有效天数", min_value=1, max_value=LONGEST_TOKEN, initial=90)
    scopes = forms.MultipleChoiceField(
        label="允许的事项", widget=forms.CheckboxSelectMultiple, help_text="只选需要的。"
    )

    def __init__(self, *args: Any, offered: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = list(offered)  # type: ignore[attr-defined]


class SupportForm(forms.Form):
    tenant = forms.ModelChoiceField(label="地区", queryset=Tenant.objects.filter(is_active=True))
    ticket = forms.CharField(label="工单号", max_length=40)
    reason = forms.CharField(
        label="进入理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    hours = forms.IntegerField(
        label="时长（小时）", min_value=1, max_value=LONGEST_SUPPORT, initial=1
    )


class FactorResetForm(forms.Form):
    reason = forms.CharField(
        label="理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明为什么重置，以及怎样核实了本人身份。",
    )
