"""``manage.py verify``: asks every invariant of every tenant; exits with 1 when one is broken."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gongjian.foundation.kernel.invariants import MOST_FINDINGS, Invariant, invariants
from gongjian.foundation.tenancy.scope import tenant_scope
from gongjian.operations.verification import findings
from orgs.models import Tenant


class Command(BaseCommand):
    help = "核对全部数据：每条规则都成立时退出码为 0，否则列出不符之处"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", help="只核对这个地区（代码）")

    def handle(self, *args: Any, **options: Any) -> None:
        tenants = Tenant.objects.order_by("code")
        if options["tenant"]:
            tenants = tenants.filter(code=options["tenant"])
            if not tenants:
                raise CommandError(f"没有代码为 {options['tenant']} 的地区。")
        broken = sum(self.ask(rule, "") for rule in invariants if rule.is_global)
        for tenant in tenants:
            with tenant_scope(tenant.pk):
                for rule in invariants:
                    if not rule.is_global:
                        broken += self.ask(rule, tenant.name)
        if broken:
            raise CommandError(f"有 {broken} 条规则不成立，详见上面的清单。")
        self.stdout.write("全部成立")

    def ask(self, rule: Invariant, tenant: str) -> int:
        """Ask one rule and say how it went; 1 when it does not hold."""
        begun = time.monotonic()
        found = findings(rule)
        took = f"{time.monotonic() - begun:.2f} s"
        place = f"{tenant}　" if tenant else ""
        if not found:
            self.stdout.write(f"✓ {place}{rule.sentence}（{took}）")
            return 0
        self.stdout.write(self.style.ERROR(f"✗ {place}{rule.sentence}（{took}）"))
        for text in found[:MOST_FINDINGS]:
            self.stdout.write(f"    {text}")
        if len(found) > MOST_FINDINGS:
            self.stdout.write("    ……（只列出前 20 条）")
        return 1
