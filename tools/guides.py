"""`make guides`: the guides as pages, with pictures of the demo region as it is now."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tools import bootstrap, environment, fonts, frontend, stack
from tools.console import Refusal, run_as_program, say
from tools.manage import follow, must_manage
from tools.places import BUILD, ROOT, data_dir
from tools.processes import free_port

GUIDE = ROOT / "docs" / "guide"
PASSWORD = "Gongjian-2026"  # noqa: S105 -- the demo's, printed on its sign-in page


def wanted() -> list[dict[str, Any]]:
    return list(json.loads((GUIDE / "pictures.json").read_text(encoding="utf-8")))


def blank_picture() -> bytes:
    """One white point: stands in for a picture where only links are checked."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00\xff"))
        + chunk(b"IEND", b"")
    )


def lay_out(folder: Path) -> Path:
    """Copy the texts beside a place for the pictures; return that place."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(GUIDE, folder)
    pictures = folder / "pictures"
    pictures.mkdir()
    return pictures


def build(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """Make the pages; a link or an anchor that leads nowhere is an error."""
    return subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html",
         str(source), str(target)],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip


def signed_in(browser: Any, base: str, user: str, width: int) -> Any:
    page = browser.new_page(
        viewport={"width": width, "height": 844 if width < 600 else 860},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    page.goto(f"{base}/accounts/login/")
    page.fill("[name=login]", user)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda address: "/accounts/login" not in address)
    return page


def take(base: str, pictures: Iterable[dict[str, Any]], folder: Path) -> None:
    """Take every picture as the person whose guide it stands in."""
    from playwright.sync_api import sync_playwright

    from tools.browser import find

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=str(find()), args=["--no-sandbox"])
        for picture in pictures:
            page = signed_in(browser, base, picture["user"], picture.get("width", 1280))
            answer = page.goto(base + picture["path"])
            if answer.status != 200:
                raise Refusal(
                    f"“{picture['words']}”打不开（{answer.status}）。",
                    f"{picture['path']} answers {answer.status}.",
                )
            if "open" in picture:
                page.locator(picture["open"]).first.click()
                page.wait_for_load_state()
            page.wait_for_load_state("networkidle")
            page.screenshot(path=folder / f"{picture['name']}.png")
            page.close()
        browser.close()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The demo region in a data folder of its own, served while the pictures are taken."""
    fonts.ensure(folder)
    frontend.ensure()
    variables = environment.variables(folder) | stack.start(folder)
    must_manage("静态文件整理失败。", variables, "collectstatic", "--noinput", "-v0")
    must_manage("数据库结构升级失败。", variables, "migrate", "--noinput", as_owner=True)
    follow("示范数据载入失败。", variables, "demo", "--stage", "filing", "--if-empty")
    port = free_port()
    program = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "gongjian.wsgi:application",
         "--bind", f"127.0.0.1:{port}", "--threads", "4", "--no-control-socket"],
        cwd=ROOT,
        env={**os.environ, **variables},
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{base}/health/ready", timeout=5).close()
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.3)
        yield base
    finally:
        program.terminate()
        program.wait()
        stack.stop(folder)


def main() -> int:
    bootstrap.enter("dev", "tools.guides")
    say("拍摄手册插图", "Taking the pictures")
    pictures = lay_out(BUILD / "guides" / "source")
    with served(data_dir() / "guides") as base:
        take(base, wanted(), pictures)
    say("生成手册", "Making the pages")
    done = build(pictures.parent, BUILD / "guides" / "html")
    if done.returncode != 0:
        raise Refusal("手册生成失败，原因如下。", done.stderr.strip()[-3000:])
    say("手册", str(BUILD / "guides" / "html" / "index.html"))
    return 0


if __name__ == "__main__":
    run_as_program(main)
