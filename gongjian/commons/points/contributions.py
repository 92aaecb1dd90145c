"""What the points ledger puts on the shelves of the screen."""

from __future__ import annotations

from gongjian.commons.points.authority import VIEW_POINTS
from gongjian.foundation.web.shelves import NavigationEntry, navigation

navigation.register(
    NavigationEntry(
        key="points.accounts",
        label="积分台账",
        group="考核表彰",
        url_name="points:account_list",
        icon="coins",
        permission=VIEW_POINTS,
        order=60,
    )
)
