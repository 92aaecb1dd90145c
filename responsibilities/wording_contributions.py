"""What the words of reminders put on the shelves."""

from __future__ import annotations

from gongjian.foundation.web.shelves import NavigationEntry, navigation
from responsibilities.authority import WORD_REMINDER

navigation.register(
    NavigationEntry(
        key="responsibilities.wording",
        label="提醒用语",
        group="组织与设置",
        url_name="responsibilities:wording_list",
        icon="message-cog",
        permission=WORD_REMINDER,
        order=46,
    )
)
