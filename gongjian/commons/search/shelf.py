"""Shelf of what can be found. The search reads the mechanisms through here and imports none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.signals import post_delete, post_save

from gongjian.commons.search.services import forget_record, note_record
from gongjian.foundation.kernel.actor import Actor
from gongjian.foundation.kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class SearchSource:
    """Records of one kind: their words, who may read them, and what a hit shows."""

    key: str
    label: str
    model: type[Model]
    #: Title and text as plain words.
    text: Callable[[Any], str]
    #: Exactly the records that the actor may open.
    readable: Callable[[Actor], QuerySet[Any]]
    #: A line about a hit: unit, day, state.
    about: Callable[[Any], str]
    #: Saving other fields alone does not touch the index.
    fields: frozenset[str]
    #: Rows that the text is made of besides the record, with their key of the record.
    parts: tuple[tuple[type[Model], str], ...] = ()
    order: int = 100


search_sources: Registry[SearchSource] = Registry("search_sources")


def offer(source: SearchSource) -> SearchSource:
    """Put a source on the shelf; from now on its records are indexed as they are saved."""
    search_sources.register(source)

    def saved(instance: Any, update_fields: frozenset[str] | None, **_: Any) -> None:
        if update_fields is None or not source.fields.isdisjoint(update_fields):
            note_record(source.key, instance.pk, source.text(instance))

    def deleted(instance: Any, **_: Any) -> None:
        forget_record(source.key, instance.pk)

    post_save.connect(saved, source.model, weak=False, dispatch_uid=f"search {source.key}")
    post_delete.connect(deleted, source.model, weak=False, dispatch_uid=f"search {source.key}")
    for model, column in source.parts:
        _follow(source, model, column)
    return source


def _follow(source: SearchSource, model: type[Model], column: str) -> None:
    """The text of a record changes with its parts."""

    def changed(instance: Any, **_: Any) -> None:
        # Gone when the part is deleted together with its record.
        record = source.model._default_manager.filter(pk=getattr(instance, column)).first()
        if record is not None:
            note_record(source.key, record.pk, source.text(record))

    uid = f"search {source.key} {model._meta.label}"
    post_save.connect(changed, model, weak=False, dispatch_uid=uid)
    post_delete.connect(changed, model, weak=False, dispatch_uid=uid)
