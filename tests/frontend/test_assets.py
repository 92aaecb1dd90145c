"""What is built for the browser: no addresses, no new CSS, no inline script."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FRONTEND = ROOT / "frontend"
BUILT = ROOT / "static_built"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

#: Chromium 87 to 109 do not know these; see frontend/build.mjs.
TOO_NEW = ("@layer", ":has(", "color-mix", "oklch", "light-dark", "@container", "popover")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff”》）][,:;!?()](?=[\u4e00-\u9fff“《（\s<]|$)")
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|\son[a-z]+=|javascript:")
STYLE_BLOCK = re.compile(r"<style\b")
STYLE_ATTRIBUTE = re.compile(r'style="([^"]*)"')
ALLOWED_STYLE = re.compile(r"^(--[a-z-]+|width)\s*:")


def words_only(template: str) -> str:
    """Template text without tags of Django and HTML comments."""
    return re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<!--.*?-->", "", template, flags=re.DOTALL)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("folder", [FRONTEND, ROOT / "bench" / "lighthouse"], ids=lambda p: p.name)
def test_lock_file_names_no_registry(folder: Path) -> None:
    lock = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))

    resolved = [key for key, package in lock["packages"].items() if "resolved" in package]

    assert resolved == []
    assert "omit-lockfile-registry-resolved=true" in (folder / ".npmrc").read_text()


def test_packages_are_pinned_exactly() -> None:
    package = json.loads((FRONTEND / "package.json").read_text(encoding="utf-8"))
    pins = {**package["dependencies"], **package["devDependencies"]}

    loose = {key: pin for key, pin in pins.items() if not re.fullmatch(r"\d+\.\d+\.\d+", pin)}

    assert loose == {}


@pytest.mark.skipif(not BUILT.is_dir(), reason="the front end is not built")
@pytest.mark.parametrize("word", TOO_NEW)
def test_built_css_is_known_to_old_engines(word: str) -> None:
    css = "".join(path.read_text(encoding="utf-8") for path in BUILT.glob("*.css"))

    assert word not in css


@pytest.mark.skipif(not BUILT.is_dir(), reason="the front end is not built")
def test_files_named_by_css_are_built() -> None:
    css = "".join(path.read_text(encoding="utf-8") for path in BUILT.glob("*.css"))
    named = re.findall(r"url\(\"?\./([^)\"]+)\"?\)", css)

    missing = [file for file in named if not (BUILT / file).is_file()]

    assert named
    assert missing == []


def test_tokens_are_the_same_in_light_and_dark() -> None:
    tokens = json.loads((FRONTEND / "tokens.json").read_text(encoding="utf-8"))

    assert set(tokens["light"]) == set(tokens["dark"])


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_chinese_text_has_full_width_punctuation(path: Path) -> None:
    found = HALF_WIDTH.findall(words_only(path.read_text(encoding="utf-8")))

    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_templates_hold_no_inline_script_or_style(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if "documents" in path.parts:
        pytest.skip("printed documents are no pages")

    styles = [style for style in STYLE_ATTRIBUTE.findall(text) if not ALLOWED_STYLE.match(style)]

    assert INLINE_SCRIPT.findall(text) == []
    assert STYLE_BLOCK.findall(text) == []
    assert styles == []


def test_htmx_events_are_named_in_one_file() -> None:
    naming = [
        path.name
        for path in (FRONTEND / "src").glob("*.ts")
        if re.search(r"[\"'`]htmx:", path.read_text(encoding="utf-8"))
    ]

    assert naming == ["fragments.ts"]


@pytest.mark.skipif(
    not shutil.which("node") or not (FRONTEND / "node_modules").is_dir(),
    reason="needs node and its packages",
)
def test_typed_numbers_are_read_as_in_the_shared_table(tmp_path: Path) -> None:
    bundle = tmp_path / "numbers.mjs"
    subprocess.run(
        ["node", "node_modules/esbuild/bin/esbuild", "src/numbers.ts", f"--outfile={bundle}"],
        cwd=FRONTEND,
        check=True,
        capture_output=True,
    )
    script = (
        f'import {{ readNumber }} from "{bundle.as_uri()}";'
        'import { readFileSync } from "node:fs";'
        'const cases = JSON.parse(readFileSync("number_cases.json", "utf8"));'
        "const wrong = cases.filter((c) => readNumber(c.typed) !== c.reads)"
        ".map((c) => [c.typed, c.reads, readNumber(c.typed)]);"
        "console.log(JSON.stringify(wrong));"
    )

    answer = subprocess.run(
        ["node", "--input-type=module", "-e", script],
        cwd=FRONTEND,
        check=True,
        capture_output=True,
        text=True,
    )

    assert json.loads(answer.stdout) == []
