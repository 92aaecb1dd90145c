"""The platform operator's desk: global tables only, never a tenant's data."""

from __future__ import annotations

from typing import Any

from allauth.account import admin as account_admin
from allauth.account.decorators import secure_admin_login
from allauth.mfa import admin as mfa_admin
from django import forms
from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from gongjian.foundation.calendar.models import CalendarDay
from orgs.enums import Level
from orgs.models import Membership, Tenant, User
from orgs.services import create_tenant, seat_first_administrator

admin.site.site_header = "党工共建 平台运维"
admin.site.site_title = "平台运维"
admin.site.index_title = "地区、账号与工作日"
# The sign-in of the product, with its limits, and not a second one.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# Registered by the packages when imported above; an operator has no use for them.
admin.site.unregister((Group, account_admin.EmailAddress, mfa_admin.Authenticator))


class OperatorMixin:
    """Open to every operator; nothing that others point to is ever deleted."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_operator(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_operator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _is_operator(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_operator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _is_operator(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_staff)


class TenantForm(forms.ModelForm):
    """A new tenant with the person who will seat everybody else."""

    root_level = forms.ChoiceField(
        label="最高一级", choices=Level.choices, initial=Level.PREFECTURE, required=False
    )
    administrator_username = forms.CharField(
        label="系统管理员用户名", max_length=150, required=False
    )
    administrator_name = forms.CharField(label="系统管理员姓名", max_length=40, required=False)

    class Meta:
        model = Tenant
        fields = ("name", "code", "leading_group", "document_mark", "is_active")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        username, name = values.get("administrator_username"), values.get("administrator_name")
        if bool(username) != bool(name):
            self.add_error("administrator_name", "用户名和姓名要么都填，要么都不填。")
        if username and User.objects.filter(username__iexact=username).exists():
            self.add_error("administrator_username", "这个用户名已被使用，请换一个。")
        return values


@admin.register(Tenant)
class TenantAdmin(OperatorMixin, admin.ModelAdmin):
    """地区. Creating one calls the service, so that it has its root unit and its trail."""

    form = TenantForm
    list_display = ("name", "code", "leading_group", "is_active", "created_at")
    search_fields = ("name", "code")
    ordering = ("code",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        own = ["name", "code", "leading_group", "document_mark", "is_active"]
        if obj is not None:
            return own
        return [*own[:-1], "root_level", "administrator_username", "administrator_name"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: Tenant, form: Any, change: bool) -> None:  # noqa: FBT001 -- signature of Django
        if change:
            super().save_model(request, obj, form, change)
            return
        values = form.cleaned_data
        tenant = create_tenant(
            name=obj.name,
            code=obj.code,
            leading_group=obj.leading_group,
            document_mark=obj.document_mark,
            root_level=values["root_level"] or Level.PREFECTURE,
        )
        obj.pk, obj.created_at = tenant.pk, tenant.created_at
        obj._state.adding = False
        if values["administrator_username"]:
            holder = seat_first_administrator(
                tenant,
                username=values["administrator_username"],
                person_name=values["administrator_name"],
            )
            messages.warning(
                request,
                f"系统管理员“{holder.term.user.username}”的初始密码是 {holder.password} ，"
                "请当面交付，离开本页后不再显示。",
            )


@admin.register(User)
class OperatorUserAdmin(OperatorMixin, auth_admin.UserAdmin):
    """账号: name, contact and whether it may sign in; what it may do hangs on posts."""

    list_display = ("username", "person_name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("username", "person_name")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("本人", {"fields": ("person_name", "work_phone", "email")}),
        ("状态", {"fields": ("is_active", "is_staff", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {"fields": ("username", "person_name", "usable_password", "password1", "password2")},
        ),
    )


@admin.register(Membership)
class MembershipAdmin(OperatorMixin, admin.ModelAdmin):
    list_display = ("user", "tenant")
    list_filter = ("tenant",)
    search_fields = ("user__username", "user__person_name")
    autocomplete_fields = ("user", "tenant")
    ordering = ("tenant", "user")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_operator(request)


@admin.register(CalendarDay)
class CalendarDayAdmin(OperatorMixin, admin.ModelAdmin):
    list_display = ("day", "is_working", "note")
    list_filter = ("is_working",)
    ordering = ("-day",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_operator(request)
