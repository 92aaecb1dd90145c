"""The search in the side navigation."""

from __future__ import annotations

from gongjian.commons.search.authority import SEARCH
from gongjian.foundation.web.shelves import NavigationEntry, navigation

navigation.register(
    NavigationEntry(
        key="search.page",
        label="搜索",
        group="工作",
        url_name="search:page",
        icon="search",
        permission=SEARCH,
        order=90,
    )
)
