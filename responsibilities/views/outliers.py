"""异常数据: odd numbers of a period over all returns a reviewer is responsible for."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from gongjian.foundation.kernel.numbers import show
from gongjian.foundation.web.pages import Page
from responsibilities.authority import REVIEW_RETURN
from responsibilities.dashboard_workbook import XLSX
from responsibilities.duty_workbook import write_list
from responsibilities.queries.outliers import outliers
from responsibilities.queries.returns import chosen_period, open_periods

SHOWN = 200
_COLUMNS = [
    ("单位", 24),
    ("栏号", 8),
    ("栏目", 30),
    ("本期", 12),
    ("上期", 12),
    ("历史中位数", 12),
    ("同级中位数", 12),
    ("偏离（倍）", 12),
    ("单位说明", 50),
]


class OutlierPage(Page, base=True):
    permission = REVIEW_RETURN

    @property
    def is_silent_only(self) -> bool:
        return self.request.GET.get("silent") == "1"


class Outliers(OutlierPage):
    """Ranked, with the unit's own words beside each; those without a word can be picked out."""

    template_name = "responsibilities/outliers.html"
    heading = "异常数据"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        period = chosen_period(request.GET.get("period"))
        found = outliers(self.scope, period) if period is not None else []
        silent = [one for one in found if not one.remark]
        return self.render(
            {
                "period": period,
                "periods": open_periods(),
                "rows": (silent if self.is_silent_only else found)[:SHOWN],
                "total": len(found),
                "silent": len(silent),
                "is_silent_only": self.is_silent_only,
            }
        )


class OutliersExport(OutlierPage):
    """The same as a workbook, without an end: for calling unit by unit."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        period = chosen_period(request.GET.get("period"))
        if period is None:
            raise Http404
        lines = [
            (
                one.row.unit.name,
                one.cell.code,
                one.cell.label,
                *(
                    show(number)
                    for number in (
                        one.value, one.last, one.history_median, one.peer_median, one.score,
                    )
                ),
                one.remark,
            )
            for one in outliers(self.scope, period)
            if not (self.is_silent_only and one.remark)
        ]  # fmt: skip
        title = f"{period}异常数据"
        response = HttpResponse(write_list(title, _COLUMNS, lines), content_type=XLSX)
        response["Content-Disposition"] = content_disposition_header(
            as_attachment=True, filename=f"{title}.xlsx"
        )
        return response
