"""The calendar in the side navigation."""

from __future__ import annotations

from gongjian.commons.calendars.authority import SEE_CALENDAR
from gongjian.foundation.web.shelves import NavigationEntry, navigation

navigation.register(
    NavigationEntry(
        key="calendars.mine",
        label="我的日程",
        group="工作",
        url_name="calendars:mine",
        icon="calendar",
        permission=SEE_CALENDAR,
        order=88,
    )
)
