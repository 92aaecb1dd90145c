"""From a bare machine to a virtual environment with exactly the locked packages.

Runs before that environment exists: standard library only.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Literal

from tools import system_packages
from tools.console import Refusal, run_as_program, say
from tools.locks import Held, only_one
from tools.places import BUILD, ROOT, data_dir, inside_venv, venv_dir, venv_python
from tools.stamps import Stamp, fingerprint

Kind = Literal["base", "dev"]
OLDEST = (3, 11)


def check_python() -> None:
    if sys.version_info[:2] < OLDEST:
        raise Refusal(
            f"需要 Python 3.11 或更新版本，当前是 {sys.version.split()[0]}。"
            "请安装后用 make run PYTHON=/路径/python3.11 重试。",
            "Python 3.11 or newer is needed; install it, or name it with PYTHON=.",
        )


def python_of(venv: Path) -> str:
    """Read the version of an environment's Python without starting it."""
    try:
        lines = (venv / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ""
    facts = dict(line.split(" = ", 1) for line in lines if " = " in line)
    return facts.get("version", facts.get("version_info", ""))


def lock_file(kind: Kind) -> Path:
    return ROOT / "requirements" / f"{kind}.txt"


def stamp_of(kind: Kind) -> Stamp:
    return Stamp(venv_dir() / f".gongjian-{kind}")


def inputs_of(kind: Kind) -> str:
    # The content alone counts: two clones in different places may share one environment.
    content = lock_file(kind).read_text(encoding="utf-8")
    return fingerprint((), content, python_of(venv_dir()))


def is_installed(kind: Kind) -> bool:
    return venv_python().exists() and stamp_of(kind).matches(inputs_of(kind))


def ensure_venv_module() -> None:
    """See to `venv`, which Debian and Ubuntu keep in a package of its own."""
    # Importing tells more than find_spec: Debian ships an ensurepip that only refuses.
    works = [sys.executable, "-c", "import venv, ensurepip; ensurepip.version()"]
    if subprocess.run(works, capture_output=True, check=False).returncode == 0:
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if system_packages.apt_install([package]) or system_packages.apt_install(["python3-venv"]):
        return
    raise Refusal(
        "Python 缺少 venv 模块。请先执行："
        f"{system_packages.command_for(['python3-venv'])}，再重新运行。",
        "Python's venv module is missing; run the command above, then try again.",
    )


def make_venv() -> None:
    """Create the environment, anew when its Python has gone (an upgraded system, a moved clone)."""
    venv = venv_dir()
    if venv_python().exists():
        alive = subprocess.run(
            [venv_python(), "-c", "import pip"], capture_output=True, check=False
        )
        if alive.returncode == 0:
            return
    ensure_venv_module()
    say("创建 Python 虚拟环境", f"Creating {venv}")
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(venv)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        raise Refusal(
            f"无法创建虚拟环境 {venv}。请检查该目录是否可写、磁盘是否已满。",
            (made.stderr or made.stdout).strip()[-2000:],
        )


def install(kind: Kind) -> None:
    say("安装 Python 依赖（首次约一两分钟）", f"Installing requirements/{kind}.txt")
    command = [
        venv_python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "--no-input", "--require-hashes", "-r", lock_file(kind),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise Refusal(
            "Python 依赖安装失败。请检查网络和软件源（pip config list）后重新运行，"
            "已下载的部分不会重复下载。",
            done.stderr.strip()[-2000:],
        )
    stamp_of(kind).write(inputs_of(kind))
    if kind == "dev":
        # The developer's list holds the program's own at the same versions.
        stamp_of("base").write(inputs_of("base"))


def ensure(kind: Kind) -> None:
    """Bring the machine to what `kind` needs; nothing is done when nothing has changed."""
    check_python()
    system_packages.ensure()
    if is_installed(kind):
        return
    try:
        with only_one(BUILD / "venv.lock", patience=600):
            if not is_installed(kind):
                make_venv()
                install(kind)
    except Held as held:
        raise Refusal(
            f"另一个进程（{held.pid}）正在安装依赖，等待超时。请稍后重试。",
            f"Process {held.pid} is still installing packages; try again later.",
        ) from held


def enter(kind: Kind, module: str) -> None:
    """Prepare the environment and go on with `module` inside it; returns when already there."""
    ensure(kind)
    if inside_venv():
        return
    # A PYTHONHOME of the calling shell would break the environment's own library path.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONHOME"}
    environment["DATA_DIR"] = str(data_dir())
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execve(  # noqa: S606 -- the same program, one interpreter further
        venv_python(), [str(venv_python()), "-m", module, *sys.argv[1:]], environment
    )


def main() -> int:
    ensure("dev" if "dev" in sys.argv[1:] else "base")
    say("环境已就绪", f"Ready: {venv_dir()}")
    return 0


if __name__ == "__main__":
    run_as_program(main)
