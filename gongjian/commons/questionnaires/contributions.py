"""What questionnaires put on the shelves of the screen."""

from __future__ import annotations

from gongjian.commons.questionnaires.authority import DESIGN_QUESTIONNAIRE
from gongjian.foundation.web.shelves import NavigationEntry, navigation

navigation.register(
    NavigationEntry(
        key="questionnaires.list",
        label="问卷和检查表",
        group="组织与设置",
        url_name="questionnaires:questionnaire_list",
        icon="forms",
        permission=DESIGN_QUESTIONNAIRE,
        order=60,
    )
)
