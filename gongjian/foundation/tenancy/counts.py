"""Counting many things in one statement, for figures that stand on every page."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from gongjian.foundation.tenancy.together import fetch_all

R = TypeVar("R")


def count_all(questions: Sequence[QuerySet[Any] | None]) -> list[int]:
    """How many rows each question has, asked together; None and what cannot be have none.

    Each question keeps its own tenant filter, and the wall stands behind it, as
    when it is asked alone.
    """
    parts: list[str] = []
    arguments: list[Any] = []
    answered: list[int] = []
    for position, question in enumerate(questions):
        if question is None:
            continue
        try:
            sql, params = _rows_of(question).query.sql_with_params()
        except EmptyResultSet:
            continue
        # The text is Django's own; every value of it is an argument.
        parts.append(f"(SELECT count(*) FROM ({sql}) AS rows_{position})")  # noqa: S608
        arguments += params
        answered.append(position)
    counts = [0] * len(questions)
    if parts:
        with connection.cursor() as cursor:
            cursor.execute("SELECT " + ", ".join(parts), arguments)
            for position, count in zip(answered, cursor.fetchone(), strict=True):
                counts[position] = count
    return counts


def _rows_of(question: QuerySet[Any]) -> QuerySet[Any]:
    """The keys alone, in no order, unless order or columns say which rows they are."""
    query = question.query
    if query.is_sliced or query.combinator or query.distinct_fields:
        return question
    if query.distinct or query.group_by is not None:
        return question.order_by()
    return question.order_by().values("pk")


#: Answers with more rows than these are fetched on their own, and only when looked through.
FEW = 50


@dataclass(slots=True)
class Answer:
    """How many rows a question has; they are fetched when they are looked through, if any."""

    question: QuerySet[Any] | None
    count: int
    #: The answers given together with this one: their few rows come in the same statement.
    beside: list[Answer] = field(default_factory=list, repr=False)

    def __bool__(self) -> bool:
        return self.count > 0

    def __iter__(self) -> Iterator[Any]:
        if not self.count or self.question is None:
            return iter(())
        if self.count <= FEW:
            fetch_all([each.question for each in self.beside if 0 < each.count <= FEW])
        return iter(self.question)

    def first(self) -> Any:
        """The first row, None where there is none."""
        return next(iter(self), None)


#: ``first, second = yield [question, question]``: the asker goes on when both are counted.
Asking = Generator[list[QuerySet[Any] | None], list[Answer], R]


def ask_together(askers: Sequence[Asking[R] | R]) -> list[R]:
    """Let many askers say what they look for first, and count all of it in one statement.

    Most things that could wait for somebody do not: asking for each alone costs
    a statement to learn of every empty list. What is there is fetched in one
    more statement, when the first asker looks.
    """
    results: dict[int, R] = {}
    questions: dict[int, list[QuerySet[Any] | None]] = {}
    for place, asker in enumerate(askers):
        _go_on(place, asker, None, questions, results)
    while questions:
        asked, questions = questions, {}
        counts = iter(count_all([one for some in asked.values() for one in some]))
        given = {
            place: [Answer(one, next(counts)) for one in some] for place, some in asked.items()
        }
        beside = [answer for answers in given.values() for answer in answers]
        for answer in beside:
            answer.beside = beside
        for place, answers in given.items():
            _go_on(place, askers[place], answers, questions, results)
    return [results[place] for place in range(len(askers))]


def _go_on(
    place: int,
    asker: Asking[R] | R,
    answers: list[Answer] | None,
    questions: dict[int, list[QuerySet[Any] | None]],
    results: dict[int, R],
) -> None:
    if not isinstance(asker, Generator):
        results[place] = asker
        return
    try:
        questions[place] = next(asker) if answers is None else asker.send(answers)
    except StopIteration as done:
        results[place] = done.value
