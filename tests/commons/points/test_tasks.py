"""The tasks as a worker runs them: in the tenant's scope, with no transaction around."""

from __future__ import annotations

import pytest
from django.db import transaction

from gongjian.commons.points.models import PointAccount
from gongjian.commons.points.tasks import settle_ended, settle_year
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.tenancy.scope import tenant_scope
from tests.factories.bulletins import adoption_rules, sent, signed
from tests.factories.cast import build_cast


@pytest.mark.django_db(transaction=True)
def test_a_worker_settles_the_year_and_what_has_ended(transactional_db):
    with transaction.atomic():
        cast = build_cast()
    with tenant_scope(cast.tenant.pk):
        with transaction.atomic():
            adoption_rules(cast)
            signed(cast, [sent(cast)])
            before = PointAccount.objects.get(unit=cast.hongqi).total
        assert before > 0
        # Twice: nothing is written anew.
        for _ in range(2):
            settle_year(mechanism="bulletins", year=today().year)
            settle_ended()
        with transaction.atomic():
            assert PointAccount.objects.get(unit=cast.hongqi).total == before
