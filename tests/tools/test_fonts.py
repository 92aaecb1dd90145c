from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from tools import fonts


def test_configuration_is_valid_and_names_the_folder_safely():
    text = fonts.configuration(Path("/srv/a & b/fonts"))
    tree = ElementTree.fromstring(text)  # noqa: S314 -- written by ourselves

    assert tree.find("dir").text == "/srv/a & b/fonts"
    assert tree.find("cachedir").text == "/srv/a & b/fonts/cache"


def test_every_stack_ends_with_a_simplified_chinese_face():
    # With an exhausted stack Pango takes a Japanese face, and the characters look wrong.
    for substitutes in fonts.ALIASES.values():
        assert substitutes[-1].endswith(" SC")


def test_fetched_fonts_are_not_fetched_again(monkeypatch, tmp_path):
    calls = []

    def fetch(folder):
        calls.append(folder)
        return True

    monkeypatch.setattr(fonts, "fetch_from_debian", fetch)

    first, second = fonts.ensure(tmp_path), fonts.ensure(tmp_path)

    assert first == second == tmp_path / "fonts" / "fonts.conf"
    assert calls == [tmp_path / "fonts"]


def test_without_apt_the_wheel_is_used_and_said(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(fonts, "fetch_from_debian", lambda _: False)
    monkeypatch.setattr(fonts, "refresh_package_lists", lambda: False)
    monkeypatch.setattr(fonts, "fetch_from_wheel", lambda _: True)

    fonts.ensure(tmp_path)

    assert "apt 不可用" in capsys.readouterr().err
