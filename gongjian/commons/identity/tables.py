"""Tables of identity."""

from __future__ import annotations

from typing import Any

import django_tables2
from django_tables2.utils import A

from gongjian.commons.identity.models import AccessToken, Invitation, SupportAccess
from gongjian.foundation.web.tables import GongjianTable
from orgs.models import Appointment


class InvitationTable(GongjianTable):
    post = django_tables2.Column("职务", order_by=("post__unit__path", "pk"))
    status = django_tables2.Column("状态", orderable=False)
    revoke = django_tables2.Column(
        "操作",
        accessor="pk",
        orderable=False,
        linkify=("identity:invitation_revoke", [A("pk")]),
    )

    class Meta(GongjianTable.Meta):
        model = Invitation
        fields = ("person_name", "post", "created_at", "expires_at", "status", "revoke")
        empty_text = "还没有发出邀请。请从“组织架构”进入单位，在职务旁点“邀请任职”。"

    def render_revoke(self, record: Invitation) -> str:
        return "撤回" if record.status == "待使用" else "—"


class TokenTable(GongjianTable):
    hint = django_tables2.Column("末四位", orderable=False)
    status = django_tables2.Column("状态", orderable=False)
    revoke = django_tables2.Column(
        "操作", accessor="pk", orderable=False, linkify=("identity:token_revoke", [A("pk")])
    )

    class Meta(GongjianTable.Meta):
        model = AccessToken
        fields = ("name", "hint", "created_at", "expires_at", "last_used_at", "status", "revoke")
        empty_text = "还没有接口令牌。需要让别的系统读写数据时再建立，用完及时停用。"

    def render_revoke(self, record: AccessToken) -> str:
        return "停用" if record.status == "有效" else "—"


class SupportTable(GongjianTable):
    operator = django_tables2.Column("平台运维", accessor="operator__person_name")

    class Meta(GongjianTable.Meta):
        model = SupportAccess
        fields = ("started_at", "ends_at", "ended_at", "operator", "ticket", "reason")
        empty_text = (
            "平台运维没有进入过本地区。每次进入都会在这里和操作记录中留下痕迹，并提醒管理员。"
        )


class FactorTable(GongjianTable):
    user = django_tables2.Column("姓名", accessor="user__person_name")
    post = django_tables2.Column("职务", order_by=("post__unit__path", "pk"))
    role = django_tables2.Column("角色", accessor="post__role", orderable=False)
    factors = django_tables2.Column("二次验证", order_by=("factors", "pk"))
    reset = django_tables2.Column(
        "操作", accessor="pk", orderable=False, linkify=("identity:factor_reset", [A("pk")])
    )

    class Meta(GongjianTable.Meta):
        model = Appointment
        fields = ("user", "post", "role", "factors", "reset")
        empty_text = "没有需要二次验证的人员。"

    def render_role(self, record: Appointment) -> str:
        return str(record.post.get_role_display())

    def render_factors(self, value: int) -> str:
        return f"已设置{value}种" if value else "尚未设置"

    def render_reset(self, record: Any) -> str:
        return "重置" if record.factors else "—"
