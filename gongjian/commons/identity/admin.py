"""The platform binds directories to tenants, and their members to accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin

from gongjian.commons.identity.models import EnterpriseDirectory, EnterpriseMember
from gongjian.commons.identity.seals import sealed
from orgs.admin import OperatorMixin


class DirectoryForm(forms.ModelForm):
    """The secret goes in and never comes out again."""

    new_secret = forms.CharField(
        label="应用密钥",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="保存后不再显示；不修改的留空。",
    )

    class Meta:
        model = EnterpriseDirectory
        fields = (
            "tenant",
            "vendor",
            "name",
            "corporation",
            "client",
            "agent",
            "sign_in_url",
            "api_url",
            "is_active",
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("new_secret") and not self.instance.secret:
            self.add_error("new_secret", "请填写应用密钥。")
        return values

    def save(self, commit: bool = True) -> EnterpriseDirectory:  # noqa: FBT001, FBT002 -- Django's own signature
        if secret := self.cleaned_data.get("new_secret"):
            self.instance.secret = sealed(secret)
        directory: EnterpriseDirectory = super().save(commit)
        return directory


@admin.register(EnterpriseDirectory)
class DirectoryAdmin(OperatorMixin, admin.ModelAdmin):
    form = DirectoryForm
    list_display = ("name", "tenant", "vendor", "corporation", "is_active")
    list_filter = ("vendor", "is_active")


@admin.register(EnterpriseMember)
class MemberAdmin(OperatorMixin, admin.ModelAdmin):
    list_display = ("subject", "user", "directory")
    list_filter = ("directory",)
    search_fields = ("subject", "user__username", "user__person_name")
    autocomplete_fields = ("user",)

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return self.has_change_permission(request)
