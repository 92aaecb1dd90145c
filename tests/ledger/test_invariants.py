from __future__ import annotations

from datetime import timedelta

import pytest

from gongjian.foundation.kernel.dates import today
from gongjian.foundation.kernel.invariants import invariants
from ledger.enums import Form
from ledger.models import Coverage, Entry, EntryVersion, Founding, Term
from ledger.services.entries import save_entry
from ledger.services.imports import apply_list, decide_rows
from ledger.services.organizations import end_coverage, renew_term
from tests.factories.ledger import built, code_of, compared, entry_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def findings(key: str) -> list[str]:
    return list(invariants[f"ledger {key}"].find())


@pytest.fixture
def busy(cast):
    """An entry that was changed, built, ended, built again and compared."""
    start = today() - 90 * DAY
    entry = entry_of(cast, since=start, founded_on=start - DAY)
    for days, workers in ((60, 50), (30, 60), (30, 61), (0, 62)):
        save_entry(
            entry,
            actor=cast.township,
            unit=cast.dongfeng,
            values={"worker_count": workers},
            since=today() - days * DAY,
        )
    first = built(cast, entry, on=start)
    end_coverage(first, actor=cast.township, ends_on=today() - 20 * DAY, reason="瘫痪")
    built(cast, entry, on=today() - 20 * DAY, name="重建的工会")
    renew_term(
        first.body,
        actor=cast.township,
        values={"starts_on": today(), "due_on": today() + DAY, "head": "孟晓"},
    )
    upload = compared(
        cast, [[entry.name, code_of(1), "", 80, ""], ["新来公司", code_of(2), "", 9, ""]]
    )
    for verdict in ("changed", "new"):
        decide_rows(upload, actor=cast.township, decision="accept", verdict=verdict)
    apply_list(upload, actor=cast.township)
    return Entry.objects.get(pk=entry.pk)


def test_a_busy_life_contradicts_nothing(busy):
    for key in ("present", "history", "coverage", "lines"):
        assert findings(key) == [], key


def test_what_is_spoilt_is_found(cast, busy):
    Entry.objects.filter(pk=busy.pk).update(worker_count=999)
    assert len(findings("present")) == 1
    past = EntryVersion.objects.filter(entry=busy, worker_count=40).get()
    EntryVersion.objects.filter(pk=past.pk).update(ends_on=today())
    assert len(findings("history")) == 1
    old = Coverage.objects.get(ends_on__isnull=False)
    Coverage.objects.filter(pk=old.pk).update(ends_on=today())
    assert len(findings("coverage")) == 1
    other = entry_of(cast, 7, worker_count=30)
    founding = Founding.objects.filter(state="built").first()
    Founding.objects.filter(pk=founding.pk).update(entry=other)
    Coverage.objects.filter(pk=old.pk).update(line="party", form=Form.JOINT)
    Term.objects.filter(number=1, body=old.body).update(ended_on=today() - 99 * DAY)
    assert len(findings("lines")) == 3
