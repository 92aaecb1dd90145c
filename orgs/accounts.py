"""Sign-in rules: accounts are made by administrators, never by visitors."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    #: Wording that tells the remedy; the rest comes from the package's translation.
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "这个账号已停用，请联系本地区的系统管理员。",
        "username_password_mismatch": "用户名或密码不正确，请核对后重试。",
        "invalid_login": "用户名或密码不正确，请核对后重试。",
        "too_many_login_attempts": "连续多次登录失败，请五分钟后再试，或联系系统管理员重置密码。",
        "enter_current_password": "当前密码不正确，请重新输入。",
        "incorrect_password": "密码不正确，请重新输入。",
        "rate_limited": "操作太频繁，请稍后再试。",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_user_display(self, user: Any) -> str:
        return str(user)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/"

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        # The desk greets by name and post; the user name above it says nothing more.
        if message_template != "account/messages/logged_in.txt":
            super().add_message(request, level, message_template, *args, **kwargs)
