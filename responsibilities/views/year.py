"""年度安排: the year of filing in one screen, one period by itself, and its opening."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any

from django.urls import reverse

from gongjian.foundation.calendar.models import PeriodKind
from gongjian.foundation.calendar.periods import FILING_DAYS
from gongjian.foundation.calendar.working_days import (
    corrections,
    corrections_ahead,
    working_deadline,
)
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.together import look_up_together
from gongjian.foundation.web.pages import ConfirmPage, FormPage, RecordsMixin
from responsibilities.authority import OPEN_QUARTER
from responsibilities.forms.year import ArrangementForm, Asked, YearForm
from responsibilities.models import Arrangement
from responsibilities.queries.arrangement import (
    Line,
    arranged,
    arranged_ahead,
    arranged_years,
    copied_lines,
    form_titles,
    line_of,
    opened_without,
    units_asked,
    usual_lines,
)
from responsibilities.queries.returns import latest_form
from responsibilities.services.year import (
    Arranged,
    add_special,
    arrange,
    arrange_year,
    drop_arrangement,
    open_arranged,
)
from responsibilities.year_chart import chart_of


class _YearPage(FormPage, base=True):
    permission = OPEN_QUARTER

    @cached_property
    def year(self) -> int:
        text = self.request.GET.get("year") or self.request.POST.get("year") or ""
        day = today()
        # From October on the year that is planned is the next one.
        usual = day.year + (day.month >= 10)
        return int(text) if text.isdigit() and 2000 <= int(text) <= 2100 else usual

    def get_cancel_url(self) -> str:
        return f"{reverse('responsibilities:year')}?year={self.year}"

    def get_success_url(self, result: Any) -> str:
        return self.get_cancel_url()


class Year(_YearPage):
    """All periods of a year, the usual ones offered, last year's copied on demand."""

    form_class = YearForm
    template_name = "responsibilities/year.html"
    submit_label = "保存安排"

    def get_heading(self) -> str:
        return f"{self.year}年度填报安排"

    @cached_property
    def titles(self) -> dict[str, str]:
        return form_titles()

    @cached_property
    def asked(self) -> list[Asked]:
        look_up_together(
            [arranged_ahead(self.year), arranged_ahead(self.year - 1), corrections_ahead()]
        )
        held = {(row.period.kind, row.period.ordinal): row for row in arranged(self.year)}
        offered = {(line.kind, line.ordinal): (line, False) for line in usual_lines(self.year)}
        if self.request.GET.get("copy"):
            copied = copied_lines(self.year)
            offered |= {(line.kind, line.ordinal): (line, True) for line in copied}
        offered |= {key: (line_of(row), True) for key, row in held.items()}
        opened = {(line.kind, line.ordinal): (line, n) for line, n in opened_without(self.year)}
        offered |= {key: (line, True) for key, (line, _) in opened.items()}
        counts: dict[Any, int] = {}
        found = []
        for key, (line, is_set) in offered.items():
            scope = (line.levels, line.categories, line.unit_ids)
            if scope not in counts:
                counts[scope] = units_asked(*scope).count()
            row: Any = held.get(key)
            found.append(
                Asked(
                    line=line,
                    is_set=is_set,
                    is_open=row.is_open if row else key in opened,
                    pk=row.pk if row else None,
                    count=opened[key][1] if key in opened else counts[scope],
                    form_title=self.titles.get(line.form_key, "已停用的报表"),
                    whom=row.whom
                    if row
                    else Arrangement(levels=line.levels, categories=line.categories).whom,
                )
            )
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"asked": self.asked, "titles": self.titles}

    def perform(self, form: Any) -> Arranged:
        done = arrange_year(self.year, actor=self.actor, lines=form.lines(), dropped=form.dropped())
        words = [
            f"{word}{count}期"
            for word, count in (
                ("新安排", done.fresh),
                ("修改", done.changed),
                ("取消", done.dropped),
            )
            if count
        ]
        self.say(f"已保存：{'，'.join(words)}。" if words else "没有改动。")
        return done

    def get_extra(self) -> dict[str, Any]:
        looks = [
            (one.line, "open" if one.is_open else "special" if _is_special(one) else "set")
            for one in self.asked
            if one.is_set
        ]
        chosen = [one for one in self.asked if one.is_set]
        years = sorted({*arranged_years(), self.year - 1, self.year, self.year + 1})
        return {
            "year": self.year,
            "years": years,
            "chart": chart_of(looks, today()),
            "set_count": len(chosen),
            "total": sum(one.count for one in chosen),
            "has_forms": bool(self.titles),
            "may_copy": not self.request.GET.get("copy")
            and bool(arranged(self.year - 1) or opened_without(self.year - 1)),
            "is_copy": bool(self.request.GET.get("copy")),
            "last_year": self.year - 1,
        }


def _is_special(one: Asked) -> bool:
    return one.line.kind == PeriodKind.SPECIAL


class SpecialCreate(_YearPage):
    """增加专项: asked once, on a form and of units of its own."""

    form_class = ArrangementForm
    heading = "增加专项报表"
    submit_label = "保存专项"
    template_name = "responsibilities/arrangement_form.html"
    help_text = "专项与季度报表可在同一时间填报，各用各的报表、范围和期限，汇总互不相混。"

    def get_form_kwargs(self) -> dict[str, Any]:
        titles = form_titles()
        quarter = usual_lines(self.year)[0]
        beside = next((key for key in titles if key != quarter.form_key), quarter.form_key)
        opens_on = max(today(), quarter.starts_on)
        line = Line(
            kind=PeriodKind.SPECIAL,
            ordinal=0,
            name="",
            starts_on=quarter.starts_on,
            ends_on=date(self.year, 12, 31),
            opens_on=opens_on,
            due_on=working_deadline(opens_on, FILING_DAYS, corrections()),
            form_key=beside,
            reminders=quarter.reminders,
        )
        return {"line": line, "titles": titles, "is_special": True}

    def perform(self, form: Any) -> Arrangement:
        held = add_special(self.year, form.typed(), actor=self.actor)
        count = units_asked(held.levels, held.categories, held.unit_ids).count()
        self.say(f"已安排{held.period}，开启后{count}家单位各应报一份。")
        return held

    def get_extra(self) -> dict[str, Any]:
        return {"crumbs": [("年度安排", self.get_cancel_url())]}


class _ArrangementPage(RecordsMixin, _YearPage, base=True):
    queryset = Arrangement.objects.select_related("period")

    @cached_property
    def held(self) -> Arrangement:
        found: Arrangement = self.get_object()
        return found

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        return [("年度安排", self.get_cancel_url())]

    def get_cancel_url(self) -> str:
        return self.held.get_absolute_url()


class ArrangementEdit(_ArrangementPage):
    """One period with its scope."""

    form_class = ArrangementForm
    template_name = "responsibilities/arrangement_form.html"
    submit_label = "保存"
    success_message = "已保存。"

    def get_heading(self) -> str:
        return f"安排{self.held.period}"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            "line": line_of(self.held),
            "titles": form_titles(),
            "is_special": self.held.period.kind == PeriodKind.SPECIAL,
        }

    def perform(self, form: Any) -> Arrangement:
        return arrange(self.held.period.year, form.typed(), actor=self.actor)

    def get_extra(self) -> dict[str, Any]:
        return {"crumbs": self.crumbs}


class ArrangementOpen(_ArrangementPage, ConfirmPage):
    """开启: says how many obligations it makes, on which version, before it does."""

    submit_label = "开启填报"

    def get_heading(self) -> str:
        return f"开启{self.held.period}填报"

    def perform(self, form: Any) -> int:
        count = open_arranged(self.held, actor=self.actor)
        self.say(
            f"已开启{self.held.period}填报，{count}家单位应报。"
            if count
            else "没有新增的应报单位。"
        )
        return count

    def get_extra(self) -> dict[str, Any]:
        held = self.held
        form = latest_form(held.form_key)
        count = units_asked(held.levels, held.categories, held.unit_ids).count()
        question = (
            "所用的报表还没有发布，请先在“报表格式”中发布。"
            if form is None
            else f"将为{held.whom}共 {count} 家单位各生成一份应报，使用“{form}”，"
            f"{held.period.due_label}截止。开启后期限和范围不能再改，个别单位可以延期或免报。"
        )
        return {"object": held.period, "question": question, "crumbs": self.crumbs}


class ArrangementDrop(_ArrangementPage, ConfirmPage):
    """取消安排 of a period that is not open."""

    submit_label = "取消安排"

    def get_heading(self) -> str:
        return f"取消安排{self.held.period}"

    def perform(self, form: Any) -> str:
        url = self.held.get_absolute_url()
        drop_arrangement(self.held, actor=self.actor)
        self.say("已取消安排。")
        return url

    def get_success_url(self, result: Any) -> str:
        return str(result)

    def get_extra(self) -> dict[str, Any]:
        return {
            "object": self.held.period,
            "question": "还没有开启，取消后不影响任何单位。",
            "crumbs": self.crumbs,
        }
