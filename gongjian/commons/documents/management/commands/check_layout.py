"""``manage.py check_layout FILE.pdf …``: printed documents against GB/T 9704-2012."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gongjian.commons.documents.rendering.layout import check_layout


class Command(BaseCommand):
    help = "对照 GB/T 9704-2012 测量公文版式，超出允许误差时以非零状态退出。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE.pdf")

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = 0
        for path in options["files"]:
            self.stdout.write(str(path))
            for finding in check_layout(path.read_bytes()):
                wrong += not finding.is_right
                self.stdout.write(f"  {finding}")
        if wrong:
            raise CommandError(f"有{wrong}处不符合 GB/T 9704-2012，请检查字体和样式。")
