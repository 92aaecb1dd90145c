"""Fetching the rows of many questions in one statement, whatever their tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from psycopg2 import extensions

from gongjian.foundation.kernel.once import is_open, keep


def fetch_all(questions: Sequence[QuerySet[Any] | None]) -> list[list[Any]]:
    """The rows of each question, asked together; None has none.

    A page that looks at ten small tables waits ten times for the way there and
    back. Here each question stays as Django wrote it, with its tenant filter and
    the wall behind it; its rows come as text beside the numbers of their types
    and are read by the driver's own casters, as when it is asked alone. What was
    fetched stays in the query sets.
    """
    alone = [question for question in questions if question is not None]
    with connection.cursor() as cursor:
        prepared = [each for each in map(_prepare, alone) if each is not None]
        if len(prepared) > 1:
            _ask(cursor, prepared)
    return [[] if question is None else list(question) for question in questions]


def first_of(rows: Iterable[Any]) -> Any:
    """The first row, or None."""
    return next(iter(rows), None)


@dataclass(frozen=True, slots=True)
class LookUp:
    """A look-up marked ``once_a_page`` as a question that can be asked with others."""

    look_up: Callable[..., Any]
    args: tuple[Any, ...]
    question: QuerySet[Any]
    #: The rows as the look-up would hand them out.
    read: Callable[[list[Any]], Any] = first_of


def look_up_together(look_ups: Iterable[LookUp]) -> None:
    """Ask ahead, in one statement, what this page is going to look up anyway."""
    waiting = []
    for each in look_ups:
        if is_open(each.look_up, *each.args):
            keep(None, each.look_up, *each.args)
            waiting.append(each)
    found = fetch_all([each.question for each in waiting])
    for each, rows in zip(waiting, found, strict=True):
        keep(each.read(rows), each.look_up, *each.args)


class _Prepared:
    """A question compiled once: its text goes out with the others, its rows come back here."""

    def __init__(self, question: QuerySet[Any], compiler: Any, sql: str, params: Any) -> None:
        self.question = question
        self.compiler = compiler
        self.sql = sql
        self.params = params
        self.width = len(compiler.select)

    def part(self, place: int) -> str:
        names = [f"c{number}" for number in range(self.width)]
        texts = ", ".join(f"{name}::text" for name in names)
        types = ", ".join(f"pg_typeof({name})::oid::bigint" for name in names)
        # The text is Django's own; every value of it is an argument.
        return (
            f"SELECT {place} AS place, row_number() OVER () AS line, "  # noqa: S608
            f"CASE WHEN row_number() OVER () = 1 THEN ARRAY[{types}] END AS types, "
            f"ARRAY[{texts}] AS texts FROM ({self.sql}) AS q{place}({', '.join(names)})"
        )

    def take(self, rows: list[tuple[Any, ...]]) -> None:
        """Build the records from these rows, as Django builds them from its own."""
        query: Any = self.question.query
        self.compiler.execute_sql = lambda *_, **__: [rows]
        query.get_compiler = lambda *_, **__: self.compiler
        try:
            len(self.question)
        finally:
            # A query made from this one later must ask for itself.
            del query.get_compiler


def _prepare(question: QuerySet[Any]) -> _Prepared | None:
    """None where there is nothing to ask, or Django has to ask by itself."""
    if question._result_cache is not None:
        return None
    compiler: Any = question.query.get_compiler(using=question.db)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    if compiler.has_extra_select or question.query.combinator:
        return None
    return _Prepared(question, compiler, sql, params)


def _ask(cursor: Any, prepared: list[_Prepared]) -> None:
    parts = [each.part(place) for place, each in enumerate(prepared)]
    arguments = [value for each in prepared for value in each.params]
    cursor.execute(" UNION ALL ".join(parts) + " ORDER BY place, line", arguments)
    rows: dict[int, list[tuple[Any, ...]]] = {place: [] for place in range(len(prepared))}
    casters: list[Callable[[Any, Any], Any]] = []
    raw = _driver_cursor(cursor)
    for place, line, types, texts in cursor.fetchall():
        if line == 1:
            casters = [_caster(raw, number) for number in types]
        read = zip(casters, texts, strict=True)
        rows[place].append(tuple(None if text is None else cast(text, raw) for cast, text in read))
    for place, each in enumerate(prepared):
        each.take(rows[place])


def _driver_cursor(cursor: Any) -> Any:
    while not isinstance(cursor, extensions.cursor):
        cursor = cursor.cursor
    return cursor


def _caster(raw: Any, number: int) -> Callable[[Any, Any], Any]:
    """What reads a value of this type from its text: the connection's own caster first."""
    own = raw.connection.string_types or {}
    found: Callable[[Any, Any], Any] = (
        own.get(number) or extensions.string_types.get(number) or extensions.UNICODE
    )
    return found
