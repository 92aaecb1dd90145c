"""The security administrator's act: how far a role's permissions reach in this tenant."""

from __future__ import annotations

from django.db import transaction

from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor, Reach
from gongjian.foundation.kernel.authority import authorities
from gongjian.foundation.kernel.errors import DomainError, FieldErrors, NotPermitted
from orgs.authority import GRANT_ROLE, MANAGE_POST, VIEW_TRAIL
from orgs.enums import ADMINISTRATORS, Role
from orgs.models import RoleGrant

#: 三员分立: the three administrators keep exactly what they were made for.
FIXED_ROLES = ADMINISTRATORS
#: Permissions that nobody else may be given, and the desk that nobody may lose.
FIXED_PERMISSIONS = frozenset({GRANT_ROLE, MANAGE_POST, VIEW_TRAIL, "web.enter"})


def is_fixed(role: str, permission: str) -> bool:
    """Tell whether a cell of the matrix may not be changed at all."""
    return role in FIXED_ROLES or permission in FIXED_PERMISSIONS


@transaction.atomic
def set_role_grant(role: str, permission: str, *, actor: Actor, reach: str) -> RoleGrant:
    """Let a role use a permission as far as ``reach``; "" takes it away."""
    _demand_changeable(role, permission, actor)
    if reach and reach not in {item.value for item in Reach}:
        raise FieldErrors({"reach": "没有这种范围，请从列表中选择。"})
    grant, created = RoleGrant.objects.select_for_update(of=("self",)).get_or_create(
        role=role, permission=permission, defaults={"reach": reach}
    )
    before = _default_reach(role, permission) if created else grant.reach
    if not created:
        grant.reach = reach
        grant.save(update_fields=["reach"])
    record(
        "orgs.role_grant.set",
        grant,
        actor=actor,
        label="调整角色权限",
        before={"reach": before},
        after={"reach": reach},
    )
    return grant


@transaction.atomic
def restore_role_grant(role: str, permission: str, *, actor: Actor) -> None:
    """Give a role back what it holds by default."""
    _demand_changeable(role, permission, actor)
    grant = RoleGrant.objects.select_for_update(of=("self",)).filter(
        role=role, permission=permission
    )
    for changed in grant:
        record(
            "orgs.role_grant.restored",
            changed,
            actor=actor,
            label="恢复默认权限",
            before={"reach": changed.reach},
            after={"reach": _default_reach(role, permission)},
        )
        changed.delete()


def _default_reach(role: str, permission: str) -> str:
    reach = authorities[permission].roles.get(role)
    return "" if reach is None else reach.value


def _demand_changeable(role: str, permission: str, actor: Actor) -> None:
    if not actor.may(GRANT_ROLE):
        raise NotPermitted("当前职务无权调整角色权限，请联系安全管理员。")
    if role not in Role.values or permission not in authorities:
        raise DomainError("没有这个角色或权限，请从列表中选择。")
    if is_fixed(role, permission):
        raise DomainError("三员职责相互分立，这一项权限固定，不能调整。")
