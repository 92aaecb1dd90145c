from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command


def test_the_shell_asks_for_a_tenant(tenant):
    with pytest.raises(CommandError):
        call_command("shell", command="pass")


def test_the_shell_works_for_one_tenant(tenant, capsys):
    code = "from orgs.models import Unit; print('units', Unit.objects.count())"

    call_command("shell", tenant=tenant.code, command=code)

    assert "units 1" in capsys.readouterr().out


def test_the_shell_refuses_an_unknown_tenant(tenant):
    with pytest.raises(CommandError, match="没有这个代码"):
        call_command("shell", tenant="nowhere", command="pass")
