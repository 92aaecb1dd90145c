"""The locks: every line is a package that pip can read, and both lists agree."""

from __future__ import annotations

import pytest
from packaging.requirements import Requirement

from tools.places import ROOT


def pinned(name: str) -> dict[str, str]:
    """Package → version; anything that is no requirement, comment or hash is an error."""
    lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
    found: dict[str, str] = {}
    for line in lines:
        if line.strip() and not line.lstrip().startswith(("#", "--hash=sha256:")):
            package = Requirement(line.rstrip(" \\"))
            found[package.name] = str(package.specifier)
    return found


@pytest.mark.parametrize("name", ["base", "dev"])
def test_every_line_is_a_package_with_one_version(name):
    packages = pinned(name)
    assert len(packages) > 50
    assert [package for package, version in packages.items() if not version.startswith("==")] == []


def test_what_serves_is_what_was_tested():
    tested = pinned("dev")
    assert [
        package for package, version in pinned("base").items() if tested.get(package) != version
    ] == []
