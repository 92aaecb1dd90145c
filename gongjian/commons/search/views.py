"""One page over everything a person may read."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from gongjian.commons.search.authority import SEARCH
from gongjian.commons.search.queries import A_FEW, find
from gongjian.commons.search.shelf import search_sources
from gongjian.commons.search.words import words_of
from gongjian.foundation.web.pages import Page

#: Hits of one kind, when only that is asked for.
MANY = 100
LONGEST = 100


class SearchPage(Page):
    permission = SEARCH
    template_name = "search/page.html"
    heading = "搜索"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET.get("words", "").replace("\0", "")[:LONGEST].strip()
        chosen = search_sources.get(request.GET.get("kind", ""))
        found = find(
            self.actor,
            asked,
            keys=[chosen.key] if chosen else (),
            most=MANY if chosen else A_FEW,
        )
        return self.render(
            {
                "asked": asked,
                "is_readable": bool(words_of(asked)),
                "chosen": chosen,
                "found": found,
                "labels": [source.label for source in sorted(search_sources, key=_order)],
                "most": MANY,
            }
        )


def _order(source: Any) -> tuple[int, str]:
    return source.order, source.key
