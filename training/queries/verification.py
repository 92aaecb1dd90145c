"""Certificates asked for by their code, without anybody signed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from gongjian.commons.documents.verification import tenant_of, tidy
from gongjian.foundation.tenancy.scope import tenant_scope
from training.enums import CertificateState
from training.models import Certificate


@dataclass(frozen=True, slots=True)
class Verified:
    code: str
    is_valid: bool
    printed: Sequence[tuple[str, str]]
    revoked_on: date | None
    revoked_reason: str


def verify(code: str) -> Verified | None:
    """The tenant's digits stand in front of the code; nothing else is looked at."""
    code = tidy(code)
    tenant_id = tenant_of(code)
    if tenant_id is None:
        return None
    with tenant_scope(tenant_id), transaction.atomic():
        certificate = Certificate.objects.filter(code=code).first()
        if certificate is None:
            return None
        return Verified(
            code=code,
            is_valid=certificate.state == CertificateState.VALID,
            printed=[(label, value) for label, value in certificate.printed],
            revoked_on=certificate.revoked_on,
            revoked_reason=certificate.revoked_reason,
        )


def verification_url(code: str) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse('training:verify', args=[code])}"
