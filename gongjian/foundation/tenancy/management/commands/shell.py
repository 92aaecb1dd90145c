"""The shell of one tenant: it refuses to start without saying whose data it is for."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import shell

from gongjian.foundation.tenancy.scope import tenant_scope


class Command(shell.Command):
    help = "打开一个地区的交互环境"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--tenant", metavar="CODE", required=True, help="地区代码")

    def handle(self, **options: Any) -> Any:
        tenants = apps.get_model("orgs", "Tenant")
        tenant = tenants._default_manager.filter(code=options.pop("tenant")).first()
        if tenant is None:
            raise CommandError("没有这个代码的地区。")
        self.stderr.write(f"{tenant}：请在 with transaction.atomic(): 里访问数据，事务之外会报错。")
        with tenant_scope(tenant.pk):
            return super().handle(**options)
