"""Screens of sign-in and identity."""

from __future__ import annotations

from typing import Any, cast

from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gongjian.commons.identity import services
from gongjian.commons.identity.authority import (
    INVITE,
    RESET_FACTOR,
    SEE_SUPPORT,
    SET_RULES,
    USE_TOKEN,
)
from gongjian.commons.identity.forms import (
    FactorResetForm,
    InviteForm,
    JoinForm,
    RulesForm,
    SupportForm,
    TokenForm,
)
from gongjian.commons.identity.keys import Key
from gongjian.commons.identity.models import (
    AccessToken,
    Invitation,
    SignInRules,
    SupportAccess,
)
from gongjian.commons.identity.support import SUPPORT_KEY
from gongjian.commons.identity.tables import FactorTable, InvitationTable, SupportTable, TokenTable
from gongjian.foundation.kernel.authority import authorities
from gongjian.foundation.kernel.errors import DomainError, FieldErrors
from gongjian.foundation.tenancy.scope import tenant_scope
from gongjian.foundation.web.pages import ConfirmPage, FormPage, ListPage, RecordsMixin
from orgs.enums import ADMINISTRATORS
from orgs.models import Appointment, Post, Tenant, User
from orgs.queries import current_appointments


class Rules(FormPage):
    """登录规则 of the tenant: passwords and the length of sessions."""

    permission = SET_RULES
    heading = "登录规则"
    form_class = RulesForm
    help_text = "对本地区所有人生效；已登录的人从下次登录起按新规则。"
    success_message = "已保存登录规则。"

    def get_form_kwargs(self) -> dict[str, Any]:
        rules = SignInRules.objects.filter(tenant_id=self.actor.tenant_id).first() or SignInRules()
        names = ("profile", "idle_minutes", "longest_hours", "words")
        return {"initial": {name: getattr(rules, name) for name in names}}

    def perform(self, form: Any) -> SignInRules:
        return services.set_rules(actor=self.actor, **form.cleaned_data)

    def get_success_url(self, result: Any) -> str:
        return reverse("identity:rules")


class ShownOnce(FormPage, base=True):
    """A form after which a secret stands on the screen, this once, and in no session."""

    secret: dict[str, str] | None = None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        if self.secret is None or not isinstance(response, HttpResponseRedirect):
            return response
        context = {**self.secret, "next_url": response.url}
        return self.render(context, template="identity/secret.html")


# --- invitations --------------------


class InvitationList(ListPage):
    permission = INVITE
    heading = "任职邀请"
    queryset = Invitation.objects.select_related("post__unit")
    table_class = InvitationTable


class InvitationCreate(RecordsMixin, ShownOnce):
    """邀请任职: a link for one person and one post."""

    permission = INVITE
    heading = "邀请任职"
    queryset = Post.objects.select_related("unit")
    form_class = InviteForm
    submit_label = "生成邀请链接"

    def perform(self, form: Any) -> Invitation:
        invitation, key = services.invite(self.get_object(), actor=self.actor, **form.cleaned_data)
        path = reverse("identity:join", args=[str(key)])
        self.secret = {
            "title": "邀请链接",
            "lead": f"请把链接单独发给{invitation.person_name}，打开后设置用户名和密码即可任职。"
            "只能用一次，不要发到群里。",
            "secret": f"{settings.PUBLIC_URL}{path}",
        }
        return invitation

    def get_success_url(self, result: Any) -> str:
        return reverse("identity:invitation_list")

    def get_cancel_url(self) -> str:
        return str(self.get_object().get_absolute_url())

    def get_extra(self) -> dict[str, Any]:
        return {"help_text": f"职务：{self.get_object()}"}


class InvitationRevoke(RecordsMixin, ConfirmPage):
    permission = INVITE
    heading = "撤回邀请"
    queryset = Invitation.objects.select_related("post__unit")
    submit_label = "撤回"
    success_message = "已撤回，链接立即失效。"

    def perform(self, form: Any) -> Invitation:
        return services.revoke_invitation(self.get_object(), actor=self.actor)

    def get_success_url(self, result: Any) -> str:
        return reverse("identity:invitation_list")

    get_cancel_url = lambda self: reverse("identity:invitation_list")  # noqa: E731 -- one address

    def get_extra(self) -> dict[str, Any]:
        return {"question": f"撤回后“{self.get_object()}”的链接立即失效。确定要撤回吗？"}


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, key: str) -> HttpResponse:
    """The page behind an invitation: a new account, or the one that is signed in."""
    read = Key.read(key)
    if read is None:
        return _no_invitation(request, services.UNUSABLE)
    try:
        with tenant_scope(read.tenant_id):
            invitation = services.find_invitation(read)
            facts = {
                "person_name": invitation.person_name,
                "post": str(invitation.post),
                "tenant": Tenant.objects.get(pk=read.tenant_id).name,
            }
    except DomainError as error:
        return _no_invitation(request, error.message)
    user = request.user if request.user.is_authenticated else None
    form = forms.Form(request.POST or None) if user else JoinForm(request.POST or None)
    if request.method == "POST" and (user or form.is_valid()):
        values = {} if user else form.cleaned_data
        try:
            with transaction.atomic():
                services.accept_invitation(
                    read,
                    user=user,
                    username=values.get("username", ""),
                    password=values.get("password", ""),
                )
        except FieldErrors as error:
            for field, texts in error.errors.items():
                for text in texts:
                    form.add_error(field if field in form.fields else None, text)
        except DomainError as error:
            return _no_invitation(request, error.message)
        else:
            messages.success(
                request, "任职已办理，请用刚才的用户名和密码登录。" if not user else "任职已办理。"
            )
            return HttpResponseRedirect("/" if user else reverse("account_login"))
    status = 422 if request.method == "POST" else 200
    return render(
        request, "identity/join.html", {**facts, "form": form, "person": user}, status=status
    )


def _no_invitation(request: HttpRequest, words: str) -> HttpResponse:
    return render(request, "identity/join_refused.html", {"message": words}, status=404)


# --- tokens --------------------


class TokenList(ListPage):
    """接口令牌 of one's own post."""

    permission = USE_TOKEN
    heading = "接口令牌"
    queryset = AccessToken.objects.all()
    table_class = TokenTable

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(appointment_id=self.actor.appointment_id)

    def get_extra(self) -> dict[str, Any]:
        return {"create_url": reverse("identity:token_create"), "create_label": "建立令牌"}


class TokenCreate(ShownOnce):
    permission = USE_TOKEN
    heading = "建立接口令牌"
    form_class = TokenForm
    submit_label = "建立"

    def get_form_kwargs(self) -> dict[str, Any]:
        held = self.actor.grants
        return {"offered": [(item.key, item.label) for item in authorities if item.key in held]}

    def perform(self, form: Any) -> AccessToken:
        token, key = services.make_token(actor=self.actor, **form.cleaned_data)
        self.secret = {
            "title": "接口令牌",
            "lead": "只显示这一次。请立即填入对方系统，不要写进文档或发到群里。",
            "secret": str(key),
        }
        return token

    def get_success_url(self, result: Any) -> str:
        return reverse("identity:token_list")

    def get_cancel_url(self) -> str:
        return reverse("identity:token_list")


class TokenRevoke(RecordsMixin, ConfirmPage):
    permission = USE_TOKEN
    heading = "停用令牌"
    queryset = AccessToken.objects.all()
    submit_label = "停用"
    success_message = "已停用，立即失效。"

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(appointment_id=self.actor.appointment_id)

    def perform(self, form: Any) -> AccessToken:
        return services.revoke_token(self.get_object(), actor=self.actor)

    def get_success_url(self, result: Any) -> str:
        return reverse("identity:token_list")

    def get_cancel_url(self) -> str:
        return reverse("identity:token_list")

    def get_extra(self) -> dict[str, Any]:
        return {"question": f"停用后，使用“{self.get_object()}”的系统立即不能访问。确定要停用吗？"}


# --- second factors of others --------------------


def _holders() -> Any:
    """Running terms of administrators, and of whoever has chosen a factor."""
    factors = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)
    return (
        current_appointments()
        .select_related("user", "post__unit")
        .annotate(
            factors=Coalesce(
                Subquery(
                    factors.filter(user_id=OuterRef("user_id"))
                    .values("user_id")
                    .annotate(number=Count("pk"))
                    .values("number")
                ),
                0,
            )
        )
        .filter(Q(post__role__in=ADMINISTRATORS) | Q(factors__gt=0))
    )


class FactorList(ListPage):
    """二次验证情况: who has to have a factor, and who has one."""

    permission = RESET_FACTOR
    heading = "二次验证情况"
    queryset = Appointment.objects.all()
    table_class = FactorTable

    def get_queryset(self) -> Any:
        return _holders()


class FactorReset(FormPage):
    permission = RESET_FACTOR
    heading = "重置二次验证"
    form_class = FactorResetForm
    submit_label = "重置"
    success_message = "已重置：此人已在各处退出，下次登录后须重新设置。"

    def term(self) -> Appointment:
        found: Appointment = get_object_or_404(_holders(), pk=self.kwargs["pk"])
        return found

    def perform(self, form: Any) -> User:
        return services.reset_second_factor(self.term(), actor=self.actor, **form.cleaned_data)

    def get_success_url(self, result: Any) -> str:
        return reverse("identity:factor_list")

    def get_cancel_url(self) -> str:
        return reverse("identity:factor_list")

    def get_extra(self) -> dict[str, Any]:
        term = self.term()
        return {"help_text": f"{term.user}（{term.post}）的验证器、密钥和备用码将全部作废。"}


# --- support --------------------


class SupportList(ListPage):
    """平台支持记录: who of the platform came in, when and why."""

    permission = SEE_SUPPORT
    heading = "平台支持记录"
    queryset = SupportAccess.objects.select_related("operator")
    table_class = SupportTable


@never_cache
@require_http_methods(["GET", "POST"])
def support_enter(request: HttpRequest) -> HttpResponse:
    """平台支持进入: for operators alone; to everybody else there is no such page."""
    operator = cast("User", request.user)
    if not operator.is_staff:
        raise Http404
    form = SupportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        tenant = form.cleaned_data.pop("tenant")
        try:
            access = services.enter_for_support(tenant, operator=operator, **form.cleaned_data)
        except FieldErrors as error:
            for field, texts in error.errors.items():
                for text in texts:
                    form.add_error(field, text)
        else:
            request.session.cycle_key()
            request.session[SUPPORT_KEY] = [tenant.pk, access.pk]
            return HttpResponseRedirect("/")
    context = {
        "form": form,
        "heading": "平台支持进入",
        "help_text": "进入后只能查看；对方管理员会收到提醒，打开的每个页面都记入对方的操作记录。",
        "submit_label": "进入",
        "cancel_url": reverse("admin:index"),
        "once_key": "",
    }
    return render(
        request, "identity/support_enter.html", context, status=422 if form.errors else 200
    )


@require_POST
def support_leave(request: HttpRequest) -> HttpResponse:
    operator = cast("User", request.user)
    tenant_id, access_id = request.session.pop(SUPPORT_KEY, (None, None))
    tenant = Tenant.objects.filter(pk=tenant_id).first()
    if tenant is not None and operator.is_staff:
        with tenant_scope(tenant.pk):
            access = SupportAccess.objects.filter(pk=access_id, operator=operator).first()
        if access is not None:
            services.end_support(access, tenant=tenant)
    return HttpResponseRedirect(reverse("admin:index"))
