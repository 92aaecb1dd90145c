#!/usr/bin/env python
"""Command line of the project."""

import os
import sys


def use_embedded_servers() -> None:
    """Start PostgreSQL and Valkey from their wheels when no server is named."""
    from tools import environment, stack
    from tools.places import data_dir

    folder = data_dir()
    os.environ.update(environment.variables(folder) | stack.start(folder))


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongjian.settings.development")
    if not os.environ.get("DATABASE_URL"):
        use_embedded_servers()
    if sys.argv[1:2] == ["migrate"]:
        os.environ.setdefault("DATABASE_ROLE", "owner")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
