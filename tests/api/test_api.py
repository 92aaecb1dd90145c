"""The interface for machines: reach, pages, one shape of refusals, no silent overwriting."""

from __future__ import annotations

import base64

from django.db import transaction
from django.test import Client
from django.urls import reverse

from gongjian.api.urls import urlpatterns
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import Unit
from orgs.queries import root_unit
from responsibilities.models import Obligation, QuarterlyReturn, Target
from tests.api.conftest import Machine
from tests.factories.follow_ups import draft, issued
from tests.factories.planning import issue_down_to_the_village
from tests.factories.returns import VALUES, open_quarter


def errors_of(answer):
    found = answer.json()["errors"]
    assert all(set(error) == {"code", "message", "field"} for error in found)
    return {error["field"]: error["message"] for error in found}


POSTED = {
    pattern.name for pattern in urlpatterns if "post" in pattern.callback.cls.http_method_names
}
#: The description of the interface is read by whoever is signed in.
DESCRIBING = {"schema", "docs"}
NAMES = {
    pattern.name: "pk" in pattern.pattern.converters
    for pattern in urlpatterns
    if pattern.name not in DESCRIBING
}


def test_no_address_answers_without_a_token_or_its_scope(cast, sign_in):
    bare, signed_in = Machine(cast, cast.office, ("web.enter",)), sign_in(cast.office)
    for name, has_pk in NAMES.items():
        method = "post" if name in POSTED else "get"
        address = reverse(f"v1:{name}", args=[1] if has_pk else [])
        for client in (Client(), signed_in):
            answer = getattr(client, method)(address)
            assert answer.status_code == 401, name
            assert errors_of(answer)
        assert bare.ask(method, name, pk=1 if has_pk else None).status_code == 403, name


def test_units_come_page_by_page_each_once(cast, office):
    seen, query = [], "?size=4"
    while query:
        answer = office.get("units", query=query)
        assert answer.status_code == 200
        seen += [row["code"] for row in answer.json()["results"]]
        query = (answer.json()["next"] or "").partition("?")[2]
        query = query and f"?{query}"
    assert seen == sorted(Unit.objects.values_list("code", flat=True))


def test_lists_are_filtered_and_ordered(cast, office):
    query = "?level=township&order=-code"
    found = [row["name"] for row in office.get("units", query=query).json()["results"]]
    assert found == ["南麓镇", "西城街道", "东风镇"]


def test_what_is_not_understood_is_refused_in_chinese(cast, office):
    for query, field in (
        ("?colour=red", "colour"),
        ("?order=name", "order"),
        ("?parent=x", "parent"),
        ("?parent=99999999999999999999", "parent"),
        ("?code=a%00b", "code"),
    ):
        answer = office.get("units", query=query)
        assert answer.status_code == 400, query
        assert any("\u4e00" <= sign <= "\u9fff" for sign in errors_of(answer)[field]), query


def test_a_forged_cursor_is_no_error_of_the_server(cast, office):
    issued(cast, cast.hongqi)
    open_quarter(cast)
    for name in ("units", "periods", "targets", "follow_ups", "documents"):
        for inside in (b"p=x&o=0", b"p=a%00b", b"o=x", b"\xff\xfe", b"p=9999-99-99"):
            cursor = base64.b64encode(inside).decode().replace("+", "%2B").replace("=", "%3D")
            answer = office.get(name, query=f"?cursor={cursor}")
            assert answer.status_code in {200, 404}, (name, inside)


def test_rows_of_another_tenant_do_not_exist(cast, office):
    with transaction.atomic(), tenant_scope(cast.elsewhere.pk):
        far = root_unit().pk
    near, never = office.get("unit", pk=root_unit().pk), office.get("unit", pk=2**40)
    assert near.status_code == 200
    answer = office.get("unit", pk=far)
    assert answer.status_code == never.status_code == 404
    assert answer.json() == never.json()
    listed = office.get("units", query="?size=200").json()["results"]
    assert far not in {row["id"] for row in listed}


def test_rows_of_another_branch_do_not_exist_either(cast, filing):
    other = Obligation.objects.get(unit=cast.xinghuo)
    assert filing.get("return", pk=other.pk).status_code == 404
    assert filing.ask("patch", "return", pk=other.pk, tag='"none"').status_code == 404
    assert filing.ask("post", "return_submit", pk=other.pk, tag='"none"').status_code == 404
    assert not QuarterlyReturn.objects.exists()


def test_follow_ups_and_targets_show_what_was_issued_alone(cast, office):
    hidden, shown = draft(cast, cast.hongqi), issued(cast, cast.hongqi)
    found = office.get("follow_ups").json()["results"]
    assert [row["id"] for row in found] == [shown.pk]
    assert office.get("follow_up", pk=hidden.pk).status_code == 404
    issue_down_to_the_village(cast)
    found = office.get("targets", query="?unit=990001001001").json()["results"]
    assert [row["unit_code"] for row in found] == ["990001001001"]
    assert not Target.objects.filter(pk__in=[r["id"] for r in found], state="draft").exists()


def owed(cast):
    return Obligation.objects.get(unit=cast.hongqi).pk


def test_a_return_is_read_filled_and_handed_in(cast, filing):
    (row,) = filing.get("returns").json()["results"]
    assert (row["id"], row["state"]) == (owed(cast), "")
    read = filing.get("return", pk=row["id"])
    assert read["ETag"] == '"none"'
    filled = filing.ask("patch", "return", pk=row["id"], tag=read["ETag"], data={"cells": VALUES})
    assert filled.status_code == 200, filled.content.decode()
    held = {cell["code"]: cell["value"] for cell in filled.json()["cells"]}
    assert {code: held[code] for code in VALUES} == VALUES
    done = filing.ask("post", "return_submit", pk=row["id"], tag=filled["ETag"])
    assert done.status_code == 200, done.content.decode()
    assert done.json()["state"] == "submitted"
    again = filing.ask("post", "return_submit", pk=row["id"], tag=done["ETag"])
    assert again.status_code == 409
    assert errors_of(again)
    assert QuarterlyReturn.objects.get().revision == 2


def test_two_writers_never_overwrite_each_other(cast, filing):
    pk = owed(cast)
    first = {"cells": {"Z203": "10"}}
    assert filing.ask("patch", "return", pk=pk, data=first).status_code == 428
    assert filing.ask("patch", "return", pk=pk, tag='"none"', data=first).status_code == 200
    late = filing.ask("patch", "return", pk=pk, tag='"none"', data={"cells": {"Z203": "11"}})
    assert late.status_code == 412
    assert "重新读取" in errors_of(late)[""]
    held = {cell["code"]: cell["value"] for cell in filing.get("return", pk=pk).json()["cells"]}
    assert held["Z203"] == "10"


def test_one_bad_cell_keeps_the_whole_of_a_call_out(cast, filing):
    pk = owed(cast)
    data = {"cells": {"Z203": "10", "Z201": "多少"}}
    answer = filing.ask("patch", "return", pk=pk, tag='"none"', data=data)
    assert answer.status_code == 422
    assert set(errors_of(answer)) == {"cells.Z201"}
    assert filing.get("return", pk=pk)["ETag"] == '"none"'
    empty = filing.ask("post", "return_submit", pk=pk, tag='"none"')
    assert empty.status_code == 422
    assert errors_of(empty)


def test_a_body_of_another_shape_is_refused(cast, filing):
    for data in ({}, {"cells": {}}, {"cells": []}, {"cells": {"Z203": {"a": 1}}}, [], "x"):
        answer = filing.ask("patch", "return", pk=owed(cast), tag='"none"', data=data)
        assert answer.status_code == 400, data
        assert errors_of(answer)
