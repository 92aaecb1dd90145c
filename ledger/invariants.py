"""What must hold of the ledger: its history is whole, and nobody is covered twice."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, Q

from gongjian.foundation.kernel.invariants import Invariant, invariants
from ledger.enums import FoundingState
from ledger.models import Coverage, Entry, EntryVersion, Founding, Term
from ledger.models.entries import FACTS


def present_agrees() -> Iterable[str]:
    """Every entry has a present version, and it says what the entry says."""
    present = EntryVersion.objects.filter(
        entry=OuterRef("pk"), ends_on__isnull=True, unit=OuterRef("unit")
    )
    for name in FACTS:
        same = Q(**{name: OuterRef(name)})
        if EntryVersion._meta.get_field(name).null:
            same |= Q(**{f"{name}__isnull": True, f"entry__{name}__isnull": True})
        present = present.filter(same)
    for entry in Entry.objects.filter(~Exists(present)).order_by("pk"):
        yield f"“{entry}”（{entry.pk}）的现状与最近一次变动记录不一致"


def versions_in_a_row() -> Iterable[str]:
    """No day has two versions of one entry."""
    later = EntryVersion.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
        entry=OuterRef("entry"),
        pk__gt=OuterRef("pk"),
        starts_on__lt=OuterRef("ends_on"),
    )
    for version in EntryVersion.objects.filter(Exists(later), ends_on__gt=F("starts_on")).order_by(
        "pk"
    ):
        yield f"“{version}”的变动记录与后一条日期重叠"


def covered_once() -> Iterable[str]:
    """On no day is an entry covered twice on one line."""
    other = Coverage.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=OuterRef("starts_on")),
        entry=OuterRef("entry"),
        line=OuterRef("line"),
        starts_on__lte=OuterRef("starts_on"),
    ).exclude(pk=OuterRef("pk"))
    doubled = Coverage.objects.filter(Exists(other)).exclude(ends_on=F("starts_on"))
    for coverage in doubled.select_related("entry", "body").order_by("pk"):
        yield f"“{coverage}”的覆盖与另一段日期重叠"


def lines_agree() -> Iterable[str]:
    """A body covers on its own line; what is built is covered; terms do not cross."""
    for coverage in Coverage.objects.exclude(line=F("body__line")).select_related("entry", "body"):
        yield f"“{coverage}”的线与组织不同"
    built = Founding.objects.filter(state=FoundingState.BUILT).exclude(
        entry=F("coverage__entry"), line=F("coverage__line")
    )
    for founding in built.select_related("entry"):
        yield f"“{founding}”已销号，但没有对应的组织"
    for term in Term.objects.filter(ended_on__lt=F("starts_on")).select_related("body"):
        yield f"“{term}”的换届日期早于选举日期"


invariants.register(Invariant("ledger present", "台账现状与变动记录一致", present_agrees))
invariants.register(Invariant("ledger history", "台账变动记录日期不重叠", versions_in_a_row))
invariants.register(
    Invariant("ledger coverage", "同一单位同一条线同一天只有一个组织覆盖", covered_once)
)
invariants.register(Invariant("ledger lines", "覆盖、销号和届次前后一致", lines_agree))
