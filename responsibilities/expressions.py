"""The language of checks: small, typed, safe. Text → tree → value; no database here.

A check is a condition such as ``[Z202] <= [Z201]`` or
``last([C03]) = 0 or abs([C03] - last([C03])) <= last([C03]) * 50 / 100``. The
tree is plain JSON (lists and texts) and is stored with the form version, so
that the browser evaluates the same tree without a parser
(``frontend/src/expressions.ts``); both are held to
``tests/responsibilities/expression_cases.json``.

A missing number makes what depends on it unknown, never zero: ``None``. Sums,
smallest and largest pass over missing ones; a division by zero is missing.
Two numbers less than a millionth apart are equal, so that decimal and binary
arithmetic agree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, Literal, TypeVar

#: A node of the tree: ``["num", "3"]``, ``["cell", "C01"]``, ``["+", left, right]``, …
Tree = list[Any]
Kind = Literal["number", "condition"]
Value = Decimal | bool | None

T = TypeVar("T")

LONGEST: Final = 500
DEEPEST: Final = 30
#: Differences below this are none.
NEAR: Final = Decimal("0.000001")

_TOKEN = re.compile(
    r"(?P<blank>\s+)|(?P<cell>\[[^\[\]]*\])|(?P<number>\d+(?:\.\d+)?)|(?P<text>\"[^\"]*\")"
    r"|(?P<sign><=|>=|!=|<>|==|[-+*/<>=≤≥≠(),])|(?P<word>[A-Za-z_]+|[且或非])"
)
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,11}")
_KEY = re.compile(r"[a-z][a-z0-9-]{0,29}")
_SAME_SIGN = {"×": "*", "÷": "/", "\u2212": "-", "“": '"', "”": '"'}
_SAME_WORD = {"且": "and", "或": "or", "非": "not", "==": "=", "<>": "!="}
_SAME_WORD |= {"≤": "<=", "≥": ">=", "≠": "!="}
_COMPARING = ("=", "!=", "<", "<=", ">", ">=")
#: Functions of numbers: name → smallest and largest count of arguments.
_COUNTS = {"min": (1, 20), "max": (1, 20), "sum": (1, 20), "abs": (1, 1), "round": (1, 2)}
#: Functions that read a figure beside the cell.
BESIDE: Final = ("last", "ytd", "target", "median_peers")
#: Words the editor offers, with what they mean.
FUNCTIONS: Final = (
    ("min(…)", "最小的数"),
    ("max(…)", "最大的数"),
    ("sum(…)", "合计，没填的不计"),
    ("abs(…)", "绝对值"),
    ("round(数, 位数)", "四舍五入"),
    ("if(条件, 数, 数)", "条件成立取前者，否则取后者"),
    ("last([编码])", "上期的数"),
    ("ytd([编码])", "本年累计，含本期"),
    ("target([编码])", "年度目标"),
    ("median_peers([编码])", "同级单位中位数"),
    ('other("报表标识", "编码")', "同一单位另一张报表同期的数"),
)


class ExpressionError(ValueError):
    """What is wrong with an expression, in Chinese, and where (counted from 1)."""

    def __init__(self, message: str, position: int) -> None:
        self.message, self.position = message, position
        super().__init__(f"第 {position} 个字：{message}")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def _tokens(text: str) -> list[_Token]:
    # One sign for one sign, so that positions stay those of the typed text.
    plain = "".join(_SAME_SIGN.get(sign) or _half_width(sign) for sign in text)
    found, place = [], 0
    while place < len(plain):
        match = _TOKEN.match(plain, place)
        if match is None:
            raise ExpressionError(f"看不懂“{text[place]}”，请改用说明中列出的符号。", place + 1)
        kind, piece = str(match.lastgroup), match.group()
        if kind != "blank":
            found.append(_Token(kind, _SAME_WORD.get(piece, piece), place + 1))
        place = match.end()
    return [*found, _Token("end", "", len(plain) + 1)]


def _half_width(sign: str) -> str:
    plain = unicodedata.normalize("NFKC", sign)
    return plain if len(plain) == 1 else sign


class _Parser:
    """Recursive descent; every rule returns the tree and its kind."""

    def __init__(self, text: str, codes: frozenset[str] | None) -> None:
        self.tokens, self.place, self.depth = _tokens(text), 0, 0
        self.codes = codes

    @property
    def now(self) -> _Token:
        return self.tokens[self.place]

    def take(self, *texts: str) -> _Token | None:
        token = self.now
        if token.kind in {"sign", "word"} and token.text in texts:
            self.place += 1
            return token
        return None

    def demand(self, text: str) -> None:
        if self.take(text) is None:
            shown = f"“{self.now.text}”" if self.now.text else "结尾"
            raise ExpressionError(f"这里应是“{text}”，却是{shown}。", self.now.at)

    def whole(self) -> tuple[Tree, Kind]:
        found = self.either()
        if self.now.kind != "end":
            raise ExpressionError(f"多出“{self.now.text}”，请检查括号和运算符。", self.now.at)
        return found

    def of_kind(self, rule: Callable[[], tuple[Tree, Kind]], wanted: Kind) -> Tree:
        at = self.now.at
        tree, kind = rule()
        if kind != wanted:
            raise _wrong_kind(wanted, at)
        return tree

    def either(self) -> tuple[Tree, Kind]:
        return self.joined("or", self.both)

    def both(self) -> tuple[Tree, Kind]:
        return self.joined("and", self.denied)

    def joined(self, word: str, rule: Callable[[], tuple[Tree, Kind]]) -> tuple[Tree, Kind]:
        at = self.now.at
        tree, kind = rule()
        while self.take(word):
            if kind != "condition":
                raise _wrong_kind("condition", at)
            tree = [word, tree, self.of_kind(rule, "condition")]
        return tree, kind

    def denied(self) -> tuple[Tree, Kind]:
        if self.take("not"):
            with_depth = self.deeper(lambda: self.of_kind(self.denied, "condition"))
            return ["not", with_depth], "condition"
        return self.compared()

    def compared(self) -> tuple[Tree, Kind]:
        at = self.now.at
        left, kind = self.added()
        sign = self.take(*_COMPARING)
        if sign is None:
            return left, kind
        if kind != "number":
            raise _wrong_kind("number", at)
        tree = [sign.text, left, self.of_kind(self.added, "number")]
        if self.now.text in _COMPARING:
            raise ExpressionError("不能连续比较，请写成“… 且 …”。", self.now.at)
        return tree, "condition"

    def added(self) -> tuple[Tree, Kind]:
        return self.reckoned(("+", "-"), self.multiplied)

    def multiplied(self) -> tuple[Tree, Kind]:
        return self.reckoned(("*", "/"), self.single)

    def reckoned(
        self, signs: tuple[str, ...], rule: Callable[[], tuple[Tree, Kind]]
    ) -> tuple[Tree, Kind]:
        at = self.now.at
        tree, kind = rule()
        while sign := self.take(*signs):
            if kind != "number":
                raise _wrong_kind("number", at)
            tree = [sign.text, tree, self.of_kind(rule, "number")]
        return tree, kind

    def single(self) -> tuple[Tree, Kind]:
        token = self.now
        if self.take("-"):
            inner = self.deeper(lambda: self.of_kind(self.single, "number"))
            return ["neg", inner], "number"
        if self.take("("):
            found = self.deeper(self.either)
            self.demand(")")
            return found
        if token.kind == "number":
            self.place += 1
            if len(token.text) > 18:
                raise ExpressionError("数太长了，最多 18 位。", token.at)
            return ["num", token.text], "number"
        if token.kind == "cell":
            return ["cell", self.cell()], "number"
        if token.kind == "word":
            return self.deeper(self.called)
        if token.kind == "end":
            raise ExpressionError("没有写完，请补上后面的部分。", token.at)
        raise ExpressionError(f"这里不能是“{token.text}”，请检查括号和运算符。", token.at)

    def cell(self) -> str:
        token = self.now
        if token.kind != "cell":
            raise ExpressionError("这里要一个栏目，如 [C01]。", token.at)
        self.place += 1
        code = token.text[1:-1].strip()
        if not _CODE.fullmatch(code) or (self.codes is not None and code not in self.codes):
            raise ExpressionError(f"本表没有栏目“{code}”，请核对编码。", token.at)
        return code

    def called(self) -> tuple[Tree, Kind]:
        name = self.now
        self.place += 1
        if name.text not in {*_COUNTS, *BESIDE, "if", "other"}:
            raise ExpressionError(f"没有函数“{name.text}”；栏目请写在方括号里，如 [C01]。", name.at)
        self.demand("(")
        tree = self.inside(name)
        self.demand(")")
        return tree, "number"

    def inside(self, name: _Token) -> Tree:
        if name.text in BESIDE:
            return [name.text, self.cell()]
        if name.text == "other":
            key = self.quoted(_KEY, '报表标识，如 "annual"')
            self.demand(",")
            return ["other", key, self.quoted(_CODE, '栏目编码，如 "C01"')]
        if name.text == "if":
            condition = self.of_kind(self.either, "condition")
            self.demand(",")
            first = self.of_kind(self.either, "number")
            self.demand(",")
            return ["if", condition, first, self.of_kind(self.either, "number")]
        arguments = [self.of_kind(self.either, "number")]
        while self.take(","):
            arguments.append(self.of_kind(self.either, "number"))
        least, most = _COUNTS[name.text]
        if not least <= len(arguments) <= most:
            count = str(least) if least == most else f"{least} 到 {most}"
            raise ExpressionError(f"“{name.text}”要 {count} 个数。", name.at)
        if name.text == "round" and len(arguments) == 2 and arguments[1][0] != "num":
            raise ExpressionError("保留几位须直接写数字，如 round([C01], 1)。", name.at)
        return [name.text, *arguments]

    def quoted(self, pattern: re.Pattern[str], wanted: str) -> str:
        token = self.now
        text = token.text.strip('"')
        if token.kind != "text" or not pattern.fullmatch(text):
            raise ExpressionError(f"这里要写{wanted}。", token.at)
        self.place += 1
        return text

    def deeper(self, rule: Callable[[], T]) -> T:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError("括号套得太深，请拆成几条检查。", self.now.at)
        found = rule()
        self.depth -= 1
        return found


def _wrong_kind(wanted: Kind, at: int) -> ExpressionError:
    if wanted == "condition":
        return ExpressionError("这里要一个条件，如 [C01] > 0，却是一个数。", at)
    return ExpressionError("这里要一个数，却是一个条件。", at)


def parse(text: str, codes: frozenset[str] | None = None) -> Tree:
    """Read a condition; ``codes`` are the cells that exist. Raises ``ExpressionError``."""
    if len(text) > LONGEST:
        raise ExpressionError(f"太长了，最多 {LONGEST} 个字，请拆成几条检查。", LONGEST + 1)
    if not text.strip():
        raise ExpressionError("请写一个条件，如 [C02] <= [C01]。", 1)
    tree, kind = _Parser(text, codes).whole()
    if kind != "condition":
        raise _wrong_kind("condition", 1)
    return tree


def parse_figure(text: str, codes: frozenset[str]) -> Tree:
    """Read a formula: a number reckoned from cells of the same form and nothing beside them."""
    if len(text) > LONGEST:
        raise ExpressionError(f"太长了，最多 {LONGEST} 个字。", LONGEST + 1)
    tree, kind = _Parser(text, codes).whole()
    if kind != "number":
        raise _wrong_kind("number", 1)
    if beside := next((node[0] for node in _walk(tree) if node[0] in {*BESIDE, "other"}), ""):
        raise ExpressionError(f"公式只能用本表本期的栏目，不能用 {beside}(…)。", 1)
    if not cells_in(tree):
        raise ExpressionError("公式里至少要有一个栏目，如 [C01]。", 1)
    return tree


def divisor_of(tree: Tree) -> str:
    """Code of the cell that the formula of a percentage divides by (``[A] / [B] * 100``), or ""."""
    for node in _walk(tree):
        if node[0] == "/" and node[2][0] == "cell":
            return str(node[2][1])
    return ""


def divides_by_cells(tree: Tree) -> bool:
    """Whether the formula is a quotient of figures, which must not be added up over units."""
    return any(node[0] == "/" and cells_in(node[2]) for node in _walk(tree))


_BINDS = {"or": 1, "and": 2, "not": 3, **dict.fromkeys(_COMPARING, 4)}
_BINDS |= {"+": 5, "-": 5, "*": 6, "/": 6, "neg": 7}


def write(tree: Tree) -> str:
    """The text of a tree; reading it again gives the same tree."""
    head = tree[0]
    binds = _BINDS.get(head, 9)
    if head == "num":
        return str(tree[1])
    if head == "cell":
        return f"[{tree[1]}]"
    if head in BESIDE:
        return f"{head}([{tree[1]}])"
    if head == "other":
        return f'other("{tree[1]}", "{tree[2]}")'
    if head == "not":
        return f"not {_bound(tree[1], binds)}"
    if head == "neg":
        return f"-{_bound(tree[1], binds)}"
    if head in _BINDS:
        # Left to right: an equally strong right side needs its brackets, and
        # a comparison takes no comparison on either side.
        left = binds + 1 if head in _COMPARING else binds
        return f"{_bound(tree[1], left)} {head} {_bound(tree[2], binds + 1)}"
    return f"{head}({', '.join(write(part) for part in tree[1:])})"


def _bound(tree: Tree, least: int) -> str:
    text = write(tree)
    return text if _BINDS.get(tree[0], 9) >= least else f"({text})"


def _walk(tree: Tree) -> Iterator[Tree]:
    yield tree
    for part in tree[1:]:
        if isinstance(part, list):
            yield from _walk(part)


def cells_in(tree: Tree) -> list[str]:
    """Codes of the form's own cells that the condition speaks of, in order."""
    found = [node[1] for node in _walk(tree) if node[0] == "cell" or node[0] in BESIDE]
    return list(dict.fromkeys(found))


def others_in(tree: Tree) -> set[tuple[str, str]]:
    """Cells of other forms the condition reads."""
    return {(node[1], node[2]) for node in _walk(tree) if node[0] == "other"}


def reads(tree: Tree, name: str) -> bool:
    """Whether the condition uses a function, such as ``median_peers``."""
    return any(node[0] == name for node in _walk(tree))


Numbers = Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Figures an expression may read, by cell code; of other forms by ``"key code"``."""

    cell: Numbers = field(default_factory=dict)
    last: Numbers = field(default_factory=dict)
    ytd: Numbers = field(default_factory=dict)
    target: Numbers = field(default_factory=dict)
    median_peers: Numbers = field(default_factory=dict)
    other: Numbers = field(default_factory=dict)


def holds(tree: Tree, around: Surroundings, *, blank_is_zero: bool = False) -> bool | None:
    """Whether the condition holds; None when a missing figure leaves it open."""
    found = _evaluate(tree, around, Decimal(0) if blank_is_zero else None)
    return found if isinstance(found, bool) else None


def figure(tree: Tree, around: Surroundings) -> Decimal | None:
    """The number a formula gives; None when a missing figure leaves it open."""
    found = _evaluate(tree, around, None)
    return None if isinstance(found, bool) else found


def _evaluate(tree: Tree, around: Surroundings, blank: Decimal | None) -> Value:
    head = tree[0]
    if head == "num":
        return Decimal(tree[1])
    if head == "other":
        return _or(around.other.get(f"{tree[1]} {tree[2]}"), blank)
    if head == "cell" or head in BESIDE:
        numbers: Numbers = getattr(around, head)
        return _or(numbers.get(tree[1]), blank)
    parts = [_evaluate(part, around, blank) for part in tree[1:]]
    if head in {"and", "or"}:
        return _logic(head, parts)
    if head == "not":
        return None if parts[0] is None else not parts[0]
    if head == "if":
        return None if parts[0] is None else parts[1 if parts[0] else 2]
    return _number(head, [part for part in parts if not isinstance(part, bool)])


def _or(value: Decimal | None, blank: Decimal | None) -> Decimal | None:
    return blank if value is None else value


def _logic(head: str, parts: list[Value]) -> bool | None:
    deciding = head == "or"
    if deciding in parts:
        return deciding
    return None if None in parts else not deciding


def _number(head: str, parts: list[Decimal | None]) -> Value:
    if head in {"sum", "min", "max"}:
        known = [part for part in parts if part is not None]
        if not known:
            return None
        return (
            sum(known, Decimal(0)) if head == "sum" else min(known) if head == "min" else max(known)
        )
    if None in parts:
        return None
    first, *rest = [part for part in parts if part is not None]
    if head == "abs":
        return abs(first)
    if head == "neg":
        return -first
    if head == "round":
        return _rounded(first, int(min(rest[0], Decimal(6))) if rest else 0)
    return _compare(head, first - rest[0]) if head in _COMPARING else _reckon(head, first, rest[0])


def _rounded(value: Decimal, places: int) -> Decimal:
    if value.adjusted() > 18:
        return value  # beyond every count; more digits than the context holds
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _reckon(head: str, left: Decimal, right: Decimal) -> Decimal | None:
    if head == "+":
        return left + right
    if head == "-":
        return left - right
    if head == "*":
        return left * right
    return left / right if right else None


def _compare(head: str, difference: Decimal) -> bool:
    same = abs(difference) < NEAR
    return {
        "=": same,
        "!=": not same,
        "<": difference < 0 and not same,
        "<=": difference < 0 or same,
        ">": difference > 0 and not same,
        ">=": difference > 0 or same,
    }[head]
