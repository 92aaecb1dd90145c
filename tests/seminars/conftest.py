"""Fixtures of the seminars."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date

import pytest
from django.db import transaction

from gongjian.foundation.calendar.models import Period
from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.errors import FieldErrors
from tests.factories.cast import build_cast


@pytest.fixture
def committed(transactional_db):
    """The cast as committed rows, for several connections."""
    with transaction.atomic():
        return build_cast()


@pytest.fixture
def year_period(cast) -> Period:
    year = today().year
    return Period(starts_on=date(year, 1, 1), ends_on=date(year, 12, 31))


def finished(production):
    """The file at the end of a report in the making."""
    while True:
        try:
            next(production)
        except StopIteration as end:
            return end.value


@contextmanager
def wrong(words: str):
    """What stands beside the field."""
    with pytest.raises(FieldErrors) as caught:
        yield
    assert words in str(caught.value.errors)
