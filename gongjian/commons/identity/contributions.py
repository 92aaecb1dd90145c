"""What identity puts on the shelves of the screen."""

from __future__ import annotations

from gongjian.commons.identity.authority import (
    INVITE,
    RESET_FACTOR,
    SEE_SUPPORT,
    SET_RULES,
    USE_TOKEN,
)
from gongjian.commons.identity.support import support_actor
from gongjian.foundation.web.shelves import NavigationEntry, navigation
from orgs.middleware import stand_ins

_GROUP = "组织与设置"

navigation.register(
    NavigationEntry(
        key="identity.invitations",
        label="任职邀请",
        group=_GROUP,
        url_name="identity:invitation_list",
        icon="mail-forward",
        permission=INVITE,
        order=25,
    )
)
navigation.register(
    NavigationEntry(
        key="identity.rules",
        label="登录规则",
        group=_GROUP,
        url_name="identity:rules",
        icon="lock-cog",
        permission=SET_RULES,
        order=32,
    )
)
navigation.register(
    NavigationEntry(
        key="identity.factors",
        label="二次验证情况",
        group=_GROUP,
        url_name="identity:factor_list",
        icon="shield-lock",
        permission=RESET_FACTOR,
        order=34,
    )
)
navigation.register(
    NavigationEntry(
        key="identity.support",
        label="平台支持记录",
        group=_GROUP,
        url_name="identity:support_list",
        icon="lifebuoy",
        permission=SEE_SUPPORT,
        order=60,
    )
)
navigation.register(
    NavigationEntry(
        key="identity.tokens",
        label="接口令牌",
        group=_GROUP,
        url_name="identity:token_list",
        icon="api",
        permission=USE_TOKEN,
        order=70,
    )
)
stand_ins.append(support_actor)
