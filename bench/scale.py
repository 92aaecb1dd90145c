"""The real divisions of the country as one tenant, at growing sizes.

``make bench ARGS=scale`` takes 1,000 and 10,000 units; ``SCALE_SIZES`` names others
(``1000,10000,100000,700000``; the last means all there are). Costs over sizes are drawn
to ``build/scale.svg``. Names and codes are
real, from the npm package named below. The ranks of the tree are the package's;
workers and members of a unit are generated.
"""

from __future__ import annotations

import csv
import io
import os
import subprocess
import tarfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import psycopg2
from django.db import connection, transaction

from bench.filling import copy_into
from bench.measure import Result, median_ms, paired_ms
from bench.plot import svg
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.models import Tenant, Unit
from orgs.queries import open_children, search_units
from orgs.services import create_tenant, pinyin_key

PACKAGE = "china-division@2.7.0"
CACHE = Path("build") / "divisions"
PICTURE = Path("build") / "scale.svg"
#: File of each depth below the root, the column of its parent's code, and its level here.
RANKS = (
    ("provinces", None, "province"),
    ("cities", "provinceCode", "prefecture"),
    ("areas", "cityCode", "county"),
    ("streets", "areaCode", "township"),
    ("villages", "streetCode", "grassroots"),
)
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
SIZES = os.environ.get("SCALE_SIZES", "1000,10000")
#: The last is in names everywhere but seldom in the first ones of the tree.
WORDS = (
    ("a frequent name", "新"),
    ("a rare name", "多福巷"),
    ("nothing", "㐀㐁"),
    ("frequent, but late", "村民"),
)
_STAGE = """
CREATE TEMP TABLE division (code text, name text, pinyin text, parent text, path text,
    depth int, level text, children int, place int) ON COMMIT DROP
"""


def _archive() -> Path:
    found = next(iter(CACHE.glob("china-division-*.tgz")), None)
    if found is None:
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=CACHE, check=True)
        found = next(CACHE.glob("china-division-*.tgz"))
    return found


def _ranks() -> list[list[dict[str, str]]]:
    with tarfile.open(_archive()) as archive:
        texts = []
        for name, _, _ in RANKS:
            member = archive.extractfile(f"package/dist/{name}.csv")
            if member is None:
                raise LookupError(name)
            texts.append(list(csv.DictReader(io.StringIO(member.read().decode()))))
    return texts


def _base36(number: int) -> str:
    text = ""
    for _ in range(4):
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
    return text


def _rows(size: int, root: Unit) -> list[list[object]]:
    """The first villages in the order of their codes, and everything above them."""
    ranks = _ranks()
    above = sum(len(rank) for rank in ranks[:-1])
    whole = size >= above + len(ranks[-1])
    wanted: list[set[str]] = [{row["code"] for row in rank} for rank in ranks]
    if not whole:
        wanted[-1] = {row["code"] for row in ranks[-1][:size]}
        for depth in range(len(RANKS) - 1, 0, -1):
            column = RANKS[depth][1] or ""
            wanted[depth - 1] = {r[column] for r in ranks[depth] if r["code"] in wanted[depth]}
    paths, children = {root.code: root.path}, Counter[str]()
    rows: list[list[object]] = []
    for depth, (_, column, level) in enumerate(RANKS):
        for row in ranks[depth]:
            parent = row[column] if column else root.code
            if row["code"] not in wanted[depth] or parent not in paths:
                continue
            children[parent] += 1
            path = paths[parent] + _base36(children[parent])
            if depth < len(RANKS) - 1:
                paths[row["code"]] = path
            name = row["name"]
            rows.append(
                [row["code"], name, pinyin_key(name), parent, path, depth + root.depth + 1, level]
            )
            rows[-1].append(children[parent])
    return [[*row[:7], children[str(row[0])], row[7]] for row in rows]


def country(size: int) -> tuple[Tenant, float | None]:
    """The tenant of a size, and the seconds its loading took if it was not there yet."""
    code = f"bench-cn-{size}"
    found = Tenant.objects.filter(code=code).first()
    if found is not None:
        return found, None
    taken = 0.0
    with transaction.atomic():
        tenant = create_tenant(name=code, code=code, leading_group="测速", document_mark="测")
        with tenant_scope(tenant.pk), connection.cursor() as cursor:
            root = Unit.objects.get(parent__isnull=True)
            rows = _rows(size, root)
            start = time.perf_counter()
            text = io.StringIO()
            csv.writer(text).writerows(rows)
            text.seek(0)
            cursor.execute(_STAGE)
            cursor.copy_expert("COPY division FROM STDIN (FORMAT csv)", text)
            cursor.execute("ANALYZE division")
            for depth in range(root.depth + 1, root.depth + 1 + len(RANKS)):
                _insert(tenant, depth)
            provinces = Unit.objects.filter(parent=root).count()
            Unit.objects.filter(pk=root.pk).update(child_count=provinces)
            taken = time.perf_counter() - start
    with psycopg2.connect(os.environ["OWNER_DATABASE_URL"]) as owner, owner.cursor() as cursor:
        cursor.execute("ANALYZE orgs_unit")
    return tenant, taken


def _insert(tenant: Tenant, depth: int) -> None:
    columns = {
        "tenant_id": "p.tenant_id",
        "code": "d.code",
        "name": "d.name",
        "pinyin": "d.pinyin",
        "level": "d.level",
        "parent_id": "p.id",
        "path": "d.path",
        "depth": "d.depth",
        "child_count": "d.children",
        "sort_order": "d.place",
        "worker_count": "100 + d.place",
        "member_count": "80",
    }
    source = "FROM division d JOIN orgs_unit p ON p.tenant_id = %s AND p.code = d.parent"
    copy_into(Unit, columns, f"{source} WHERE d.depth = %s", [tenant.pk, depth])


def measure() -> Iterator[Result]:
    lines: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for size in map(int, SIZES.split(",")):
        tenant, taken = country(size)
        with tenant_scope(tenant.pk), transaction.atomic():
            units = Unit.objects.count()
            for result in _sized(taken):
                yield result
                if result.unit == "ms":
                    what = result.name.partition(": ")[2].partition(" / ")[0]
                    lines[what].append((units, result.value))
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(svg("Costs over units", lines, "units", "ms"), encoding="utf-8")


def _sized(taken: float | None) -> Iterator[Result]:
    count = Unit.objects.count()
    at = f"{count:,} divisions"
    if taken is not None:
        yield Result(f"{at}: loaded", taken, "s", None, None)
    root = Unit.objects.get(parent__isnull=True)
    county = Unit.objects.filter(level="county").order_by("path").first()
    if county is None:
        raise LookupError("no county among the divisions")
    page = median_ms(lambda: list(open_children(root)[:50]), 9)
    yield Result(f"{at}: children of the root", page, "ms", None, None)
    below = Unit.objects.filter(path__under=county.path)
    page = median_ms(lambda: list(below.order_by("path")[:50]), 9)
    yield Result(f"{at}: page of 50 of a county", page, "ms", None, 2)
    yield Result(f"{at}: count of a county", median_ms(below.count, 9), "ms", None, 5)
    for what, words in WORDS:
        ours, floor = paired_ms(
            lambda words=words: search_units(Unit.objects.all(), words),  # type: ignore[misc]
            lambda: list(Unit.objects.order_by("path")[:20]),
            5,
        )
        yield Result(f"{at}: picker, {what} / 20 rows", ours, "ms", floor, 10)
