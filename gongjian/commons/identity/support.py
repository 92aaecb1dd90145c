"""The glass: an operator's session in a tenant, for a time, read only, and marked."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from gongjian.commons.identity.models import SupportAccess
from gongjian.foundation.audit.trail import record
from gongjian.foundation.kernel.actor import Actor, Reach
from gongjian.foundation.kernel.authority import authorities
from gongjian.foundation.tenancy.scope import tenant_scope
from gongjian.foundation.web.views import ENTER
from orgs.enums import Role
from orgs.models import Tenant, User
from orgs.queries import root_unit

#: Session key: tenant and number of the running access.
SUPPORT_KEY = "support"


def support_actor(request: HttpRequest) -> Actor | None:
    """The operator as a reader of the tenant, while the access runs."""
    user = cast("User", request.user)
    tenant_id, access_id = request.session.get(SUPPORT_KEY, (None, None))
    if tenant_id is None or not (user.is_staff and user.is_active):
        return None
    tenant = Tenant.objects.filter(pk=tenant_id, is_active=True).first()
    if tenant is None:
        return None
    with tenant_scope(tenant.pk):
        access = SupportAccess.objects.filter(pk=access_id, operator=user).first()
        root = root_unit()
    if access is None or not access.runs or root is None:
        request.session.pop(SUPPORT_KEY, None)
        return None
    request.support = access  # type: ignore[attr-defined]
    return Actor(
        tenant_id=tenant.pk,
        tenant_name=tenant.name,
        user_id=user.pk,
        post_id=None,
        unit_id=root.pk,
        path=root.path,
        role=Role.VIEWER,
        person_name=user.person_name,
        post_title=f"平台支持〔{access.ticket}〕",
        unit_name=tenant.name,
        grants={
            authority.key: Reach.TENANT
            for authority in authorities
            if authority.key == ENTER or authority.key.split(".")[1].startswith("view_")
        },
    )


def record_look(request: HttpRequest) -> None:
    """Write each page an operator opened into the tenant's own trail."""
    record(
        "identity.support.looked",
        request.support,  # type: ignore[attr-defined]
        actor=request.actor,  # type: ignore[attr-defined]
        label="平台支持查看",
        after={"path": request.path[:200]},
    )
