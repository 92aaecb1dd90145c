"""The two halves of a sign-in through an enterprise's directory."""

from __future__ import annotations

import secrets
from dataclasses import asdict

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gongjian.commons.identity.enterprise import Talk, address_of, member_of
from gongjian.commons.identity.models import EnterpriseDirectory, EnterpriseMember
from gongjian.foundation.kernel.errors import DomainError

_TALK = "enterprise_talk"


@login_not_required
@never_cache
@require_GET
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the browser to the directory with a state that only this session knows."""
    directory = _directory(pk)
    callback = settings.PUBLIC_URL + reverse("identity:enterprise_end", args=[pk])
    talk = Talk.begin(callback)
    request.session[_TALK] = {"directory": pk, **asdict(talk)}
    return HttpResponseRedirect(address_of(directory, talk))


@login_not_required
@never_cache
@require_GET
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign in the account that the member was bound to; the state serves once."""
    directory = _directory(pk)
    kept = request.session.pop(_TALK, None)
    if (
        kept is None
        or kept.pop("directory") != pk
        or not secrets.compare_digest(kept["state"], request.GET.get("state", ""))
    ):
        return _back(request, "登录已超时，或不是从本页面发起的，请重新扫码。")
    code = request.GET.get("code", "")
    if not code:
        return _back(request, "没有收到登录码，可能已取消，请重新扫码。")
    try:
        member = member_of(directory, Talk(**kept), code)
    except DomainError as error:
        return _back(request, error.message)
    bound = (
        EnterpriseMember.objects.select_related("user")
        .filter(directory=directory, subject=member.subject)
        .filter(user__memberships__tenant_id=directory.tenant_id)
        .first()
    )
    if bound is None:
        return _back(request, "这个身份还没有绑定账号，请联系平台运维绑定，或用用户名和密码登录。")
    record_authentication(request, bound.user, "enterprise", vendor=directory.vendor)
    # Through the same stages as a password: a second factor is asked for here as well.
    response: HttpResponse = perform_login(request, Login(user=bound.user))
    return response


def _directory(pk: int) -> EnterpriseDirectory:
    found = EnterpriseDirectory.objects.filter(
        pk=pk, is_active=True, tenant__is_active=True
    ).first()
    if found is None:
        raise Http404
    return found


def _back(request: HttpRequest, words: str) -> HttpResponse:
    messages.error(request, words)
    return HttpResponseRedirect(reverse("account_login"))
