"""Pages of what is owed: the list, one obligation, acts on many, whom to call."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.timezone import localtime

from gongjian.foundation.calendar.deadlines import spoken
from gongjian.foundation.calendar.models import Period
from gongjian.foundation.calendar.working_days import corrections_ahead
from gongjian.foundation.kernel.dates import long_date, today
from gongjian.foundation.tenancy.counts import count_all
from gongjian.foundation.tenancy.models import TenantQuerySet
from gongjian.foundation.tenancy.together import LookUp, look_up_together
from gongjian.foundation.web.pages import ConfirmPage, DetailPage, FormPage, ListPage
from orgs.models import Unit
from orgs.queries import visible_ancestors, visible_ancestors_ahead
from responsibilities.authority import (
    DECIDE_EXTENSION,
    EXEMPT_OBLIGATION,
    OPEN_QUARTER,
    URGE_RETURN,
    VIEW_ROLLUP,
)
from responsibilities.duty_workbook import write_list
from responsibilities.filters.duties import DutyFilter
from responsibilities.forms.duties import DutyChangeForm, PhonesForm
from responsibilities.models import Obligation
from responsibilities.queries.arrangement import arrangement_of_ahead
from responsibilities.queries.duties import (
    STANDINGS,
    calls,
    duties_of,
    has_open_request,
    newcomers,
    reason_of,
    standing_counts,
    standing_rows,
    timeline,
    told_of,
)
from responsibilities.queries.locks import lock_reason
from responsibilities.queries.returns import chosen_period, open_periods
from responsibilities.services.duties import (
    Outcome,
    admit_newcomers,
    exempt_many,
    extend_many,
    note_phones_seen,
    unexempt_many,
)
from responsibilities.tables.duties import DutyTable
from responsibilities.views.extensions import LONGEST_BATCH, tell_outcome
from responsibilities.views.totals import NodePage

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _workbook(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = (
        f"attachment; filename=\"list.xlsx\"; filename*=UTF-8''{quote(name)}"
    )
    return response


class _DutyPage(NodePage, base=True):
    """Obligations of one period below one node."""

    permission = VIEW_ROLLUP

    @cached_property
    def periods(self) -> list[Period]:
        return open_periods()

    def get_period(self) -> Period | None:
        text = self.request.GET.get("period")
        named = [period for period in self.periods if str(period.pk) == text]
        return next(iter(named or self.periods), None)

    def frame(self, unit: Unit, period: Period | None) -> dict[str, Any]:
        above = visible_ancestors(unit, self.scope)
        return {"unit": unit, "period": period, "periods": self.periods, "above": above}

    def rows(self, unit: Unit, period: Period | None) -> QuerySet[Any]:
        if period is None:
            return Obligation.objects.none()
        rows: QuerySet[Any] = duties_of(period, unit.path).annotate(is_asking=has_open_request())
        return rows


class DutyBoard(_DutyPage, ListPage):
    """应报清单: every unit that owes, how it stands and why, with acts on many."""

    permission = VIEW_ROLLUP
    table_class = DutyTable
    filterset_class = DutyFilter
    template_name = "responsibilities/duty_list.html"
    fragment_template = "responsibilities/_duty_body.html"
    heading = "应报清单"

    def needed_ahead(self) -> list[LookUp]:
        return [corrections_ahead()]

    def get_queryset(self) -> Any:
        self.unit, self.period = self.get_unit(), self.get_period()
        return self.rows(self.unit, self.period)

    def get_table_kwargs(self) -> dict[str, Any]:
        return {"may_change": self.actor.may(DECIDE_EXTENSION)}

    def get_extra(self) -> dict[str, Any]:
        unit, period = self.unit, self.period
        if period is None:
            return {"unit": unit, "period": None}
        look_up_together([visible_ancestors_ahead(unit, self.scope), arrangement_of_ahead(period)])
        duties = duties_of(period, unit.path)
        counts = standing_counts(duties)
        shut, new = count_all(
            [
                duties.filter(shut=True) if period.locks_after is not None else None,
                newcomers(period, unit.path),
            ]
        )
        chosen = self.request.GET.get("standing", "")
        total = sum(counts.values())
        pills = [{"value": "", "label": "全部", "count": total}]
        pills += [
            {"value": standing, "label": label, "count": counts[standing]}
            for standing, label in STANDINGS.items()
            if counts[standing] or standing == chosen
        ]
        export = reverse("responsibilities:duty_export")
        return self.frame(unit, period) | {
            "pills": pills,
            "chosen": chosen,
            "expected": total - counts["exempt"] - counts["left"],
            "counts": counts,
            "shut": shut,
            "timeline": timeline(period),
            "newcomers": new,
            "may_admit": self.actor.may(OPEN_QUARTER) and period.due_on >= today(),
            "may_exempt": self.actor.may(EXEMPT_OBLIGATION),
            "may_extend": self.actor.may(DECIDE_EXTENSION),
            "may_call": self.actor.may(URGE_RETURN),
            "export_url": f"{export}?{self.request.GET.urlencode()}",
        }


class DutyExport(_DutyPage):
    """The list as a workbook: the lines the filter leaves."""

    permission = VIEW_ROLLUP

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        unit, period = self.get_unit(), self.get_period()
        if period is None:
            raise Http404
        found = DutyFilter(request.GET, queryset=self.rows(unit, period), request=request).qs
        lines = [
            (
                row.unit.name,
                row.unit.parent.name if row.unit.parent else "",
                long_date(row.deadline),
                STANDINGS[row.standing],
                reason_of(row),
            )
            for row in found.order_by("unit__path")
        ]
        title = f"{unit.name}{period}应报清单"
        columns = [("单位", 30), ("上级", 20), ("截止日期", 16), ("状态", 12), ("说明", 40)]
        return _workbook(write_list(title, columns, lines), f"{title}.xlsx")


class DutyDetail(DetailPage):
    """One obligation: its dates, requests, and who was reminded when."""

    permission = VIEW_ROLLUP
    template_name = "responsibilities/duty_detail.html"

    def get_queryset(self) -> Any:
        owed: TenantQuerySet[Any] = Obligation.objects.within(self.scope)
        rows = owed.select_related("unit", "period", "form")
        return standing_rows(rows)

    def get_facts(self) -> list[tuple[str, Any]]:
        owed = self.object
        facts = [
            ("单位", owed.unit),
            ("期间", owed.period),
            ("状态", STANDINGS[owed.standing]),
            ("截止日期", spoken(owed.due_on, owed.due_time)),
            ("延期至", long_date(owed.extended_to) if owed.extended_to else "—"),
        ]
        if reason := reason_of(owed):
            facts.append(("说明", reason))
        if shut := lock_reason(owed):
            facts.append(("封表", shut))
        return facts

    def get_extra(self) -> dict[str, Any]:
        owed = self.object
        board = reverse("responsibilities:duty_list")
        return {
            "told": told_of(owed),
            "requests": list(owed.requests.all()),
            "crumbs": [("应报清单", f"{board}?period={owed.period_id}")],
        }


_KINDS = {
    "extend": ("延期或开补报窗口", "准予延期", DECIDE_EXTENSION),
    "exempt": ("免报", "免报", EXEMPT_OBLIGATION),
    "unexempt": ("取消免报", "取消免报", EXEMPT_OBLIGATION),
}


class DutyChange(ConfirmPage):
    """Extend, free or bind again the chosen units: shows first whom it will touch."""

    permission = DECIDE_EXTENSION
    form_class = DutyChangeForm
    template_name = "responsibilities/change_duties.html"

    @property
    def kind(self) -> str:
        kind = str(self.request.POST.get("kind", ""))
        if kind not in _KINDS or not self.actor.may(_KINDS[kind][2]):
            raise Http404
        return kind

    def get_heading(self) -> str:
        return _KINDS[self.kind][0]

    def chosen(self) -> QuerySet[Any]:
        ids = [int(text) for text in self.request.POST.getlist("ids") if text.isdigit()]
        scope = self.actor.scope(_KINDS[self.kind][2])
        if scope is None:
            raise Http404
        rows: TenantQuerySet[Any] = Obligation.objects.within(scope)
        return rows.filter(pk__in=ids).select_related("unit", "period").order_by("unit__path")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"asks_day": self.kind == "extend"}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(self.get_cancel_url())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "confirmed" in request.POST:
            return super().post(request, *args, **kwargs)
        if not self.chosen().exists():
            messages.info(request, "请先勾选要办理的单位；一级抓一级，只能办理直接下级。")
            return HttpResponseRedirect(self.get_cancel_url())
        return self.show(self.get_form())

    def perform(self, form: Any) -> Outcome:
        ids = list(self.chosen().values_list("pk", flat=True))
        reason = form.cleaned_data["reason"]
        if self.kind == "extend":
            until = form.cleaned_data["until"]
            outcome = extend_many(ids, actor=self.actor, until=until, reason=reason)
        else:
            service = exempt_many if self.kind == "exempt" else unexempt_many
            outcome = service(ids, actor=self.actor, reason=reason)
        tell_outcome(self.request, outcome, f"已{_KINDS[self.kind][1]}")
        return outcome

    def get_success_url(self, result: Any) -> str:
        return self.get_cancel_url()

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:duty_list")

    def get_extra(self) -> dict[str, Any]:
        return {"rows": list(self.chosen()[:LONGEST_BATCH]), "kind": self.kind}


class DutyAdmit(_DutyPage, ConfirmPage):
    """列入应报: units founded since the opening; shows first who they are."""

    permission = OPEN_QUARTER
    template_name = "responsibilities/admit_units.html"
    heading = "新设单位列入应报"
    submit_label = "列入本期应报"

    def get_period(self) -> Period | None:
        return chosen_period(self.request.GET.get("period") or self.request.POST.get("period"))

    def perform(self, form: Any) -> int:
        period = self.get_period()
        if period is None:
            raise Http404
        count = admit_newcomers(period, actor=self.actor)
        self.say(f"已把 {count} 家单位列入{period}应报。" if count else "没有需要列入的单位。")
        return count

    def get_success_url(self, result: Any) -> str:
        return self.get_cancel_url()

    def get_cancel_url(self) -> str:
        return reverse("responsibilities:duty_list")

    def get_extra(self) -> dict[str, Any]:
        period = self.get_period()
        found = newcomers(period) if period else Unit.objects.none()
        return {"period": period, "rows": list(found[:LONGEST_BATCH])}


class PhoneList(NodePage):
    """催办电话表: who is to be called and when they were last reminded, numbers masked.

    With a reason the numbers are shown, and the trail says who looked at how many.
    """

    permission = URGE_RETURN
    template_name = "responsibilities/phone_list.html"
    heading = "催办电话表"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(PhonesForm())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = PhonesForm(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        return self.show(form, is_open=True)

    def show(self, form: PhonesForm, *, is_open: bool = False, status: int = 200) -> HttpResponse:
        unit, period = self.get_unit(), self.get_period()
        found = calls(period, unit.path) if period else []
        if is_open and period is not None:
            note_phones_seen(
                unit,
                actor=self.actor,
                period=period,
                count=sum(len(call.phones) for call in found),
                reason=form.cleaned_data["reason"],
            )
        context = {"calls": found, "form": form, "is_open": is_open}
        return self.render(self.frame(unit, period) | context, status=status)


class PhoneExport(NodePage, FormPage):
    """The phone list as a workbook; it asks what it is for."""

    permission = URGE_RETURN
    form_class = PhonesForm
    heading = "导出催办电话表"
    submit_label = "导出 Excel"
    help_text = "导出的表含姓名和办公电话，用完请及时删除。用途会记入操作记录。"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        unit, period = self.get_unit(), self.get_period()
        if period is None:
            raise Http404
        found = calls(period, unit.path)
        note_phones_seen(
            unit,
            actor=self.actor,
            period=period,
            count=sum(len(call.phones) for call in found),
            reason=form.cleaned_data["reason"],
            is_taken=True,
        )
        lines = [
            (
                call.obligation.unit.name,
                call.secretary,
                call.chair,
                "、".join(call.phones),
                call.label,
                long_date(call.obligation.deadline),
                f"{localtime(call.reminded_at):%Y-%m-%d %H:%M}" if call.reminded_at else "",
            )
            for call in found
        ]
        columns = [
            ("单位", 30),
            ("书记", 12),
            ("工会主席", 12),
            ("办公电话", 24),
            ("状态", 12),
            ("截止日期", 16),
            ("最近提醒时间", 20),
        ]
        title = f"{unit.name}{period}催办电话表"
        return _workbook(write_list(title, columns, lines), f"{title}.xlsx")

    def get_cancel_url(self) -> str:
        return f"{reverse('responsibilities:phone_list')}?{self.request.GET.urlencode()}"
