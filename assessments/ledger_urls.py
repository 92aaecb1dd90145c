"""Addresses of the ledger of bonus, penalty and veto."""

from __future__ import annotations

from django.urls import path

from assessments.views import ledger

ledger_urlpatterns = [
    path("ledger/", ledger.EntryList.as_view(), name="ledger_entry_list"),
    path("ledger/new/", ledger.EntryCreate.as_view(), name="ledger_entry_create"),
    path("ledger/<int:pk>/", ledger.EntryDetail.as_view(), name="ledger_entry_detail"),
    path("ledger/<int:pk>/edit/", ledger.EntryEdit.as_view(), name="ledger_entry_edit"),
    path("ledger/<int:pk>/steps/<slug:step>/", ledger.EntryStep.as_view(), name="ledgerentry_step"),
]
