"""Certificates asked for by their code, without anybody signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from gongjian.commons.documents.verification import tenant_of, tidy
from gongjian.commons.honours.enums import HonourState
from gongjian.commons.honours.models import Honour
from gongjian.foundation.tenancy.scope import tenant_scope


@dataclass(frozen=True, slots=True)
class VerifiedHonour:
    """What stands on the certificate, and whether it still holds. Nothing else leaves the wall."""

    number: str
    holder: str
    title: str
    organ: str
    awarded_on: date
    is_valid: bool
    revoked_on: date | None
    revoked_reason: str


def verify_honour(code: str) -> VerifiedHonour | None:
    """The tenant's digits stand in front of the code; nothing else is looked at."""
    code = tidy(code)
    tenant_id = tenant_of(code)
    if tenant_id is None:
        return None
    with tenant_scope(tenant_id), transaction.atomic():
        honour = Honour.objects.filter(code=code).select_related("unit").first()
        if honour is None:
            return None
        return VerifiedHonour(
            number=honour.number,
            holder=f"{honour.unit.name}　{honour.person}" if honour.person else honour.unit.name,
            title=honour.title,
            organ=honour.organ,
            awarded_on=honour.awarded_on,
            is_valid=honour.state == HonourState.VALID,
            revoked_on=honour.revoked_on,
            revoked_reason=honour.revoked_reason,
        )


def verification_url(code: str) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse('honours:verify', args=[code])}"
