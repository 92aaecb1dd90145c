"""The language of checks: what is read, what is refused and where, what it says."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responsibilities.checks import surroundings_of
from responsibilities.expressions import (
    ExpressionError,
    Surroundings,
    cells_in,
    holds,
    others_in,
    parse,
    reads,
    write,
)

CASES = json.loads(Path(__file__).with_name("expression_cases.json").read_text("utf-8"))
CODES = ("A1", "B1", "C01")

numbers = st.one_of(
    st.integers(0, 10**6).map(lambda number: ["num", str(number)]),
    st.sampled_from(CODES).map(lambda code: ["cell", code]),
    st.tuples(
        st.sampled_from(["last", "ytd", "target", "median_peers"]), st.sampled_from(CODES)
    ).map(list),
    st.just(["other", "annual", "C01"]),
)


def grown(inner):
    return st.one_of(
        st.tuples(st.sampled_from("+-*/"), inner, inner).map(list),
        st.tuples(st.sampled_from(["neg", "abs"]), inner).map(list),
        st.tuples(st.sampled_from(["min", "max", "sum"]), inner, inner).map(list),
    )


sums = st.recursive(numbers, grown, max_leaves=8)
comparisons = st.tuples(st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), sums, sums).map(list)
conditions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["and", "or"]), inner, inner).map(list),
        inner.map(lambda tree: ["not", tree]),
    ),
    max_leaves=4,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_the_shared_table_of_cases(case):
    tree = parse(case["text"])
    found = holds(
        tree, surroundings_of(case["values"]), blank_is_zero=case.get("blankIsZero", False)
    )
    assert found is case["holds"]


@given(conditions)
def test_what_is_written_reads_back_as_the_same_tree(tree):
    try:
        assert parse(write(tree)) == tree
    except ExpressionError as error:
        # Only for its length or depth may a tree of ours be refused.
        assert "太长" in str(error) or "太深" in str(error)  # noqa: PT017 -- both are right


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text):
    try:
        tree = parse(text)
    except ExpressionError as error:
        assert 1 <= error.position <= len(text) + 1  # noqa: PT017 -- both outcomes are right
    else:
        assert parse(write(tree)) == tree


def model(tree, values):
    """The same meaning written down a second time, for whole numbers and no gaps."""
    head = tree[0]
    if head == "num":
        return Decimal(tree[1])
    if head == "cell":
        return values[tree[1]]
    left, *rest = [model(part, values) for part in tree[1:]]
    right = rest[0] if rest else None
    return {
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right,
        "neg": lambda: -left,
        "abs": lambda: abs(left),
        "min": lambda: min(left, right),
        "max": lambda: max(left, right),
        "sum": lambda: left + right,
        "=": lambda: left == right,
        "!=": lambda: left != right,
        "<": lambda: left < right,
        "<=": lambda: left <= right,
        ">": lambda: left > right,
        ">=": lambda: left >= right,
        "and": lambda: left and right,
        "or": lambda: left or right,
        "not": lambda: not left,
    }[head]()


plain = st.one_of(
    st.integers(0, 1000).map(lambda number: ["num", str(number)]),
    st.sampled_from(CODES).map(lambda code: ["cell", code]),
)
plain_sums = st.recursive(
    plain,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["+", "-", "*", "min", "max", "sum"]), inner, inner).map(list),
        st.tuples(st.sampled_from(["neg", "abs"]), inner).map(list),
    ),
    max_leaves=6,
)
plain_conditions = st.recursive(
    st.tuples(st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), plain_sums, plain_sums).map(list),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["and", "or"]), inner, inner).map(list),
        inner.map(lambda tree: ["not", tree]),
    ),
    max_leaves=4,
)


@given(plain_conditions, st.fixed_dictionaries({code: st.integers(0, 1000) for code in CODES}))
def test_without_gaps_a_condition_means_what_python_means(tree, values):
    figures = {code: Decimal(value) for code, value in values.items()}
    assert holds(tree, Surroundings(cell=figures)) is model(tree, figures)


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("", 1, "请写一个条件"),
        ("[A1] + 1", 1, "却是一个数"),
        ("[A1] > 1 and 3", 14, "要一个条件"),
        ("[A1] > ([B1] > 1)", 8, "却是一个条件"),
        ("[X9] > 1", 1, "没有栏目“X9”"),
        ("[A1] >", 7, "没有写完"),
        ("[A1] ≤ 1 且 ×", 12, "不能是"),
        ("[A1] ≤ [B", 8, "看不懂"),
        ("1 < [A1] < 3", 10, "不能连续比较"),
        ("[A1] > 1)", 9, "多出"),
        ("import(1) = 1", 1, "没有函数“import”"),
        ("[A1] > 'x'", 8, "看不懂"),
        ("last(3) = 1", 6, "要一个栏目"),
        ("abs(1, 2) = 1", 1, "要 1 个数"),
        ("round([A1], [B1]) = 1", 1, "直接写数字"),
        ('other("年报", "C01") = 1', 7, "报表标识"),
        ("[A1] = " + "(" * 40 + "1" + ")" * 40, 39, "套得太深"),
        ("[A1] = 1" + " " * 500, 501, "太长"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words_and_with_its_place(text, position, message):
    with pytest.raises(ExpressionError, match=message) as caught:
        parse(text, frozenset(CODES))
    assert caught.value.position == position


def test_a_tree_tells_what_it_reads():
    tree = parse('[A1] > last([B1]) and other("annual", "C01") > 1')
    assert cells_in(tree) == ["A1", "B1"]
    assert others_in(tree) == {("annual", "C01")}
    assert reads(tree, "last")
    assert not reads(tree, "ytd")
