"""Machines: a token acts for one post, never makes a session, and ends with the post."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar, cast

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from gongjian.commons.identity.keys import Key
from gongjian.commons.identity.models import AccessToken
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import User
from orgs.terms import terms_of

_WORD = "Bearer"
_REFUSED = "令牌无效：可能已过期、已停用，或任职已经结束。请在“接口令牌”中重新建立。"


def bearer_key(request: HttpRequest) -> Key | None:
    word, _, text = request.headers.get("Authorization", "").partition(" ")
    return Key.read(text.strip()) if word == _WORD else None


class TokenAuthentication(BaseAuthentication):
    """Looks everything up on each request: a stopped account or an ended term opens nothing."""

    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        if not request.headers.get("Authorization"):
            return None
        key = bearer_key(request)
        token = None if key is None else _running(key)
        actor = None if token is None else actor_of_token(token)
        if token is None or actor is None:
            raise AuthenticationFailed(_REFUSED)
        _mark_used(token)
        request._request.actor = actor  # type: ignore[attr-defined]
        return token.appointment.user, token

    def authenticate_header(self, request: Request) -> str:
        return _WORD


class HoldsPermission(BasePermission):
    message = "这个令牌没有此项权限，请用包含该权限的令牌。"

    def has_permission(self, request: Request, view: Any) -> bool:
        actor: Actor | None = getattr(request._request, "actor", None)
        by_token = isinstance(request.auth, AccessToken)
        return (
            by_token and actor is not None and (not view.permission or actor.may(view.permission))
        )


class TokenView(APIView):
    """A view for machines. An empty ``permission`` asks for a live token and no more."""

    permission: ClassVar[str] = ""
    authentication_classes = (TokenAuthentication,)
    permission_classes = (HoldsPermission,)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = bearer_key(request)
        if key is None:
            return super().dispatch(request, *args, **kwargs)
        with tenant_scope(key.tenant_id):
            return super().dispatch(request, *args, **kwargs)


class WhoAmISerializer(serializers.Serializer[Any]):
    tenant = serializers.CharField()
    unit = serializers.CharField()
    post = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField()


class WhoAmI(TokenView):
    """Tells a machine for whom it acts and how far; the first call of an integration."""

    group = "令牌"
    titles: ClassVar[dict[str, str]] = {"GET": "这个令牌代表谁"}
    serializer_class = WhoAmISerializer

    def get(self, request: Request) -> Response:
        actor: Actor = request._request.actor  # type: ignore[attr-defined]
        token = cast("AccessToken", request.auth)
        return Response(
            {
                "tenant": actor.tenant_name,
                "unit": actor.unit_name,
                "post": actor.post_title,
                "scopes": sorted(actor.grants),
                "expires_at": timezone.localtime(token.expires_at).isoformat(),
            }
        )


def actor_of_token(token: AccessToken) -> Actor | None:
    """The post the token acts for, cut down to its scopes; what the post lost, it lost too."""
    user = token.appointment.user
    term = next((term for term in terms_of(user) if term.pk == token.appointment_id), None)
    if term is None or not user.is_active:
        return None
    actor = term.actor(user)
    return replace(
        actor,
        post_title=f"{actor.post_title}〔令牌：{token.name}〕",
        grants={key: reach for key, reach in actor.grants.items() if key in token.scopes},
    )


def _running(key: Key) -> AccessToken | None:
    return (
        AccessToken.objects.select_related("appointment__user")
        .filter(secret_hash=key.hash, revoked_at=None, expires_at__gt=timezone.now())
        .first()
    )


def _mark_used(token: AccessToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > timedelta(minutes=1):
        AccessToken.objects.filter(pk=token.pk).update(last_used_at=now)
