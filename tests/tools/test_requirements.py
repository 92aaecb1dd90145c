from __future__ import annotations

import re

import pytest

from tools.places import ROOT

LOCKS = ("base", "dev")
PINNED = re.compile(r"^([a-z0-9][a-z0-9-]*)==(\S+?) ", re.MULTILINE)


def lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LOCKS)
def test_lock_carries_no_address_and_no_place_of_a_machine(name):
    text = lock(name)

    for forbidden in ("http", "://", "--index", "--find-links", "--trusted", "file:/", " /"):
        assert forbidden not in text, forbidden


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_is_one_that_pip_reads(name):
    """A merge that was left open in one of the locks fails here and not at an operator's."""
    known = re.compile(r" *#.*|    --hash=sha256:[0-9a-f]{64}( \\)?|[a-z0-9][a-z0-9.-]*==.*|")

    assert [line for line in lock(name).splitlines() if not known.fullmatch(line)] == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_has_hashes(name):
    blocks = re.split(r"\n(?=[a-z0-9])", lock(name))

    assert len(blocks) > 30
    assert [block.split("\n")[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_developers_have_the_very_versions_of_the_program():
    program, developers = dict(PINNED.findall(lock("base"))), dict(PINNED.findall(lock("dev")))

    assert program
    assert {name: developers.get(name) for name in program} == program


@pytest.mark.parametrize("name", LOCKS)
def test_lock_holds_what_only_older_pythons_ask_for(name):
    # pip refuses the whole lock when one package it asks for is not in it.
    pinned = dict(PINNED.findall(lock(name)))
    older = (ROOT / "requirements" / "older-python.in").read_text(encoding="utf-8")
    named = re.findall(r"^([a-z][\w-]*)", older, re.MULTILINE)

    assert named
    assert [package for package in named if package not in pinned] == []
