"""allauth's hooks: tries, re-authentication, second factors."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

from gongjian.commons.identity.models import SignInTry
from gongjian.commons.identity.seals import sealed, unsealed
from gongjian.commons.identity.tries import Door, forget_old_tries, succeeded, try_door
from orgs.accounts import AccountAdapter
from orgs.enums import ADMINISTRATORS
from orgs.models import User
from orgs.terms import terms_of


def is_fresh(request: HttpRequest) -> bool:
    """Tell whether this person proved who they are within the last minutes, in this session."""
    if not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    latest = max((record["at"] for record in records), default=0)
    return bool(time.time() - latest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def used_second_factor(request: HttpRequest) -> bool:
    """Tell whether a second factor was shown in this session, by whatever way it was opened."""
    if not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in records)


def is_administrator(user: User) -> bool:
    return user.is_staff or any(term.role in ADMINISTRATORS for term in terms_of(user))


class IdentityAdapter(AccountAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **AccountAdapter.error_messages,
        "too_many_login_attempts": (
            "失败次数太多，请五分钟后再试；忘记密码的，请联系系统管理员重置。"
            "其他人和其他网络的登录不受影响。"
        ),
    }
    attempt: SignInTry | None = None

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        login = str(credentials.get("username") or credentials.get("email") or "")
        self.attempt = try_door(Door(login, self.get_client_ip(request)))
        if self.attempt is None:
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if user is None:
            forget_old_tries()
        elif self.attempt is not None:
            succeeded(self.attempt)
        return user

    def get_client_ip(self, request: HttpRequest) -> str:
        # A session opened by a command or a test comes from no address.
        return get_client_ip(request) or "0.0.0.0"  # noqa: S104 -- nothing is bound to it

    def is_reauthentication_required(self, *, app: str) -> bool:
        # Who signed in a minute ago need not do so again; allauth asks all the same.
        return not is_fresh(context.request)


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": "管理员须保留至少一种二次验证方式，请先添加另一种再停用。",
        "incorrect_code": "验证码不正确或已过期，请输入当前显示的六位数字。",
    }

    def get_totp_issuer(self) -> str:
        return "党工共建"

    def get_totp_label(self, user: Any) -> str:
        return str(user.username)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "党工共建"}

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002 -- the package's own name
        count = Authenticator.objects.filter(user=user, type=type).count()
        return f"安全密钥{count + 1}"

    def encrypt(self, text: str) -> str:
        return sealed(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unsealed(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        if not is_administrator(authenticator.user):
            return True
        others = Authenticator.objects.filter(
            user=authenticator.user,
            type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN],
        ).exclude(pk=authenticator.pk)
        return bool(others.exists())
