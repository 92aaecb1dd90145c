"""Named shelves on which apps place contributions for the floors above them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Contribution(Protocol):
    @property
    def key(self) -> str: ...


C = TypeVar("C", bound=Contribution)


class Registry(Generic[C]):
    """Keyed contributions, complete once every ``AppConfig.ready()`` has run."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._entries: dict[str, C] = {}

    def register(self, entry: C) -> C:
        if entry.key in self._entries:
            raise ValueError(f"{self.name}: {entry.key!r} is registered twice")
        self._entries[entry.key] = entry
        return entry

    def get(self, key: str) -> C | None:
        return self._entries.get(key)

    def __getitem__(self, key: str) -> C:
        return self._entries[key]

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[C]:
        return iter(sorted(self._entries.values(), key=lambda entry: entry.key))

    def __len__(self) -> int:
        return len(self._entries)
