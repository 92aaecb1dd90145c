"""Choice of a unit among thousands: the first ones at once, the others by typing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse_lazy
from django.utils.http import urlencode

from orgs.models import Unit

#: Options that stand in the page; more would weigh more than the page itself.
AT_ONCE = 200


def unit_label(unit: Unit) -> str:
    """Villages bear the same names everywhere, so the unit above stands behind."""
    return f"{unit.name}（{unit.parent.name}）" if unit.parent is not None else unit.name


class _UnitChoices:
    """Draws the first units and the chosen ones; a search brings the others."""

    units: QuerySet[Unit] | None = None
    permission = ""
    is_multiple = False
    pinyin: Mapping[int, str] = {}

    def options_for(self, chosen: Iterable[Any]) -> list[tuple[Any, str]]:
        if self.units is None:
            return []
        units = self.units.select_related("parent").order_by("depth", "path")
        shown = list(units[:AT_ONCE])
        known = {str(unit.pk) for unit in shown}
        missing = [pk for pk in map(str, chosen) if pk.isdigit() and pk not in known]
        if missing:
            shown += units.filter(pk__in=missing)
        self.pinyin = {unit.pk: f"{unit.pinyin} {unit.code}" for unit in shown}
        blank = [] if self.is_multiple else [("", "请选择单位")]
        return [*blank, *((unit.pk, unit_label(unit)) for unit in shown)]

    def attributes(self) -> dict[str, Any]:
        address = reverse_lazy("orgs:unit_options")
        query = urlencode({"for": self.permission})
        return {
            "data-pick": True,
            "data-url": f"{address}?{query}",
            "data-placeholder": "名称、代码或拼音首字母",
        }


class UnitSelect(_UnitChoices, forms.Select):
    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> Any:
        self.choices = self.options_for(value)
        return super().optgroups(name, value, attrs)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return super().get_context(name, value, {**self.attributes(), **(attrs or {})})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if value in self.pinyin:
            option["attrs"]["data-pinyin"] = self.pinyin[value]
        return option


class UnitSelectMultiple(_UnitChoices, forms.SelectMultiple):
    is_multiple = True

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> Any:
        self.choices = self.options_for(value)
        return super().optgroups(name, value, attrs)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return super().get_context(name, value, {**self.attributes(), **(attrs or {})})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if value in self.pinyin:
            option["attrs"]["data-pinyin"] = self.pinyin[value]
        return option


_MISSING = {"invalid_choice": "没有这个单位，或当前职务不能选它，请重新选择。"}


class UnitField(forms.ModelChoiceField):
    """One unit. ``permission`` says which reach the search keeps to."""

    widget = UnitSelect

    def __init__(self, *, permission: str, **options: Any) -> None:
        super().__init__(queryset=Unit.objects.none(), error_messages=_MISSING, **options)
        self.widget.permission = permission

    def offer(self, units: QuerySet[Unit]) -> None:
        """Choose among these; the form calls it with what the post may reach."""
        self.queryset = units
        self.widget.units = units


class UnitsField(forms.ModelMultipleChoiceField):
    """Several units."""

    widget = UnitSelectMultiple

    def __init__(self, *, permission: str, **options: Any) -> None:
        super().__init__(
            queryset=Unit.objects.none(),
            error_messages={**_MISSING, "invalid_choice": _MISSING["invalid_choice"]},
            **options,
        )
        self.widget.permission = permission

    def offer(self, units: QuerySet[Unit]) -> None:
        self.queryset = units
        self.widget.units = units
