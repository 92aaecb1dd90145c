"""axe-core on the page as it stands: WCAG 2.2 AA, no violation."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
#: What is demanded; best practice beyond the standard is looked at by hand.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_RUN = """tags => axe.run(document, {
  runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]})"""


#: Colours on their way from one theme to the other are nobody's colours.
_SETTLED = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  await frame();
  const moving = document.getAnimations().filter((one) => one instanceof CSSTransition);
  await Promise.allSettled(moving.map((one) => one.finished));
}"""


def _source() -> Path:
    """axe-core of the front end's packages; development only, it is never served."""
    folder = Path(os.environ.get("NODE_MODULES") or ROOT / "frontend/node_modules")
    path = folder / "axe-core/axe.min.js"
    if not path.is_file():
        pytest.fail(f"没有找到 axe-core：{path}。请先执行 make setup。")
    return path


def violations(page: Page) -> list[dict[str, Any]]:
    """Rule, help and places of everything axe finds on the page."""
    # Evaluated by the browser's own tools, so the page's policy on scripts stays as it is.
    page.evaluate(_SETTLED)
    page.evaluate(_source().read_text(encoding="utf-8") + "; undefined")
    found = page.evaluate(_RUN, TAGS)["violations"]
    return [
        {
            "rule": one["id"],
            "help": one["help"],
            "places": [node["html"][:160] for node in one["nodes"][:5]],
            "why": [node["failureSummary"] for node in one["nodes"][:2]],
        }
        for one in found
    ]


def assert_accessible(page: Page) -> None:
    """Fail with rule and place for each violation of the page as it is shown now."""
    found = violations(page)
    assert not found, f"{page.url}\n{json.dumps(found, ensure_ascii=False, indent=1)}"
