"""Import of a table of units from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from gongjian.foundation.kernel.errors import DomainError
from gongjian.foundation.tenancy.scope import tenant_scope
from orgs.import_services import ImportRefused, import_units
from orgs.imports import RowError, read_units
from orgs.models import Tenant
from orgs.queries import system_actor


class Command(BaseCommand):
    help = "从 CSV 或 XLSX 导入单位"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="CODE", help="地区代码")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
        parser.add_argument("file", type=Path, help="CSV 或 XLSX 文件")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        tenant = Tenant.objects.filter(code=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"没有代码为“{options['tenant']}”的地区。")
        try:
            reading = read_units(path.read_bytes(), path.name)
        except OSError as error:
            raise CommandError(f"文件打不开：{error}") from error
        except DomainError as error:
            raise CommandError(error.message) from error
        if reading.errors:
            raise CommandError(_listed(reading.errors))
        with tenant_scope(tenant.pk), transaction.atomic():
            try:
                outcome = import_units(
                    reading.rows, actor=system_actor(tenant), dry_run=options["dry_run"]
                )
            except ImportRefused as error:
                raise CommandError(_listed(error.errors)) from error
        if outcome.errors:
            raise CommandError(_listed(outcome.errors))
        self.stdout.write(
            f"新增{outcome.created}个，修改{outcome.changed}个"
            f"（其中调整隶属{outcome.moved}个），不变{outcome.unchanged}个。"
        )


def _listed(errors: list[RowError]) -> str:
    lines = [f"第{error.row}行 {error.column}：{error.message}" for error in errors]
    return "\n".join([f"文件有{len(errors)}处错误，一行也没有导入。", *lines])
