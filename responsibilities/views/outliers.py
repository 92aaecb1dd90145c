"""异常数据: odd numbers of a period over all returns a reviewer is responsible for."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from gongjian.foundation.web.pages import Page
from responsibilities.authority import REVIEW_RETURN
from responsibilities.queries.outliers import outliers
from responsibilities.queries.returns import chosen_period, open_periods

SHOWN = 200


class Outliers(Page):
    """Ranked, with the unit's own words beside each; those without a word can be picked out."""

    permission = REVIEW_RETURN
    template_name = "responsibilities/outliers.html"
    heading = "异常数据"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        period = chosen_period(request.GET.get("period"))
        found = outliers(self.scope, period) if period is not None else []
        is_silent_only = request.GET.get("silent") == "1"
        silent = [one for one in found if not one.remark]
        return self.render(
            {
                "period": period,
                "periods": open_periods(),
                "rows": (silent if is_silent_only else found)[:SHOWN],
                "total": len(found),
                "silent": len(silent),
                "is_silent_only": is_silent_only,
            }
        )
