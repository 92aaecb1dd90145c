"""`make clean`: remove what can be made again; never data."""

from __future__ import annotations

import shutil

from tools.console import run_as_program, say
from tools.places import BUILD, FRONTEND, ROOT, STATIC_BUILT, data_dir


def main() -> int:
    caches = (".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache")
    for folder in (
        BUILD,
        STATIC_BUILT,
        FRONTEND / "node_modules",
        FRONTEND / "generated",
        *(ROOT / name for name in caches),
    ):
        shutil.rmtree(folder, ignore_errors=True)
    say(
        f"已清理；数据仍在 {data_dir()}，虚拟环境仍在 .venv",
        "Cleaned; data and environment are kept",
    )
    return 0


if __name__ == "__main__":
    run_as_program(main)
