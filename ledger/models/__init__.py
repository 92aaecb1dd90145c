"""Records of the ledger."""

from ledger.models.entries import Entry, EntryVersion, LedgerSettings, Visit
from ledger.models.foundings import Founding, Restructuring
from ledger.models.imports import ImportRow, LedgerImport
from ledger.models.organizations import Body, Coverage, Term

__all__ = [
    "Body",
    "Coverage",
    "Entry",
    "EntryVersion",
    "Founding",
    "ImportRow",
    "LedgerImport",
    "LedgerSettings",
    "Restructuring",
    "Term",
    "Visit",
]
