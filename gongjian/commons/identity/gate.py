"""The gate behind sign-in: sessions end, administrators show a second factor first."""

from __future__ import annotations

import time
from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import Resolver404, resolve, reverse
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from gongjian.commons.identity.accounts import used_second_factor
from gongjian.commons.identity.enums import ADMINISTRATORS
from gongjian.commons.identity.signals import BEGAN, IDLE, LONGEST, SEEN
from gongjian.foundation.web.requests import wants_fragment

Answer = Callable[[HttpRequest], HttpResponse]

#: A session is marked as used at most this often: a write per click would double their cost.
_MARK_EVERY = 60
#: Addresses open to somebody who still has to show a second factor or change the password.
_OPEN = frozenset(
    {
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "account_change_password",
        "orgs:no_post",
        "orgs:switch_post",
        "web:offline",
    }
)


def gate(get_response: Answer) -> Answer:
    """Stands behind ``orgs.middleware.acting``, which knows the post."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return get_response(request)
        if ended := _ended(request):
            logout(request)
            messages.info(request, ended)
            path = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': _back_to(request)})}"
            return _lead(request, path)
        _mark(request)
        name = _name(request)
        if name in _OPEN or name.startswith("mfa_"):
            return get_response(request)
        if settings.SECOND_FACTOR_REQUIRED and _is_administrator(request):
            if not used_second_factor(request):
                return _lead(request, _where_to_show_it(request))
        return get_response(request)

    return middleware


def _ended(request: HttpRequest) -> str:
    """Why the session has ended, or nothing while it lasts."""
    session, now = request.session, time.time()
    if BEGAN not in session:
        # Of a time before these rules: it ends like all others, counted from now.
        session[BEGAN] = session[SEEN] = int(now)
        return ""
    if now - session[SEEN] >= session.get(IDLE, 1800):
        return "较长时间没有操作，为了安全已自动退出，请重新登录。已保存的草稿都还在。"
    if now - session[BEGAN] >= session.get(LONGEST, 43_200):
        return "本次登录已到最长时限，请重新登录。已保存的草稿都还在。"
    return ""


def _mark(request: HttpRequest) -> None:
    now = int(time.time())
    # What a page asks by itself, without anybody there, keeps no session alive.
    if now - request.session[SEEN] >= _MARK_EVERY and not request.headers.get("X-Background"):
        request.session[SEEN] = now


def _is_administrator(request: HttpRequest) -> bool:
    actor = getattr(request, "actor", None)
    if actor is not None and actor.role in ADMINISTRATORS:
        return True
    return bool(getattr(request.user, "is_staff", False))


def _where_to_show_it(request: HttpRequest) -> str:
    """The page that asks for the factor there is, or the one where a first one is added."""
    factors = Authenticator.objects.filter(user_id=request.user.pk)
    kinds = set(factors.values_list("type", flat=True))
    back = urlencode({"next": _back_to(request)})
    if Authenticator.Type.TOTP in kinds:
        return f"{reverse('mfa_reauthenticate')}?{back}"
    if Authenticator.Type.WEBAUTHN in kinds:
        return f"{reverse('mfa_reauthenticate_webauthn')}?{back}"
    return reverse("mfa_index")


def _name(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""


def _back_to(request: HttpRequest) -> str:
    return request.get_full_path() if request.method == "GET" else "/"


def _lead(request: HttpRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if wants_fragment(request) else HttpResponseRedirect(url)
