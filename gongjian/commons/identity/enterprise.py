"""Sign-in through an enterprise's own directory: 企业微信, 钉钉, and plain OIDC.

No provider opens an account. It only says "this is member X of corporation Y",
and that pair must have been bound to an account by the platform before;
neither telephone nor e-mail of a provider is ever looked at.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, build_opener

from gongjian.commons.identity.enums import Vendor
from gongjian.commons.identity.models import EnterpriseDirectory
from gongjian.foundation.kernel.errors import DomainError

TIMEOUT = 8
_LARGEST = 64 * 1024
#: Each network call of this module; it follows no redirect to another host's file or scheme.
_opener = build_opener()


class Refused(DomainError):
    """The directory did not vouch for anybody."""


@dataclass(frozen=True, slots=True)
class Member:
    """Whom a directory vouches for: its own corporation and its own name of the person."""

    corporation: str
    subject: str


@dataclass(frozen=True, slots=True)
class Talk:
    """One sign-in under way; it lies in the session of the browser that began it."""

    state: str
    #: PKCE: a code stolen on its way back is worth nothing without it.
    verifier: str
    callback: str

    @classmethod
    def begin(cls, callback: str) -> Talk:
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(48), callback)

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def address_of(directory: EnterpriseDirectory, talk: Talk) -> str:
    """Where the browser is sent."""
    return _WAYS[directory.vendor][0](directory, talk)


def member_of(directory: EnterpriseDirectory, talk: Talk, code: str) -> Member:
    """Exchange the code for a member, and see that it is one of this corporation."""
    member = _WAYS[directory.vendor][1](directory, talk, code)
    if not member.subject:
        raise Refused("没有取到成员身份：只有本单位的成员可以登录，请用用户名和密码登录。")
    if member.corporation != directory.corporation:
        raise Refused("这个身份不属于本地区绑定的单位，不能登录。请换用本单位的身份。")
    return member


# --- 企业微信 --------------------


def _wecom_address(directory: EnterpriseDirectory, talk: Talk) -> str:
    query = {
        "login_type": "CorpApp",
        "appid": directory.corporation,
        "agentid": directory.agent,
        "redirect_uri": talk.callback,
        "state": talk.state,
    }
    return f"{directory.sign_in_url}?{urlencode(query)}"


def _wecom_member(directory: EnterpriseDirectory, talk: Talk, code: str) -> Member:
    query = urlencode({"corpid": directory.corporation, "corpsecret": directory.open_secret()})
    token = _ask(f"{directory.api_url}/cgi-bin/gettoken?{query}")
    _demand_zero(token)
    query = urlencode({"access_token": token["access_token"], "code": code})
    answer = _ask(f"{directory.api_url}/cgi-bin/auth/getuserinfo?{query}")
    _demand_zero(answer)
    # Only members have a ``userid``; outsiders come with an ``openid``. The secret belongs to
    # one corporation, so its answer speaks of that one.
    return Member(str(answer.get("corpid", directory.corporation)), str(answer.get("userid", "")))


def _demand_zero(answer: dict[str, Any]) -> None:
    if answer.get("errcode", 0) != 0:
        raise Refused("企业微信没有确认身份：登录码已用过或已过期，请重新扫码。")


# --- 钉钉 --------------------


def _dingtalk_address(directory: EnterpriseDirectory, talk: Talk) -> str:
    query = {
        "client_id": directory.client,
        "redirect_uri": talk.callback,
        "response_type": "code",
        "scope": "openid corpid",
        "prompt": "consent",
        "corpId": directory.corporation,
        "state": talk.state,
    }
    return f"{directory.sign_in_url}?{urlencode(query)}"


def _dingtalk_member(directory: EnterpriseDirectory, talk: Talk, code: str) -> Member:
    body = {
        "clientId": directory.client,
        "clientSecret": directory.open_secret(),
        "code": code,
        "grantType": "authorization_code",
    }
    token = _ask(f"{directory.api_url}/v1.0/oauth2/userAccessToken", body=body)
    # Anyone with a DingTalk signs in there; the corporation that was chosen is in the answer.
    if "accessToken" not in token or not token.get("corpId"):
        raise Refused("钉钉没有给出所在单位，不能登录。请选择本单位后重新扫码。")
    me = _ask(
        f"{directory.api_url}/v1.0/contact/users/me",
        headers={"x-acs-dingtalk-access-token": str(token["accessToken"])},
    )
    return Member(str(token["corpId"]), str(me.get("unionId", "")))


# --- OIDC --------------------


def _oidc_address(directory: EnterpriseDirectory, talk: Talk) -> str:
    query = {
        "client_id": directory.client,
        "redirect_uri": talk.callback,
        "response_type": "code",
        "scope": "openid",
        "state": talk.state,
        "code_challenge": talk.challenge,
        "code_challenge_method": "S256",
    }
    return f"{directory.sign_in_url}?{urlencode(query)}"


def _oidc_member(directory: EnterpriseDirectory, talk: Talk, code: str) -> Member:
    body = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": talk.callback,
        "client_id": directory.client,
        "client_secret": directory.open_secret(),
        "code_verifier": talk.verifier,
    }
    token = _ask(f"{directory.api_url}/token", form=body)
    if "access_token" not in token:
        raise Refused("统一身份平台没有确认身份，请重新登录。")
    me = _ask(
        f"{directory.api_url}/userinfo",
        headers={"Authorization": f"Bearer {token['access_token']}"},
    )
    # The issuer stands for the corporation: the token came from it and from nowhere else.
    return Member(directory.corporation, str(me.get("sub", "")))


_Way = tuple[
    Callable[[EnterpriseDirectory, Talk], str], Callable[[EnterpriseDirectory, Talk, str], Member]
]
_WAYS: dict[str, _Way] = {
    Vendor.WECOM: (_wecom_address, _wecom_member),
    Vendor.DINGTALK: (_dingtalk_address, _dingtalk_member),
    Vendor.OIDC: (_oidc_address, _oidc_member),
}


def _ask(
    url: str,
    *,
    body: dict[str, str] | None = None,
    form: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """One call with a short patience and a small answer; a secret is never in an error."""
    if urlsplit(url).scheme not in {"https", "http"}:
        raise Refused("统一登录的地址不正确，请联系平台运维。")
    data = None
    sent = {"Accept": "application/json", **(headers or {})}
    if body is not None:
        data, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
    elif form is not None:
        data = urlencode(form).encode()
    try:
        with _opener.open(Request(url, data=data, headers=sent), timeout=TIMEOUT) as answer:  # noqa: S310 -- scheme checked above
            read = json.loads(answer.read(_LARGEST))
    except (URLError, OSError, ValueError) as error:
        raise Refused("统一登录暂时不可用，请改用用户名和密码登录。") from error
    if not isinstance(read, dict):
        raise Refused("统一登录的答复不正确，请改用用户名和密码登录。")
    return read
