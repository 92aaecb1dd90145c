"""Refusals the domain can give; each maps to one HTTP answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class DomainError(Exception):
    """A rule of the program said no; the Chinese message is shown to the user (422)."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class FieldErrors(DomainError):
    """Single values were refused; each message stands beside its field (422)."""

    def __init__(self, errors: Mapping[str, str | Sequence[str]], message: str = "") -> None:
        super().__init__(message or "有内容需要更正，请看各栏旁边的说明。")
        self.errors: dict[str, list[str]] = {
            field: [text] if isinstance(text, str) else list(text) for field, text in errors.items()
        }


class StateConflict(DomainError):
    """The record is no longer in a state this step starts from (409)."""


class NotPermitted(DomainError):
    """The acting post does not hold the needed authority here (403)."""
