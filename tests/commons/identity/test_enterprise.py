"""企业微信, 钉钉 and OIDC against fakes on the loopback: only bound members of this corporation."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import reverse

from gongjian.commons.identity.models import EnterpriseDirectory, EnterpriseMember
from gongjian.commons.identity.seals import sealed
from orgs.models import User

CORPORATION = "ww0123456789abcdef"
SECRET = "the-secret-of-the-application"


class Directory:
    """What the fake knows: codes that serve once, and who is behind each."""

    def __init__(self) -> None:
        self.codes: dict[str, dict] = {}
        self.asked: list[str] = []
        self.verifiers: list[str] = []

    def give(self, code: str, **person) -> str:
        self.codes[code] = person
        return code

    def answer(self, path: str, query: dict, body: dict, headers) -> dict:
        self.asked.append(path)
        if path == "/cgi-bin/gettoken":
            good = query == {"corpid": CORPORATION, "corpsecret": SECRET}
            return {"errcode": 0, "access_token": "t"} if good else {"errcode": 40001}
        if path == "/cgi-bin/auth/getuserinfo":
            person = self.codes.pop(query.get("code", ""), None)
            return {"errcode": 0, **person} if person else {"errcode": 40029}
        if path == "/v1.0/oauth2/userAccessToken":
            person = self.codes.pop(body.get("code", ""), None)
            if person is None or body.get("clientSecret") != SECRET:
                return {"code": "invalid"}
            self.person = person
            return {"accessToken": "d", "corpId": person.get("corpId", "")}
        if path == "/v1.0/contact/users/me":
            good = headers.get("x-acs-dingtalk-access-token") == "d"
            return self.person if good else {}
        if path == "/token":
            person = self.codes.pop(body.get("code", ""), None)
            if person is None or body.get("client_secret") != SECRET:
                return {"error": "invalid_grant"}
            self.verifiers.append(body["code_verifier"])
            self.person = person
            return {"access_token": "o"}
        return self.person if headers.get("Authorization") == "Bearer o" else {}


@pytest.fixture
def fake():
    known = Directory()

    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            parts = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            if self.headers.get("Content-Type") == "application/json":
                body = json.loads(raw)
            else:
                body = {key: values[0] for key, values in parse_qs(raw).items()}
            data = json.dumps(known.answer(parts.path, query, body, self.headers)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = respond  # noqa: N815 -- names of the standard library

        def log_message(self, *_) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    known.url = f"http://127.0.0.1:{server.server_port}"
    yield known
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["wecom", "dingtalk", "oidc"])
def directory(request, cast, fake) -> EnterpriseDirectory:
    return EnterpriseDirectory.objects.create(
        tenant=cast.tenant,
        vendor=request.param,
        name="示范市政务",
        corporation=CORPORATION,
        client="app-1",
        agent="1000002",
        secret=sealed(SECRET),
        sign_in_url="https://directory.example/sign-in",
        api_url=fake.url,
    )


@pytest.fixture
def secretary(cast) -> User:
    return User.objects.get(pk=cast.secretary.user_id)


def person(vendor: str, subject: str, corporation: str = CORPORATION) -> dict:
    if vendor == "wecom":
        return {"userid": subject, "corpid": corporation}
    if vendor == "dingtalk":
        return {"unionId": subject, "corpId": corporation, "mobile": "13800000000"}
    return {"sub": subject, "email": "zhao@example.com"}


def begin(client: Client, directory) -> dict:
    answer = client.get(reverse("identity:enterprise_begin", args=[directory.pk]))
    assert answer.url.startswith("https://directory.example/sign-in?")
    return {key: values[0] for key, values in parse_qs(urlsplit(answer.url).query).items()}


def come_back(client: Client, directory, **query):
    return client.get(reverse("identity:enterprise_end", args=[directory.pk]), query)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_bound_member_signs_in(directory, fake, secretary, client):
    EnterpriseMember.objects.create(directory=directory, subject="zhao", user=secretary)
    sent = begin(client, directory)
    fake.give("c1", **person(directory.vendor, "zhao"))
    answer = come_back(client, directory, code="c1", state=sent["state"])
    assert answer.status_code == 302
    assert client.get("/").context["actor"].person_name == "赵春梅"


def test_the_button_stands_on_the_sign_in_page(directory, client):
    shown = client.get(reverse("account_login")).content.decode()
    assert "示范市政务登录" in shown
    assert SECRET not in shown
    EnterpriseDirectory.objects.update(is_active=False)
    assert "示范市政务登录" not in client.get(reverse("account_login")).content.decode()
    assert client.get(reverse("identity:enterprise_begin", args=[directory.pk])).status_code == 404


@pytest.mark.parametrize("state", ["", "wrong", "other browser"])
def test_a_state_of_somebody_else_opens_nothing(directory, fake, secretary, client, state):
    EnterpriseMember.objects.create(directory=directory, subject="zhao", user=secretary)
    sent = begin(client, directory)
    fake.give("c1", **person(directory.vendor, "zhao"))
    if state == "other browser":
        state = begin(Client(), directory)["state"]
    assert state != sent["state"]
    answer = come_back(client, directory, code="c1", state=state)
    assert answer.url == reverse("account_login")
    assert not is_in(client)
    assert fake.asked == []


def test_a_state_and_a_code_serve_once(directory, fake, secretary, client):
    EnterpriseMember.objects.create(directory=directory, subject="zhao", user=secretary)
    sent = begin(client, directory)
    fake.give("c1", **person(directory.vendor, "zhao"))
    come_back(client, directory, code="c1", state=sent["state"])
    client.logout()
    come_back(client, directory, code="c1", state=sent["state"])
    assert not is_in(client)
    again = begin(client, directory)
    come_back(client, directory, code="c1", state=again["state"])
    assert not is_in(client)
    assert "请" in client.get(reverse("account_login")).content.decode()


def test_a_member_of_another_corporation_is_refused_and_nothing_is_made(
    directory, fake, secretary, client
):
    if directory.vendor == "oidc":
        pytest.skip("an OIDC issuer is the corporation")
    EnterpriseMember.objects.create(directory=directory, subject="zhao", user=secretary)
    before = User.objects.count()
    sent = begin(client, directory)
    fake.give("c1", **person(directory.vendor, "zhao", "ww-somebody-else"))
    come_back(client, directory, code="c1", state=sent["state"])
    assert not is_in(client)
    assert "不属于本地区绑定的单位" in client.get(reverse("account_login")).content.decode()
    assert User.objects.count() == before


def test_an_outsider_of_wecom_and_a_dingtalk_without_corporation(cast, fake, directory, client):
    empty = {"wecom": {"openid": "o1"}, "dingtalk": {"unionId": "u1"}, "oidc": {}}
    sent = begin(client, directory)
    fake.give("c1", **empty[directory.vendor])
    come_back(client, directory, code="c1", state=sent["state"])
    assert not is_in(client)


def test_an_unbound_member_is_told_so_whatever_their_mail_or_telephone(
    directory, fake, secretary, client
):
    User.objects.filter(pk=secretary.pk).update(
        email="zhao@example.com", work_phone="13800000000", username="zhao"
    )
    sent = begin(client, directory)
    fake.give("c1", **person(directory.vendor, "zhao"))
    come_back(client, directory, code="c1", state=sent["state"])
    assert not is_in(client)
    assert "还没有绑定账号" in client.get(reverse("account_login")).content.decode()


def test_a_member_bound_to_somebody_of_another_tenant_does_not_get_in(
    cast, directory, fake, client
):
    stranger = User.objects.get(pk=cast.stranger.user_id)
    EnterpriseMember.objects.create(directory=directory, subject="he", user=stranger)
    sent = begin(client, directory)
    fake.give("c1", **person(directory.vendor, "he"))
    come_back(client, directory, code="c1", state=sent["state"])
    assert not is_in(client)


def test_a_second_factor_is_asked_for_here_as_well(cast, directory, fake, client):
    administrator = User.objects.get(pk=cast.administrator.user_id)
    TOTP.activate(administrator, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    EnterpriseMember.objects.create(directory=directory, subject="fang", user=administrator)
    sent = begin(client, directory)
    fake.give("c1", **person(directory.vendor, "fang"))
    answer = come_back(client, directory, code="c1", state=sent["state"])
    assert answer.url == reverse("mfa_authenticate")
    assert not is_in(client)


def test_a_stopped_account_is_stopped_here_as_well(directory, fake, secretary, client):
    EnterpriseMember.objects.create(directory=directory, subject="zhao", user=secretary)
    User.objects.filter(pk=secretary.pk).update(is_active=False)
    sent = begin(client, directory)
    fake.give("c1", **person(directory.vendor, "zhao"))
    come_back(client, directory, code="c1", state=sent["state"])
    assert not is_in(client)


def test_a_directory_that_is_down_leaves_the_password(directory, client):
    EnterpriseDirectory.objects.update(api_url="http://127.0.0.1:9")
    sent = begin(client, directory)
    come_back(client, directory, code="c1", state=sent["state"])
    assert "请改用用户名和密码" in client.get(reverse("account_login")).content.decode()


def test_the_secret_lies_encrypted(directory):
    kept = str(EnterpriseDirectory.objects.filter(pk=directory.pk).values())
    assert SECRET not in kept
    assert directory.open_secret() == SECRET
