"""``manage.py restore``: fills an empty database and the folder of files from a backup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from gongjian.operations import backups
from gongjian.settings.environment import database, env


def _is_older() -> bool:
    """Tell whether the program expects more of the database than the backup held."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


class Command(BaseCommand):
    help = "从备份恢复到空的数据库；已有的数据和文件不会被覆盖"
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="备份所在的目录")
        parser.add_argument("--into", default="", help="恢复到这个新建的数据库（默认当前数据库）")
        parser.add_argument("--check", action="store_true", help="只核对备份是否完整，不恢复")

    def handle(self, *args: Any, **options: Any) -> None:
        keys = database(env("OWNER_DATABASE_URL") or env("DATABASE_URL"))
        keys["NAME"] = options["into"] or keys["NAME"]
        try:
            if options["check"]:
                manifest = backups.check(options["folder"])
                self.stdout.write(f"备份完整，备份时间 {manifest['taken_at']}。")
                return
            done = backups.restore(keys, options["folder"], Path(settings.FILES_DIR))
        except (backups.BackupError, OSError) as error:
            raise CommandError(f"恢复没有完成。{error}") from error
        self.stdout.write(f"已恢复 {done.rows} 行数据、{done.files} 个文件，行数与备份一致。")
        if options["into"]:
            self.stdout.write(
                f"请把 DATABASE_URL 和 OWNER_DATABASE_URL 中的库名改为 {options['into']}，"
                "再依次执行 manage.py migrate 和 manage.py verify。"
            )
        elif _is_older():
            self.stdout.write(
                "备份来自较早的版本。请依次执行 manage.py migrate 和 manage.py verify。"
            )
        else:
            call_command("verify", stdout=self.stdout)
