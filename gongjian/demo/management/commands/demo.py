"""``manage.py demo``: builds the invented tenant and moves it through its year."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gongjian.demo.people import CAST, OPERATOR, PASSWORD, STRANGER
from gongjian.demo.stages import STAGES, build
from orgs.models import Tenant


class Command(BaseCommand):
    help = "建立演示地区（示范市、远山市），并推进到所选阶段"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--stage", choices=list(STAGES), default="filing", help="推进到的阶段")
        parser.add_argument("--if-empty", action="store_true", help="已有地区时什么也不做")
        parser.add_argument("--accounts", action="store_true", help="只列出演示账号")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["accounts"]:
            if Tenant.objects.filter(code="9900").exists():
                self.stdout.write(accounts_text())
            return
        others = Tenant.objects.exclude(code__in=["9900", "9800"]).exists()
        if options["if_empty"] and Tenant.objects.exists():
            return
        if others:
            raise CommandError("数据库里已有正式地区，演示数据只能建在空库或演示库中。")
        build(options["stage"], say=self.stdout.write)


def accounts_text() -> str:
    """The demo accounts as a table for the terminal."""
    lines = [f"演示账号（密码均为 {PASSWORD}）"]
    lines += [
        f"    {account.username:<11}{account.unit} {account.title} {account.person_name}"
        f"：{account.does}"
        for account in (*CAST, STRANGER)
    ]
    lines.append(f"    {OPERATOR:<11}平台运维：建立地区，看不到任何地区的数据")
    return "\n".join(lines)
