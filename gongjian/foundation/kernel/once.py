"""Asking once a page: cards, to-dos and badges of one page share what they look up."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from gongjian.foundation.kernel.actor import Actor

P = ParamSpec("P")
R = TypeVar("R")

_answers: ContextVar[dict[Hashable, Any] | None] = ContextVar("answers", default=None)


@contextmanager
def one_page() -> Iterator[None]:
    """While a page that only reads is built, look-ups marked ``once_a_page`` are made once."""
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def once_a_page(look_up: Callable[P, R]) -> Callable[P, R]:
    """Mark a look-up whose answer cannot change while a page is being read.

    Outside such a page it asks every time. A list is handed out as a copy, so
    that one card may sort or shorten it without the next one noticing.
    """

    @wraps(look_up)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        answers = _answers.get()
        if answers is None:
            return look_up(*args, **kwargs)
        key = _key_of(asked, args, kwargs)
        if key not in answers:
            answers[key] = look_up(*args, **kwargs)
        found = answers[key]
        return list(found) if isinstance(found, list) else found  # type: ignore[return-value]

    return asked


def is_open(look_up: Callable[..., Any], *args: Any) -> bool:
    """Whether a page is being read that does not know this answer yet."""
    answers = _answers.get()
    return answers is not None and _key_of(look_up, args, {}) not in answers


def keep(answer: object, look_up: Callable[..., Any], *args: Any) -> None:
    """What a marked look-up would find, found otherwise; nothing is kept outside a page."""
    answers = _answers.get()
    if answers is not None:
        answers[_key_of(look_up, args, {})] = answer


def _key_of(look_up: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Hashable, ...]:
    named = ((name, _key(value)) for name, value in kwargs.items())
    return (look_up, *map(_key, args), *named)


def _key(value: object) -> Hashable:
    """A request has one actor; all other arguments must tell themselves apart."""
    if isinstance(value, Actor):
        return (value.tenant_id, value.user_id, value.post_id)
    hash(value)
    return value
