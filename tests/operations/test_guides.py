"""The guides lead somewhere: links, anchors, pictures, menus, commands and figures exist."""

from __future__ import annotations

import re

import pytest
from django.core.management import get_commands
from django.urls import Resolver404, resolve

from gongjian.foundation.web.shelves import navigation
from tests.operations.compose import ROOT, example, plain
from tools import guides

GUIDES = sorted(guides.GUIDE.glob("*.md"))
TEXT = {path.name: path.read_text(encoding="utf-8") for path in GUIDES}
WHOLE = "\n".join(TEXT.values())
ADMIN = TEXT["admin.md"]


@pytest.fixture
def laid_out(tmp_path):
    pictures = guides.lay_out(tmp_path / "source")
    for picture in guides.wanted():
        (pictures / f"{picture['name']}.png").write_bytes(guides.blank_picture())
    return tmp_path / "source"


def test_the_pages_are_made_and_every_link_leads_somewhere(laid_out, tmp_path):
    done = guides.build(laid_out, tmp_path / "html")
    assert done.returncode == 0, done.stderr
    for name in TEXT:
        assert (tmp_path / "html" / name.replace(".md", ".html")).exists()

    # The same with three faults: each must be seen.
    page = laid_out / "office.md"
    page.write_text(
        f"{page.read_text(encoding='utf-8')}\n[a](nowhere.md) [b](admin.md#nowhere) "
        "![c](pictures/nowhere.png)\n",
        encoding="utf-8",
    )
    done = guides.build(laid_out, tmp_path / "again")
    assert done.returncode != 0
    assert len([line for line in done.stderr.splitlines() if "nowhere" in line]) >= 3


def test_every_picture_is_used_and_its_page_exists():
    for picture in guides.wanted():
        assert f"pictures/{picture['name']}.png" in WHOLE
        try:
            resolve(picture["path"])
        except Resolver404:
            pytest.fail(picture["path"])


def test_every_menu_named_is_a_menu():
    named = set(re.findall(r"【(.+?)】", WHOLE)) - {""}
    known = {entry.label for entry in navigation} | {"工作台"}
    # The words that explain the notation itself.
    assert {name for name in named if name not in known} == set()
    assert len(named) > 30


def test_every_button_named_is_somewhere_in_the_program():
    folders = ("templates", "gongjian", "orgs", "responsibilities", "assessments", "frontend/js")
    words = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".html", ".py", ".ts"} and "node_modules" not in path.parts
    )
    buttons = set(re.findall(r"(?:点|→ ?|，)“(.+?)”", WHOLE))
    assert len(buttons) > 8
    assert {button for button in buttons if button not in words} == set()


def test_every_command_exists():
    commands = set(re.findall(r"manage\.py (\w+)", WHOLE))
    assert {"verify", "import_units", "createsuperuser"} <= commands
    assert commands <= set(get_commands())
    targets = set(re.findall(r"^([a-z]+): +##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", WHOLE)) <= targets
    assert set(re.findall(r"^make ([a-z]+)", WHOLE, re.MULTILINE)) <= targets


def test_the_services_and_variables_of_the_operators_guide_are_those_of_the_compose_file():
    services = set(plain()["services"])
    told = set(re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| [^|]+ \|$", ADMIN, re.MULTILINE))
    assert told >= services - {"migrate"}
    for line in re.findall(r"docker compose (?:exec|run)((?: -[-\w]+)*) ([a-z-]+)", ADMIN):
        assert line[1] in services, line
    for name in re.findall(r"`([A-Z][A-Z_]{5,})`", ADMIN):
        assert name in example(), name


@pytest.mark.django_db
def test_every_figure_named_is_given(client):
    client.get("/accounts/login/")
    given = client.get("/metrics").content.decode()
    figures = set(re.findall(r"`(gongjian_\w+)`", ADMIN))
    without_a_broker = {"gongjian_queue_oldest_seconds"}
    assert len(figures) >= 6
    assert {name for name in figures - without_a_broker if name not in given} == set()
