"""Shared libraries of the operating system that no wheel carries (Pango for the PDFs)."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess

from tools.console import Refusal, say, warn

NEEDED = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libfontconfig.so.1": "fontconfig",
}
# Without it WeasyPrint subsets fonts in Python: the same notice takes thirty times as long.
WANTED = {"libharfbuzz-subset.so.0": "libharfbuzz-subset0"}


def loadable(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing(libraries: dict[str, str]) -> list[str]:
    return [package for library, package in libraries.items() if not loadable(library)]


def as_administrator() -> list[str] | None:
    """Return the prefix that runs a command as root without asking, or None."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
        if asked.returncode == 0:
            return ["sudo", "-n"]
    return None


def apt_install(packages: list[str]) -> bool:
    """Install packages when this can be done without a question; tell whether it worked."""
    prefix = as_administrator()
    if prefix is None or not shutil.which("apt-get"):
        return False
    say(f"安装系统组件：{'、'.join(packages)}", "Installing system packages")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = [*prefix, "apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    # A fresh container has no package lists; a current machine need not fetch them again.
    for refresh in (False, True):
        if refresh:
            subprocess.run(
                [*prefix, "apt-get", "update", "-q"],
                env=environment,
                capture_output=True,
                check=False,
            )
        done = subprocess.run(install, env=environment, capture_output=True, check=False)
        if done.returncode == 0:
            return True
    return False


def command_for(packages: list[str]) -> str:
    return f"sudo apt-get install -y --no-install-recommends {' '.join(packages)}"


def ensure() -> None:
    """Make Pango loadable; a library that already loads is never asked of apt."""
    packages = missing(NEEDED) + missing(WANTED)
    if not packages or apt_install(packages):
        return
    if absent := missing(NEEDED):
        raise Refusal(
            f"缺少生成 PDF 所需的系统组件。请先执行：{command_for(packages)}"
            "（其他系统请安装 Pango、HarfBuzz、fontconfig），再重新运行。",
            f"Libraries for the PDFs are missing ({', '.join(absent)}). "
            "Run the command above, then try again.",
        )
    warn(
        f"缺少 {WANTED['libharfbuzz-subset.so.0']}，PDF 生成会慢很多。"
        f"建议执行：{command_for(packages)}",
        "PDFs will be slow without this library; the command above installs it.",
    )
