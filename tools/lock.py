"""`make lock`: pin every package with its hashes, without the address of any index."""

from __future__ import annotations

import subprocess
import sys

from tools import bootstrap
from tools.console import Refusal, run_as_program, say
from tools.places import ROOT

# No header and no options: both would write down where this machine fetches its packages.
OPTIONS = (
    "--quiet", "--generate-hashes", "--allow-unsafe", "--strip-extras", "--no-header",
    "--no-emit-index-url", "--no-emit-trusted-host", "--no-emit-find-links", "--no-emit-options",
)  # fmt: skip


def compile_lock(name: str, *more: str) -> None:
    say("锁定依赖版本", f"requirements/{name}.txt")
    done = subprocess.run(
        [sys.executable, "-m", "piptools", "compile", *OPTIONS, *more,
         "--output-file", f"requirements/{name}.txt", "pyproject.toml",
         "requirements/older-python.in"],
        cwd=ROOT,
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise Refusal("依赖版本无法锁定，原因见上。", "pip-compile failed; see above.")


def main() -> int:
    bootstrap.enter("dev", "tools.lock")
    # `--upgrade` as an argument of this program takes the newest versions allowed.
    upgrade = [word for word in sys.argv[1:] if word == "--upgrade"]
    compile_lock("base", *upgrade)
    compile_lock("dev", *upgrade, "--extra", "dev", "--constraint", "requirements/base.txt")
    return 0


if __name__ == "__main__":
    run_as_program(main)
