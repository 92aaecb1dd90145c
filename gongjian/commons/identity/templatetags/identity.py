"""What the sign-in page offers beside the password."""

from __future__ import annotations

from django import template

from gongjian.commons.identity.models import EnterpriseDirectory

register = template.Library()


@register.simple_tag
def enterprise_doors() -> list[EnterpriseDirectory]:
    doors = EnterpriseDirectory.objects.filter(is_active=True, tenant__is_active=True)
    return list(doors.order_by("tenant_id", "pk")[:12])
