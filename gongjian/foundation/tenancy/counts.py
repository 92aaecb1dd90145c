"""Counting many things in one statement, for figures that stand on every page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


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
