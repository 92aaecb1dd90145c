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


class Outdated(FieldErrors):
    """Somebody else saved first (422). The page keeps what was typed and shows what was saved.

    ``revision`` is the one that stands now, so that saving again after looking succeeds;
    ``saved`` holds what stands there in plain words, by its label.
    """

    def __init__(self, field: str, *, revision: int, saved: Mapping[str, str]) -> None:
        super().__init__(
            {
                field: "刚才在别处保存过，那一稿列在页面下方。您的文字还在这里，"
                "请核对、合并后再保存一次。"
            }
        )
        self.revision = revision
        self.saved = {label: text for label, text in saved.items() if text}


class StateConflict(DomainError):
    """The record is no longer in a state this step starts from (409)."""


class NotPermitted(DomainError):
    """The acting post does not hold the needed authority here (403)."""
