"""Run a command beside the embedded servers: `python3 -m tools.within bench -- python -m bench`.

The first word names the folder below the data folder, so that a bench never meets real data.
"""

from __future__ import annotations

import os
import subprocess
import sys

from tools import bootstrap, environment, fonts, frontend, stack
from tools.console import Refusal, run_as_program
from tools.manage import must_manage
from tools.places import ROOT, data_dir


def main() -> int:
    bootstrap.enter("dev", "tools.within")
    words = sys.argv[1:]
    if len(words) < 3 or words[1] != "--":
        raise Refusal("用法：python3 -m tools.within 名称 -- 命令", "Usage: NAME -- COMMAND")
    folder = data_dir() / words[0]
    fonts.ensure(data_dir())
    frontend.ensure()
    was_running = stack.is_running(folder)
    try:
        variables = environment.variables(folder, fonts_from=data_dir()) | stack.start(folder)
        must_manage("数据库结构升级失败。", variables, "migrate", "--noinput", as_owner=True)
        return subprocess.run(
            words[2:], cwd=ROOT, env={**os.environ, **variables}, check=False
        ).returncode
    finally:
        if not was_running:
            stack.stop(folder)


if __name__ == "__main__":
    run_as_program(main)
