"""``manage.py backup``: database and files of this moment, with what they can be checked by."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from gongjian.operations import backups
from gongjian.settings.environment import database, env


class Command(BaseCommand):
    help = "备份全部数据库内容和上传、生成的文件，并写下核对清单"
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, help="放在哪个目录（默认 DATA_DIR/backups）")

    def handle(self, *args: Any, **options: Any) -> None:
        into = options["to"] or Path(settings.DATA_DIR) / "backups"
        keys = database(env("OWNER_DATABASE_URL") or env("DATABASE_URL"))
        try:
            taken = backups.take(keys, into, Path(settings.FILES_DIR))
        except (backups.BackupError, OSError) as error:
            raise CommandError(f"备份没有完成。{error}") from error
        self.stdout.write(
            f"已备份到 {taken.folder}：{taken.rows} 行数据、{taken.files} 个文件。"
            "请把它复制到另一台机器上。"
        )
