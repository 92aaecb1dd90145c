"""Permissions on sign-in and on access by machines and helpers."""

from __future__ import annotations

from gongjian.foundation.kernel.actor import Reach
from gongjian.foundation.kernel.authority import declare
from orgs.enums import Role

SET_RULES = declare(
    "identity.set_rules", "设置登录规则", {Role.SECURITY_ADMINISTRATOR: Reach.TENANT}
)
INVITE = declare("identity.invite", "邀请任职", {Role.TENANT_ADMINISTRATOR: Reach.TENANT})
USE_TOKEN = declare(
    "identity.use_token",
    "使用接口令牌",
    {Role.TENANT_ADMINISTRATOR: Reach.OWN, Role.OFFICE: Reach.OWN},
)
SEE_SUPPORT = declare(
    "identity.see_support",
    "查看平台支持进入记录",
    {
        Role.TENANT_ADMINISTRATOR: Reach.TENANT,
        Role.SECURITY_ADMINISTRATOR: Reach.TENANT,
        Role.AUDITOR: Reach.TENANT,
    },
)
RESET_FACTOR = declare(
    "identity.reset_factor", "重置二次验证", {Role.SECURITY_ADMINISTRATOR: Reach.TENANT}
)
