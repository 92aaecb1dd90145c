"""For who lost every factor and has nobody above: done on the server, and written to its log."""

from __future__ import annotations

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from gongjian.commons.identity.services import forget_factors
from orgs.models import User

logger = logging.getLogger("gongjian.identity")


class Command(BaseCommand):
    help = "重置一个账号的二次验证，并使其在各处退出。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--reason", required=True, help="理由和核实本人身份的方式")

    @transaction.atomic
    def handle(self, *args: Any, username: str, reason: str, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"没有账号“{username}”，请核对用户名。")
        removed = forget_factors(user)
        logger.warning("second factor of %s reset (%s removed): %s", username, removed, reason)
        self.stdout.write(f"已重置{user}的二次验证（原有{removed}种），下次登录后须重新设置。")
