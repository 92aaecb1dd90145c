"""Several people at the same moment: committed rows, a connection each."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from gongjian.foundation.kernel.errors import DomainError
from gongjian.foundation.tenancy.scope import tenant_scope


def both(cast: Any, *acts: Callable[[], object]) -> list[object]:
    """Run the acts at the same moment, each in a thread and transaction of its own."""
    begin = threading.Barrier(len(acts), timeout=20)
    answers: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            with tenant_scope(cast.tenant.pk), transaction.atomic():
                begin.wait()
                answers[place] = act()
        except DomainError as error:
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place, act]) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    return answers
