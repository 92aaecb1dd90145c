"""The description: valid, complete, readable without the network; its examples are true."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from gongjian.api.urls import urlpatterns
from tests.api.conftest import REVIEWING, machine_of

GUIDE = Path(settings.BASE_DIR, "docs", "api.md")


@pytest.fixture(scope="module")
def described():
    out = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, format="openapi-json", stdout=out)
    return json.loads(out.getvalue())


def operations(described):
    return [
        (path, method, one)
        for path, methods in described["paths"].items()
        for method, one in methods.items()
    ]


def test_the_description_is_valid_and_names_every_address(described):
    found = {path for path, _, _ in operations(described)}
    ours = {
        reverse(f"v1:{pattern.name}", args=[7] if pattern.pattern.converters else [])
        for pattern in urlpatterns
        if pattern.name not in {"schema", "docs"}
    }
    assert {path.replace("{id}", "7") for path in found} == ours | {"/api/me/"}


def test_each_operation_is_titled_in_chinese_and_tells_its_refusals(described):
    for path, method, one in operations(described):
        assert re.search("[\u4e00-\u9fff]", one["summary"]), (path, method)
        assert {"401", "403"} <= set(one["responses"]), (path, method)
        names = [parameter["name"] for parameter in one.get("parameters", [])]
        assert ("If-Match" in names) == (method in {"patch", "post"}), (path, method)
    titles = [one["summary"] for _, _, one in operations(described)]
    assert len(titles) == len(set(titles))


def test_the_page_brings_its_own_files_and_no_script_within(cast, sign_in):
    client = sign_in(cast.office)
    answer = client.get(reverse("v1:docs"))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "<style" not in page
    assert "<script>" not in page
    for address in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert address.startswith("/"), address
        if address.startswith(settings.STATIC_URL):
            assert finders.find(address.removeprefix(settings.STATIC_URL)), address
    (script,) = (each for each in re.findall(r'src="([^"]+)"', page) if "docs" in each)
    start = client.get(script)
    assert start.status_code == 200
    assert start["Content-Type"].startswith("application/javascript")
    assert reverse("v1:schema").replace("/", "\\u002F") in start.content.decode() or (
        reverse("v1:schema") in start.content.decode()
    )
    assert client.get(reverse("v1:schema")).status_code == 200


def test_a_visitor_reads_neither_the_page_nor_the_description(cast, office):
    for name in ("docs", "schema"):
        assert Client().get(reverse(f"v1:{name}")).status_code in {401, 403}
    assert office.get("schema", query="?format=json").json()["info"]["title"]


def test_the_table_of_refusals_is_that_of_the_description(described):
    numbers = set(re.findall(r"^\| (\d{3}) \|", GUIDE.read_text(), re.MULTILINE))
    told = {number for _, _, one in operations(described) for number in one["responses"]}
    assert numbers == told - {"200"}


def within(part, whole):
    """Whether all that the guide shows stands in the answer."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            name in whole and within(value, whole[name]) for name, value in part.items()
        )
    if isinstance(part, list):
        return len(part) == len(whole) and all(map(within, part, whole))
    return part == whole


def test_the_examples_of_the_guide_are_true(cast, office, filing):
    blocks = re.findall(
        r"^```(http|json)\n(.*?)\n```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL
    )
    assert [kind for kind, _ in blocks].count("http") > 8
    answer, known = None, {}
    for kind, text in blocks:
        if kind == "json":
            assert within(json.loads(text), answer.json()), (text, answer.content.decode())
            continue
        first, *rest, status = text.splitlines()
        method, _, address = first.partition(" ")
        headers = dict(line.split(": ", 1) for line in rest if line.startswith("If-Match"))
        headers = {name: known.get(value.strip("{}"), value) for name, value in headers.items()}
        bodies = [json.loads(line) for line in rest if line.startswith("{")]
        for name, value in known.items():
            address = address.replace(f"{{{name}}}", str(value))
        machine = filing if "/returns/" in address else office
        if "/reviews/" in address:
            machine = machine_of(cast, cast.township, REVIEWING)
        if "无令牌" in rest:
            answer = Client().get(address)
        else:
            data = bodies[0] if bodies else None
            answer = machine.call(method.lower(), address, data=data, **headers)
        assert answer.status_code == int(status), (first, answer.content.decode())
        body = answer.json()
        if body.get("next"):
            known["next"] = body["next"]
        if method == "GET" and "/returns/?" in first:
            known["id"] = body["results"][0]["id"]
        if "ETag" in answer:
            known["ETag"] = answer["ETag"]
