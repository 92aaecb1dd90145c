"""Addresses of the ledger."""

from __future__ import annotations

from django.urls import URLPattern, path

from ledger.views import coverage, entries, foundings, imports, organizations

app_name = "ledger"

urlpatterns: list[URLPattern] = [
    path("entries/", entries.EntryList.as_view(), name="entry_list"),
    path("entries/new/", entries.EntryCreate.as_view(), name="entry_create"),
    path("entries/export/", entries.EntryExport.as_view(), name="entry_export"),
    path("entries/print/", entries.LedgerPrint.as_view(), name="ledger_print"),
    path("entries/<int:pk>/", entries.EntryDetail.as_view(), name="entry_detail"),
    path("entries/<int:pk>/edit/", entries.EntryEdit.as_view(), name="entry_edit"),
    path("entries/<int:pk>/quick/", entries.EntryQuick.as_view(), name="entry_quick"),
    path("entries/<int:pk>/subject/", entries.EntryTie.as_view(), name="entry_tie"),
    path("entries/<int:pk>/visit/", entries.EntryVisit.as_view(), name="entry_visit"),
    path("entries/<int:pk>/file/", entries.EntryFile.as_view(), name="entry_file"),
    path("entries/<int:pk>/list/", foundings.FoundingOpen.as_view(), name="founding_open"),
    path(
        "entries/<int:pk>/restructure/",
        foundings.RestructuringOpen.as_view(),
        name="restructuring_open",
    ),
    path(
        "entries/<int:pk>/<slug:line>/build/",
        organizations.EntryBuild.as_view(),
        name="entry_build",
    ),
    path(
        "entries/<int:pk>/<slug:line>/cover/",
        organizations.EntryCover.as_view(),
        name="entry_cover",
    ),
    path("coverages/<int:pk>/end/", organizations.CoverageEnd.as_view(), name="coverage_end"),
    path("terms/", organizations.TermList.as_view(), name="term_list"),
    path("bodies/<int:pk>/", organizations.BodyDetail.as_view(), name="body_detail"),
    path("bodies/<int:pk>/edit/", organizations.BodyEdit.as_view(), name="body_edit"),
    path("bodies/<int:pk>/renew/", organizations.BodyRenew.as_view(), name="body_renew"),
    path("bodies/<int:pk>/dissolve/", organizations.BodyDissolve.as_view(), name="body_dissolve"),
    path("foundings/", foundings.FoundingList.as_view(), name="founding_list"),
    path("foundings/<int:pk>/", foundings.FoundingDetail.as_view(), name="founding_detail"),
    path("foundings/<int:pk>/plan/", foundings.FoundingPlan.as_view(), name="founding_plan"),
    path(
        "foundings/<int:pk>/steps/<slug:step>/",
        foundings.FoundingStep.as_view(),
        name="founding_step",
    ),
    path("restructurings/", foundings.RestructuringList.as_view(), name="restructuring_list"),
    path(
        "restructurings/<int:pk>/steps/<slug:step>/",
        foundings.RestructuringStep.as_view(),
        name="restructuring_step",
    ),
    path("coverage/", coverage.CoverageBoard.as_view(), name="coverage"),
    path("coverage/export/", coverage.CoverageExport.as_view(), name="coverage_export"),
    path("measures/", coverage.MeasurePage.as_view(), name="measures"),
    path("rules/", foundings.LedgerRules.as_view(), name="settings"),
    path("imports/", imports.LedgerImportList.as_view(), name="ledgerimport_list"),
    path("imports/new/", imports.LedgerImportCreate.as_view(), name="ledgerimport_create"),
    path("imports/<int:pk>/", imports.LedgerImportDetail.as_view(), name="ledgerimport_detail"),
    path("imports/<int:pk>/columns/", imports.LedgerImportMap.as_view(), name="ledgerimport_map"),
    path(
        "imports/<int:pk>/decide/", imports.LedgerImportDecide.as_view(), name="ledgerimport_decide"
    ),
    path(
        "imports/<int:pk>/errors/", imports.LedgerImportErrors.as_view(), name="ledgerimport_errors"
    ),
    path(
        "imports/<int:pk>/steps/<slug:step>/",
        imports.LedgerImportStep.as_view(),
        name="ledgerimport_step",
    ),
]
