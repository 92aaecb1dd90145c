"""Input shapes of the year's arrangement: a line a period, and one period by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time
from typing import Any

from django import forms

from gongjian.foundation.calendar.deadlines import hour_label
from orgs.enums import Category, Level
from orgs.fields import UnitsField
from orgs.models import Unit
from orgs.pasted import units_named
from responsibilities.authority import OPEN_QUARTER
from responsibilities.queries.arrangement import FILING_LEVELS, Line

#: Half hours of the working day that a deadline may fall on; empty is the end of the day.
_HALF_HOURS = [time(number // 2, number % 2 * 30) for number in range(16, 48)]
_BETWEEN = re.compile(r"[,，、;；\s]+")
#: A reminder is at most so many working days before or after the deadline.
FARTHEST = {"before": 20, "after": 20}
#: Lines of a pasted list that are named when they cannot be read.
SHOWN_PROBLEMS = 10
KINDS_ASKED = [one for one in Category.choices if one[0] not in {"region", "system"}]


def _day(label: str, **options: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)


def read_steps(text: str) -> tuple[int, ...]:
    """Working days around the deadline; raises with what to do."""
    found = set()
    for part in _BETWEEN.split(text.strip().replace("＋", "+").replace("－", "-")):
        if not part:
            continue
        try:
            step = int(part)
        except ValueError:
            raise forms.ValidationError(f"“{part}”不是天数，请写如：-10，-3，0，1，5。") from None
        if not -FARTHEST["before"] <= step <= FARTHEST["after"]:
            raise forms.ValidationError("提醒须在截止日前后20个工作日以内。")
        found.add(step)
    return tuple(sorted(found))


def written_steps(steps: Sequence[int]) -> str:
    return "，".join(str(step) for step in steps)


class HourField(forms.TypedChoiceField):
    """The hour of a deadline; the end of the day is the usual one."""

    def __init__(self, *, held: time | None = None, **options: Any) -> None:
        offered = sorted({*_HALF_HOURS, *([held] if held else [])})
        choices = [("", hour_label(None)), *((f"{at:%H:%M}", f"{at:%H:%M}") for at in offered)]
        super().__init__(
            choices=choices,
            coerce=time.fromisoformat,
            empty_value=None,
            required=False,
            **options,
        )


class StepsField(forms.CharField):
    """Reminders as numbers of working days."""

    def clean(self, value: Any) -> Any:
        return read_steps(super().clean(value))


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of the page: the period as it is offered, and what is known of it."""

    line: Line
    is_set: bool = False
    is_open: bool = False
    pk: int | None = None
    count: int = 0
    whom: str = ""
    form_title: str = ""

    @property
    def reminder_words(self) -> str:
        return written_steps(self.line.reminders) or "不提醒"

    @property
    def key(self) -> str:
        return f"{self.line.kind}-{self.line.ordinal}"


class YearForm(forms.Form):
    """All periods of a year at once; those that are open are shown and not asked."""

    def __init__(
        self, *args: Any, asked: Sequence[Asked], titles: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked = list(asked)
        for one in self.asked:
            if not one.is_open:
                self._add(one, titles)

    def _add(self, one: Asked, titles: Mapping[str, str]) -> None:
        line, key = one.line, one.key
        self.fields |= {
            f"{key}-on": forms.BooleanField(
                label=f"安排{line.name}", required=False, initial=one.is_set
            ),
            f"{key}-form": forms.ChoiceField(
                label=f"{line.name}报表", choices=list(titles.items()), initial=line.form_key
            ),
            f"{key}-opens": _day(f"{line.name}开始填报日", initial=line.opens_on),
            f"{key}-due": _day(f"{line.name}截止日", initial=line.due_on),
            f"{key}-hour": HourField(
                label=f"{line.name}截止时刻",
                held=line.due_time,
                initial=f"{line.due_time:%H:%M}" if line.due_time else "",
            ),
            f"{key}-lock": forms.IntegerField(
                label=f"{line.name}逾期封表天数",
                required=False,
                min_value=0,
                max_value=365,
                initial=line.locks_after,
                widget=forms.NumberInput(attrs={"placeholder": "不封", "inputmode": "numeric"}),
            ),
            f"{key}-remind": StepsField(
                label=f"{line.name}提醒",
                required=False,
                max_length=60,
                initial=written_steps(line.reminders),
            ),
        }
        for name in ("form", "opens", "due"):
            # An unticked period may be left as it is, whatever stands in its line.
            self.fields[f"{key}-{name}"].required = False

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for one in self.asked:
            key = one.key
            if one.is_open or not values.get(f"{key}-on"):
                continue
            for name, words in (
                ("form", "请选择报表。"),
                ("opens", "请填写开始填报日。"),
                ("due", "请填写截止日。"),
            ):
                if not values.get(f"{key}-{name}") and f"{key}-{name}" not in self.errors:
                    self.add_error(f"{key}-{name}", words)
            opens, due = values.get(f"{key}-opens"), values.get(f"{key}-due")
            if opens and due and due < opens:
                self.add_error(f"{key}-due", "截止日不能早于开始填报日，请更正。")
        return values

    def lines(self) -> list[Line]:
        """The periods that are ticked, as they were typed."""
        values = self.cleaned_data
        found = []
        for one in self.asked:
            key = one.key
            if one.is_open or not values[f"{key}-on"]:
                continue
            found.append(
                replace(
                    one.line,
                    form_key=values[f"{key}-form"],
                    opens_on=values[f"{key}-opens"],
                    due_on=values[f"{key}-due"],
                    due_time=values[f"{key}-hour"],
                    locks_after=values[f"{key}-lock"],
                    reminders=values[f"{key}-remind"],
                )
            )
        return found

    def dropped(self) -> list[tuple[str, int]]:
        """Periods that were set down and are ticked no more."""
        return [
            (one.line.kind, one.line.ordinal)
            for one in self.asked
            if one.is_set and not one.is_open and not self.cleaned_data[f"{one.key}-on"]
        ]

    @property
    def rows(self) -> list[tuple[Asked, dict[str, forms.BoundField]]]:
        names = ("on", "form", "opens", "due", "hour", "lock", "remind")
        return [
            (one, {} if one.is_open else {name: self[f"{one.key}-{name}"] for name in names})
            for one in self.asked
        ]


class ArrangementForm(forms.Form):
    """One period with all that can be set, of whom it asks in particular."""

    name = forms.CharField(
        label="名称",
        max_length=40,
        help_text="各单位在待办和报表上看到这个名称，如“2026年新就业形态劳动者专项”。",
    )
    form_key = forms.ChoiceField(label="报表")
    starts_on = _day("统计期间起日")
    ends_on = _day("统计期间止日")
    opens_on = _day("开始填报日")
    due_on = _day("截止日")
    due_time = HourField(label="截止时刻", help_text="24:00即当日有效；中午截止请选12:00。")
    locks_after = forms.IntegerField(
        label="逾期几天后封表",
        required=False,
        min_value=0,
        max_value=365,
        help_text="不填即不封表。封表后未报单位须经上级批准延期才能补报。",
    )
    levels = forms.MultipleChoiceField(
        label="填报层级",
        choices=[one for one in Level.choices if one[0] != Level.PROVINCE],
        widget=forms.CheckboxSelectMultiple,
    )
    categories = forms.MultipleChoiceField(
        label="单位类别",
        choices=KINDS_ASKED,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="不勾选即该层级的全部单位。",
    )
    units = UnitsField(
        label="逐个指定单位",
        permission=OPEN_QUARTER,
        required=False,
        help_text="指定了单位的，只由这些单位填报，上面的层级和类别不再起作用。",
    )
    pasted = forms.CharField(
        label="粘贴单位名单",
        required=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "每行一个单位的名称或代码"}),
        help_text="从Excel复制一列即可。同名的单位请写代码，或写“名称（上级单位）”。",
    )
    reminders = StepsField(
        label="提醒",
        required=False,
        max_length=60,
        help_text="截止日前后的工作日数，负数为截止前。如：-10，-3，0，1，5。",
    )
    opens_itself = forms.BooleanField(
        label="到开始填报日自动开启",
        required=False,
        help_text="不勾选的，由办公室在本页逐项开启。",
    )

    def __init__(
        self,
        *args: Any,
        line: Line,
        titles: Mapping[str, str],
        is_special: bool,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {
            "name": line.name,
            "form_key": line.form_key,
            "starts_on": line.starts_on,
            "ends_on": line.ends_on,
            "opens_on": line.opens_on,
            "due_on": line.due_on,
            "due_time": f"{line.due_time:%H:%M}" if line.due_time else "",
            "locks_after": line.locks_after,
            "levels": list(line.levels),
            "categories": list(line.categories),
            "units": list(line.unit_ids),
            "reminders": written_steps(line.reminders),
            "opens_itself": line.opens_itself,
        }
        super().__init__(*args, **kwargs)
        self.line = line
        form_key: Any = self.fields["form_key"]
        form_key.choices = list(titles.items())
        if not is_special:
            # The name and the days of a quarter follow from the calendar.
            for name in ("name", "starts_on", "ends_on", "units", "pasted"):
                del self.fields[name]
            return
        units: Any = self.fields["units"]
        units.offer(Unit.objects.filter(closed_on__isnull=True))
        # Asked for below, where no unit was chosen by itself.
        self.fields["levels"].required = False

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "units" not in self.fields:
            return values
        chosen = [unit.pk for unit in values.get("units") or ()]
        if text := values.get("pasted"):
            found = units_named(text, Unit.objects.filter(closed_on__isnull=True))
            for problem in found.problems[:SHOWN_PROBLEMS]:
                self.add_error("pasted", problem)
            if len(found.problems) > SHOWN_PROBLEMS:
                self.add_error(
                    "pasted", f"还有{len(found.problems) - SHOWN_PROBLEMS}行有同样的问题。"
                )
            chosen += [unit.pk for unit in found.units]
        values["unit_ids"] = list(dict.fromkeys(chosen))
        if values["unit_ids"]:
            values["levels"] = values.get("levels") or list(FILING_LEVELS)
        elif not values.get("levels") and "pasted" not in self.errors:
            self.add_error("levels", "请至少选择一个填报层级，或逐个指定单位。")
        return values

    def typed(self) -> Line:
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in self.cleaned_data.items()
            if name not in {"units", "pasted"}
        }
        return replace(self.line, **values)
