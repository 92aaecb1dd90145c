"""来龙去脉 of one cell: a page of its own, and the panel over the sheet and the review."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from gongjian.foundation.web.pages import Page, RecordsMixin
from gongjian.foundation.web.requests import wants_fragment
from responsibilities.authority import VIEW_RETURN
from responsibilities.models import Obligation
from responsibilities.queries.cell_story import story_of


class CellDetails(RecordsMixin, Page):
    """Whoever may read the return may read where its figures come from."""

    permission = VIEW_RETURN
    queryset = Obligation.objects.select_related("unit", "period", "form")
    template_name = "responsibilities/cell_details.html"
    fragment_template = "responsibilities/_cell_details.html"
    heading = "栏目来龙去脉"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        obligation: Obligation = self.get_object()
        code = str(kwargs["code"])
        cell = next((one for one in obligation.form.entries() if one.code == code), None)
        if cell is None:
            raise Http404
        back = reverse("responsibilities:return_fill", args=[obligation.pk])
        return self.render(
            {
                "story": story_of(obligation, cell),
                "obligation": obligation,
                "heading": cell.label,
                "crumbs": [(f"{obligation.period}报表", f"{back}#cell-{code}")],
            },
            template=self.fragment_template if wants_fragment(request) else "",
        )
