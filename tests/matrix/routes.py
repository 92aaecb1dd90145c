"""Every address of the product, what it needs, and which row stands behind each part of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import authorities
from gongjian.foundation.web.pages import Page
from tests.matrix.targets import GUARDED_BY, MODELS, OPEN, VALUES
from tests.matrix.world import Side, is_placed

METHODS = ("get", "post")


class NoContract(AssertionError):
    """An address of which nobody has said who may open it, or what its parts name."""


@dataclass(frozen=True, slots=True)
class Route:
    """One address: its name, its page and what the page declares."""

    name: str
    view: Any
    parts: tuple[str, ...]

    @property
    def permission(self) -> str:
        return str(self.view.permission)

    @property
    def reach_of(self) -> dict[str, Reach]:
        """Role → reach, as the permission is declared."""
        found = next(entry for entry in authorities if entry.key == self.permission)
        return dict(found.roles)

    @property
    def methods(self) -> tuple[str, ...]:
        return tuple(name for name in METHODS if hasattr(self.view, name))

    @property
    def model(self) -> type[models.Model] | None:
        """Table of the row that the address names by ``pk``."""
        if "pk" not in self.parts:
            return None
        if self.name in MODELS:
            return apps.get_model(MODELS[self.name])
        queryset = getattr(self.view, "queryset", None)
        if queryset is None:
            raise NoContract(f"{self.name}: say in tests/matrix/targets.py which row pk names")
        found: type[models.Model] = queryset.model
        return found

    @property
    def is_placed(self) -> bool:
        return self.model is not None and is_placed(self.model)

    def addresses(self, side: Side, place: str) -> Iterator[str]:
        """The address with the rows of one place; several where a part is a word of a list."""
        yield from self._with({part: self._values(part, side, place) for part in self.parts})

    def never(self, side: Side, place: str, key: int) -> Iterator[str]:
        """The same with rows that never were; the words of lists stay."""
        yield from self._with(
            {
                part: [key] if self._names_a_row(part) else self._values(part, side, place)
                for part in self.parts
            }
        )

    def _with(self, values: dict[str, list[Any]]) -> Iterator[str]:
        longest = max((len(several) for several in values.values()), default=1)
        for turn in range(longest):
            chosen = {part: several[turn % len(several)] for part, several in values.items()}
            yield reverse(self.name, kwargs=chosen)

    def _names_a_row(self, part: str) -> bool:
        said = VALUES.get(f"{self.name} {part}", VALUES.get(part))
        return part == "pk" or isinstance(said, str)

    @property
    def names_rows(self) -> bool:
        return any(self._names_a_row(part) for part in self.parts)

    def _values(self, part: str, side: Side, place: str) -> list[Any]:
        if part == "step" and hasattr(self.view, "services"):
            return sorted(self.view.services)
        if part == "pk":
            model = self.model
        else:
            said = VALUES.get(f"{self.name} {part}", VALUES.get(part))
            if said is None:
                raise NoContract(f"{self.name}: say in tests/matrix/targets.py what {part} is")
            if callable(said):
                return [said(side, place)]
            if not isinstance(said, str):
                return list(said)
            model = apps.get_model(said)
        assert model is not None
        key = side.row(model, place)
        if key is None:
            raise NoContract(f"{self.name}: the world has no {model._meta.label} at {place}")
        return [key]


@dataclass(slots=True)
class Addresses:
    pages: list[Route] = field(default_factory=list)
    #: Of other packages, and those open to all.
    others: dict[str, Any] = field(default_factory=dict)


def addresses() -> Addresses:
    """Walk the whole URLconf; an address without a contract is an error."""
    found = Addresses()
    for name, pattern in _walk(get_resolver(), ""):
        view = getattr(pattern.callback, "view_class", None)
        if view is not None and issubclass(view, Page):
            if view.permission not in authorities:
                raise NoContract(f"{name} names no declared permission")
            parts = tuple(pattern.pattern.converters) or tuple(
                pattern.pattern.regex.groupindex  # re_path
            )
            found.pages.append(Route(name, view, parts))
        elif name in OPEN or _is_guarded(pattern.callback):
            found.others[name] = pattern
        else:
            raise NoContract(f"{name or pattern} is no Page and stands in no list of targets.py")
    return found


def _is_guarded(view: Any) -> bool:
    """Tell whether another package answers here, itself or as the admin's bound method."""
    if hasattr(view, "admin_site") or hasattr(view, "model_admin"):
        return True
    home = getattr(view, "view_class", view)
    return str(home.__module__).startswith(GUARDED_BY)


def _walk(resolver: URLResolver, namespace: str) -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _walk(entry, entry.namespace or namespace)
        else:
            yield f"{namespace}:{entry.name}" if namespace else str(entry.name), entry
