"""What an import would do to the tree: checks across rows, and the tree it leads to.

Nothing here touches the database; the tree comes in as a list of units.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gongjian.foundation.kernel.actor import PATH_STEP
from orgs.enums import Level, may_stand_below
from orgs.imports import COUNTS, LABELS, MAX_ERRORS, RowError, UnitRow, guess_category
from orgs.models import Unit
from orgs.services import path_step, pinyin_key

#: Fields an import may write, the place in the tree not counted.
_WRITTEN = ("code", "name", "level", "category", *COUNTS)
#: Fields that follow from the place.
_DERIVED = ("parent_id", "path", "depth", "child_count")
WRITTEN_FIELDS = (*_WRITTEN, "pinyin", "parent", "path", "depth", "child_count")


@dataclass(slots=True)
class Node:
    """A unit as it will stand: ``unit`` is unsaved while it is new."""

    unit: Unit
    row: UnitRow | None = None
    parent_code: str = ""
    before: dict[str, Any] = field(default_factory=dict)
    #: Step of the last child there ever was.
    last_step: int = 0

    def differing(self) -> set[str]:
        """Fields that the import changes."""
        return {name for name in self.before if getattr(self.unit, name) != self.before[name]}

    def has_its_name(self) -> bool:
        return self.before.get("name") == self.unit.name

    def differences(self) -> list[tuple[str, Any, Any]]:
        """Label, old and new value of each changed figure or name, for the preview."""
        return [
            (LABELS[name], self.before[name], getattr(self.unit, name))
            for name in _WRITTEN
            if name in self.before and self.before[name] != getattr(self.unit, name)
        ]


@dataclass(slots=True)
class Plan:
    """The tree to be, and how it differs; only valid when ``errors`` is empty."""

    errors: list[RowError] = field(default_factory=list)
    #: New units by depth, each level after the one above it.
    levels: list[list[Node]] = field(default_factory=list)
    created: list[Node] = field(default_factory=list)
    #: Units of the file with another name, figure or superior; ``moved`` are some of them.
    changed: list[Node] = field(default_factory=list)
    moved: list[Node] = field(default_factory=list)
    #: Existing units to be written, those below a moved one included.
    rewritten: list[Node] = field(default_factory=list)
    unchanged_count: int = 0

    def complain(self, row: int, column: str, message: str) -> None:
        if len(self.errors) < MAX_ERRORS:
            self.errors.append(RowError(row, LABELS[column], message))


def plan_import(
    rows: Sequence[UnitRow], units: Iterable[Unit], *, faulty_codes: Iterable[str] = ()
) -> Plan:
    """Lay the rows over the tree and tell what would change.

    ``faulty_codes`` are codes of rows that were already refused: to call their
    children orphans as well would bury the real fault.
    """
    plan = Plan()
    nodes = {unit.code: Node(unit) for unit in units}
    code_of: dict[int | None, str] = {node.unit.pk: code for code, node in nodes.items()}
    for node in nodes.values():
        node.parent_code = code_of.get(node.unit.parent_id, "")
        node.before = {name: getattr(node.unit, name) for name in (*_WRITTEN, *_DERIVED)}
    root = next((node for node in nodes.values() if node.unit.parent_id is None), None)
    _take_over_root(rows, nodes, root, plan)
    if plan.errors:
        return plan
    for row in rows:
        _lay(row, nodes)
    _check_places(rows, nodes, set(faulty_codes), plan)
    _check_cycles(rows, nodes, plan)
    if not plan.errors:
        _build(nodes, plan)
    plan.errors.sort(key=lambda error: (error.row, error.column))
    return plan


def _take_over_root(
    rows: Sequence[UnitRow], nodes: dict[str, Node], root: Node | None, plan: Plan
) -> None:
    """Map the file's own root to the tenant's; the two are one unit.

    A tenant begins with a root whose code the operator chose. The first import
    may correct it; once there are children, another root is a wrong file.
    """
    tops = [row for row in rows if not row.parent_code]
    for extra in tops[1:]:
        plan.complain(
            extra.number,
            "parent_code",
            f"最高一级单位只能有一个（第{tops[0].number}行已是），请填写上级代码。",
        )
    if not tops or root is None or plan.errors:
        return
    top, old_code = tops[0], root.unit.code
    if top.code == old_code:
        return
    if any(node.parent_code == old_code for node in nodes.values()) or top.code in nodes:
        plan.complain(
            top.number,
            "code",
            f"文件的最高一级代码是“{top.code}”，本地区的是“{old_code}”，二者应当一致。"
            "请核对是否选错了文件，或填写这一行的上级代码。",
        )
        return
    del nodes[old_code]
    nodes[top.code] = root


def _lay(row: UnitRow, nodes: dict[str, Node]) -> None:
    """Put one row over the unit of its code, or add a unit."""
    node = nodes.get(row.code)
    if node is None:
        guessed = row.category or guess_category(row.level, row.level_word, row.name).value
        nodes[row.code] = Node(Unit(category=guessed), row, row.parent_code)
    else:
        node.row, node.parent_code = row, row.parent_code
    unit = nodes[row.code].unit
    unit.code, unit.name, unit.level = row.code, row.name, row.level
    if row.category:
        unit.category = row.category
    for name in COUNTS:
        if (count := getattr(row, name)) is not None:
            setattr(unit, name, count)


def _check_places(
    rows: Sequence[UnitRow], nodes: Mapping[str, Node], faulty: set[str], plan: Plan
) -> None:
    for row in rows:
        node = nodes[row.code]
        if not node.unit.is_open:
            plan.complain(row.number, "code", f"“{row.name}”已撤销，请换一个代码或删去这一行。")
        parent = nodes.get(row.parent_code)
        if not row.parent_code or (parent is None and row.parent_code in faulty):
            continue
        if parent is None:
            plan.complain(
                row.number,
                "parent_code",
                f"上级代码“{row.parent_code}”不在文件里，也不在组织架构里；"
                "请补上这个上级，最高一级请留空。",
            )
        elif not parent.unit.is_open:
            plan.complain(
                row.number, "parent_code", f"上级“{parent.unit.name}”已撤销，请另填上级代码。"
            )
        elif not may_stand_below(row.level, parent.unit.level):
            plan.complain(
                row.number,
                "level",
                f"“{Level(row.level).label}”不能放在“{Level(parent.unit.level).label}”"
                f"（{parent.unit.name}）之下，请核对层级和上级代码。",
            )
    # A row may also change the level of a unit whose children the file leaves out.
    for node in nodes.values():
        parent = nodes.get(node.parent_code)
        if parent is None or parent.row is None or node.row is not None or not node.unit.is_open:
            continue
        if not may_stand_below(node.unit.level, parent.unit.level):
            plan.complain(
                parent.row.number,
                "level",
                f"“{parent.unit.name}”还有下级“{node.unit.name}”，"
                f"不能改为“{Level(parent.unit.level).label}”，请核对层级。",
            )


def _check_cycles(rows: Sequence[UnitRow], nodes: Mapping[str, Node], plan: Plan) -> None:
    settled: set[str] = set()
    for row in rows:
        trail: list[str] = []
        walked: set[str] = set()
        code = row.code
        while code and code in nodes and code not in settled and code not in walked:
            trail.append(code)
            walked.add(code)
            code = nodes[code].parent_code
        if code in walked:
            circle = trail[trail.index(code) :]
            names = " → ".join(nodes[step].unit.name for step in [*circle[:6], circle[0]])
            plan.complain(row.number, "parent_code", f"上下级绕成了圈：{names}，请改正上级代码。")
        settled |= walked


def _build(nodes: Mapping[str, Node], plan: Plan) -> None:
    """Give every unit its path, depth and count of children; note what differs.

    A moved or new unit takes a step behind all its siblings, those just
    leaving included, so no path of the old tree is used again and the unique
    key never sees two units with one path, in whatever order rows are written.
    """
    children: dict[str, list[Node]] = defaultdict(list)
    by_path = {node.unit.path: node for node in nodes.values() if node.unit.path}
    for node in nodes.values():
        children[node.parent_code].append(node)
        if (parent := by_path.get(node.unit.path[:-PATH_STEP])) is not None:
            parent.last_step = max(parent.last_step, int(node.unit.path[-PATH_STEP:], 36))
    queue: deque[tuple[Node, Node | None]] = deque((node, None) for node in children[""])
    while queue:
        node, parent = queue.popleft()
        _place(node, parent)
        below = children[node.unit.code]
        node.unit.child_count = sum(child.unit.is_open for child in below)
        node.unit.pinyin = node.unit.pinyin if node.has_its_name() else pinyin_key(node.unit.name)
        _sort(node, plan)
        queue.extend((child, node) for child in below)


def _place(node: Node, parent: Node | None) -> None:
    unit = node.unit
    if parent is None:
        unit.depth, unit.path = 1, unit.path or path_step(1)
        return
    unit.depth = parent.unit.depth + 1
    if unit.path and unit.parent_id == parent.unit.pk:
        unit.path = parent.unit.path + unit.path[-PATH_STEP:]
        return
    parent.last_step += 1
    unit.path = parent.unit.path + path_step(parent.last_step)
    unit.parent = parent.unit


def _sort(node: Node, plan: Plan) -> None:
    """Tell new, changed and untouched units apart."""
    if node.unit.pk is None:
        while len(plan.levels) < node.unit.depth:
            plan.levels.append([])
        plan.levels[node.unit.depth - 1].append(node)
        plan.created.append(node)
        return
    differing = node.differing()
    if differing:
        plan.rewritten.append(node)
    if node.row is None:
        return
    if "parent_id" in differing:
        plan.moved.append(node)
    if differing & {*_WRITTEN, "parent_id"}:
        plan.changed.append(node)
    else:
        plan.unchanged_count += 1
