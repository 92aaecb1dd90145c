"""What the register puts on the shelves."""

from __future__ import annotations

from gongjian.commons.honours.authority import VIEW_HONOUR
from gongjian.foundation.web.shelves import NavigationEntry, navigation

navigation.register(
    NavigationEntry(
        key="honours.register",
        label="荣誉登记",
        group="考核表彰",
        url_name="honours:honour_list",
        icon="medal",
        permission=VIEW_HONOUR,
        order=60,
    )
)
