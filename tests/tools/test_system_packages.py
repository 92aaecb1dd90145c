from __future__ import annotations

import pytest

from tools import system_packages
from tools.console import Refusal


@pytest.fixture
def never_apt(monkeypatch):
    monkeypatch.setattr(system_packages, "apt_install", lambda _: False)


def test_loadable_libraries_are_never_asked_of_apt(monkeypatch):
    asked = []
    monkeypatch.setattr(system_packages, "loadable", lambda _: True)
    monkeypatch.setattr(system_packages, "apt_install", asked.append)

    system_packages.ensure()

    assert asked == []


@pytest.mark.usefixtures("never_apt")
def test_without_rights_the_exact_command_is_told(monkeypatch):
    monkeypatch.setattr(system_packages, "loadable", lambda name: "pango" not in name)

    with pytest.raises(Refusal) as refused:
        system_packages.ensure()

    command = "sudo apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0"
    assert command in refused.value.chinese


@pytest.mark.usefixtures("never_apt")
def test_missing_subsetter_only_warns(monkeypatch, capsys):
    monkeypatch.setattr(system_packages, "loadable", lambda name: "harfbuzz" not in name)

    system_packages.ensure()

    assert "libharfbuzz-subset0" in capsys.readouterr().err
