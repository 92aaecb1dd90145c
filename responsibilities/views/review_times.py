"""审核时效: how long returns lie with each reviewing unit, and what waits now."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from gongjian.foundation.web.pages import Page
from responsibilities.authority import VIEW_ROLLUP
from responsibilities.queries.duty_rates import REVIEW_DAYS
from responsibilities.queries.returns import chosen_period, open_periods
from responsibilities.queries.review_times import review_times

SHOWN = 300


class ReviewTimes(Page):
    """One line a reviewing unit; who lets others wait longest stands first."""

    permission = VIEW_ROLLUP
    template_name = "responsibilities/review_times.html"
    heading = "审核时效"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        period = chosen_period(request.GET.get("period"))
        found = review_times(self.scope, period) if period is not None else []
        return self.render(
            {
                "period": period,
                "periods": open_periods(),
                "lines": found[:SHOWN],
                "days": REVIEW_DAYS,
                "waiting": sum(len(line.waiting) for line in found),
                "too_long": sum(line.too_long for line in found),
                "answered": sum(len(line.answered) for line in found),
            }
        )
