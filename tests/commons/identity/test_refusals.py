"""Refused accesses stand in the tenant's trail, for the auditor, and never flood it."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone

from gongjian.commons.identity import refusals
from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.audit.trail import REFUSAL
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import User

PASSWORD = "Shan-Gao-Yue-Xiao-7"


def told():
    return TrailEntry.objects.filter(subject_kind=REFUSAL).order_by("pk")


def test_what_is_not_ones_own_is_told_with_person_page_and_record(cast, sign_in):
    client = sign_in(cast.secretary)
    assert client.get(reverse("identity:invitation_list")).status_code == 404
    assert client.post(reverse("identity:invitation_revoke", args=[77])).status_code == 404
    first, second = told()
    assert (first.action, first.subject_label) == (
        "identity.access.refused",
        "identity:invitation_list",
    )
    assert (first.user_id, first.post_id) == (cast.secretary.user_id, cast.secretary.post_id)
    assert first.actor_label == cast.secretary.label
    assert first.after == {"方式": "GET", "答复": 404}
    assert second.after == {"方式": "POST", "答复": 404, "pk": "77"}


def test_what_is_allowed_and_what_is_nowhere_is_not_told(cast, sign_in):
    client = sign_in(cast.secretary)
    assert client.get("/").status_code == 200
    assert client.get("/no-such-page/").status_code == 404
    assert not told().exists()


def test_the_same_page_is_told_once_in_an_hour(cast, sign_in):
    client = sign_in(cast.secretary)
    for number in (1, 2, 3):
        client.get(reverse("identity:invitation_revoke", args=[number]))
    assert told().count() == 1
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        sign_in(cast.secretary).get(reverse("identity:invitation_revoke", args=[4]))
    assert told().count() == 2


def test_a_person_fills_no_more_than_so_many_rows_and_the_last_one_says_so(
    cast, sign_in, monkeypatch
):
    monkeypatch.setattr(refusals, "MOST", 3)
    client = sign_in(cast.secretary)
    pages = ("invitation_list", "rules", "factor_list", "support_list")
    for page in pages:
        assert client.get(reverse(f"identity:{page}")).status_code == 404
    rows = list(told())
    assert [row.subject_label for row in rows] == [f"identity:{page}" for page in pages[:3]]
    assert [bool(row.reason) for row in rows] == [False, False, True]
    # Nobody uses up the rows of somebody else.
    sign_in(cast.leader).get(reverse("identity:invitation_list"))
    assert told().filter(user_id=cast.leader.user_id).count() == 1


def test_a_failed_proof_of_identity_is_told_and_a_right_one_is_not(cast, client):
    user = User.objects.get(pk=cast.secretary.user_id)
    user.set_password(PASSWORD)
    user.save()
    client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
    proof = reverse("account_reauthenticate")
    assert client.post(proof, {"password": "wrong"}).status_code == 200
    assert [row.action for row in told()] == ["identity.proof.refused"]
    assert "wrong" not in str(told().values())
    assert client.post(proof, {"password": PASSWORD}).status_code == 302
    assert told().count() == 1


def test_a_secret_in_an_address_stays_out_of_the_trail(cast, sign_in):
    address = reverse("identity:join", args=["1.a-key-that-opens-a-post"])
    answer = sign_in(cast.secretary).get(address)
    assert answer.status_code in {403, 404, 200, 302, 410}
    assert "a-key-that-opens" not in str(told().values())


def test_it_is_told_to_the_tenant_of_the_one_who_asked(cast, sign_in):
    sign_in(cast.stranger).get(reverse("identity:invitation_revoke", args=[1]))
    assert not told().exists()
    with tenant_scope(cast.stranger.tenant_id):
        assert told().get().user_id == cast.stranger.user_id


def test_the_auditor_filters_for_them_and_takes_them_out(cast, sign_in):
    sign_in(cast.secretary).get(reverse("identity:invitation_list"))
    client = sign_in(cast.auditor)
    text = client.get(reverse("orgs:trail_list"), {"kind": REFUSAL}).content.decode()
    assert "访问被拒绝" in text
    assert cast.secretary.label in text
    assert client.get(reverse("orgs:trail_export"), {"kind": REFUSAL}).status_code == 200
    note = TrailEntry.objects.get(action="orgs.trail.exported")
    assert note.after["条数"] == 1


def test_a_trail_that_cannot_be_written_makes_no_other_answer(cast, sign_in, monkeypatch):
    def broken(*_: object) -> None:
        raise DatabaseError("full")

    monkeypatch.setattr(refusals, "_note", broken)
    answer = sign_in(cast.secretary).get(reverse("identity:invitation_list"))
    assert answer.status_code == 404
