"""What filing on behalf puts on the shelves of the screen."""

from __future__ import annotations

from gongjian.foundation.web.shelves import NavigationEntry, navigation
from responsibilities.authority import FILE_ON_BEHALF

navigation.register(
    NavigationEntry(
        key="responsibilities.behalf_grid",
        label="代报",
        group="七项机制",
        url_name="responsibilities:behalf_grid",
        icon="table-plus",
        permission=FILE_ON_BEHALF,
        order=17,
    )
)
