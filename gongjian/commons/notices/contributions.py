"""What notices put on the shelves of the screen."""

from __future__ import annotations

from gongjian.commons.notices.authority import VIEW_OWN, VIEW_SENT
from gongjian.commons.notices.queries import unread_of
from gongjian.foundation.web.context import unread
from gongjian.foundation.web.shelves import NavigationEntry, navigation

unread.append(unread_of)

navigation.register(
    NavigationEntry(
        key="notices",
        label="提醒",
        group="工作",
        url_name="notices:inbox",
        icon="bell",
        permission=VIEW_OWN,
        order=90,
        in_tabs=True,
    )
)
navigation.register(
    NavigationEntry(
        key="notices_sent",
        label="已发提醒",
        group="组织与设置",
        url_name="notices:sent",
        icon="mail",
        permission=VIEW_SENT,
        order=90,
    )
)
