"""``manage.py verify_trail``: names each act of the trail that was changed or taken away."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from gongjian.foundation.audit.sealing import broken_links, head, seal_all
from gongjian.foundation.tenancy.scope import tenant_scope


class Command(BaseCommand):
    help = "核对操作记录的封存链：完好时退出码为 0，否则逐条指出被改动或缺失的记录"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", help="只核对这个地区（代码）")
        parser.add_argument("--seal", action="store_true", help="先封存尚未封存的记录")

    def handle(self, *args: Any, **options: Any) -> None:
        tenants = apps.get_model("orgs", "Tenant")._default_manager.order_by("code")
        if options["tenant"]:
            tenants = tenants.filter(code=options["tenant"])
            if not tenants:
                raise CommandError(f"没有代码为 {options['tenant']} 的地区。")
        broken = 0
        for tenant in tenants:
            with tenant_scope(tenant.pk):
                if options["seal"]:
                    seal_all()
                broken += self.ask(tenant.name)
        if broken:
            raise CommandError(
                f"操作记录有 {broken} 处不符，请立即停用相关账号并保全数据库和日志。"
            )

    def ask(self, name: str) -> int:
        with transaction.atomic():
            found = list(broken_links())
            last = head()
        if not found:
            self.stdout.write(f"✓ {name}：{last.position} 条，末条摘要 {last.digest}")
        for text in found:
            self.stdout.write(self.style.ERROR(f"✗ {name}：{text}"))
        return len(found)
