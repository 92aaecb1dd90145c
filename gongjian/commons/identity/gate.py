"""The gate behind sign-in: sessions end, administrators show a second factor first."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from gongjian.commons.identity.accounts import is_fresh, used_second_factor
from gongjian.commons.identity.signals import BEGAN, IDLE, LONGEST, RENEW_AFTER, SEEN
from gongjian.commons.identity.support import record_look
from gongjian.foundation.web.errors import refusal
from gongjian.foundation.web.requests import wants_fragment
from orgs.enums import ADMINISTRATORS

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
        key = request.session.session_key
        response = _through(request, get_response)
        _follow_key(key, request.session.session_key)
        return response

    return middleware


def _follow_key(old: str | None, new: str | None) -> None:
    """The list of one's own sessions follows a session to its new key."""
    if not old or not new or old == new:
        return
    rows = UserSession.objects.filter(session_key=old)
    if UserSession.objects.filter(session_key=new).exists():
        # A change of password has entered the new key by itself.
        rows.delete()
    else:
        rows.update(session_key=new)


def _through(request: HttpRequest, get_response: Answer) -> HttpResponse:
    """What still stands between a live session and the page."""
    match = _match(request)
    name = match.view_name if match else ""
    if name in _OPEN or name.startswith("mfa_"):
        return get_response(request)
    if _is_administrator(request) and not used_second_factor(request):
        return _lead(request, _where_to_show_it(request))
    if words := _password_due(request):
        messages.warning(request, words)
        return _lead(request, reverse("account_change_password"))
    if match and _needs_proof(match) and not is_fresh(request):
        # What was sent is asked for again: it may not lie about in a session.
        back = urlencode({"next": _back_to(request)})
        return _lead(request, f"{reverse('account_reauthenticate')}?{back}")
    if getattr(request, "support", None) is not None:
        return _in_support(request, name, get_response)
    return get_response(request)


def _in_support(request: HttpRequest, name: str, get_response: Answer) -> HttpResponse:
    """An operator behind the glass looks and changes nothing, and each look is written down."""
    if request.method not in {"GET", "HEAD"} and name != "identity:support_leave":
        return refusal(request, status=403, message="平台支持只能查看，不能代办事项。")
    with transaction.atomic():
        record_look(request)
    return get_response(request)


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


def _password_due(request: HttpRequest) -> str:
    if getattr(request.user, "password_is_temporary", False):
        return "这是初始密码，请先改成自己的密码，再办理其他事项。"
    if time.time() > request.session.get(RENEW_AFTER, math.inf):
        return "密码使用已满九十天，按本地区的密码要求请先修改密码。"
    return ""


def _needs_proof(match: ResolverMatch) -> bool:
    """Acts that a passer-by at an unlocked screen must not do, as the settings list them."""
    steps = settings.PROOF_OF_IDENTITY.get(match.view_name)
    if steps is None:
        return False
    return not steps or match.kwargs.get("step") in steps


def _is_administrator(request: HttpRequest) -> bool:
    if not settings.SECOND_FACTOR_REQUIRED:
        return False
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


def _match(request: HttpRequest) -> ResolverMatch | None:
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None


def _back_to(request: HttpRequest) -> str:
    """The page itself; after a form its empty page, after a fragment the page around it."""
    if wants_fragment(request):
        return urlsplit(request.headers.get("HX-Current-URL", "")).path or "/"
    if request.method == "GET":
        return request.get_full_path()
    match = _match(request)
    return request.path if match and match.view_name in settings.PROOF_OF_IDENTITY else "/"


def _lead(request: HttpRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if wants_fragment(request) else HttpResponseRedirect(url)
