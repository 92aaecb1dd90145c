"""Fills the database of a running stack with people who owe returns; prints them as JSON.

Run as a process of its own, since the servers are others than those of the tests.
"""

from __future__ import annotations

import json
import sys

import django

PASSWORD = "Gongjian-2026"


def build(many: int) -> list[dict[str, object]]:
    from django.db import transaction

    from gongjian.foundation.tenancy.scope import tenant_scope
    from orgs.models import User
    from responsibilities.models import Obligation
    from tests.factories.cast import build_cast
    from tests.factories.orgs import make_unit, seat
    from tests.factories.returns import open_quarter

    with transaction.atomic():
        cast = build_cast()
        with tenant_scope(cast.tenant.pk):
            units = [
                make_unit(
                    cast.tenant,
                    cast.dongfeng,
                    f"990001001{number:03}",
                    f"第{number}村",
                    level="grassroots",
                    category="village",
                    worker_count=100,
                    member_count=80,
                )
                for number in range(101, 101 + many)
            ]
            for unit in units:
                seat(cast.tenant, unit, "secretary", "党支部书记", f"{unit.name}书记")
            open_quarter(cast)
            User.objects.update(email="")
            people = []
            for unit in units:
                user = User.objects.get(appointments__post__unit=unit)
                user.set_password(PASSWORD)
                user.email = f"{user.username}@example.invalid"
                user.save()
                owed = Obligation.objects.get(unit=unit)
                people.append({"username": user.username, "owed": owed.pk, "unit": unit.pk})
    return people


if __name__ == "__main__":
    django.setup()
    print(json.dumps(build(int(sys.argv[1]))))
